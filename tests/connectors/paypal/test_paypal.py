"""What PayPal's objects come to, and what the ledger makes of them."""

from functools import partial

import pytest

from connectors.paypal import SOURCE
from connectors.paypal.table import (
    AUTHORIZATION,
    CAPTURE,
    DISPUTE,
    ORDER,
    OUTCOME,
    REFUND,
    TOPICS,
)
from tests.connectors import ledger
from tests.connectors.kit import DELETE, changed, only, read, sample

CAPTURE_ID = "8AB12345CD678901E"


def told(name, **changes):
    """A sample with some of its resource changed: `status="PENDING"`."""
    paths = {f"resource.{path}": value for path, value in changes.items()}
    return changed(sample(SOURCE, name), paths)


def inner(name, **changes):
    """The resource of a sample by itself, as it is when it was fetched."""
    return changed(sample(SOURCE, name)["resource"], changes)


money = partial(ledger.money, SOURCE)
kinds = partial(ledger.operations, SOURCE)


def test_every_documented_status_has_a_row():
    """A status that PayPal documents is never reported as unknown."""
    assert set(CAPTURE) == {
        *("COMPLETED", "DECLINED", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "FAILED"),
        "DENIED",
    }
    assert set(AUTHORIZATION) == {
        *("CREATED", "CAPTURED", "DENIED", "PARTIALLY_CAPTURED", "VOIDED", "PENDING"),
        *("AUTHORIZED", "EXPIRED"),
    }
    assert set(REFUND) == {"CANCELLED", "FAILED", "PENDING", "COMPLETED"}
    assert set(ORDER) == {
        *("CREATED", "SAVED", "APPROVED", "VOIDED", "COMPLETED", "PAYER_ACTION_REQUIRED"),
    }
    assert set(DISPUTE) == {
        *("OPEN", "WAITING_FOR_BUYER_RESPONSE", "WAITING_FOR_SELLER_RESPONSE"),
        *("UNDER_REVIEW", "RESOLVED", "OTHER"),
    }
    assert set(OUTCOME) == {
        *("RESOLVED_BUYER_FAVOUR", "RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT"),
        *("CANCELED_BY_BUYER", "ACCEPTED", "DENIED", "NONE"),
    }


STATUSES = [
    ("capture_completed", "COMPLETED", ["captured"]),
    ("capture_completed", "DECLINED", ["failed"]),
    ("capture_completed", "DENIED", ["failed"]),
    ("capture_completed", "FAILED", ["failed"]),
    ("capture_completed", "PARTIALLY_REFUNDED", ["captured"]),
    ("capture_completed", "PENDING", ["pending"]),
    ("capture_completed", "REFUNDED", ["captured", "refunded"]),
    ("authorization_created", "AUTHORIZED", ["authorized"]),
    ("authorization_created", "CAPTURED", ["authorized", "captured"]),
    ("authorization_created", "CREATED", ["authorized"]),
    ("authorization_created", "DENIED", ["failed"]),
    ("authorization_created", "EXPIRED", ["authorization_expired"]),
    ("authorization_created", "PARTIALLY_CAPTURED", ["authorized"]),
    ("authorization_created", "PENDING", ["pending"]),
    ("authorization_created", "VOIDED", ["reversed"]),
    ("capture_refunded", "CANCELLED", ["refund_failed"]),
    ("capture_refunded", "COMPLETED", ["refunded"]),
    ("capture_refunded", "FAILED", ["refund_failed"]),
    ("capture_refunded", "PENDING", ["refund_requested"]),
    ("order_approved", "APPROVED", ["pending"]),
    ("order_approved", "COMPLETED", ["captured"]),
    ("order_approved", "CREATED", []),
    ("order_approved", "PAYER_ACTION_REQUIRED", ["pending"]),
    ("order_approved", "SAVED", []),
    ("order_approved", "VOIDED", ["reversed"]),
    ("dispute_created", "OPEN", ["disputed"]),
    ("dispute_created", "OTHER", ["disputed"]),
    ("dispute_created", "RESOLVED", ["disputed", "dispute_won"]),
    ("dispute_created", "UNDER_REVIEW", ["disputed"]),
    ("dispute_created", "WAITING_FOR_BUYER_RESPONSE", ["disputed"]),
    ("dispute_created", "WAITING_FOR_SELLER_RESPONSE", ["disputed"]),
]


@pytest.mark.parametrize(("name", "status", "then"), STATUSES)
def test_a_status_says_what_happened(name, status, then):
    """In an event and by itself."""
    assert kinds(told(name, status=status)) == then
    assert kinds(inner(name, status=status)) == then


@pytest.mark.parametrize(("name", "status", "then"), STATUSES[:19])
def test_the_first_version_writes_its_states_in_lower_case(name, status, then):
    """Of captures, authorisations and refunds; it has no orders of this kind."""
    assert kinds(inner(name, status=DELETE) | {"state": status.lower()}) == then


