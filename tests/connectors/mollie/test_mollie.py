"""What Mollie's objects come to, and what the ledger makes of them."""

from functools import partial

import pytest

from connectors.mollie import SOURCE
from connectors.mollie.table import CAPTURE, LINE, ORDER, PAYMENT, PAYMENT_LINK, REFUND
from tests.connectors import kit, ledger
from tests.connectors.kit import changed, only, read, sample


def told(name, **changes):
    return changed(sample(SOURCE, name), changes)


money = partial(ledger.money, SOURCE)
kinds = partial(ledger.operations, SOURCE)


def test_every_documented_status_has_a_row():
    """A status that Mollie documents is never reported as unknown."""
    assert set(PAYMENT) == {
        "open",
        "pending",
        "authorized",
        "canceled",
        "expired",
        "paid",
        "failed",
    }
    assert set(REFUND) == {"queued", "pending", "processing", "refunded", "failed", "canceled"}
    assert set(CAPTURE) == {"pending", "succeeded", "failed"}
    assert set(ORDER) == {
        "created",
        "paid",
        "authorized",
        "canceled",
        "shipping",
        "completed",
        "expired",
        "pending",
        "refunded",
    }
    assert set(LINE) == {"created", "authorized", "paid", "shipping", "canceled", "completed"}
    assert set(PAYMENT_LINK) == {"open", "paid", "expired"}


STATUSES = [
    ("payment_paid", "open", []),
    ("payment_paid", "pending", ["pending"]),
    ("payment_paid", "authorized", ["authorized"]),
    ("payment_paid", "canceled", ["failed"]),
    ("payment_paid", "expired", ["failed"]),
    ("payment_paid", "failed", ["failed"]),
    ("payment_paid", "paid", ["captured"]),
    ("payment_canceled_after_authorisation", "canceled", ["reversed"]),
    ("payment_canceled_after_authorisation", "expired", ["authorization_expired"]),
    ("payment_canceled_after_authorisation", "failed", ["failed"]),
    ("refund_pending", "queued", ["refund_requested"]),
    ("refund_pending", "pending", ["refund_requested"]),
    ("refund_pending", "processing", ["refund_requested"]),
    ("refund_pending", "refunded", ["refunded"]),
    ("refund_pending", "failed", ["refund_failed"]),
    ("refund_pending", "canceled", ["refund_failed"]),
    ("capture_by_itself", "pending", []),
    ("capture_by_itself", "succeeded", ["captured"]),
    ("capture_by_itself", "failed", ["capture_failed"]),
    ("order_paid", "created", []),
    ("order_paid", "pending", ["pending"]),
    ("order_paid", "authorized", ["authorized"]),
    ("order_paid", "paid", ["captured"]),
    ("order_paid", "shipping", []),
    ("order_paid", "completed", ["captured"]),
    ("order_paid", "canceled", ["failed"]),
    ("order_paid", "expired", ["failed"]),
    ("order_paid", "refunded", ["captured", "refunded"]),
]


@pytest.mark.parametrize(("name", "status", "then"), STATUSES)
def test_a_status_says_what_happened(name, status, then):
    """Whether an authorisation was there decides what its end is."""
    assert kinds(told(name, status=status)) == then


def test_every_status_is_tried():
    """The table above forgets no row of the connector's."""
    words = {status for _, status, _ in STATUSES}

    assert words == {*PAYMENT, *REFUND, *CAPTURE, *ORDER}


@pytest.mark.parametrize(("word", "then"), [("open", []), ("paid", ["captured"]), ("expired", [])])
def test_a_payment_link_claims_what_was_paid_by_it(word, then):
    """Its payments have names of their own and are fetched."""
    event = told("event_of_a_payment_link", **{"_embedded.entity.status": word})

    assert kinds(event) == then
    assert [each.id for each in read(SOURCE, event).wanted] == ["pl_4Y0eZitmBnQ5jsBYZIBw"]


