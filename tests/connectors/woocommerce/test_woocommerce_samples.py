"""WooCommerce: what each kind of payload becomes."""

import json
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest

from connectors.delivery import Delivery, Normalised, Quarantined
from connectors.normalise import normalise as read
from connectors.woocommerce import SOURCE
from connectors.woocommerce.order import STATUSES
from tests.connectors import kit

COLLECTED = Path(__file__).parents[4] / "shared" / "payloads" / "woocommerce"
NOW = kit.RECEIVED_AT
sample = partial(kit.sample, SOURCE)


def deliver(content, topic="", **headers):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return SOURCE.normalise(kit.delivery(body, topic=topic, **headers))


def told(outcome):
    found = [fact.__struct_config__.tag for fact in outcome.facts]
    return [kind for kind in found if kind != "reference.linked"]


def test_every_fact_says_where_it_comes_from():
    """Envelope: tenant, channel, source, order key, delivery, receipt, hash of the body."""
    outcome = deliver(sample("order_paid_by_stripe"), x_wc_webhook_delivery_id="d-1")

    for fact in outcome.facts:
        assert (fact.tenant, fact.channel, fact.source) == ("acme", "shop", "woocommerce")
        assert fact.order_key == "acme/shop/4711"
        assert (fact.delivery_id, fact.received_at) == ("d-1", NOW)
        assert len(fact.payload_hash) == len("sha256:") + 32


@pytest.mark.parametrize(
    ("status", "validity", "hold", "expected"),
    [
        ("auto-draft", "draft", None, ["order.saved"]),
        ("draft", "draft", None, ["order.saved"]),
        ("checkout-draft", "draft", None, ["order.saved"]),
        ("pending", "pending", None, ["order.revised"]),
        ("failed", "pending", None, ["order.revised", "payment.failed"]),
        ("on-hold", "pending", "payment", ["order.revised"]),
        ("processing", "valid", None, ["order.revised"]),
        ("completed", "valid", None, ["order.revised", "order.marked_shipped"]),
        ("cancelled", "", None, ["order.revised", "order.cancelled_at_source"]),
        ("refunded", "valid", None, ["order.revised", "payment.refunded"]),
        ("trash", "", None, ["order.revised", "order.cancelled_at_source"]),
        ("awaiting-pickup", "unknown", None, ["order.revised", "source.unknown_reported"]),
    ],
)
@pytest.mark.rule("X.21")
def test_a_status_says_how_far_the_order_is_and_never_that_it_was_delivered(
    status, validity, hold, expected
):
    """One field carries payment and work; a plugin's word is unknown."""
    unpaid = {"date_paid": None, "date_paid_gmt": None}

    outcome = deliver(sample("order_paid_by_stripe") | unpaid | {"status": status})

    assert told(outcome) == expected
    document = outcome.facts[0].body
    assert (document.validity, document.hold, document.source_status) == (validity, hold, status)


def test_every_status_stands_in_the_table_above():
    """A new row in the connector needs one there."""
    assert len(STATUSES) == 11


