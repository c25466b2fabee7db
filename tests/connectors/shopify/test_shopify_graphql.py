"""Shopify: orders as the GraphQL API answers with them, and events that EventBridge brings."""

from functools import partial

import pytest

from connectors.shopify import SOURCE
from tests.connectors import kit

sample = partial(kit.sample, SOURCE)
read = partial(kit.read, SOURCE)
ORDER = "9007199254740995001"


def order():
    return sample("graphql_order")["data"]["order"]


def rest():
    """Write the order of the sample as a webhook does, as far as facts are made of it."""
    line = "90071992547409951"
    return {
        "id": int(ORDER),
        "admin_graphql_api_id": f"gid://shopify/Order/{ORDER}",
        "name": "#3001",
        "created_at": "2024-05-02T10:00:00+02:00",
        "updated_at": "2024-05-06T11:30:00+02:00",
        "financial_status": "partially_refunded",
        "fulfillment_status": "partial",
        "currency": "EUR",
        "total_price": "58.00",
        "current_total_price": "38.00",
        "total_tax": "9.26",
        "total_shipping_price_set": {"presentment_money": {"amount": "3", "currency_code": "EUR"}},
        "payment_gateway_names": ["shopify_payments"],
        "note": "Ring twice",
        "email": "ana@example.com",
        "customer": {
            "id": 42,
            "first_name": "Ana",
            "last_name": "Lund",
            "email": "ana@example.com",
        },
        "shipping_address": {
            "first_name": "Ana",
            "last_name": "Lund",
            "address1": "Kade 3",
            "zip": "1011 AB",
            "city": "Amsterdam",
            "province_code": "NH",
            "country_code": "NL",
        },
        "shipping_lines": [{"title": "Standard"}],
        "line_items": [
            {
                "id": int(f"{line}01"),
                "name": "Mug - blue",
                "sku": "MUG-1",
                "quantity": 2,
                "current_quantity": 1,
                "fulfillable_quantity": 0,
                "price": "20.00",
            },
            {"id": int(f"{line}02"), "name": "Plate", "quantity": 1, "price": "15.00"},
        ],
        "fulfillments": [
            {
                "id": 9007199254740995201,
                "status": "success",
                "created_at": "2024-05-03T10:00:00Z",
                "line_items": [{"id": int(f"{line}01"), "quantity": 2}],
            }
        ],
        "refunds": [
            {
                "id": 9007199254740995301,
                "created_at": "2024-05-06T09:30:00Z",
                "refund_line_items": [
                    {"line_item_id": int(f"{line}01"), "quantity": 1, "restock_type": "return"}
                ],
                "transactions": [
                    {
                        "id": 9007199254740995402,
                        "parent_id": 9007199254740995401,
                        "kind": "refund",
                        "status": "success",
                        "gateway": "shopify_payments",
                        "amount": "20.00",
                        "processed_at": "2024-05-06T09:30:00Z",
                    }
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda order: {"data": {"order": order}},
        lambda order: {"data": {"node": order}},
        lambda order: {"data": {"nodes": [order]}},
        lambda order: {"data": {"orders": {"edges": [{"cursor": "x", "node": order}]}}},
        lambda order: {"data": {"orders": {"nodes": [order], "pageInfo": {"hasNextPage": True}}}},
        lambda order: {"data": {"orderUpdate": {"order": order, "userErrors": []}}},
        lambda order: {"data": order},
        lambda order: order,
    ],
)
def test_an_order_is_found_wherever_an_answer_holds_it(wrapped):
    """One by itself, one of many, what a mutation changed: one order."""
    assert read(wrapped(order())).facts == read(wrapped(order()), topic="orders/updated").facts
    bodies = [fact.body for fact in read(wrapped(order())).facts]
    assert bodies == [fact.body for fact in read(sample("graphql_order")).facts]


def test_an_answer_and_a_webhook_write_one_document():
    """The same second of the same order: no snapshot contradicts the other."""
    document, *_ = read(order()).facts
    webhooks, *_ = read(rest()).facts

    assert document.body == webhooks.body
    assert (document.event_id, document.revision) == (webhooks.event_id, webhooks.revision)


@pytest.mark.rule("X.1")
def test_an_answer_and_a_webhook_tell_one_story():
    """In any order, each twice."""
    paid = {
        "updated_at": "2024-05-02T10:00:01+02:00",
        "financial_status": "paid",
        "fulfillment_status": None,
        "line_items.0.current_quantity": 2,
        "fulfillments": [],
        "refunds": [],
        "current_total_price": "58.00",
    }

    after = kit.story(SOURCE, sample("graphql_order"), kit.changed(rest(), paid), rest())

    assert (after.derived.money.captured, after.derived.money.refunded) == (5800, 2000)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lineItems.pageInfo.hasNextPage": True}, "lineItems.pageInfo.hasNextPage"),
        ({"lineItems": kit.DELETE}, "lineItems"),
        ({"lineItems": None}, "lineItems"),
        ({"updatedAt": kit.DELETE}, "updated_at"),
        ({"createdAt": None}, "created_at"),
        ({"totalPriceSet": kit.DELETE}, "total_price"),
        ({"id": "gid://shopify/Order/x"}, "id"),
        ({"lineItems.edges.0.node": None}, "line_items.0"),
        (
            {"fulfillments.0.fulfillmentLineItems.nodes.0.lineItem": None},
            "fulfillments.0.line_items.0.id",
        ),
        ({"fulfillments.0.displayStatus": []}, "fulfillments.0.shipment_status"),
    ],
)
def test_an_order_of_which_too_little_was_asked_is_quarantined(change, field):
    """A half known order must not replace a known one."""
    reading = read(kit.changed(order(), change))

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [f"data.0.{field}"]