def test_an_event_with_its_entity_needs_nothing_fetched():
    """The entity is the same object as a fetched one."""
    payment = sample(SOURCE, "payment_paid")
    event = told("event_that_only_names_its_entity", _embedded={"entity": payment})

    assert money(event) == money(payment)
    assert read(SOURCE, event).wanted == ()


def test_an_event_with_an_entity_that_is_not_ours_is_quarantined():
    """It is named by its place in the event."""
    event = told("event_of_a_payment_link", **{"_embedded.entity.resource": "terminal"})

    assert read(SOURCE, event).quarantined[0].field == "_embedded.entity.resource"


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("name", "path", "field"),
    [
        ("payment_paid", "status", "payment.status"),
        ("refund_pending", "status", "refund.status"),
        ("capture_by_itself", "status", "capture.status"),
        ("order_paid", "status", "order.status"),
        ("event_of_a_payment_link", "_embedded.entity.status", "payment-link.status"),
    ],
)
def test_an_unknown_word_is_reported(name, path, field):
    """A new word of Mollie is a fact of its own, never a guess."""
    payload = told(name, **{path: "teleported"})

    unknown = only(read(SOURCE, payload), "source.unknown_reported")
    assert (unknown.body.field, unknown.body.value) == (field, "teleported")
    assert money(payload) == []


def test_an_unknown_word_of_a_line_is_reported_beside_what_the_order_says():
    """The order's own status still counts."""
    word, name = {"lines.0.status": "teleported"}, {"lines.0.id": "odl_1.1l9vx0"}
    payload = told("order_paid", **word, **name)

    assert only(read(SOURCE, payload), "source.unknown_reported").body.value == "teleported"
    assert kinds(payload) == ["captured"]


STORIES = {
    "open, then paid": (["payment_open", "payment_paid"], ("paid", 0, 5000, 0, 0)),
    "refunded in part": (
        ["payment_paid", "payment_refunded_in_part", "refund_pending"],
        ("partially_refunded", 0, 5000, 1200, 0),
    ),
    "refunded, by its sum alone": (
        ["payment_refunded_without_list"],
        ("partially_refunded", 0, 5000, 1200, 0),
    ),
    "captured in part": (
        ["payment_authorized_and_captured_in_part", "capture_by_itself"],
        ("partially_paid", 2000, 3000, 0, 0),
    ),
    "captured, by its sum alone": (
        ["payment_captured_without_list"],
        ("partially_paid", 0, 4000, 0, 0),
    ),
    "charged back": (["payment_paid", "payment_charged_back"], ("refunded", 0, 5000, 5000, 0)),
    "charged back and reversed": (
        ["payment_paid", "payment_charged_back", "payment_charge_back_reversed"],
        ("paid", 0, 5000, 0, 0),
    ),
    "an order, by its status and by its payments": (
        ["order_paid", "order_with_its_payments"],
        ("partially_refunded", 0, 5000, 1200, 0),
    ),
    "cancelled after its authorisation": (
        ["payment_canceled_after_authorisation"],
        ("in_progress", 0, 0, 0, 0),
    ),
    "ran out": (["payment_expired"], ("failed", 0, 0, 0, 0)),
}


@pytest.mark.rule("X.1")
@pytest.mark.parametrize("name", STORIES)
def test_every_order_of_arrival_and_every_repeat_ends_in_the_same_ledger(name):
    """Documents late, twice or of different detail: the money is the same."""
    names, then = STORIES[name]

    assert ledger.ledger_of(SOURCE, *(sample(SOURCE, each) for each in names)) == then


def test_a_charge_back_may_be_written_with_a_minus():
    """As it was until 2019; what it says is the same."""
    payload = sample(SOURCE, "chargeback_by_itself")
    value = payload["amount"]["value"]

    negative = changed(payload, {"amount.value": f"-{value}"})
    assert kit.said(read(SOURCE, negative)) == kit.said(read(SOURCE, payload))


