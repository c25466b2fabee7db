"""Shipments and returns of bol.com.

A shipment in a list does not say how many pieces it holds: it left, and the rest is asked for. A
return's items may belong to several orders; which line of its order one is, its EAN says.
"""

from collections.abc import Iterator
from typing import Final

from connectors.bol.payload import Result, Return, ReturnItem, Shipment
from connectors.bol.table import HANDLING, TRANSPORT
from connectors.writer import Writer
from domain import fact as facts
from domain import office_body as office
from domain import office_fact
from domain.body import PackageInfo, Scan, ShipmentInfo, ShipmentRef, Units
from domain.envelope import kind_of
from domain.fact import Fact
from domain.identity import parcel_key
from domain.instant import micros
from domain.vocabulary import Parcel

_NUMBER_CHARACTERS_MAX: Final = 100


def order_of(shipment: Shipment) -> str:
    """Find the order of a shipment: beside its items, in older answers on each of them."""
    if shipment.order:
        return shipment.order.order_id
    return next((each.order_id for each in shipment.shipment_items if each.order_id), "")


def shipment_facts(writer: Writer, shipment: Shipment) -> Iterator[Fact]:
    """Say what a shipment holds, that it left, and where its parcel was seen."""
    name = f"shipment:{shipment.shipment_id}"
    transport, at = shipment.transport, shipment.shipped_at
    raw = transport.track_and_trace[:_NUMBER_CHARACTERS_MAX]
    number = parcel_key(raw, "") if raw.strip() else ""
    pieces: dict[str, int] = {}
    for item in shipment.shipment_items:
        pieces[item.order_item_id] = pieces.get(item.order_item_id, 0) + (item.quantity or 0)
    carrier = transport.transporter_code
    if is_whole(shipment):
        info = ShipmentInfo(
            shipment_id=shipment.shipment_id,
            lines=tuple(Units(line_id=line_id, quantity=n) for line_id, n in pieces.items()),
            parcels=(PackageInfo(number=number, carrier=carrier),) if number else (),
            carrier=carrier,
        )
        yield writer.fact(facts.ShipmentCreated, name, at, body=info)
    yield writer.link(f"order:{writer.order_id}", at)
    if number:
        yield writer.link(f"parcel:{number}", at)
    body = ShipmentRef(shipment_id=shipment.shipment_id)
    yield writer.fact(facts.ShipmentHandedOver, f"{name}:handed_over", at, body=body)
    for event in transport.transport_events:
        code, seen_at = event.event_code, event.event_date_time
        state = TRANSPORT.get(code, Parcel.UNKNOWN)
        scan = Scan(state=state, shipment_id=shipment.shipment_id, carrier=carrier, code=code)
        event_id = f"{name}:{code}:{micros(seen_at)}"
        yield writer.fact(facts.ShipmentScan, event_id, seen_at, body=scan)
        if code not in TRANSPORT:
            event_id = f"{name}:unknown:eventCode:{code}"
            yield writer.unknown(event_id, at, field="transportEvents.eventCode", value=code)


def is_whole(shipment: Shipment) -> bool:
    """Tell a document of one shipment from an entry of a list, which knows no pieces."""
    return all(item.quantity is not None for item in shipment.shipment_items)


def return_facts(writer: Writer, back: Return) -> Iterator[Fact]:
    """Say which pieces shall come back, order by order, and what was decided about them."""
    for item in back.return_items:
        yield from _item(writer.about(item.order_id), back, item)


def _item(writer: Writer, back: Return, item: ReturnItem) -> Iterator[Fact]:
    name, at = f"return:{item.rma_id}", back.registration_date_time
    requested = office.ReturnRequested(
        return_id=item.rma_id,
        lines=(Units(line_id=item.ean, quantity=item.expected_quantity),),
        reason=item.return_reason.main_reason if item.return_reason else "",
    )
    yield writer.link(f"order:{item.order_id}", at)
    event_id = f"{name}:requested"
    yield writer.fact(office_fact.ReturnWasRequested, event_id, at, body=requested)
    arrived = []
    for result in item.processing_results:
        kind = HANDLING.get(result.handling_result)
        if kind is None:
            word = result.handling_result
            event_id = f"{name}:unknown:handlingResult:{word}"
            yield writer.unknown(event_id, at, field="handlingResult", value=word)
        elif kind is office_fact.ReturnWasReceived:
            arrived.append(result)
        else:
            event_id = f"{name}:{kind_of(kind)}"
            body = office.ReturnRef(return_id=item.rma_id, note=result.handling_result)
            yield writer.fact(kind, event_id, result.processing_date_time, body=body)
    if arrived:
        yield _received(writer, name, item, arrived)


def _received(writer: Writer, name: str, item: ReturnItem, arrived: list[Result]) -> Fact:
    quantity = sum(each.quantity for each in arrived)
    at = max(each.processing_date_time for each in arrived)
    units = office.ReceivedUnits(line_id=item.ean, quantity=min(quantity, item.expected_quantity))
    body = office.ReturnReceived(return_id=item.rma_id, lines=(units,))
    return writer.fact(office_fact.ReturnWasReceived, f"{name}:received", at, body=body)
