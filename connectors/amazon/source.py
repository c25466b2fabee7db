"""Amazon's Selling Partner API: orders of both versions, and the notifications about them.

Seen in payloads (the static answers of the sandbox and the examples of the schemas): orders of
version 0 from January 1970; a pending order without `OrderTotal`; truths as text; a page's own
time as `1.569521782042E9`; `Canceled` in version 0, `CANCELLED` in 2026; a line that was shipped
and yet says who called it off; a milestone notification in camelCase where all others are in
PascalCase; made-up words in the example of FULFILLMENT_ORDER_STATUS.

From the documentation: the statuses of orders, packages and Easy Ship, all 74 milestones;
ORDER_CHANGE and FBA_OUTBOUND_SHIPMENT_STATUS; that unshipped means authorised. From general
knowledge: Amazon charges the buyer when the goods leave. Notifications come over a queue or an
event bus and are not signed; a bus puts them under `detail`.

A fulfilment order is known by the name that its seller gave it, which is a name of the shop's
order: its facts find it by the reference `order:NAME`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from msgspec.structs import replace
from pydantic import ValidationError

from connectors.amazon import order, order_v0, payload, payload_v0
from connectors.amazon.milestone import TrackingDetail, milestone_facts
from connectors.amazon.notification import (
    FulfilmentOrder,
    OnsiteShipment,
    OrderChange,
    fulfilment_order_facts,
    onsite_facts,
    order_change_facts,
)
from connectors.amazon.table import (
    DETAILED,
    EASY_SHIP,
    ELSEWHERE,
    FULFILMENT_ORDER,
    FULFILMENT_SHIPMENT,
    ONSITE_SHIPMENT,
    ORDER,
    ORDER_V0,
    PACKAGE,
    PACKAGE_STATE,
)
from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.listing import distinct, read_body, read_parts
from connectors.money import NotMoney
from connectors.payload import Fields, read_time
from connectors.quarantine import path, quarantine, shown
from connectors.writer import Writer, writer_for

NAME: Final = "amazon"
OPERATIONS: Final = (
    "getOrder",
    "getOrders",
    "getOrderItems",
    "searchOrders",
    "getShipmentTracking",
)
NOTIFICATIONS: Final = {
    "ORDER_CHANGE": "OrderChangeNotification",
    "FULFILLMENT_ORDER_STATUS": "FulfillmentOrderStatusNotification",
    "FBA_OUTBOUND_SHIPMENT_STATUS": "FBAOutboundShipmentStatusNotification",
    "SHIPMENT_TRACKING_MILESTONE_CHANGED": "ShipmentTrackingMilestoneChangedNotification",
}
_DATA: Final = "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,PAYMENT"


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Amazon."""
    topic = delivery.topic.strip()
    if topic in ELSEWHERE:
        return Normalised(ignored=f"{topic}: no order needs it")
    if topic and topic not in OPERATIONS and topic not in NOTIFICATIONS:
        return Quarantined(reason="unknown topic", field="topic", value=topic[:200])
    return read_body(delivery.body, partial(_content, writer_for(delivery, NAME)))


def _content(writer: Writer, value: object) -> Outcome:
    """Take off what is around an answer or a notification."""
    inner, at = value, ""
    for name in ("detail", "payload"):
        if isinstance(inner, dict) and name in inner and _pick(inner, "NotificationType") is None:
            inner, at = inner[name], path(at, name)
    name = next((name for name in _LISTS if isinstance(inner, dict) and name in inner), "")
    if name and isinstance(inner, dict):
        inner, at = inner[name], path(at, name)
    if isinstance(inner, dict) and name in ("order", "trackingDetail"):
        return _element(writer, inner, at)
    return read_parts(inner, partial(_element, writer), name=at or "elements")


_LISTS: Final = ("orders", "Orders", "order", "trackingDetail")


def _element(writer: Writer, element: Fields, at: str) -> Outcome:
    """Tell what an object is by the key that only it has."""
    for key, reader in _READERS.items():
        if key in element:
            try:
                return reader(writer, element, at)
            except (ValidationError, NotMoney) as error:
                return quarantine(error, at)
    return Quarantined(reason="is no payload of Amazon", field=at or "body", value=shown(element))


def _order(writer: Writer, element: Fields, _: str) -> Outcome:
    read = payload.Order.model_validate(element)
    facts = distinct(order.order_facts(writer.about(read.order_id), read))
    return Normalised(facts=facts)


def _order_v0(writer: Writer, element: Fields, _: str) -> Outcome:
    if "OrderStatus" not in element:
        return _items(writer, element)
    read = payload_v0.Order.model_validate(element)
    writer = writer.about(read.amazon_order_id)
    facts = distinct(order_v0.order_facts(writer, read))
    bare = not read.order_items
    return Normalised(facts=facts, wanted=_whole(writer) if bare else ())


def _items(writer: Writer, element: Fields) -> Outcome:
    """Read the lines of an order, which are no order: neither time nor total are among them."""
    read = payload_v0.Items.model_validate(element)
    return Normalised(wanted=_whole(writer.about(read.amazon_order_id)))