def test_sums_count_only_where_their_parts_are_not_listed():
    """A list that is there says it all, whatever the sum."""
    listed = told("payment_refunded_in_part", **{"_embedded.refunds": []})

    assert kinds(listed) == ["captured"]
    assert money(told("payment_paid", amountChargedBack={"value": "50.00", "currency": "EUR"}))[
        1
    ] == ("dispute_lost", "tr_7UhSN1zuXS", 5000)


@pytest.mark.parametrize(
    ("body", "what", "way"),
    [
        (b"id=tr_1", "payment", "v2/payments/tr_1?embed=captures,refunds,chargebacks"),
        (b"id=ord_1&testmode=1", "order", "v2/orders/ord_1?embed=payments,refunds"),
        (b"id=pl_1", "payments", "v2/payment-links/pl_1/payments"),
        (b'{"id": "tr_1"}', "payment", "v2/payments/tr_1?embed=captures,refunds,chargebacks"),
    ],
)
def test_an_id_alone_has_its_document_fetched(body, what, way):
    """A classic webhook says nothing else, and is not signed."""
    reading = read(SOURCE, body)

    [wanted] = reading.wanted
    assert (wanted.source, wanted.account) == ("mollie", "acme/shop")
    assert (wanted.what, wanted.topic, wanted.path) == (what, what, way)
    assert reading.facts == ()


@pytest.mark.parametrize(
    "body",
    [b"id=tr_..%2F..%2Fadmin", b"id=tr_", b"id=tr_1%3Fx", b"id=xx_1", b"id=tr_%C3%A9", b"id="],
)
def test_an_id_that_leads_elsewhere_is_quarantined(body):
    """It becomes part of an address, so it holds letters and digits alone."""
    reading = read(SOURCE, body)

    assert reading.wanted == ()
    assert [each.field for each in reading.quarantined] == ["id"]


@pytest.mark.rule("X.18")
@pytest.mark.parametrize(("mode", "test"), [("live", False), ("test", True), (None, False)])
def test_the_test_mode_marks_facts_as_test(mode, test):
    """Play money."""
    facts = read(SOURCE, told("payment_paid", mode=mode)).facts

    assert {fact.test for fact in facts} == {test}


@pytest.mark.parametrize(
    ("metadata", "alias"),
    [
        ({"order_id": 1001}, "order:1001"),
        ({"order_number": "#7"}, "order:#7"),
        ("1001", "order:1001"),
        ('{"order_id": 1001}', None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_metadata_name_the_order(metadata, alias):
    """As a key, or as they are."""
    facts = read(SOURCE, told("payment_paid", metadata=metadata)).facts
    aliases = [fact.body.alias for fact in facts if hasattr(fact.body, "alias")]

    assert aliases == ([alias] if alias else [])


WRONG = [
    ("id", 7, "id"),
    ("id", "tr_1/../x", "id"),
    ("status", None, "status"),
    ("amount", "50.00", "amount"),
    ("amount.value", 50.0, "amount.value"),
    ("amount.value", "-50.00", "amount.value"),
    ("amount.value", "50.001", "amount.value"),
    ("amount.currency", "euro", "amount.currency"),
    ("amount.currency", "XXX", "currency"),
    ("createdAt", "2024-03-01", "createdAt"),
    ("createdAt", None, "createdAt"),
    ("paidAt", 1709280000, "paidAt"),
    ("_embedded", {"refunds": {}}, "_embedded.refunds"),
]


@pytest.mark.parametrize(("path", "value", "field"), WRONG)
def test_a_wrong_value_is_quarantined_by_the_name_of_its_field(path, value, field):
    """Never a float for money, never a time without its offset."""
    reading = read(SOURCE, told("payment_paid", **{path: value}))

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "resource"),
        ({"resource": "profile", "id": "pfl_1"}, "resource"),
        ({"id": "ch_1", "object": "charge"}, "resource"),
        ({"id": 1}, "id"),
        ({"resource": "event"}, "id"),
        (b"order=1", "resource"),
    ],
)
def test_what_is_not_mollies_is_quarantined(payload, field):
    """The field that gave it away is named."""
    reading = read(SOURCE, payload)

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]
