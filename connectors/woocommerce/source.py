"""WooCommerce's webhooks and REST lists.

Seen in real payloads: an envelope `{"data": …}`; the answer of `/orders/batch` with whole orders
under `create`, `update` and `delete`; ids as text and sku as a number; a guest as
`customer_id: 0`; no own status for a partial refund, only negative `refunds[].total`; refund
objects (`/orders/<id>/refunds`) that name neither order nor currency; half pieces of a bundle,
which count as whole ones and are reported as `line_items.quantity`;
`auto-draft` with `date_paid`; `completed` without it. From the plugin's source: the ping when a
webhook is made, unsigned form text `webhook_id=<n>`; `order.deleted` with the id alone, also sent
when an order goes to the trash; `X-WC-Webhook-Delivery-ID` is shared by deliveries of one second.
From the documentation, not seen: `checkout-draft`, `trash`, `order.restored`; `_links.up` of a
refund, and webhooks of actions (`action.woocommerce_order_refunded`), which name the order that
is then asked for: `orders/ID` below an API of `https://SHOP/wp-json/wc/v3`.

Times have whole seconds, see `order.revision_of`. Meta data is read for Stripe's ids only.
"""

import re
from functools import partial
from typing import Final, TypeGuard

from connectors.body import format_of
from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.listing import Read, distinct, join, read_body, read_parts, unwrap
from connectors.payload import Fields, read_identifier
from connectors.quarantine import path, shown
from connectors.woocommerce.order import STATUSES, order_facts
from connectors.woocommerce.payload import Order
from connectors.writer import Writer, writer_for
from domain.body import Reason
from domain.fact import OrderCancelledAtSource
from domain.vocabulary import CancelReason

NAME: Final = "woocommerce"
TOPICS: Final = (
    "order.created",
    "order.updated",
    "order.deleted",
    "order.restored",
    "action.woocommerce_order_refunded",
)
OTHER_RESOURCES: Final = ("coupon.", "customer.", "product.")

_PING: Final = re.compile(rb"webhook_id=[0-9]{1,20}")
_ACTION: Final = "action.woocommerce_order"
_ORDER_ADDRESS: Final = re.compile(r"/orders/([0-9]{1,20})$", re.ASCII)
_WRAPPERS: Final = frozenset({"data", "order", "orders"})
_REFUND: Final = frozenset({"refunded_by", "refunded_payment", "amount"})
"""Fields that only refunds have; of a refund of version 2 the amount alone."""


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of WooCommerce."""
    if format_of(delivery.body) == "form":
        return _ping(delivery.body)
    topic = (delivery.headers.get("x-wc-webhook-topic") or delivery.topic).strip().lower()
    if topic.startswith(_ACTION):
        return read_body(delivery.body, partial(_action, delivery))
    if topic.startswith(OTHER_RESOURCES):
        return Normalised(ignored="says nothing of an order")
    if topic and topic not in TOPICS:
        return Quarantined(reason="unknown topic", field="topic", value=topic[:200])
    writer = writer_for(delivery, NAME, delivery.headers.get("x-wc-webhook-delivery-id", ""))
    read = partial(_deleted if topic == "order.deleted" else _order, writer)
    return read_body(delivery.body, partial(_content, writer, read))


def _ping(body: bytes) -> Outcome:
    if _PING.fullmatch(body.strip()):
        return Normalised(ignored="the ping of a new webhook")
    return Quarantined(reason="a form that is not the ping of a new webhook", field="body")


def _content(writer: Writer, read: Read, value: object) -> Outcome:
    if _is_batch(value):
        return join(
            read_parts(elements, partial(_BATCH[verb], writer), name=verb)
            for verb, elements in value.items()
        )
    return read_parts(unwrap(value, _WRAPPERS), read, name="orders")


def _is_batch(value: object) -> TypeGuard[dict[str, list[object]]]:
    """Tell the answer of `/orders/batch`: under each verb the orders it was done to."""
    return (
        isinstance(value, dict)
        and bool(value)
        and value.keys() <= _BATCH.keys()
        and all(isinstance(elements, list) for elements in value.values())
    )


def _order(writer: Writer, element: Fields, at: str) -> Outcome:
    if "status" not in element and not _REFUND.isdisjoint(element):
        return _refund(writer.delivery, element, at)
    if "error" in element and "status" not in element:
        return _not_done(element, at)
    order = Order.read(element)
    return Normalised(facts=distinct(order_facts(writer.about(order.id), order)))


def _refund(delivery: Delivery, element: Fields, at: str) -> Outcome:
    """Ask for the order of a refund that came by itself: the order tells of it, with currency."""
    links = element.get("_links")
    up = links.get("up") if isinstance(links, dict) else None
    first = up[0] if isinstance(up, list) and up else None
    address = first.get("href") if isinstance(first, dict) else None
    found = _ORDER_ADDRESS.search(address) if isinstance(address, str) else None
    if found is None:
        return Quarantined(
            reason="a refund by itself names neither order nor currency",
            field=path(at, "_links.up"),
            value=shown(address),
        )
    return Normalised(wanted=(_wanted(delivery, found[1]),))


def _action(delivery: Delivery, value: object) -> Outcome:
    """Read the webhook of an action of the shop: it names an order and says nothing of it."""
    argument = value.get("arg") if isinstance(value, dict) else value
    try:
        return Normalised(wanted=(_wanted(delivery, read_identifier(argument)),))
    except ValueError as error:
        return Quarantined(reason=str(error), field="arg", value=shown(argument))


def _wanted(delivery: Delivery, order_id: str) -> Wanted:
    return Wanted(
        source=NAME,
        account=delivery.account,
        what="order",
        id=order_id,
        path=f"orders/{order_id}",
        topic="order.updated",
    )


def _deleted(writer: Writer, element: Fields, at: str) -> Outcome:
    """Read a deletion; all it needs to name is the order, and its time is the delivery's."""
    if "error" in element:
        return _not_done(element, at)
    try:
        order_id = read_identifier(element.get("id"))
    except ValueError as error:
        value = shown(element.get("id"))
        return Quarantined(reason=str(error), field=path(at, "id"), value=value)
    time = writer.delivery.received_at
    if time is None:
        reason = "a deletion without a time"
        return Quarantined(reason=reason, field="received_at", value=f"order {order_id}")
    body = Reason(reason=CancelReason.OTHER, note="deleted")
    event_id = f"order:{order_id}:deleted"
    fact = writer.about(order_id).fact(OrderCancelledAtSource, event_id, time, body=body)
    return Normalised(facts=(fact,))


def _not_done(element: Fields, at: str) -> Outcome:
    """Answer for an element of a batch that the shop refused, so nothing happened to its order."""
    error = element["error"]
    code = error.get("code") if isinstance(error, dict) else error
    return Quarantined(reason="the shop did not do it", field=path(at, "error"), value=shown(code))


_BATCH: Final = {"create": _order, "update": _order, "delete": _deleted}

SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=TOPICS,
    signature="hmac-sha256 base64 of the body in x-wc-webhook-signature",
    normalise=normalise,
    words={
        "status": STATUSES,
    },
    headers=("x-wc-webhook-topic", "x-wc-webhook-delivery-id"),
    formats=("json", "form"),
)
