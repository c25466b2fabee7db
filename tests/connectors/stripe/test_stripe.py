"""What Stripe's payloads come to."""

from functools import partial
from itertools import permutations
from pathlib import Path

import msgspec
import pytest

from connectors.body import parse
from connectors.delivery import Quarantined
from connectors.normalise import Reading
from connectors.stripe import SOURCE
from connectors.stripe.table import DISPUTE, INTENT, REFUND, SESSION_PAYMENT, TOPICS
from tests.connectors import kit

RECORDED = Path(__file__).parents[4] / "shared" / "payloads" / "stripe"
read = partial(kit.read, SOURCE)
sample = partial(kit.sample, SOURCE)


def inner(name):
    return sample(name)["data"]["object"]


def money(reading):
    """The operations of a reading: kind, reference, amount."""
    return [
        (msgspec.to_builtins(fact)["kind"].removeprefix("payment."), *operation(fact.body))
        for fact in reading.facts
        if hasattr(fact.body, "amount")
    ]


def operation(body):
    return body.reference, body.amount


@pytest.mark.skipif(not RECORDED.is_dir(), reason="recorded payloads are not part of the project")
def test_recorded_payloads_are_understood():
    """What Stripe and its libraries published becomes facts, and nothing raises."""
    readings = {path.name: read(path.read_bytes()) for path in sorted(RECORDED.glob("*.json"))}

    assert all(not reading.quarantined for reading in readings.values())
    assert money(readings["event_charge_refunded.json"]) == [
        ("captured", "ch_3NtYaBLelvCURGkU1YaN66W1", 500),
        ("refunded", "re_3NtYaBLelvCURGkU1ug4Q86u", 500),
    ]
    assert money(readings["djstripe_charge_ch_fakefakefakefakefake0001.json"]) == [
        ("captured", "ch_fakefakefakefakefake0001", 2000)
    ]
    assert money(readings["openapi_fixture_charge.json"]) == [
        ("authorized", "ch_1PgafuB7WZ01zgkWXYmPNZs8", 100)
    ]
    assert money(readings["event_dispute.json"]) == [
        ("disputed", "dp_1KhG8T2eZvKYlo2CgrTuE4k8", 1000)
    ]
    assert readings["djstripe_event_account_updated_standard.json"].ignored


def test_every_documented_status_has_a_row():
    """A status that Stripe documents is never reported as unknown."""
    assert set(INTENT) == {
        "requires_payment_method",
        "requires_confirmation",
        "requires_action",
        "processing",
        "requires_capture",
        "canceled",
        "succeeded",
    }
    assert set(REFUND) == {"pending", "requires_action", "succeeded", "failed", "canceled"}
    assert set(SESSION_PAYMENT) == {"paid", "unpaid", "no_payment_required"}
    assert set(DISPUTE) == {
        "warning_needs_response",
        "warning_under_review",
        "warning_closed",
        "needs_response",
        "under_review",
        "charge_refunded",
        "won",
        "lost",
    }


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("name", "field", "word"),
    [
        ("charge_succeeded", "status", "charge.status"),
        ("refund_created", "status", "refund.status"),
        ("dispute_created", "status", "dispute.status"),
        ("intent_succeeded", "status", "payment_intent.status"),
        ("session_completed", "payment_status", "checkout.session.payment_status"),
    ],
)
def test_an_unknown_status_is_reported_and_moves_no_money(name, field, word):
    """A new word of Stripe is a fact of its own, never a guess."""
    reading = read(inner(name) | {field: "teleported"})

    assert money(reading) == []
    assert (reading.facts[-1].body.field, reading.facts[-1].body.value) == (word, "teleported")


def test_all_that_tell_of_one_capture_tell_the_same_one():
    """Charge, intent, intent with charges and a later sync: one operation, one amount."""
    names = ("charge_succeeded", "intent_succeeded", "intent_succeeded_with_charges")
    readings = [read(sample(name)) for name in names]
    readings += [read(inner(name)) for name in names]

    assert {each for reading in readings for each in money(reading)} == {
        ("captured", "ch_1", 5000)
    }


