"""Orders of eBay's Fulfillment API, their fulfilments, and the notifications that name one.

Seen in a payload (a masked page of the sandbox): an order in euros whose seller is paid in
pounds, with `convertedFromValue` beside it; a payment that is the total less eBay's fee; decimals
like "264.8"; tax that eBay keeps; a buyer of one country, a shop of another.

From the documentation, not seen: fulfilments, refunds, cancel requests and most statuses; the
notifications ORDER_CONFIRMATION and ITEM_MARKED_SHIPPED, which name an order alone, so that it is
fetched. A fulfilment by itself does not name its order: the topic of its delivery does, as
`shipping_fulfillments:ORDER`, which is how they are asked for. Reasons for a cancel are those
of the Post-Order API.
"""

from functools import partial
from typing import Final
from urllib.parse import quote

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.ebay import table
from connectors.ebay.fulfilment import fulfilment_facts
from connectors.ebay.order import order_facts
from connectors.ebay.payload import Fulfilment, Order
from connectors.listing import distinct, read_body, read_parts, unwrap
from connectors.payload import Fields
from connectors.quarantine import path, shown
from connectors.writer import Writer, writer_for

NAME: Final = "ebay"
NOTIFICATIONS: Final = ("ORDER_CONFIRMATION", "ITEM_MARKED_SHIPPED")
FULFILMENTS: Final = "shipping_fulfillments"
_ORDERS: Final = ("getOrder", "getOrders")
_PATH: Final = "sell/fulfillment/v1/order/"


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of eBay."""
    topic, _, order_id = delivery.topic.strip().partition(":")
    if topic and topic not in (*_ORDERS, *NOTIFICATIONS, FULFILMENTS):
        return Quarantined(reason="unknown topic", field="topic", value=topic[:200])
    writer = writer_for(delivery, NAME)
    if topic == FULFILMENTS:
        writer = writer.about(order_id)
    return read_body(delivery.body, partial(_content, writer))


def _content(writer: Writer, value: object) -> Outcome:
    name = ""
    if isinstance(value, dict):
        name = next((each for each in ("orders", "fulfillments") if each in value), "")
        if name == "fulfillments" and "orderId" in value:
            name = ""  # An order that brings its fulfilments along.
    inner = value[name] if isinstance(value, dict) and name else unwrap(value, {"order"})
    return read_parts(inner, partial(_element, writer), name=name or "elements")


def _element(writer: Writer, element: Fields, at: str) -> Outcome:
    if "notification" in element:
        return _notification(writer, element, at)
    if "fulfillmentId" in element:
        return _fulfilment(writer, element, at)
    if "orderPaymentStatus" not in element and "pricingSummary" not in element:
        return Quarantined(
            reason="is no payload of eBay", field=at or "body", value=shown(element)
        )
    order = Order.model_validate(element)
    writer = writer.about(order.order_id)
    wanted = bool(order.fulfillment_hrefs) and not order.fulfillments
    return Normalised(
        facts=distinct(order_facts(writer, order)),
        wanted=(_fulfilments(writer, order.order_id),) if wanted else (),
    )


def _fulfilment(writer: Writer, element: Fields, at: str) -> Outcome:
    fulfilment = Fulfilment.model_validate(element)
    if not writer.order_id:
        reason = f"names no order, and no topic {FULFILMENTS}:ORDER does"
        return Quarantined(
            reason=reason, field=path(at, "fulfillmentId"), value=fulfilment.fulfillment_id
        )
    time = fulfilment.shipped_date or writer.delivery.received_at
    if time is None:
        return Quarantined(reason="has no time", field=path(at, "shippedDate"))
    return Normalised(facts=distinct(fulfilment_facts(writer, fulfilment, time)))


def _notification(writer: Writer, element: Fields, at: str) -> Outcome:
    metadata, notification = element.get("metadata"), element["notification"]
    topic = metadata.get("topic") if isinstance(metadata, dict) else None
    if topic not in NOTIFICATIONS:
        return Normalised(ignored=f"{shown(topic)}: no order needs it")
    data = notification.get("data") if isinstance(notification, dict) else None
    order = data.get("order", data) if isinstance(data, dict) else None
    order_id = order.get("orderId") if isinstance(order, dict) else None
    if not isinstance(order_id, str) or not order_id:
        field = path(at, "notification.data.orderId")
        return Quarantined(reason="names no order", field=field, value=shown(order_id))
    return Normalised(wanted=(_order(writer, order_id),))


def _order(writer: Writer, order_id: str) -> Wanted:
    account, quoted = writer.delivery.account, quote(order_id, safe="")
    return Wanted(
        source=NAME,
        account=account,
        what="order",
        id=order_id,
        path=f"{_PATH}{quoted}",
        topic="getOrder",
    )


def _fulfilments(writer: Writer, order_id: str) -> Wanted:
    quoted = quote(order_id, safe="")
    return Wanted(
        source=NAME,
        account=writer.delivery.account,
        what=FULFILMENTS,
        id=order_id,
        path=f"{_PATH}{quoted}/shipping_fulfillment",
        topic=f"{FULFILMENTS}:{order_id}",
    )


SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=(*_ORDERS, FULFILMENTS, *NOTIFICATIONS),
    signature="notifications alone: ecdsa in x-ebay-signature, its key named there and fetched",
    headers=("x-ebay-signature",),
    normalise=normalise,
    words={
        "orderPaymentStatus": table.PAYMENT,
        "orderFulfillmentStatus": table.FULFILMENT,
        "cancelState": table.CANCEL,
        "cancelRequestState": table.CANCEL_REQUEST,
        "cancelReason": table.CANCEL_REASON,
        "refundStatus": table.REFUND,
    },
)