@pytest.mark.parametrize("status", [status for status in STATUSES if "draft" not in status])
def test_money_came_in_where_the_order_has_a_date_of_payment(status):
    """Whatever the status says."""
    outcome = deliver(sample("order_paid_by_stripe") | {"status": status})

    [captured] = [f for f in outcome.facts if f.__struct_config__.tag == "payment.captured"]
    assert captured.body.amount == 6490
    assert captured.occurred_at == datetime(2024, 3, 1, 8, 15, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("transaction_id", "meta", "expected"),
    [
        ("", {}, ("", "order:4711", "status")),
        ("ch_12345678", {}, ("stripe", "ch_12345678", "provider")),
        ("py_12345678", {}, ("stripe", "py_12345678", "provider")),
        ("pi_12345678", {}, ("stripe", "pi_12345678", "shop")),
        ("pi_12345678", {"_charge_id": "ch_12345678"}, ("stripe", "ch_12345678", "provider")),
        ("", {"_stripe_charge_id": "ch_12345678"}, ("stripe", "ch_12345678", "provider")),
        ("", {"_stripe_intent_id": "pi_12345678"}, ("stripe", "pi_12345678", "shop")),
        ("", {"_stripe_intent_id": ["pi_12345678"]}, ("", "order:4711", "status")),
        ("5TY05013RG002845M", {}, ("", "order:4711", "status")),
        ("see ch_12345678", {}, ("", "order:4711", "status")),
    ],
)
def test_a_payment_is_stripes_where_the_shape_of_its_id_says_so(transaction_id, meta, expected):
    """Stripe names a capture by its charge; an intent alone is the shop's word."""
    rows = [{"key": key, "value": value} for key, value in meta.items()]
    content = sample("order_paid_by_stripe") | {
        "transaction_id": transaction_id,
        "meta_data": rows,
    }

    [captured] = [
        f for f in deliver(content).facts if f.__struct_config__.tag == "payment.captured"
    ]

    assert (captured.body.provider, captured.body.reference, captured.body.evidence) == expected
    assert captured.inferred is (expected[2] == "status")


@pytest.mark.parametrize(
    ("slug", "method"),
    [
        ("", ""),
        ("cod", "manual"),
        ("bacs", "manual"),
        ("cheque", "manual"),
        ("stripe", "online"),
        ("ppcp-gateway", "online"),
        ("woocommerce_payments", "online"),
    ],
)
@pytest.mark.rule("S2.14")
def test_a_method_is_manual_where_money_changes_hands_outside(slug, method):
    """Cash on delivery, bank transfer, cheque."""
    content = sample("order_pending") | {"payment_method": slug}

    assert deliver(content).facts[0].body.payment_method == method


def test_a_guest_has_no_customer_number():
    """`customer_id: 0` is nobody."""
    customer = deliver(sample("order_pending")).facts[0].body.customer

    assert (customer.customer_id, customer.name) == ("", "Noor Haas")


def test_personal_data_stands_in_the_document_only():
    """Name, address and mail are nowhere else, so erasing them there is enough."""
    outcome = deliver(sample("order_partly_refunded"))

    rest = msgspec.json.encode(outcome.facts[1:])
    assert b"Haas" not in rest
    assert b"noor@" not in rest
    assert b"broken" not in rest


@pytest.mark.parametrize("topic", ["order.created", "order.updated", "order.restored"])
def test_an_order_is_the_same_under_every_topic(topic):
    """The topic says why a snapshot was sent, the snapshot says all."""
    plain = deliver(sample("order_pending")).facts

    assert deliver(sample("order_pending"), topic).facts == plain
    assert deliver(sample("order_pending"), x_wc_webhook_topic=topic).facts == plain


def test_a_deleted_order_is_cancelled_at_the_time_of_the_delivery():
    """The body holds nothing but the id."""
    [fact] = deliver({"id": 4711}, "order.deleted").facts

    assert fact.__struct_config__.tag == "order.cancelled_at_source"
    assert (fact.body.reason, fact.body.note) == ("other", "deleted")
    assert (fact.occurred_at, fact.revision) == (NOW, 0)


def test_a_deletion_without_a_time_or_an_id_is_quarantined():
    """There is no clock in a connector, and an order has a number."""
    delivery = Delivery(body=b'{"id": 5}', account="acme/shop", topic="order.deleted")

    assert SOURCE.normalise(delivery).field == "received_at"
    assert deliver({"id": 1.0}, "order.deleted").field == "id"


@pytest.mark.parametrize("body", [b"webhook_id=1", b"webhook_id=123456\n"])
def test_the_ping_of_a_new_webhook_is_ignored(body):
    """Form text without a signature; the shop only wants to hear 200."""
    outcome = deliver(body)

    assert (outcome.facts, outcome.quarantined) == ((), ())
    assert outcome.ignored


