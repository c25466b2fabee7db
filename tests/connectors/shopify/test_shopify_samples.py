"""Shopify: what each kind of payload becomes."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest

from connectors.delivery import Delivery, Normalised, Quarantined
from connectors.normalise import normalise as read
from connectors.shopify import SOURCE
from tests.connectors import kit

COLLECTED = Path(__file__).parents[4] / "shared" / "payloads" / "shopify"
ORDER = "9007199254740993001"
NOW = kit.RECEIVED_AT
sample = partial(kit.sample, SOURCE)


def deliver(content, topic="", **headers):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return SOURCE.normalise(kit.delivery(body, topic=topic, **headers))


def test_every_fact_says_where_it_comes_from():
    """Envelope: tenant, channel, source, order key, delivery, receipt, hash of the body."""
    outcome = deliver(sample("order_paid"), x_shopify_webhook_id="d-1")

    for fact in outcome.facts:
        assert (fact.tenant, fact.channel, fact.source) == ("acme", "shop", "shopify")
        assert fact.order_key == f"acme/shop/{ORDER}"
        assert (fact.delivery_id, fact.received_at) == ("d-1", NOW)
        assert fact.payload_hash.startswith("sha256:")
        assert len(fact.payload_hash) == len("sha256:") + 32


def test_personal_data_stands_in_the_document_only():
    """Name, address and mail are nowhere else, so erasing them there is enough."""
    outcome = deliver(sample("order_refunded_then_cancelled"))

    rest = msgspec.json.encode([f for f in outcome.facts if "placed" not in f.event_id][1:])
    assert b"Berg" not in rest
    assert b"ida@" not in rest
    assert b"free text" not in rest


def test_an_id_beyond_2_to_the_53_keeps_every_digit():
    """Two orders that differ in the last digit stay two."""
    outcome = deliver(sample("order_paid"))

    assert outcome.facts[0].order_key.endswith("9007199254740993001")


def test_an_id_that_was_rounded_on_its_way_is_quarantined():
    """A tool in between that reads numbers as doubles must not move facts to another order."""
    order = sample("order_paid") | {"id": 9007199254740993000}

    outcome = deliver(order)

    assert isinstance(outcome, Quarantined)
    assert "rounded" in outcome.reason


def test_an_id_that_every_tool_reads_exactly_needs_no_second_one():
    """Samples and anonymised orders have a number changed in one of the two places."""
    outcome = deliver(sample("order_paid") | {"id": 5324830114101})

    assert {fact.order_key.rpartition("/")[2] for fact in outcome.facts} == {"5324830114101"}


@pytest.mark.parametrize(
    "topic",
    [
        "orders/create",
        "orders/updated",
        "orders/paid",
        "orders/cancelled",
        "orders/fulfilled",
        "orders/partially_fulfilled",
        "orders/edited",
    ],
)
def test_an_order_is_the_same_under_every_topic(topic):
    """The topic says why a snapshot was sent, the snapshot says all."""
    assert deliver(sample("order_paid"), topic).facts == deliver(sample("order_paid")).facts
    assert deliver(sample("order_paid"), x_shopify_topic=topic).facts


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        ("fulfillment", "fulfillments/create"),
        ("fulfillment", "fulfillments/update"),
        ("fulfillment_event", "fulfillment_events/create"),
        ("refund_of_returned_goods", "refunds/create"),
    ],
)
def test_a_part_is_the_same_with_and_without_its_topic(name, topic):
    """REST has no topics."""
    assert deliver(sample(name), topic).facts == deliver(sample(name)).facts


@pytest.mark.parametrize(
    "wrap", [lambda o: {"order": o}, lambda o: {"orders": [o]}, lambda o: [o]]
)
def test_a_wrapped_order_is_the_order(wrap):
    """REST wraps, webhooks do not."""
    plain = [fact.event_id for fact in deliver(sample("order_paid")).facts]

    assert [fact.event_id for fact in deliver(wrap(sample("order_paid"))).facts] == plain


def test_a_bad_element_of_a_list_does_not_spoil_the_others():
    """Each element is understood by itself."""
    outcome = deliver({"orders": [sample("order_paid"), {"id": 1}, 7]})

    assert kit.kinds(outcome)[0] == "order.placed"
    assert [each.reason for each in outcome.quarantined] == [
        "is no payload of Shopify",
        "is no object",
    ]


@pytest.mark.parametrize(("count", "read_at_all"), [(250, True), (251, False)])
def test_a_list_holds_at_most_a_page(count, read_at_all):
    """A page of Shopify has 250 elements."""
    outcome = deliver([sample("fulfillment_event")] * count)

    assert isinstance(outcome, Normalised) is read_at_all


def test_a_deleted_order_is_cancelled_at_the_time_of_the_delivery():
    """The body holds nothing but the id."""
    outcome = deliver({"id": 5}, "orders/delete", x_shopify_triggered_at="2024-05-05T10:00:00Z")

    [fact] = outcome.facts
    assert fact.__struct_config__.tag == "order.cancelled_at_source"
    assert (fact.body.reason, fact.body.note) == ("other", "deleted")
    assert fact.occurred_at == datetime(2024, 5, 5, 10, tzinfo=UTC)
    assert deliver({"id": 5}, "orders/delete").facts[0].occurred_at == NOW


@pytest.mark.parametrize("content", [{"id": 1.5}, {"id": None}, {}, {"id": "x"}])
def test_a_deletion_without_an_id_is_quarantined(content):
    """Nobody knows which order it was."""
    assert deliver(content, "orders/delete").field == "id"


def test_a_deletion_without_any_time_is_quarantined():
    """There is no clock in a connector."""
    delivery = Delivery(body=b'{"id": 5}', account="acme/shop", topic="orders/delete")

    assert isinstance(SOURCE.normalise(delivery), Quarantined)


@pytest.mark.parametrize(
    ("content", "topic"),
    [
        ({"id": 1, "order_id": 2, "amount": "1.00"}, "tender_transactions/create"),
        ({"order_edit": {"id": 1, "order_id": 2, "staff_note": ""}}, "orders/edited"),
    ],
)
def test_what_another_delivery_tells_better_is_ignored_with_a_reason(content, topic):
    """No fact, no quarantine, but never silent."""
    outcome = deliver(content, topic)

    assert (outcome.facts, outcome.quarantined) == ((), ())
    assert outcome.ignored


def test_an_unknown_topic_is_quarantined_by_name():
    """A new topic is for a person to look at."""
    outcome = deliver(sample("order_paid"), "orders/teleported")

    assert (outcome.field, outcome.value) == ("topic", "orders/teleported")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": 1.5}, "id"),
        ({"id": True}, "id"),
        ({"id": "82-09"}, "id"),
        ({"id": [1]}, "id"),
        ({"id": 10**30}, "id"),
        ({"created_at": 1714636800}, "created_at"),
        ({"created_at": "2024-05-02T10:00:00"}, "created_at"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"created_at": "0001-01-01T00:00:00+14:00"}, "created_at"),
        ({"updated_at": None}, "updated_at"),
        ({"total_price": "12.345"}, "total_price"),
        ({"total_price": "-1.00"}, "total_price"),
        ({"total_price": "NaN"}, "total_price"),
        ({"total_price": None}, "total_price"),
        ({"currency": "BTC"}, "currency"),
        ({"currency": None}, "currency"),
        ({"line_items": {}}, "line_items"),
        ({"line_items": [{"id": 1, "quantity": 1.5}]}, "line_items.0.quantity"),
        ({"line_items": [{"id": 1, "quantity": -1}]}, "line_items.0.quantity"),
        ({"line_items": [{"quantity": 1}]}, "line_items.0.id"),
        ({"line_items": [{"id": 1, "quantity": 1}] * 1001}, "line_items"),
        ({"customer": "Ida"}, "customer"),
        ({"test": "maybe"}, "test"),
        ({"refunds": [{"id": 1, "transactions": [{"id": 2}]}]}, "refunds.0.transactions.0.kind"),
    ],
)
def test_what_is_not_understood_is_quarantined_with_its_field(change, field):
    """A wrong order is worse than none."""
    outcome = deliver(sample("order_paid") | change)

    assert isinstance(outcome, Quarantined)
    assert outcome.field == field
    assert len(outcome.value) <= 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b'"text"',
        b"{",
        b'{"id": 1',
        b"\xff\xfe",
        b'{"id": NaN}',
        b'{"name": "\\ud800"}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"x" * 5_000_000,
        b"webhook_id=1",
    ],
    ids=range(13),
)
def test_what_is_no_payload_is_quarantined(body):
    """Whatever arrives, the answer is a value."""
    assert isinstance(deliver(body), Quarantined)


def test_the_payload_of_another_vendor_is_quarantined():
    """A feed that is wired to the wrong source must not become orders."""
    woocommerce = {"id": 1, "status": "processing", "currency": "EUR", "total": "1.00"}

    assert isinstance(deliver(woocommerce), Quarantined)
    assert isinstance(deliver(woocommerce, "orders/create"), Quarantined)


def test_a_transaction_without_a_currency_is_quarantined():
    """Its order knows the currency; alone it has none to borrow."""
    [transaction, *_] = sample("transactions")["transactions"]

    assert deliver(transaction | {"currency": None}).field == "currency"


def test_a_refund_without_a_time_happened_when_it_was_told():
    """What the shop sends to try the hook out has neither `created_at` nor `processed_at`."""
    timeless = {"created_at": None, "processed_at": None}
    refund = sample("refund_of_returned_goods")
    refund |= {"transactions": [each | timeless for each in refund["transactions"]]} | timeless

    told = deliver(refund, "refunds/create", x_shopify_triggered_at="2024-05-05T10:00:00Z")
    assert {fact.occurred_at for fact in told.facts} == {datetime(2024, 5, 5, 10, tzinfo=UTC)}
    assert {fact.occurred_at for fact in deliver(refund).facts} == {NOW}
    unknown = Delivery(body=json.dumps(refund).encode(), account=kit.ACCOUNT)
    assert SOURCE.normalise(unknown).reason == "has no time"


@pytest.mark.rule("X.18")
@pytest.mark.parametrize(("header", "test"), [("true", True), ("false", False)])
def test_a_hook_that_is_tried_out_is_marked_as_test(header, test):
    """The parts of an order say it nowhere else."""
    outcome = deliver(sample("fulfillment"), "fulfillments/create", x_shopify_test=header)

    assert {fact.test for fact in outcome.facts} == {test}


@pytest.mark.parametrize(
    ("name", "only_there"),
    [("draft_order", {"invoice_sent_at": None}), ("checkout", {"completed_at": None})],
)
def test_what_may_become_an_order_is_none_whatever_its_topic(name, only_there):
    """Drafts and checkouts have a total, lines and an id of their own, as orders do."""
    like_an_order = sample("order_paid") | {"cart_token": "c1"} | only_there

    assert "no order yet" in deliver(like_an_order).ignored
    assert "no order yet" in deliver({name: like_an_order}).ignored


def test_topics_about_other_things_than_orders_are_ignored():
    """One address may take all topics of a shop; a topic that is no family of Shopify's is none."""
    outcome = deliver({"id": 632910392, "title": "Lamp"}, "products/update")

    assert outcome == Normalised(ignored="products/update: no order needs it")
    assert deliver({"id": 1}, "order.created").field == "topic"


