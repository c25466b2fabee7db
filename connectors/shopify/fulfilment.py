"""Goods that Shopify tells of: fulfilments as shipments, their events as scans.

A fulfilment's `success` means that the merchant handed the goods over. Its `shipment_status`
repeats the last event without the time of it, so it is an inferred scan: the domain keeps one
per state, at its earliest, and the events that come by themselves stand beside it.
"""

from collections.abc import Iterator
from typing import Final

from connectors.shopify.payload import Fulfillment, FulfillmentEvent
from connectors.writer import Writer
from domain import fact as facts
from domain.body import PackageInfo, Scan, ShipmentInfo, ShipmentRef, Units
from domain.fact import Fact
from domain.instant import micros
from domain.vocabulary import Parcel

_NUMBER_CHARACTERS_MAX: Final = 100
_PARCELS_MAX: Final = 200
_PLACE_CHARACTERS_MAX: Final = 200

STATUSES: Final = {
    "": "waiting",
    "pending": "waiting",
    "open": "waiting",
    "success": "handed_over",
    "cancelled": "cancelled",
    "error": "cancelled",
    "failure": "cancelled",
}

SCANS: Final = {
    "label_purchased": Parcel.CREATED,
    "label_printed": Parcel.CREATED,
    "confirmed": Parcel.CREATED,  # the carrier knows of it and does not have it yet
    "carrier_picked_up": Parcel.HANDED_OVER,
    "in_transit": Parcel.IN_TRANSIT,
    "delayed": Parcel.IN_TRANSIT,
    "buyer_action_required": Parcel.HELD,
    "out_for_delivery": Parcel.OUT_FOR_DELIVERY,
    "ready_for_pickup": Parcel.READY_FOR_PICKUP,
    "ready_for_recipient_pickup": Parcel.READY_FOR_PICKUP,
    "attempted_delivery": Parcel.ATTEMPT_FAILED,
    "delivered": Parcel.DELIVERED,
    "picked_up": Parcel.COLLECTED,
    "returning_to_sender": Parcel.RETURNING,
    "failure": Parcel.UNKNOWN,  # the tracking itself failed: that says nothing of the parcel
}


def tracking_number(raw: str) -> str:
    """Write a tracking number so that one parcel has one name."""
    return raw.translate(_NOISE).upper()[:_NUMBER_CHARACTERS_MAX]


_NOISE: Final = {ord(sign): None for sign in " -\t\r\n"}


def fulfillment_facts(writer: Writer, fulfillment: Fulfillment) -> Iterator[Fact]:
    """Say what a shipment holds, that it left or was called off, and where its parcel is."""
    name = f"fulfillment:{fulfillment.id}"
    created_at = fulfillment.created_at
    updated_at = fulfillment.updated_at or created_at
    revision = micros(updated_at)
    parcels = _parcels(fulfillment)
    shipment = ShipmentInfo(
        shipment_id=fulfillment.id,
        lines=_lines(fulfillment),
        parcels=parcels,
        carrier=fulfillment.tracking_company,
        service="" if fulfillment.service == "manual" else fulfillment.service,
    )
    event_id = f"{name}:{revision}"
    yield writer.fact(
        facts.ShipmentCreated, event_id, created_at, body=shipment, revision=revision
    )
    for parcel in parcels:
        yield writer.link(f"parcel:{parcel.number}", created_at)
    body = ShipmentRef(shipment_id=fulfillment.id)
    match STATUSES.get(fulfillment.status):
        case "handed_over":
            yield writer.fact(
                facts.ShipmentHandedOver, f"{name}:handed_over", created_at, body=body
            )
        case "cancelled":
            off = ShipmentRef(shipment_id=fulfillment.id, note=fulfillment.status)
            event_id = f"{name}:cancelled"
            yield writer.fact(
                facts.ShipmentCancelled, event_id, updated_at, body=off, revision=revision
            )
        case None:
            yield _unknown(writer, name, "fulfillment.status", fulfillment)
        case _:
            pass  # it waits to be handed over
    if fulfillment.shipment_status:
        yield from _inferred_scan(writer, name, fulfillment)


def event_facts(writer: Writer, event: FulfillmentEvent) -> Iterator[Fact]:
    """Say what a carrier reported of a shipment."""
    state = SCANS.get(event.status, Parcel.UNKNOWN)
    name = f"fulfillment_event:{event.id}"
    parts = (event.zip, event.city, event.province, event.country)
    place = ", ".join(part[:_PLACE_CHARACTERS_MAX] for part in parts if part)
    body = Scan(
        state=state,
        shipment_id=event.fulfillment_id,
        code=event.status,
        place=place,
        reason=event.status if event.status in {"delayed", "failure"} else "",
        expected_at=event.estimated_delivery_at,
    )
    yield writer.fact(facts.ShipmentScan, name, event.happened_at, body=body)
    if event.status not in SCANS:
        yield writer.unknown(
            f"{name}:unknown:status",
            event.happened_at,
            field="fulfillment_event.status",
            value=event.status,
        )


def _inferred_scan(writer: Writer, name: str, fulfillment: Fulfillment) -> Iterator[Fact]:
    status = fulfillment.shipment_status
    updated_at = fulfillment.updated_at or fulfillment.created_at
    body = Scan(
        state=SCANS.get(status, Parcel.UNKNOWN),
        shipment_id=fulfillment.id,
        code=status,
        reason=status if status in {"delayed", "failure"} else "",
    )
    yield writer.fact(
        facts.ShipmentScan,
        f"{name}:scan:{status}"[:400],
        updated_at,
        body=body,
        revision=micros(updated_at),
        inferred=True,
    )
    if status not in SCANS:
        yield _unknown(writer, name, "fulfillment.shipment_status", fulfillment)


def _unknown(writer: Writer, name: str, field: str, fulfillment: Fulfillment) -> Fact:
    value: str = getattr(fulfillment, field.partition(".")[2])
    event_id = f"{name}:unknown:{field}:{value}"
    return writer.unknown(event_id, fulfillment.created_at, field=field, value=value)


def _lines(fulfillment: Fulfillment) -> tuple[Units, ...]:
    pieces: dict[str, int] = {}
    for line in fulfillment.line_items:
        if line.quantity:
            pieces[line.id] = pieces.get(line.id, 0) + line.quantity
    return tuple(Units(line_id=line_id, quantity=n) for line_id, n in sorted(pieces.items()))


def _parcels(fulfillment: Fulfillment) -> tuple[PackageInfo, ...]:
    raw = fulfillment.tracking_numbers or (fulfillment.tracking_number,)
    urls = fulfillment.tracking_urls or (fulfillment.tracking_url,)
    found: dict[str, PackageInfo] = {}
    for place, text in enumerate(raw[:_PARCELS_MAX]):
        if number := tracking_number(text):
            url = urls[place] if place < len(urls) else ""
            package = PackageInfo(number=number, carrier=fulfillment.tracking_company, url=url)
            found.setdefault(number, package)
    return tuple(found.values())
