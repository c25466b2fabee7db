"""What Square's objects come to, and what the ledger and the orders make of them."""

from functools import partial

import pytest

from connectors.square import SOURCE
from connectors.square.table import DISPUTE, FULFILMENT, ORDER, PAYMENT, REFUND
from tests.connectors import kit, ledger
from tests.connectors.kit import DELETE, changed, only, read, sample, story


def told(name, kind, **changes):
    """A sample with some of its object changed."""
    payload = sample(SOURCE, name)
    prefix = f"data.object.{kind}" if "data" in payload else kind
    return changed(payload, {f"{prefix}.{path}": value for path, value in changes.items()})


kinds = partial(ledger.operations, SOURCE)


def test_every_documented_word_has_a_row():
    """A word that Square documents is never reported as unknown."""
    assert set(PAYMENT) == {"APPROVED", "PENDING", "COMPLETED", "CANCELED", "FAILED"}
    assert set(REFUND) == {"PENDING", "COMPLETED", "REJECTED", "FAILED", "APPROVED"}
    assert set(ORDER) == {"OPEN", "COMPLETED", "CANCELED", "DRAFT"}
    assert set(FULFILMENT) == {
        *("PROPOSED", "RESERVED", "PREPARED", "COMPLETED", "CANCELED", "FAILED")
    }
    assert set(DISPUTE) == {
        *("INQUIRY_EVIDENCE_REQUIRED", "INQUIRY_PROCESSING", "INQUIRY_CLOSED"),
        *("EVIDENCE_REQUIRED", "PROCESSING", "WON", "LOST", "ACCEPTED"),
    }


@pytest.mark.parametrize(
    ("status", "then"),
    [
        ("APPROVED", "authorized"),
        ("CANCELED", "reversed"),
        ("COMPLETED", "captured"),
        ("FAILED", "failed"),
        ("PENDING", "pending"),
    ],
)
def test_the_status_of_a_payment_says_what_happened(status, then):
    """In an event, and in the answer to a request."""
    event = told("payment_completed", "payment", status=status)

    assert kinds(event) == [then]
    assert kinds({"payment": event["data"]["object"]["payment"]}) == [then]
    assert kinds({"payments": [event["data"]["object"]["payment"]]}) == [then]


@pytest.mark.parametrize(
    ("status", "then"),
    [
        ("APPROVED", "refunded"),
        ("COMPLETED", "refunded"),
        ("FAILED", "refund_failed"),
        ("PENDING", "refund_requested"),
        ("REJECTED", "refund_failed"),
    ],
)
def test_the_status_of_a_refund_says_what_happened(status, then):
    """APPROVED is the older word."""
    assert kinds(told("refund_completed", "refund", status=status)) == [then]


@pytest.mark.parametrize(
    ("state", "then"),
    [
        ("ACCEPTED", ["disputed", "dispute_lost"]),
        ("EVIDENCE_REQUIRED", ["disputed"]),
        ("INQUIRY_CLOSED", ["disputed", "dispute_won"]),
        ("INQUIRY_EVIDENCE_REQUIRED", ["disputed"]),
        ("INQUIRY_PROCESSING", ["disputed"]),
        ("LOST", ["disputed", "dispute_lost"]),
        ("PROCESSING", ["disputed"]),
        ("WON", ["disputed", "dispute_won"]),
    ],
)
def test_the_state_of_a_dispute_says_how_it_stands(state, then):
    """Open until somebody decided it."""
    assert kinds(told("dispute_created", "dispute", state=state)) == then


@pytest.mark.parametrize(
    ("state", "document", "implied"),
    [
        ("OPEN", "order.revised", None),
        ("COMPLETED", "order.revised", "order.marked_shipped"),
        ("CANCELED", "order.revised", "order.cancelled_at_source"),
        ("DRAFT", "order.saved", None),
    ],
)
def test_the_state_of_an_order_says_what_it_is(state, document, implied):
    """Without a fulfilment a completed order was sold over the counter."""
    reading = read(SOURCE, told("order_open", "order", state=state, fulfillments=[]))

    said = kit.kinds(reading)
    assert said[0] == document
    assert (implied in said) if implied else not {"order.marked_shipped"} & set(said)