def test_an_intent_without_its_charge_only_claims():
    """Without the charge's name the capture could count twice, so it is a claim of a status."""
    reading = read(inner("intent_succeeded") | {"latest_charge": None})

    assert money(reading) == [("captured", "pi_1", 5000)]
    assert (reading.facts[-1].body.evidence, reading.facts[-1].inferred) == ("status", True)


STORY = ("charge_succeeded", "charge_refunded_in_two", "refund_created", "intent_succeeded")


def test_facts_without_a_revision_say_the_same_in_every_snapshot():
    """So a newer snapshot before an older one, or either twice, contradicts nothing."""
    said = {}
    for name in STORY + tuple(reversed(STORY)):
        for fact in read(sample(name)).facts:
            if not fact.revision and hasattr(fact.body, "amount"):
                known = said.setdefault(fact.event_id, fact)
                assert (known.body, known.occurred_at) == (fact.body, fact.occurred_at)

    assert {"stripe:ch_1:captured", "stripe:re_1:refunded"} <= set(said)


def test_the_rest_of_a_partial_capture_is_no_refund():
    """Until API version basil it came as a refund object; later it does not come at all."""
    before = money(read(sample("charge_captured_in_part_before_basil")))
    after = money(read(sample("charge_captured_in_part")))

    assert before == [("captured", "ch_1", 4000), ("refund_failed", "re_9", 1000)]
    assert after == [("captured", "ch_1", 4000)]


@pytest.mark.parametrize(
    ("api", "then"),
    [
        ("2022-08-01", [("refund_failed", "re_9", 1000), ("refunded", "re_1", 1200)]),
        ("2025-03-31.basil", [("refunded", "re_9", 1000), ("refunded", "re_1", 1200)]),
        ("2026-01-28.clover", [("refunded", "re_9", 1000), ("refunded", "re_1", 1200)]),
    ],
)
def test_a_real_refund_after_a_partial_capture_counts(api, then):
    """Only the oldest refund of just that amount, in an old version, is the release."""
    event = sample("charge_captured_in_part_before_basil")
    event["api_version"] = api
    charge = event["data"]["object"]
    charge["refunds"]["data"].append(inner("refund_created"))
    charge["amount_refunded"] = 2200

    assert money(read(event))[1:] == then


@pytest.mark.parametrize(
    ("refunded", "api", "claimed"),
    [(1000, "2024-06-20", []), (1500, "2024-06-20", [500]), (1500, "2025-03-31.basil", [1500])],
)
def test_a_claim_without_a_list_leaves_the_release_out(refunded, api, claimed):
    """`amount_refunded` contains the release up to basil and not after."""
    event = sample("charge_captured_in_part")
    event["api_version"] = api
    event["data"]["object"]["amount_refunded"] = refunded

    assert [amount for kind, _, amount in money(read(event)) if kind == "refunded"] == claimed


def test_a_claim_falls_when_stripe_takes_it_back():
    """A failed refund lowers `amount_refunded`; the newer, lower claim has the higher revision."""
    event = sample("charge_refunded_without_list")
    event["type"], event["created"] = "charge.updated", event["created"] + 60
    event["data"]["object"]["amount_refunded"] = 0
    event["data"]["previous_attributes"] = {"amount_refunded": 1200}

    older = read(sample("charge_refunded_without_list")).facts[-1]
    newer = read(event).facts[-1]

    assert operation(older.body) == ("ch_1", 1200)
    assert operation(newer.body) == ("ch_1", 0)
    assert newer.revision > older.revision


def test_captures_in_parts_grow_with_their_revision():
    """With multicapture one charge is captured more than once: the newest sum counts."""
    event = sample("intent_requires_capture")
    event["data"]["object"] |= {"amount_capturable": 3000, "amount_received": 2000}
    charge = inner("charge_succeeded")
    charge["payment_method_details"]["card"]["multicapture"]["status"] = "available"
    charge["amount_captured"] = 2000

    part = read(event)
    of_charge = read(sample("charge_succeeded") | {"data": {"object": charge}})

    assert money(part) == [("authorized", "pi_1", 5000), ("captured", "ch_1", 2000)]
    assert money(of_charge) == [("captured", "ch_1", 2000)]
    assert all(
        fact.revision and not fact.body.final for fact in (part.facts[-1], of_charge.facts[-1])
    )