def _whole(writer: Writer) -> tuple[Wanted, ...]:
    """Ask for the order as version 2026 tells it: all at once."""
    order_id = writer.order_id
    wanted = Wanted(
        source=NAME,
        account=writer.delivery.account,
        what="order",
        id=order_id,
        path=f"orders/2026-01-01/orders/{order_id}?includedData={_DATA}",
        topic="getOrder",
    )
    return (wanted,)


def _tracking(writer: Writer, element: Fields, at: str) -> Outcome:
    detail = TrackingDetail.model_validate(element)
    if not detail.number:
        return Quarantined(reason="names no parcel", field=path(at, "identifier"))
    facts = distinct(milestone_facts(writer, detail))
    return Normalised(facts=facts, ignored="" if facts else "a parcel without milestones yet")


def _notification(writer: Writer, element: Fields, at: str) -> Outcome:
    kind = _pick(element, "NotificationType")
    name = NOTIFICATIONS.get(kind, "") if isinstance(kind, str) else ""
    if isinstance(kind, str) and kind in ELSEWHERE:
        return Normalised(ignored=f"{kind}: no order needs it")
    if not name:
        field = path(at, "NotificationType")
        return Quarantined(reason="unknown notification", field=field, value=shown(kind))
    body = _pick(element, "Payload")
    inner = _pick(body, name) if isinstance(body, dict) else None
    field = path(at, "Payload", name)
    if not isinstance(inner, dict):
        return Quarantined(reason="notification without its content", field=field)
    metadata = _pick(element, "NotificationMetadata")
    delivery_id = _pick(metadata, "NotificationId") if isinstance(metadata, dict) else ""
    if isinstance(delivery_id, str):
        writer = replace(writer, delivery_id=delivery_id[:200])
    try:
        return _NEWS[kind](writer, inner, element)
    except ValidationError as error:
        return quarantine(error, field)
    except ValueError as error:
        value = shown(_pick(element, "EventTime"))
        return Quarantined(reason=str(error), field=path(at, "EventTime"), value=value)


def _order_change(writer: Writer, inner: Fields, element: Fields) -> Outcome:
    change = OrderChange.model_validate(inner)
    writer = writer.about(change.amazon_order_id)
    facts = order_change_facts(writer, change, read_time(_pick(element, "EventTime")))
    return Normalised(facts=distinct(facts), wanted=_whole(writer))


def _fulfilment_order(writer: Writer, inner: Fields, _: Fields) -> Outcome:
    read = FulfilmentOrder.model_validate(inner)
    reference = f"order:{read.seller_fulfillment_order_id}"
    facts = distinct(fulfilment_order_facts(writer.about_reference(reference), read))
    ignored = "" if facts else f"{read.fulfillment_order_status}: nothing the order needs to know"
    return Normalised(facts=facts, ignored=ignored)


def _onsite(writer: Writer, inner: Fields, element: Fields) -> Outcome:
    read = OnsiteShipment.model_validate(inner)
    writer = writer.about(read.amazon_order_id)
    facts = onsite_facts(writer, read, read_time(_pick(element, "EventTime")))
    return Normalised(facts=distinct(facts))


def _milestones(writer: Writer, inner: Fields, _: Fields) -> Outcome:
    detail = inner.get("trackingDetail")
    return _tracking(writer, detail if isinstance(detail, dict) else {}, "trackingDetail")


_NEWS: Final[dict[str, Callable[[Writer, Fields, Fields], Outcome]]] = {
    "ORDER_CHANGE": _order_change,
    "FULFILLMENT_ORDER_STATUS": _fulfilment_order,
    "FBA_OUTBOUND_SHIPMENT_STATUS": _onsite,
    "SHIPMENT_TRACKING_MILESTONE_CHANGED": _milestones,
}
_READERS: Final[dict[str, Callable[[Writer, Fields, str], Outcome]]] = {
    "NotificationType": _notification,
    "notificationType": _notification,
    "AmazonOrderId": _order_v0,
    "orderId": _order,
    "milestoneHistory": _tracking,
}


def _pick(element: Mapping[str, Any], name: str) -> Any:  # Any: plain values of a payload
    """Look a name up in PascalCase, or in camelCase as the newer notifications have it."""
    found = element.get(name)
    return element.get(name[0].lower() + name[1:]) if found is None else found


SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=(*OPERATIONS, *NOTIFICATIONS),
    signature="none: notifications come over a queue or an event bus of the account's own",
    normalise=normalise,
    words={
        "fulfillmentStatus of an order": ORDER,
        "OrderStatus of version 0": ORDER_V0,
        "status of a package: its shipment": PACKAGE,
        "status of a package: its parcel": PACKAGE_STATE,
        "detailedStatus of a package": DETAILED,
        "EasyShipShipmentStatus": EASY_SHIP,
        "FulfillmentOrderStatus": FULFILMENT_ORDER,
        "status of a fulfilment shipment": FULFILMENT_SHIPMENT,
        "ShipmentStatus": ONSITE_SHIPMENT,
    },
)