@pytest.mark.parametrize("topic", ["product.updated", "customer.created", "coupon.deleted"])
def test_other_resources_are_ignored_with_a_reason(topic):
    """One webhook receiver may get them all."""
    assert deliver({"id": 1}, topic).ignored


@pytest.mark.parametrize("topic", ["order.teleported", "action.woocommerce_add_to_cart"])
def test_an_unknown_topic_is_quarantined_by_name(topic):
    """A new topic is for a person to look at."""
    assert (deliver({"id": 1}, topic).field, deliver({"id": 1}, topic).value) == ("topic", topic)


@pytest.mark.parametrize("wrap", [lambda o: {"data": o}, lambda o: {"data": [o]}, lambda o: [o]])
def test_a_wrapped_order_is_the_order(wrap):
    """An app's proxy wraps, a webhook does not."""
    plain = [fact.event_id for fact in deliver(sample("order_pending")).facts]

    assert [fact.event_id for fact in deliver(wrap(sample("order_pending"))).facts] == plain


@pytest.mark.parametrize(("count", "read_at_all"), [(250, True), (251, False)])
def test_a_list_is_bounded(count, read_at_all):
    """Memory in flight is."""
    assert isinstance(deliver([sample("order_pending")] * count), Normalised) is read_at_all


def test_an_empty_list_is_ignored_with_a_reason():
    """The last page of a walk through all orders."""
    assert deliver([]).ignored


REFUND = {"id": 4800, "amount": "16.20", "refunded_by": 1, "line_items": []}


@pytest.mark.parametrize(
    "links",
    [None, {}, {"up": []}, {"up": [{"href": 7}]}, {"up": [{"href": "https://x.test/orders/a"}]}],
)
def test_a_refund_by_itself_that_names_no_order_is_quarantined(links):
    """The order's own delivery carries the same refund, with its currency."""
    outcome = deliver([REFUND | {"_links": links}])

    assert [each.field for each in outcome.quarantined] == ["orders.0._links.up"]


@pytest.mark.parametrize(
    ("content", "topic"),
    [
        (REFUND | {"_links": {"up": [{"href": "https://x.test/wp-json/wc/v3/orders/4711"}]}}, ""),
        (
            {"id": 4800, "amount": "16.20", "reason": "", "line_items": []}
            | {"_links": {"up": [{"href": "https://x.test/wp-json/wc/v2/orders/4711"}]}},
            "",
        ),
        (
            {"action": "woocommerce_order_refunded", "arg": 4711},
            "action.woocommerce_order_refunded",
        ),
        ({"action": "woocommerce_order_edit", "arg": "4711"}, "action.woocommerce_order_edit"),
    ],
)
def test_what_only_names_its_order_asks_for_it(content, topic):
    """The order says all that the refund or the action leaves out."""
    [wanted] = deliver(content, topic).wanted

    assert (wanted.id, wanted.path, wanted.topic) == ("4711", "orders/4711", "order.updated")
    assert wanted.account == "acme/shop"