@pytest.mark.parametrize(
    ("way", "state", "then"),
    [
        ("SHIPMENT", "PROPOSED", []),
        ("SHIPMENT", "RESERVED", []),
        ("SHIPMENT", "PREPARED", ["shipment.packed"]),
        ("SHIPMENT", "COMPLETED", ["shipment.handed_over"]),
        ("PICKUP", "COMPLETED", ["shipment.handed_over", "shipment.collected"]),
        ("DELIVERY", "COMPLETED", ["shipment.handed_over", "shipment.delivered_marked"]),
        ("SHIPMENT", "CANCELED", ["shipment.cancelled"]),
        ("PICKUP", "FAILED", ["shipment.cancelled"]),
    ],
)
def test_the_state_of_a_fulfilment_says_how_far_it_is(way, state, then):
    """What is done was collected, delivered, or given to the carrier."""
    fulfilment = {"uid": "f", "type": way, "state": state}
    reading = read(SOURCE, told("order_open", "order", fulfillments=[fulfilment]))

    said = [kind for kind in kit.kinds(reading) if kind.startswith("shipment.")]
    assert said == ["shipment.created", *then]


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("name", "kind", "path", "field"),
    [
        ("payment_completed", "payment", "status", "payment.status"),
        ("refund_completed", "refund", "status", "refund.status"),
        ("dispute_created", "dispute", "state", "dispute.state"),
        ("order_open", "order", "state", "order.state"),
        ("order_open", "order", "fulfillments.0.state", "fulfillments.state"),
    ],
)
def test_an_unknown_word_is_reported(name, kind, path, field):
    """A new word of Square is a fact of its own, never a guess."""
    reading = read(SOURCE, told(name, kind, **{path: "TELEPORTED"}))

    unknown = only(reading, "source.unknown_reported")
    assert (unknown.body.field, unknown.body.value) == (field, "TELEPORTED")


STORIES = {
    "authorised": (["payment_created"], ("authorized", 5000, 0, 0, 0)),
    "captured": (["payment_created", "payment_completed"], ("paid", 0, 5000, 0, 0)),
    "voided": (["payment_created", "payment_canceled"], ("in_progress", 0, 0, 0, 0)),
    "refunded in part, told three ways": (
        ["payment_completed", "payment_refunded_in_part", "refund_created", "refund_completed"],
        ("partially_refunded", 0, 5000, 1200, 0),
    ),
    "a refund was rejected after all": (
        ["payment_completed", "refund_created", "refund_completed", "refund_rejected"],
        ("paid", 0, 5000, 0, 0),
    ),
    "disputed": (["payment_completed", "dispute_created"], ("disputed", 0, 5000, 0, 5000)),
    "dispute won": (
        ["payment_completed", "dispute_created", "dispute_won"],
        ("paid", 0, 5000, 0, 0),
    ),
    "dispute lost": (
        ["payment_completed", "dispute_created", "dispute_lost"],
        ("refunded", 0, 5000, 5000, 0),
    ),
}


@pytest.mark.rule("X.1")
@pytest.mark.parametrize("name", STORIES)
def test_every_order_of_arrival_and_every_repeat_ends_in_the_same_ledger(name):
    """Events late or twice: the money is the same."""
    names, then = STORIES[name]

    assert ledger.ledger_of(SOURCE, *(sample(SOURCE, each) for each in names)) == then


@pytest.mark.rule("X.1")
def test_of_two_versions_of_a_payment_the_newer_one_counts():
    """A tip may be added later; nothing contradicts then."""
    tipped = told(
        "payment_completed",
        "payment",
        total_money={"amount": 5500, "currency": "EUR"},
        updated_at="2024-03-01T12:00:00.000Z",
    )

    order = story(SOURCE, sample(SOURCE, "payment_completed"), tipped)

    assert [(one.amount, one.final) for one in order.operations.values()] == [(5500, True)]


@pytest.mark.rule("X.1")
def test_an_order_and_its_payment_in_any_order_are_one_order():
    """Tenders claim what the payment tells, and nothing is counted twice."""
    names = ("order_open", "order_shipped_and_collected", "payment_completed")

    order = story(SOURCE, *(sample(SOURCE, name) for name in names))

    assert (order.derived.money.captured, str(order.derived.money.state)) == (5000, "paid")
    assert (order.derived.goods.ordered, order.derived.goods.handed_over) == (3, 3)


def test_an_order_of_nobody_without_prices_is_an_order():
    """At the counter nobody asks for a name, and a gift costs nothing."""
    bare = {"uid": "line-a", "name": "Gift", "quantity": "1"}
    told_bare = told(
        "order_over_the_counter", "order", line_items=[bare], customer_id="", tenders=[]
    )

    document = read(SOURCE, told_bare).facts[0].body
    assert (document.customer, document.lines[0].unit_price) == (None, 0)


@pytest.mark.rule("X.18")
@pytest.mark.parametrize(("environment", "test"), [("Sandbox", True), ("Production", False)])
def test_the_sandbox_marks_facts_as_test(environment, test):
    """A header says so; the order is marked as well as its money."""
    for name in ("payment_completed", "order_open"):
        reading = read(SOURCE, sample(SOURCE, name), square_environment=environment)
        assert {fact.test for fact in reading.facts} == {test}


@pytest.mark.parametrize("name", ["order_created", "order_updated", "order_fulfillment_updated"])
def test_a_change_of_an_order_has_it_fetched(name):
    """The event holds its id alone."""
    event = changed(sample(SOURCE, "order_updated"), {"data.object": {name: {"order_id": "Ab1"}}})

    [wanted] = read(SOURCE, event).wanted
    assert (wanted.what, wanted.path) == ("order", "v2/orders/Ab1")