def test_every_status_is_tried():
    """The table above forgets no row of the connector's."""
    tables = [CAPTURE, AUTHORIZATION, REFUND, ORDER, DISPUTE]

    assert {status for _, status, _ in STATUSES} == {word for each in tables for word in each}


@pytest.mark.parametrize(("code", "ended"), OUTCOME.items())
def test_the_outcome_of_a_dispute_says_who_pays(code, ended):
    """Lost where the seller does."""
    resolved = told("dispute_lost", **{"dispute_outcome.outcome_code": code})

    assert kinds(resolved) == ["disputed", f"dispute_{ended}"]


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("name", "path", "field"),
    [
        ("capture_completed", "status", "capture.status"),
        ("authorization_created", "status", "authorization.status"),
        ("capture_refunded", "status", "refund.status"),
        ("order_approved", "status", "order.status"),
        ("dispute_created", "status", "dispute.status"),
        ("dispute_lost", "dispute_outcome.outcome_code", "dispute_outcome.outcome_code"),
    ],
)
def test_an_unknown_word_is_reported(name, path, field):
    """A new word of PayPal is a fact of its own, and money moves at most as it did before."""
    reading = read(SOURCE, told(name, **{path: "TELEPORTED"}))

    unknown = only(reading, "source.unknown_reported")
    assert (unknown.body.field, unknown.body.value) == (field, "TELEPORTED")
    assert set(kinds(told(name, **{path: "TELEPORTED"}))) <= {"disputed"}


def test_every_topic_is_of_a_kind_we_read():
    """The registry tells an operator which events to switch on."""
    names = {sample(SOURCE, name)["event_type"] for name, _, _ in STATUSES[::8]}

    assert names <= set(TOPICS)
    assert SOURCE.kind == "payments"


STORIES = {
    "approved, captured": (
        ["order_approved", "capture_completed", "order_completed_without_payments"],
        ("paid", 0, 5000, 0, 0),
    ),
    "approved only": (["order_approved"], ("in_progress", 0, 0, 0, 0)),
    "pending, then completed": (
        ["capture_pending", "capture_completed"],
        ("paid", 0, 5000, 0, 0),
    ),
    "authorised": (["authorization_created"], ("authorized", 5000, 0, 0, 0)),
    "voided": (
        ["authorization_created", "authorization_voided"],
        ("in_progress", 0, 0, 0, 0),
    ),
    "refunded in part, told twice": (
        ["capture_completed", "capture_refunded", "order_completed_with_payments"],
        ("partially_refunded", 0, 5000, 1200, 0),
    ),
    "a refund failed after all": (
        ["capture_completed", "capture_refunded", "refund_failed"],
        ("paid", 0, 5000, 0, 0),
    ),
    "disputed": (["capture_completed", "dispute_created"], ("disputed", 0, 5000, 0, 5000)),
    "disputed, taken back, lost": (
        ["capture_completed", "dispute_created", "capture_reversed", "dispute_lost"],
        ("refunded", 0, 5000, 5000, 0),
    ),
    "taken back without a dispute": (
        ["capture_completed", "capture_reversed"],
        ("refunded", 0, 5000, 5000, 0),
    ),
}


@pytest.mark.rule("X.1")
@pytest.mark.parametrize("name", STORIES)
def test_every_order_of_arrival_and_every_repeat_ends_in_the_same_ledger(name):
    """Events late, twice or met by a fetched order: the money is the same."""
    names, then = STORIES[name]

    assert ledger.ledger_of(SOURCE, *(sample(SOURCE, each) for each in names)) == then


def test_a_dispute_that_is_won_leaves_the_money():
    """After it was lost, or instead."""
    won = told("dispute_lost", **{"dispute_outcome.outcome_code": "RESOLVED_SELLER_FAVOUR"})
    later = changed(won, {"resource.update_time": "2024-04-01T00:00:00Z"})
    names = ("capture_completed", "capture_reversed", "dispute_lost")

    assert kinds(later) == ["disputed", "dispute_won"]
    told_of = [sample(SOURCE, name) for name in names]
    assert ledger.ledger_of(SOURCE, *told_of, later) == ("paid", 0, 5000, 0, 0)


def test_an_order_tells_of_its_authorisations_too():
    """As an event of each would, under the order's name."""
    granted = sample(SOURCE, "authorization_created")["resource"]
    order = changed(
        sample(SOURCE, "order_completed_with_payments"),
        {"purchase_units.0.payments": {"authorizations": [granted]}},
    )

    assert money(order) == [("authorized", granted["id"], 5000)]


@pytest.mark.parametrize(
    "payload",
    [
        told("capture_reversed"),
        told("capture_completed") | {"event_type": "PAYMENT.CAPTURE.REVERSED"},
        changed(told("capture_completed"), {"resource.amount.value": "-50.00"})
        | {"event_type": "PAYMENT.SALE.REVERSED"},
    ],
)
def test_what_paypal_takes_back_is_named_by_the_capture(payload):
    """Whether its object is a refund, the capture itself, or a sale of the first version."""
    assert money(payload) == [("dispute_lost", CAPTURE_ID, 5000)]