def test_a_transaction_without_a_time_is_quarantined():
    """Its time is its place in the ledger."""
    [first, *_] = sample("transactions")["transactions"]

    assert deliver(first | {"created_at": None, "processed_at": None}).field == "created_at"


def test_a_part_without_its_order_is_quarantined():
    """Nobody knows where it belongs."""
    assert deliver(sample("fulfillment") | {"order_id": None}).field == "order_id"


def test_a_transaction_that_moves_nothing_is_ignored_with_a_reason():
    """A reversal that failed leaves the authorisation as it was."""
    [first, *_] = sample("transactions")["transactions"]

    outcome = deliver(first | {"kind": "void", "status": "failure"})

    assert (outcome.facts, bool(outcome.ignored)) == ((), True)


@pytest.mark.skipif(not COLLECTED.is_dir(), reason="the collected payloads are not here")
def test_every_collected_payload_becomes_facts_or_a_quarantine():
    """Read as the shell reads: no fact that the next reader would refuse."""
    for path in sorted(COLLECTED.glob("*.json")):
        delivery = Delivery(body=path.read_bytes(), account="acme/shop")

        reading = read(SOURCE, delivery)

        assert reading.facts or reading.quarantined or reading.ignored, path.name
        assert not [q for q in reading.quarantined if q.reason.startswith(("internal", "invalid"))]