def test_a_dispute_of_the_older_event_has_its_id_under_another_name():
    """`dispute.state.changed` says `dispute_id` where its successor says `id`."""
    newer = told("dispute_won", "dispute")
    name = newer["data"]["object"]["dispute"]["id"]
    older = told("dispute_won", "dispute", id=DELETE, dispute_id=name)

    renamed = changed(older, {"type": "dispute.state.changed"})
    assert kit.said(read(SOURCE, renamed)) == kit.said(read(SOURCE, newer))


def test_what_a_terminal_was_asked_to_pay_back_is_no_second_refund():
    """The refund that comes of it has another id, so both would be counted."""
    refund = sample(SOURCE, "refund_completed")["data"]["object"]["refund"]
    asked = refund | {"id": "termapia:1", "device_id": "D7", "refund_id": refund["id"]}

    for payload in ({"refund": asked}, {"refunds": [asked]}):
        reading = read(SOURCE, payload)
        assert reading.facts == ()
        assert reading.ignored


def test_an_event_of_something_deleted_needs_no_object():
    """What no order needs is ignored whatever it holds."""
    event = sample(SOURCE, "inventory_event")
    event |= {"type": "invoice.deleted", "data": {"type": "invoice", "id": "i", "deleted": True}}

    assert read(SOURCE, event).ignored == "invoice.deleted: no order needs it"


@pytest.mark.parametrize("name", ["../admin", "", None, 7, "a b"])
def test_an_id_that_leads_elsewhere_is_quarantined(name):
    """It becomes part of an address, so it holds letters and digits alone."""
    event = told("order_updated", "order_updated", order_id=name)

    reading = read(SOURCE, event)
    assert reading.wanted == ()
    assert reading.quarantined[0].field == "data.object.order_updated.order_id"


@pytest.mark.parametrize(
    ("reference", "order", "alias"),
    [("1001", "SQ", "order:1001"), ("", "SQ", "order:SQ"), (None, None, None)],
)
def test_a_payment_names_the_shops_order_before_squares_own(reference, order, alias):
    """`reference_id` is what the shop wrote."""
    payment = told("payment_completed", "payment", reference_id=reference, order_id=order)
    aliases = [f.body.alias for f in read(SOURCE, payment).facts if hasattr(f.body, "alias")]

    assert aliases == ([alias] if alias else [])


def test_a_refund_without_a_payment_is_known_by_its_order():
    """Unlinked refunds go to a card that nobody paid with."""
    facts = read(SOURCE, told("refund_completed", "refund", payment_id=DELETE)).facts

    assert facts[0].body.alias == "order:haOyDuHiqtAXMk0d8pDKXpL7Jg4F"
    assert facts[1].reference == facts[0].reference


WRONG = [
    ("payment_completed", "payment", "id", 1.5, "id"),
    ("payment_completed", "payment", "status", None, "status"),
    ("payment_completed", "payment", "total_money.amount", "50", "total_money.amount"),
    ("payment_completed", "payment", "total_money.amount", 50.0, "total_money.amount"),
    ("payment_completed", "payment", "total_money.amount", -1, "total_money.amount"),
    ("payment_completed", "payment", "total_money.currency", "XXX", "currency"),
    ("payment_completed", "payment", "created_at", "2024-03-01T09:00:00", "created_at"),
    ("order_open", "order", "version", 1.5, "version"),
    ("order_open", "order", "total_money", None, "total_money"),
    ("order_open", "order", "line_items.0.quantity", "-1", "line_items.0.quantity"),
    ("order_open", "order", "line_items.0.quantity", 2, "line_items.0.quantity"),
    ("order_open", "order", "line_items.0.base_price_money.currency", "USD", "currency"),
    ("order_open", "order", "tenders.0.amount_money.currency", "USD", "currency"),
    ("order_open", "order", "fulfillments", {}, "fulfillments"),
]


@pytest.mark.parametrize(("name", "kind", "path", "value", "field"), WRONG)
def test_a_wrong_value_is_quarantined_by_the_name_of_its_field(name, kind, path, value, field):
    """Never a float for money, never two currencies added, never less than no pieces."""
    reading = read(SOURCE, told(name, kind, **{path: value}))

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "body"),
        ({"id": "evt_1", "object": "event"}, "body"),
        ({"event_id": "1"}, "type"),
        ({"payments": [7]}, "payments.0"),
        (
            {
                "event_id": "1",
                "type": "payment.created",
                "created_at": "2024-03-01T09:00:00Z",
                "data": {"object": {}},
            },
            "data.object",
        ),
    ],
)
def test_what_is_not_squares_is_quarantined(payload, field):
    """The field that gave it away is named."""
    reading = read(SOURCE, payload)

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]