def test_an_action_without_an_order_is_quarantined():
    assert deliver({"action": "x", "arg": [7]}, "action.woocommerce_order_x").field == "arg"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": 1.5}, "id"),
        ({"id": None}, "id"),
        ({"id": "W-1"}, "id"),
        ({"status": None}, ""),
        ({"status": 5.5}, "status"),
        ({"currency": "BTC"}, "currency"),
        ({"currency": ""}, "currency"),
        ({"total": "12.345"}, "total"),
        ({"total": "-1.00"}, "total"),
        ({"total": []}, "total"),
        ({"total": None}, "total"),
        ({"total_tax": {}}, "total_tax"),
        ({"date_created_gmt": None}, "date_created_gmt"),
        ({"date_created_gmt": 1709280900}, "date_created_gmt"),
        ({"date_created_gmt": "0000-00-00T00:00:00"}, "date_created_gmt"),
        ({"date_paid_gmt": "soon"}, "date_paid_gmt"),
        ({"line_items": None}, None),
        ({"line_items": "none"}, "line_items"),
        ({"line_items": [{"id": 1, "quantity": 1.5}]}, None),
        ({"line_items": [{"id": 1, "quantity": -0.5}]}, "line_items.0.quantity"),
        ({"line_items": [{"id": 1, "quantity": "1,5"}]}, "line_items.0.quantity"),
        ({"line_items": [{"id": 1, "quantity": -1}]}, "line_items.0.quantity"),
        ({"line_items": [{"id": 1, "quantity": True}]}, "line_items.0.quantity"),
        ({"line_items": [{"id": 1, "quantity": "2"}]}, None),
        ({"line_items": [{"id": 1, "quantity": "1.5"}]}, None),
        ({"line_items": [{"id": 1, "quantity": "9" * 21}]}, "line_items.0.quantity"),
        ({"line_items": [{"id": 1, "quantity": 1, "total": []}]}, "line_items.total"),
        ({"line_items": [{"id": 1, "quantity": 1}] * 1001}, "line_items"),
        ({"refunds": [{"id": 1, "total": "5.00"}]}, "refunds.total"),
        ({"refunds": [{"id": 1, "total": "x"}]}, "refunds.total"),
        ({"billing": "Kade 3"}, "billing"),
    ],
)
def test_what_is_not_understood_is_quarantined_with_its_field(change, field):
    """None in the table: understood after all; a missing status is an unknown one."""
    outcome = deliver(sample("order_pending") | change)

    if field:
        assert isinstance(outcome, Quarantined)
        assert outcome.field == field
        assert len(outcome.value) <= 200
    else:
        assert outcome.facts


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"7",
        b"{",
        b"{}",
        b"\xff\xfe",
        b'{"id": NaN}',
        b'{"id": 1, "status": "\\ud800"}',
        b"[" * 10_000 + b"]" * 10_000,
        b"x" * 5_000_000,
        b"webhook_id=x",
        b"webhook_id=1&webhook_id=2",
    ],
    ids=range(12),
)
def test_what_is_no_payload_is_quarantined(body):
    """Whatever arrives, the answer is a value."""
    assert isinstance(deliver(body), Quarantined)


def test_the_payload_of_another_vendor_is_quarantined():
    """A feed that is wired to the wrong source must not become orders."""
    shopify = {"id": 1, "financial_status": "paid", "currency": "EUR", "total_price": "1.00"}

    assert isinstance(deliver(shopify), Quarantined)


@pytest.mark.skipif(not COLLECTED.is_dir(), reason="the collected payloads are not here")
def test_every_collected_payload_becomes_facts_a_wish_or_a_quarantine():
    """Read as the shell reads: no fact that the next reader would refuse."""
    for path in sorted(COLLECTED.glob("*.json")):
        reading = read(SOURCE, Delivery(body=path.read_bytes(), account="acme/shop"))

        assert reading.facts or reading.quarantined or reading.wanted, path.name
        assert not [q for q in reading.quarantined if q.reason.startswith(("internal", "invalid"))]


@pytest.mark.skipif(not COLLECTED.is_dir(), reason="the collected payloads are not here")
def test_the_collected_refunded_order_says_what_happened():
    """$223.71 by Stripe's charge, all of it back."""
    outcome = deliver((COLLECTED / "ios_order-fully-refunded.json").read_bytes())

    assert told(outcome) == ["order.revised", "payment.captured", "payment.refunded"]
    assert {fact.body.amount for fact in outcome.facts if hasattr(fact.body, "amount")} == {22371}
    assert outcome.facts[0].body.placed_at == datetime(2017, 8, 24, 20, 56, 57, tzinfo=UTC)