@pytest.mark.parametrize(
    ("shown", "status", "unknown"),
    [
        ("UNFULFILLED", "partially_refunded/-", 0),
        ("ON_HOLD", "partially_refunded/-", 0),
        ("RESTOCKED", "partially_refunded/restocked", 0),
        ("BEAMED", "partially_refunded/BEAMED", 1),
        (None, "partially_refunded/-", 0),
    ],
)
def test_a_shown_status_is_rests_word_or_reported(shown, status, unknown):
    reading = read(order() | {"displayFulfillmentStatus": shown})

    assert reading.facts[0].body.source_status == status
    assert kit.kinds(reading).count("source.unknown_reported") == unknown


@pytest.mark.parametrize(
    "content",
    [
        {"data": {"order": None}},
        {"data": {"products": {"edges": []}}},
        {"data": None, "errors": [{"message": "Throttled"}]},
        {"errors": [{"message": "Throttled"}]},
    ],
)
def test_an_answer_without_an_order_is_quarantined(content):
    assert read(content).quarantined
    assert not read(content).facts


def test_an_amount_is_the_buyers_where_he_pays_in_another_currency():
    """The shop's euros are the buyer's yen, without decimals."""
    yen = {"amount": "9500.0", "currencyCode": "JPY"}
    transaction = {"transactions.0.amountSet.presentmentMoney": yen}

    money = kit.only(read(kit.changed(order(), transaction)), "payment.captured").body

    assert (money.amount, money.currency) == (9500, "JPY")


def bridged(payload, **metadata):
    return {
        "version": "0",
        "id": "e1",
        "detail-type": "shopifyWebhook",
        "source": "aws.partner/shopify.com/1/shop",
        "detail": {"metadata": metadata, "payload": payload},
    }


def test_eventbridge_brings_a_webhook_with_its_headers():
    """The envelope's metadata are the headers: topic, delivery, whether it is a test."""
    names = {"X-Shopify-Topic": "orders/updated", "X-Shopify-Webhook-Id": "w-1"}

    reading = read(bridged(rest(), **names))

    assert [fact.body for fact in reading.facts] == [fact.body for fact in read(rest()).facts]
    assert {fact.delivery_id for fact in reading.facts} == {"w-1"}
    assert read(bridged(rest(), **{"X-Shopify-Topic": "products/update"})).ignored
    beside = bridged(rest())
    beside["detail"] |= names
    assert read(beside).facts == kit.read(SOURCE, beside, x_shopify_topic="orders/paid").facts
    assert {fact.delivery_id for fact in read(beside).facts} == {"w-1"}


def test_an_event_that_brings_the_answer_to_a_query_is_read_whatever_its_topic():
    """Shopify's newer events name a resource and an action beside the answer."""
    event = {"topic": "Order", "action": "update", "handle": "h", "data": {"order": order()}}

    reading = read(event, topic="Order")

    assert [fact.body for fact in reading.facts] == [fact.body for fact in read(order()).facts]
    assert read(event | {"data": {"order": None}, "errors": [{"message": "denied"}]}).quarantined


@pytest.mark.parametrize("change", [{"detail": None}, {"detail": {}}, {"source": "aws.s3"}])
def test_another_event_of_eventbridge_is_quarantined(change):
    assert read(bridged(rest()) | change).quarantined


@pytest.mark.parametrize("topic", ["ORDERS_UPDATED", "orders_updated", "Orders/Updated"])
def test_a_topic_may_be_spelled_as_graphql_does(topic):
    assert read(rest(), x_shopify_topic=topic).facts == read(rest()).facts


def test_a_graphql_topic_of_another_resource_is_ignored():
    assert read({"id": 1}, topic="PRODUCTS_UPDATE").ignored
    assert read({"id": 1}, topic="ORDERS_TELEPORTED").quarantined