def test_a_part_of_a_dispute_may_have_gone_back():
    """`amount_refunded` says how much."""
    part = told("dispute_lost", **{"dispute_outcome.amount_refunded.value": "20.00"})

    assert money(part)[-1] == ("dispute_lost", CAPTURE_ID, 2000)


def test_a_dispute_of_several_transactions_is_one_operation_for_each():
    """Each for its own amount, which has to be there."""
    one = {"seller_transaction_id": "A1", "gross_amount": {"currency_code": "EUR", "value": "5"}}
    two = {"seller_transaction_id": "A2", "gross_amount": {"currency_code": "EUR", "value": "7"}}
    both = told("dispute_created", disputed_transactions=[one, two])
    unclear = told("dispute_created", disputed_transactions=[one, {"seller_transaction_id": "A2"}])

    assert money(both) == [("disputed", "A1", 500), ("disputed", "A2", 700)]
    assert read(SOURCE, unclear).quarantined[0].field == "disputed_transactions.gross_amount"


@pytest.mark.rule("X.18")
def test_the_sandbox_marks_facts_as_test():
    """Only its links say so."""
    sandbox = "https://api.sandbox.paypal.com/v2/payments/captures/8AB12345CD678901E"
    payload = told("capture_completed", links=[{"rel": "self", "href": sandbox}])

    assert {fact.test for fact in read(SOURCE, payload).facts} == {True}
    assert {fact.test for fact in read(SOURCE, told("capture_completed")).facts} == {False}


@pytest.mark.parametrize(
    ("custom", "invoice", "alias"),
    [
        ("1001", "SHOP-1001", "order:1001"),
        ("", "SHOP-1001", "order:SHOP-1001"),
        (None, "SHOP-1001", "order:SHOP-1001"),
        ('{"a": 1}', "SHOP-1001", "order:SHOP-1001"),
        ("two words", None, None),
    ],
)
def test_the_shops_own_fields_name_the_order(custom, invoice, alias):
    """A field that no order key can hold is left alone."""
    facts = read(SOURCE, told("capture_completed", custom_id=custom, invoice_id=invoice)).facts
    aliases = [fact.body.alias for fact in facts if hasattr(fact.body, "alias")]

    assert [each for each in aliases if each.startswith("order:")] == ([alias] if alias else [])


def test_an_event_as_a_shop_hands_it_to_paypal_is_read_too():
    """The request that asks whether a signature holds contains it."""
    event = told("capture_completed")

    assert money({"webhook_id": "1", "webhook_event": event}) == money(event)


WRONG = [
    ("id", 1.5, "id"),
    ("id", None, "id"),
    ("status", None, "status"),
    ("amount", None, "amount"),
    ("amount.value", 1e30, "amount.value"),
    ("amount.value", "fifty", "amount.value"),
    ("amount.value", None, "amount.value"),
    ("amount.value", "-50.00", "amount.value"),
    ("amount.value", "50.001", "amount.value"),
    ("amount.currency_code", "eur", "amount.currency_code"),
    ("amount.currency_code", "XXX", "currency"),
    ("create_time", "2024-03-01T09:00:00", "create_time"),
    ("create_time", 1709280000, "create_time"),
    ("links", {}, "links"),
]


@pytest.mark.parametrize(("path", "value", "field"), WRONG)
def test_a_wrong_value_is_quarantined_by_the_name_of_its_field(path, value, field):
    """Never a float that was rounded, never a capture of less than nothing."""
    without_links = {"resource_type": "capture"}
    reading = read(SOURCE, told("capture_completed", **{path: value}) | without_links)

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


def test_an_event_that_no_order_needs_may_hold_anything():
    """The vendor's own samples of subscriptions are from the 19th month of 2018."""
    event = {"event_type": "BILLING.PLAN.ACTIVATED", "create_time": "2018-19-12T22:20:32.000Z"}

    assert read(SOURCE, event).ignored == "BILLING.PLAN.ACTIVATED: no order needs it"


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "links"),
        ({"id": "evt_1", "object": "event"}, "links"),
        ({"event_type": "PAYMENT.CAPTURE.COMPLETED"}, "id"),
        ({"webhook_event": {}}, "webhook_event.links"),
        (
            {
                "id": "W",
                "event_type": "PAYMENT.CAPTURE.COMPLETED",
                "create_time": "2024-03-01T09:00:00Z",
                "resource": {},
            },
            "resource.links",
        ),
    ],
)
def test_what_is_not_paypals_is_quarantined(payload, field):
    """The field that gave it away is named."""
    reading = read(SOURCE, payload)

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


def test_an_order_of_two_currencies_is_quarantined():
    """They cannot be added."""
    units = [{"amount": {"currency_code": code, "value": "5.00"}} for code in ("EUR", "USD")]

    reading = read(SOURCE, told("order_approved", purchase_units=units))

    assert reading.facts == ()
    assert reading.quarantined[0].value == "EUR, USD"
