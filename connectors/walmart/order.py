"""An order of Walmart: it has no status of its own, its lines have one per so many pieces."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from connectors.snapshot import Snapshot
from connectors.walmart import payload
from connectors.walmart.charge import (
    LEFT,
    PRODUCT,
    Part,
    cancelled,
    charged,
    currency_of,
    money_facts,
    parts_of,
    taxes,
    total_of,
)
from connectors.walmart.payload import Line, Order
from connectors.walmart.table import CANCEL_REASON, NEW_WORD
from connectors.writer import Writer
from domain import document
from domain import fact as facts
from domain.body import PackageInfo, Reason, Scan, ShipmentInfo, ShipmentRef, Units
from domain.fact import Fact
from domain.identity import parcel_key
from domain.instant import micros
from domain.vocabulary import CancelReason, HoldReason, Parcel, Validity

_PICKUP: Final = frozenset({"PICKUP", "IN_STORE_PICKUP"})
_NUMBER_CHARACTERS_MAX: Final = 100
_PROGRESS_MAX: Final = 900


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    parts = [part for line in order.order_lines.order_line for part in parts_of(line)]
    changed_at = max([order.order_date, *_status_dates(order)])
    progress = min(sum(part.meaning.progress * part.pieces for part in parts), _PROGRESS_MAX)
    snapshot = Snapshot(
        writer=writer,
        placed_at=order.order_date,
        changed_at=changed_at,
        revision=micros(changed_at) + progress,
    )
    currency = currency_of(order)
    yield snapshot.document(_document(order, parts, currency))
    names = (order.purchase_order_id, order.customer_order_id)
    yield from snapshot.links(*(f"order:{name}" for name in names if name))
    for part in parts:
        if part.meaning is NEW_WORD:
            yield snapshot.unknown("orderLineStatus.status", part.status.status)
    yield from _implied(snapshot, order, parts)
    yield from money_facts(snapshot, order, parts, currency)
    yield from _shipments(writer, order, parts, changed_at)


def _status_dates(order: Order) -> list[datetime]:
    return [line.status_date for line in order.order_lines.order_line if line.status_date]


def _document(order: Order, parts: list[Part], currency: str) -> document.Document:
    shipping = order.shipping_info
    lines = order.order_lines.order_line
    words = sorted({part.status.status for part in parts})
    ways = {line.fulfillment.fulfillment_option for line in lines if line.fulfillment}
    return document.Document(
        currency=currency,
        total=total_of(order, parts, currency),
        lines=tuple(_line(line, parts, currency) for line in lines),
        number=order.purchase_order_id,
        placed_at=order.order_date,
        shipping_total=charged(lines, currency, "SHIPPING"),
        tax_total=taxes(lines, currency),
        payment_method="online",
        source_status="/".join(words),
        validity=_validity(parts),
        hold=_hold(parts),
        ship_by=shipping.estimated_ship_date.date() if shipping.estimated_ship_date else None,
        promised_at=shipping.estimated_delivery_date,
        shipping_method=shipping.method_code,
        pickup=bool(ways) and ways <= _PICKUP,
        customer=_customer(order),
        ship_to=_address(shipping),
    )


def _validity(parts: list[Part]) -> Validity:
    """Take the least sure word of any live piece; an order whose every piece is off says none."""
    said = {part.meaning.validity for part in parts}
    for validity in (Validity.PENDING, Validity.UNKNOWN, Validity.VALID):
        if validity in said:
            return validity
    return Validity.UNSTATED


def _hold(parts: list[Part]) -> HoldReason | None:
    return next((part.meaning.hold for part in parts if part.meaning.hold), None)


def _line(line: Line, parts: list[Part], currency: str) -> document.Line:
    return document.Line(
        line_id=line.line_number,
        quantity=line.order_line_quantity.amount,
        sku=line.item.sku,
        title=line.item.product_name,
        unit_price=charged([line], currency, PRODUCT),
        cancelled=cancelled(line, parts),
    )


def _customer(order: Order) -> document.Party:
    address = order.shipping_info.postal_address or payload.Address()
    return document.Party(
        name=address.name, email=order.customer_email_id, phone=order.shipping_info.phone
    )


def _address(shipping: payload.Shipping) -> document.Address | None:
    place = shipping.postal_address
    if place is None:
        return None
    return document.Address(
        name=place.name,
        street=tuple(each for each in (place.address1, place.address2) if each),
        postal_code=place.postal_code,
        city=place.city,
        region=place.state,
        country=place.country,
        phone=shipping.phone,
    )


def _implied(snapshot: Snapshot, order: Order, parts: list[Part]) -> Iterator[Fact]:
    """Say what the lines together imply of the order."""
    writer, name = snapshot.writer, f"order:{order.purchase_order_id}"
    happened = {part.meaning.happened for part in parts if part.pieces}
    lines = order.order_lines.order_line
    off = [line for line in lines if cancelled(line, parts) >= line.order_line_quantity.amount]
    if lines and len(off) == len(lines):
        reason = next((p.status.cancellation_reason for p in parts), "")
        yield snapshot.cancelled(CANCEL_REASON.get(reason, reason))
    elif "confirmed" in happened and "" not in happened:
        event_id = f"{name}:confirmed"
        at = snapshot.placed_at
        yield writer.fact(facts.OrderConfirmed, event_id, at, inferred=True)
    if any(line.intent_to_cancel for line in lines):
        body = Reason(reason=CancelReason.BUYER_ASKED, requester="buyer")
        event_id = f"{name}:cancel_requested"
        at = snapshot.placed_at
        yield writer.fact(facts.OrderCancelRequested, event_id, at, body=body, inferred=True)


def _shipments(
    writer: Writer, order: Order, parts: list[Part], changed_at: datetime
) -> Iterator[Fact]:
    """Say which pieces left in which parcel: those of one tracking number are one shipment."""
    grouped: dict[str, list[Part]] = {}
    for part in parts:
        if part.meaning.happened in LEFT and part.pieces:
            raw = part.status.tracking_info.tracking_number if part.status.tracking_info else ""
            number = parcel_key(raw[:_NUMBER_CHARACTERS_MAX], "") if raw.strip() else ""
            grouped.setdefault(number, []).append(part)
    for number, held in grouped.items():
        yield from _shipment(writer, order, number, held, changed_at)


def _shipment(
    writer: Writer, order: Order, number: str, held: list[Part], changed_at: datetime
) -> Iterator[Fact]:
    pieces: dict[str, int] = {}
    for part in held:
        line_id = part.line.line_number
        pieces[line_id] = pieces.get(line_id, 0) + part.pieces
    tracking = held[0].status.tracking_info or payload.Tracking()
    named = tracking.carrier_name or payload.Carrier()
    carrier = named.carrier or named.other_carrier
    parcel = PackageInfo(number=number, carrier=carrier, url=tracking.tracking_url)
    shipment_id = number or "without-number"
    info = ShipmentInfo(
        shipment_id=shipment_id,
        lines=tuple(Units(line_id=line_id, quantity=n) for line_id, n in pieces.items()),
        parcels=(parcel,) if number else (),
        carrier=carrier,
        service=tracking.method_code,
    )
    revision = micros(changed_at)
    at = tracking.ship_date_time or held[0].line.status_date or changed_at
    name = f"order:{order.purchase_order_id}:shipment:{shipment_id}"
    yield writer.fact(
        facts.ShipmentCreated, f"{name}:{revision}", at, body=info, revision=revision
    )
    if number:
        yield writer.link(f"parcel:{number}", order.order_date)
    body = ShipmentRef(shipment_id=shipment_id)
    yield writer.fact(facts.ShipmentHandedOver, f"{name}:handed_over", at, body=body)
    if all(part.meaning.happened == "delivered" for part in held):
        scan = Scan(state=Parcel.DELIVERED, shipment_id=shipment_id, code="Delivered")
        delivered_at = max(part.line.status_date or changed_at for part in held)
        event_id = f"{name}:delivered"
        yield writer.fact(facts.ShipmentScan, event_id, delivered_at, body=scan, inferred=True)