@pytest.mark.skipif(not COLLECTED.is_dir(), reason="the collected payloads are not here")
def test_the_collected_order_says_what_shopify_documents():
    """Cancelled by its customer, voided, $403.00, an unknown fulfilment word."""
    body = (COLLECTED / "webhook_order_2022-04.json").read_bytes()

    outcome = deliver(body, "orders/cancelled")

    document = outcome.facts[0].body
    assert (document.total, document.currency, document.number) == (40300, "USD", "#9999")
    assert [line.line_id for line in document.lines] == [
        "866550311766439020",
        "141249953214522974",
    ]
    assert outcome.facts[0].order_key == "acme/shop/820982911946154508"
    assert outcome.facts[0].test
    assert kit.only(outcome, "order.cancelled_at_source").body.reason == "buyer_asked"
    assert kit.only(outcome, "payment.reversed").body.amount == 40300
    assert kit.only(outcome, "source.unknown_reported").body.value == "pending"


@pytest.mark.skipif(not COLLECTED.is_dir(), reason="the collected payloads are not here")
def test_the_collected_order_with_a_rounded_id_is_refused():
    """820982911946154500 is not 820982911946154508."""
    body = (COLLECTED / "webhook_order_2022-12_id_rounded.json").read_bytes()

    assert "rounded" in deliver(body).reason
