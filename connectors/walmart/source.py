"""Walmart Marketplace: purchase orders, by themselves, in a list, or in a webhook.

Seen in a payload (two orders of a client's tests): no status of the order; a line cancelled and
priced 0.0; milliseconds since 1970; amounts as numbers and quantities as text; a carrier under
`otherCarrier`. From public code: `orderLineStatus` as an object where others have a list, times
as text, answers under `list.elements.order`.

From the documentation, not seen: Acknowledged, Delivered, Refund and OnHold (some countries);
that shipping a line charges its buyer; refunds with negative amounts; webhooks with the order as
`payload`. That a product's charge is meant per piece is how other connectors read it; the
documentation does not say, and lines of several pieces are rare.
"""

from functools import partial
from typing import Final

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.listing import distinct, read_body, read_parts
from connectors.payload import Fields
from connectors.quarantine import path, shown
from connectors.walmart.order import order_facts
from connectors.walmart.payload import Order
from connectors.walmart.table import CANCEL_REASON, LINE
from connectors.writer import Writer, writer_for

NAME: Final = "walmart"
EVENTS: Final = ("PO_CREATED", "PO_LINE_AUTOCANCELLED", "INTENT_TO_CANCEL")
_WAYS: Final = ("payload", "list", "elements", "order", "orders")


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Walmart."""
    return read_body(delivery.body, partial(_content, writer_for(delivery, NAME)))


def _content(writer: Writer, value: object) -> Outcome:
    """Take off what is around an order or a list of them."""
    inner, at = value, ""
    for name in _WAYS:
        if isinstance(inner, dict) and name in inner and "purchaseOrderId" not in inner:
            inner, at = inner[name], path(at, name)
    return read_parts(inner, partial(_element, writer), name=at or "elements")


def _element(writer: Writer, element: Fields, at: str) -> Outcome:
    if "purchaseOrderId" not in element:
        reason, field = "is no payload of Walmart", at or "body"
        return Quarantined(reason=reason, field=field, value=shown(element))
    order = Order.model_validate(element)
    facts = order_facts(writer.about(order.purchase_order_id), order)
    return Normalised(facts=distinct(facts))


SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=EVENTS,
    signature="none is known: orders are fetched",
    normalise=normalise,
    words={"status of so many pieces of a line": LINE, "cancellationReason": CANCEL_REASON},
)
