"""An order of bol.com: it has no status, its items count what was shipped and cancelled.

Both counts only grow, so together they order the versions of an order, which mostly have no time
of their own. Prices are in euros. What the buyer pays, bol.com keeps: nothing is told of it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from connectors.bol import payload
from connectors.bol.payload import Item, Order
from connectors.bol.table import ITEM, METHOD
from connectors.money import MINOR_MAX, NotMoney, minor
from connectors.snapshot import Snapshot
from connectors.writer import Writer
from domain import document
from domain import fact as facts
from domain.body import Reason
from domain.fact import Fact
from domain.instant import micros
from domain.vocabulary import CancelReason, Minor, Validity

_EURO: Final = "EUR"
_PIECES_MAX: Final = 900_000


def is_whole(order: Order) -> bool:
    """Tell a document of one order from an entry of a list, which knows no prices."""
    return all(item.unit_price is not None for item in order.order_items)


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    changed_at = _changed_at(order)
    moved = sum(each.quantity_shipped + each.quantity_cancelled for each in order.order_items)
    snapshot = Snapshot(
        writer=writer,
        placed_at=order.order_placed_date_time,
        changed_at=changed_at,
        revision=micros(changed_at) + min(moved, _PIECES_MAX),
    )
    if is_whole(order):
        yield snapshot.document(_document(order))
    yield from snapshot.links(f"order:{order.order_id}")
    yield from _unknowns(snapshot, order)
    yield from replace(snapshot, changed_at=_left_at(writer, order)).counted(
        {each.order_item_id: each.quantity_shipped for each in order.order_items}
    )
    if order.order_items and all(
        0 < each.quantity <= each.quantity_cancelled for each in order.order_items
    ):
        yield snapshot.cancelled()
    if any(each.cancellation_request for each in order.order_items):
        body = Reason(reason=CancelReason.BUYER_ASKED, requester="buyer")
        event_id, at = f"order:{order.order_id}:cancel_requested", snapshot.placed_at
        yield writer.fact(facts.OrderCancelRequested, event_id, at, body=body, inferred=True)


def _changed_at(order: Order) -> datetime:
    times = [each.latest_changed_date_time for each in order.order_items]
    return max([order.order_placed_date_time, *(time for time in times if time)])


def _left_at(writer: Writer, order: Order) -> datetime:
    """Say when pieces had left at the latest: when that was told, if the order has no time."""
    changed_at = _changed_at(order)
    received_at = writer.delivery.received_at
    timeless = changed_at == order.order_placed_date_time
    return max(received_at, changed_at) if timeless and received_at else changed_at


def _document(order: Order) -> document.Document:
    expire = [each.fulfilment.expiry_date for each in order.order_items]
    methods = {_method(each) for each in order.order_items} - {""}
    shipment, billing = order.shipment_details, order.billing_details
    return document.Document(
        currency=_EURO,
        total=_total(order),
        lines=tuple(_line(each) for each in order.order_items),
        number=order.order_id,
        placed_at=order.order_placed_date_time,
        payment_method="online",
        source_status="/".join(sorted(methods)),
        validity=Validity.VALID,
        ship_by=min((day for day in expire if day), default=None),
        customer=_customer(billing or shipment),
        ship_to=_address(shipment),
        bill_to=_address(billing),
    )


def _method(item: Item) -> str:
    return item.fulfilment.method or item.fulfilment_method


def _total(order: Order) -> Minor:
    due = sum(
        _price(each) * max(each.quantity - each.quantity_cancelled, 0)
        for each in order.order_items
    )
    if not 0 <= due <= MINOR_MAX:
        raise NotMoney("is no price of an order", "orderItems.unitPrice", due)
    return Minor(due)


def _price(item: Item) -> Minor:
    return minor(item.unit_price, _EURO, field="orderItems.unitPrice")


def _line(item: Item) -> document.Line:
    return document.Line(
        line_id=item.order_item_id,
        quantity=item.quantity,
        sku=item.product.ean or item.ean,
        title=item.product.title or item.offer.reference,
        unit_price=_price(item),
        cancelled=min(item.quantity_cancelled, item.quantity),
    )


def _unknowns(snapshot: Snapshot, order: Order) -> Iterator[Fact]:
    for item in order.order_items:
        if (method := _method(item)) and method not in METHOD:
            yield snapshot.unknown("fulfilment.method", method)
        if item.fulfilment_status and item.fulfilment_status not in ITEM:
            yield snapshot.unknown("fulfilmentStatus", item.fulfilment_status)


def _customer(details: payload.Details | None) -> document.Party | None:
    if details is None:
        return None
    return document.Party(
        name=f"{details.first_name} {details.surname}".strip(),
        email=details.email,
        phone=details.delivery_phone_number,
        locale=details.language,
    )


def _address(details: payload.Details | None) -> document.Address | None:
    if details is None:
        return None
    house = " ".join(filter(None, (details.house_number, details.house_number_extension)))
    street = f"{details.street_name} {house}".strip()
    return document.Address(
        name=f"{details.first_name} {details.surname}".strip(),
        company=details.company,
        street=tuple(each for each in (street, details.extra_address_information) if each),
        postal_code=details.zip_code,
        city=details.city,
        country=details.country_code,
        phone=details.delivery_phone_number,
    )