@pytest.mark.skipif(not COLLECTED.is_dir(), reason="the collected payloads are not here")
def test_the_collected_list_gives_four_orders():
    """One of the four holds half a piece of a bundle, which is reported and costs nobody."""
    outcome = deliver((COLLECTED / "ios_orders-load-all.json").read_bytes())

    assert len({fact.order_key for fact in outcome.facts}) == 4
    assert outcome.quarantined == ()
    unknown = [f for f in outcome.facts if f.__struct_config__.tag == "source.unknown_reported"]
    assert [fact.body.field for fact in unknown] == ["line_items.quantity"]


@pytest.mark.parametrize(
    ("quantity", "pieces", "reported"),
    [
        (1.5, 2, "1.5 of line 7"),
        ("1.50", 2, "1.5 of line 7"),
        (0.25, 1, "0.25 of line 7"),
        (2.0, 2, ""),
        ("2.000", 2, ""),
        (0, 0, ""),
        ("0.0", 0, ""),
    ],
)
def test_parts_of_a_piece_count_as_a_piece_and_are_reported(quantity, pieces, reported):
    """Cloth by the metre: one parcel more is owed, never less; the money stays the line's."""
    line = {"id": 7, "quantity": quantity, "total": "30.00"}

    order, *others = deliver(sample("order_pending") | {"line_items": [line]}).facts

    assert [each.quantity for each in order.body.lines] == [pieces]
    assert order.body.lines[0].unit_price * max(pieces, 1) == 3000
    unknown = [f.body for f in others if f.__struct_config__.tag == "source.unknown_reported"]
    assert [each.value for each in unknown] == [reported] * bool(reported)


def test_the_answer_of_a_batch_is_the_orders_under_each_verb():
    """Created and updated orders are told whole; a deleted one was called off just now."""
    orders = [sample("order_pending") | {"id": order_id} for order_id in (1, 2, 3)]
    batch = dict(zip(("create", "update", "delete"), ([order] for order in orders), strict=True))

    outcome = deliver(batch)

    by_order = {
        key: [f.__struct_config__.tag for f in outcome.facts if f.order_key == f"acme/shop/{key}"]
        for key in (1, 2, 3)
    }
    assert by_order[1][0] == by_order[2][0] == "order.placed"
    assert by_order[3] == ["order.cancelled_at_source"]
    assert outcome.quarantined == ()


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
def test_what_a_batch_did_not_do_is_quarantined_by_its_place(verb):
    """The shop answers with an error where the order would stand; nothing happened to it."""
    refused = {"id": 7, "error": {"code": "woocommerce_rest_shop_order_invalid_id"}}

    outcome = deliver({verb: [refused]})

    assert outcome.facts == ()
    assert [(each.field, each.value) for each in outcome.quarantined] == [
        (f"{verb}.0.error", "woocommerce_rest_shop_order_invalid_id")
    ]


@pytest.mark.parametrize("content", [{"create": {}}, {"create": [], "other": []}, {}])
def test_what_only_resembles_a_batch_is_no_batch(content):
    """It is an order that lacks its fields."""
    assert isinstance(deliver(content), Quarantined)


def test_a_line_without_a_total_has_no_price():
    """Some plugins add such lines; the order's total is told by itself."""
    content = sample("order_pending") | {"line_items": [{"id": 1, "quantity": 1, "total": ""}]}

    assert deliver(content).facts[0].body.lines[0].unit_price == 0


def test_a_refund_of_nothing_is_no_refund():
    """It only puts goods back."""
    refunds = [{"id": 1, "total": "0.00"}, {"id": 2, "total": "-0.01"}]

    outcome = deliver(sample("order_pending") | {"refunds": refunds})

    assert [f.body.amount for f in outcome.facts if "refund" in f.event_id] == [1]


@pytest.mark.parametrize("time", ["2024-03-01T08:15:00", "2024-03-01T09:15:00+01:00"])
def test_a_gmt_time_is_utc_unless_it_says_otherwise(time):
    """The field's name is its zone."""
    outcome = deliver(sample("order_pending") | {"date_created_gmt": time})

    assert outcome.facts[0].body.placed_at == datetime(2024, 3, 1, 8, 15, tzinfo=UTC)