def test_an_authorisation_that_ran_out_is_expired_not_reversed():
    """Charge and intent name it alike; before basil the intent could only say `automatic`."""
    intent = inner("intent_canceled") | {"cancellation_reason": "expired"}

    assert ("authorization_expired", "pi_1", 5000) in money(read(intent))
    assert ("authorization_expired", "pi_1", 5000) in money(read(sample("charge_expired")))


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (1234, "eur", 1234),
        (1200, "jpy", 1200),
        (5120, "kwd", 5120),
        (500, "isk", 5),
        (500, "ugx", 5),
        (500, "mga", 50_000),
        (500, "huf", 500),
        (500, "twd", 500),
    ],
)
def test_amounts_are_minor_units_of_iso_4217(amount, currency, minor):
    """Stripe keeps decimals for ISK and UGX that they do not have, and none for MGA."""
    charge = inner("charge_succeeded") | {
        "amount": amount,
        "amount_captured": amount,
        "currency": currency,
    }

    assert money(read(charge)) == [("captured", "ch_1", minor)]


@pytest.mark.rule("X.18")
@pytest.mark.parametrize(("live", "test"), [(True, False), (False, True), (None, False)])
def test_stripes_test_mode_marks_facts_as_test(live, test):
    """`livemode: false` is play money."""
    assert {fact.test for fact in read(inner("charge_succeeded") | {"livemode": live}).facts} == {
        test
    }


def test_a_session_paid_in_another_currency_claims_nothing():
    """Its total is what the buyer saw, not what the intent is about."""
    session = inner("session_completed") | {"currency_conversion": {"source_currency": "usd"}}

    assert money(read(session)) == []


def test_a_session_of_old_that_does_not_say_when_it_was_made_is_as_old_as_its_event():
    """Sessions have `created` since 2022; accounts stay on the version that they began with."""
    event = sample("session_completed")
    del event["data"]["object"]["created"]

    assert money(read(event)) == [("captured", "pi_1", 5000)]
    assert {each.field for each in read(event["data"]["object"]).quarantined} == {"created"}


def test_a_paid_charge_is_one_that_succeeded():
    """That was the word until API version 2015-02-18."""
    charge = inner("charge_succeeded")

    assert money(read(charge | {"status": "paid"})) == money(read(charge))


def test_a_session_without_an_intent_stands_for_itself():
    """A subscription's session has an invoice instead; its own name carries the order."""
    reading = read(inner("session_completed") | {"payment_intent": None})

    assert money(reading) == [("captured", "cs_1", 5000)]
    assert {fact.reference for fact in reading.facts} == {"payment:stripe:cs_1"}


def test_a_session_takes_its_order_from_metadata_where_the_shop_gave_no_reference():
    """`client_reference_id` comes first."""
    session = inner("session_completed") | {"client_reference_id": None}

    reading = read(session | {"metadata": {"order_id": "7"}})

    assert reading.facts[0].body.alias == "order:7"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("session_completed", {"payment_status": "unpaid", "status": "open"}),
        ("session_completed", {"payment_status": "unpaid", "status": "expired"}),
        ("session_completed", {"payment_status": "no_payment_required", "amount_total": 0}),
        ("session_completed", {"payment_status": "no_payment_required"}),
        ("intent_failed", {"last_payment_error": None}),
        ("intent_failed", {"status": "requires_confirmation", "last_payment_error": None}),
    ],
)
def test_what_moved_no_money_yet_says_nothing_of_money(name, change):
    """An opened checkout and an intent without an attempt are only names."""
    assert money(read(inner(name) | change)) == []


