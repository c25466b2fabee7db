"""The work on an order: fulfilment orders, which hold goods back or move them elsewhere.

From the documentation: their webhooks name the fulfilment order and never its order, so the
document is wanted; a move or a cancellation replaces one fulfilment order by another, and what
is to be sent stays the same. Holds are told by what the document says now: held, or not.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from connectors.delivery import Wanted
from connectors.payload import DIGITS, Fields
from connectors.shopify.payload import FulfillmentOrder
from connectors.shopify.table import FETCHED, MOVED_FETCHED
from connectors.writer import Writer
from domain import fact as facts
from domain import office_fact
from domain.body import HoldPlaced, HoldReleased
from domain.fact import Fact
from domain.instant import micros
from domain.office_body import Warehouse
from domain.vocabulary import HoldReason

STATUSES: Final = {
    "open": "released",
    "in_progress": "released",
    "scheduled": "released",
    "on_hold": "held",
    "cancelled": "released",
    "incomplete": "released",
    "closed": "released",
}

HOLDS: Final = {
    "": HoldReason.OTHER,
    "awaiting_payment": HoldReason.PAYMENT,
    "high_risk_of_fraud": HoldReason.FRAUD,
    "incorrect_address": HoldReason.ADDRESS,
    "inventory_out_of_stock": HoldReason.STOCK,
    "unknown_delivery_date": HoldReason.OTHER,
    "online_store_post_purchase_cross_sell": HoldReason.CUSTOMER,
    "awaiting_return_items": HoldReason.CUSTOMER,
    "other": HoldReason.OTHER,
}

_SUFFIX: Final = "fulfillment_order"
_LIVE: Final = frozenset({"open", "in_progress", "scheduled", "on_hold"})


def named_in(element: Fields) -> list[tuple[str, Fields]]:
    """List the fulfilment orders of a body with the keys that they stand under."""
    if "id" in element:
        return [("", element)]
    merged = element.get("fulfillment_order_merges")
    places = {**element, **(merged if isinstance(merged, dict) else {})}
    return [
        (key, value)
        for key, value in places.items()
        if key.endswith(_SUFFIX) and isinstance(value, dict)
    ]


def wanted(writer: Writer, part: Fields, *, moved: bool) -> Wanted | None:
    """Ask for the document of a fulfilment order; None where it has no id."""
    number = str(part.get("id")).rpartition("/")[2]
    if not DIGITS.fullmatch(number):
        return None
    return Wanted(
        source=writer.source,
        account=writer.delivery.account,
        what=_SUFFIX,
        id=number,
        path=f"fulfillment_orders/{number}.json",
        topic=MOVED_FETCHED if moved else FETCHED,
    )


def work_facts(
    writer: Writer, work: FulfillmentOrder, at: datetime, *, moved: bool
) -> Iterator[Fact]:
    """Say whether the work is held, and after a move from where the goods come."""
    name = f"fulfillment_order:{work.id}"
    stamp = micros(at)
    happened = STATUSES.get(work.status)
    if happened is None:
        event_id = f"{name}:unknown:{work.status}"
        yield writer.unknown(event_id, at, field="fulfillment_order.status", value=work.status)
        return
    if happened == "held":
        yield from _held(writer, work, at)
    else:
        lifted = HoldReleased(hold_id=name)
        yield writer.fact(facts.HoldWasReleased, f"{name}:released:{stamp}", at, body=lifted)
    lines = tuple(line.line_item_id for line in work.line_items if line.fulfillable_quantity)
    if moved and work.assigned_location_id and lines and work.status in _LIVE:
        body = Warehouse(warehouse=work.assigned_location_id, lines=lines)
        event_id = f"{name}:at:{work.assigned_location_id}:{stamp}"
        yield writer.fact(office_fact.OrderWarehouseChanged, event_id, at, body=body)


def _held(writer: Writer, work: FulfillmentOrder, at: datetime) -> Iterator[Fact]:
    name = f"fulfillment_order:{work.id}"
    words = [hold.reason for hold in work.fulfillment_holds] or [""]
    body = HoldPlaced(
        hold_id=name,
        reason=HOLDS.get(words[0], HoldReason.OTHER),
        note="; ".join(hold.reason_notes for hold in work.fulfillment_holds if hold.reason_notes),
    )
    yield writer.fact(facts.HoldWasPlaced, f"{name}:held:{micros(at)}", at, body=body)
    for word in dict.fromkeys(words):
        if word not in HOLDS:
            event_id = f"{name}:unknown:reason:{word}"
            yield writer.unknown(event_id, at, field="fulfillment_hold.reason", value=word)