def test_an_intent_without_names_is_ignored_with_a_reason():
    """Nothing to link and nothing paid: no fact, no quarantine."""
    bare = {"last_payment_error": None, "latest_charge": None, "metadata": {}}

    assert read(inner("intent_failed") | bare) == Reading(ignored="says nothing of money yet")


def test_a_failed_attempt_without_a_charge_is_the_intents():
    """Authentication fails before there is a charge."""
    error = {"last_payment_error": {"code": "authentication_required"}, "latest_charge": None}

    reading = read(inner("intent_failed") | error)

    assert money(reading) == [("failed", "pi_1", 5000)]
    assert reading.facts[-1].body.code == "authentication_required"


@pytest.mark.parametrize(
    ("metadata", "alias"),
    [
        ({"order_id": "1001"}, "order:1001"),
        ({"order_id": 1001}, "order:1001"),
        ({"order_number": "#7", "x": "y"}, "order:#7"),
        ({"order_id": "", "order_number": "7"}, "order:7"),
        ({"order_id": "two words"}, None),
        ({"order_id": "x" * 129}, None),
        ({"order_id": True}, None),
        ({}, None),
        (None, None),
    ],
)
def test_metadata_may_name_the_order(metadata, alias):
    """A name that no order key can hold is left alone."""
    facts = read(inner("intent_succeeded") | {"metadata": metadata}).facts

    found = [
        f.body.alias
        for f in facts
        if f.reference == "payment:stripe:pi_1" and hasattr(f.body, "alias")
    ]
    assert found == ([alias] if alias else [])


def test_links_lead_from_the_detail_to_the_general_and_never_back():
    """Charge and session to intent, intent to order; whatever arrives."""
    rank = {"ch": 0, "py": 0, "cs": 0, "pi": 1}
    for case in kit.samples(SOURCE):
        for fact in case.read().facts:
            if hasattr(fact.body, "alias"):
                assert fact.reference == fact.body.reference
                target = fact.body.alias.split(":")
                general = 2 if target[0] == "order" else rank[target[2][:2]]
                assert rank[fact.reference.split(":")[2][:2]] < general


def test_an_expanded_object_is_read_by_its_id():
    """Stripe puts the whole object where an id stood, if it is asked to."""
    charge = inner("charge_succeeded") | {"payment_intent": inner("intent_succeeded")}

    assert read(charge).facts[-1].reference == "payment:stripe:pi_1"


REFUSED = [
    (b"", "body"),
    (b"[", "body"),
    (b"1", ""),
    (b'"evt"', ""),
    (b"null", ""),
    (b"{}", "object"),
    (b'{"object": "Event"}', "object"),
    (b'{"object": ["charge"]}', "object"),
    (b'{"object": "event"}', "id"),
    (b'{"object": "v2.core.event", "type": "v1.refund.x"}', "related_object.type"),
    (
        {"object": "event", "id": "e", "type": "charge.x", "created": 1, "data": {"object": {}}},
        "data.object.object",
    ),
]
WRONG = [
    ("id", 1.5),
    ("id", ""),
    ("id", "ch 1"),
    ("id", None),
    ("amount", "5000"),
    ("amount", 50.0),
    ("amount", -1),
    ("amount", True),
    ("amount", 10**16),
    ("amount", None),
    ("created", "2024"),
    ("created", 10**15),
    ("currency", "euro"),
    ("currency", "xxx"),
    ("currency", None),
    ("captured", "yes"),
    ("status", None),
    ("amount_captured", -5),
    ("refunds", []),
    ("payment_intent", 7),
]


@pytest.mark.parametrize(("body", "field"), REFUSED)
def test_what_is_not_stripes_is_quarantined(body, field):
    """The field that gave it away is named."""
    reading = read(body)

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


@pytest.mark.parametrize(("field", "value"), WRONG)
def test_a_wrong_value_is_quarantined_by_the_name_of_its_field(field, value):
    """Never a float for an id, never text for money, never a currency that nobody has."""
    event = sample("charge_succeeded")
    event["data"]["object"][field] = value

    reading = read(event)

    assert reading.facts == ()
    assert reading.quarantined[0].field.removeprefix("data.object.").split(".")[0] == field


def test_a_fraction_of_a_currency_without_fractions_is_quarantined():
    """Forty and a half króna cannot be written down."""
    reading = read(inner("charge_succeeded") | {"currency": "isk", "amount_captured": 4050})

    assert reading.quarantined == (
        Quarantined(reason="is no whole amount of its currency", field="amount", value="4050 ISK"),
    )


def test_a_list_is_read_element_by_element_and_bounded():
    """One bad element takes nothing with it; a flood is refused."""
    charge = inner("charge_succeeded")

    few = read([charge, 7, {**charge, "id": "ch_7"}])
    many = read([1] * 251)

    assert money(few) == [("captured", "ch_1", 5000), ("captured", "ch_7", 5000)]
    assert [each.field for each in few.quarantined] == ["data.1"]
    assert many.quarantined[0].reason == "list over 250 elements"
    assert read([]).ignored


def test_ids_beyond_two_to_the_53_stay_exact():
    """Numbers in metadata are read as the integers that they are."""
    charge = inner("charge_succeeded") | {"metadata": {"order_id": 2**64 + 1}}

    assert read(charge).facts[0].body.alias == f"order:{2**64 + 1}"


def test_every_topic_of_ours_is_named_by_the_source():
    """The registry tells an operator which events to switch on."""
    types = {parse(case.body).get("type", "") for case in kit.samples(SOURCE)} - {
        "",
        "account.updated",
    }

    assert types <= set(TOPICS)
    assert (SOURCE.name, SOURCE.kind) == ("stripe", "payments")


def test_any_order_of_elements_gives_the_same_facts():
    """A list has no hidden order."""
    parts = [inner("charge_succeeded"), inner("refund_created"), inner("dispute_won")]

    assert len({frozenset(_ids(read(list(each)))) for each in permutations(parts)}) == 1


def _ids(reading):
    return [fact.event_id for fact in reading.facts]


def thin(event_type, **related):
    return {
        "id": "evt_1",
        "object": "v2.core.event",
        "type": event_type,
        "created": "2025-01-15T00:18:24.984Z",
        "livemode": True,
        "related_object": related,
    }


def test_a_thin_event_asks_for_the_object_that_it_names():
    """It says which object changed and nothing of it."""
    event = thin("v1.charge.refunded", id="ch_1", type="charge", url="/v1/charges/ch_1")

    [wanted] = read(event).wanted

    assert (wanted.what, wanted.id, wanted.path) == ("charge", "ch_1", "v1/charges/ch_1")
    assert wanted.topic == "charge.refunded"


@pytest.mark.parametrize(
    "event_type", ["v2.core.account[requirements].updated", "v1.billing.meter.no_meter_found"]
)
def test_a_thin_event_of_no_order_is_ignored(event_type):
    assert read(thin(event_type, id="x", type="billing.meter", url="/v1/x")).ignored


@pytest.mark.parametrize(
    ("related", "field"),
    [
        ({"id": "x", "type": "charge", "url": "https://example.com/x"}, "path"),
        ({"id": "x", "type": "charge", "url": "/../x"}, "path"),
        ({"id": "", "type": "charge", "url": "/v1/charges/x"}, "id"),
        ({"id": "x", "type": "coupon", "url": "/v1/coupons/x"}, "related_object.type"),
    ],
)
def test_a_thin_event_leads_nowhere_else(related, field):
    """What it names is a charge, a refund, a dispute, an intent or a session below the API."""
    reading = read(thin("v1.charge.refunded", **related))

    assert reading.wanted == ()
    assert [each.field for each in reading.quarantined] == [field]


def test_eventbridge_brings_the_event_in_its_detail():
    """The envelope adds nothing."""
    event = sample("charge_refunded_in_two")
    envelope = {"detail-type": event["type"], "source": "aws.partner/stripe.com/ed_1"}

    bodies = [fact.body for fact in read(envelope | {"detail": event}).facts]

    assert bodies == [fact.body for fact in read(event).facts]
    assert bodies
