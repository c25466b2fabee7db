"""Packages of an order of 2026, and the one that Easy Ship stands for: shipments and their scans.

A package says where it is but not since when, so its status is an inferred scan: the domain
keeps one per state at its earliest, and the carrier's own scans stand beside it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from connectors.amazon.payload import Order, Package, PackageStatus
from connectors.amazon.table import DETAILED, PACKAGE, PACKAGE_STATE
from connectors.writer import Writer
from domain import fact as facts
from domain.body import PackageInfo, Scan, ShipmentInfo, ShipmentRef, Units
from domain.fact import Fact
from domain.identity import parcel_key
from domain.instant import micros
from domain.vocabulary import Parcel

_EASY_SHIP: Final = "easy-ship"
_NUMBER_CHARACTERS_MAX: Final = 100


def package_facts(writer: Writer, package: Package, order: Order) -> Iterator[Fact]:
    """Say what a package holds, that it left or was called off, and where it is."""
    name = f"order:{order.order_id}:package:{package.package_reference_id}"
    created_at = package.created_time or order.created_time
    changed_at = order.last_updated_time
    revision = micros(changed_at)
    parcels = parcels_of(package.tracking_number, package.carrier)
    shipment = ShipmentInfo(
        shipment_id=package.package_reference_id,
        lines=tuple(
            Units(line_id=each.order_item_id, quantity=each.quantity)
            for each in package.package_items
        ),
        parcels=parcels,
        carrier=package.carrier,
        service=package.shipping_service,
    )
    yield writer.fact(
        facts.ShipmentCreated,
        f"{name}:{revision}",
        created_at,
        body=shipment,
        revision=revision,
    )
    for parcel in parcels:
        yield writer.link(f"parcel:{parcel.number}", created_at)
    if package.package_status:
        yield from _status(writer, name, package, package.package_status, changed_at)


def parcels_of(raw: str, carrier: str) -> tuple[PackageInfo, ...]:
    """Name the parcel of a package, if it has a number yet."""
    number = parcel_key(raw[:_NUMBER_CHARACTERS_MAX], "") if raw.strip() else ""
    return (PackageInfo(number=number, carrier=carrier),) if number else ()


def _status(
    writer: Writer, name: str, package: Package, status: PackageStatus, changed_at: datetime
) -> Iterator[Fact]:
    body = ShipmentRef(shipment_id=package.package_reference_id)
    match PACKAGE.get(status.status):
        case "handed_over":
            at = package.ship_time or changed_at
            yield writer.fact(facts.ShipmentHandedOver, f"{name}:handed_over", at, body=body)
        case "cancelled":
            event_id = f"{name}:cancelled"
            yield writer.fact(facts.ShipmentCancelled, event_id, changed_at, body=body)
        case None:
            yield _unknown(writer, name, "packageStatus.status", status.status, changed_at)
        case _:
            pass  # it waits to be handed over
    state = DETAILED.get(status.detailed_status)
    if status.detailed_status and state is None:
        field = "packageStatus.detailedStatus"
        yield _unknown(writer, name, field, status.detailed_status, changed_at)
    code = status.detailed_status or status.status
    state = state or PACKAGE_STATE.get(status.status, Parcel.UNKNOWN)
    yield _scan(writer, name, package.package_reference_id, state, code, changed_at)


def easy_ship_facts(
    writer: Writer, order_id: str, word: str, placed_at: datetime, changed_at: datetime
) -> Iterator[Fact]:
    """Say where the parcel of an Easy Ship order is, which version 0 tells on the order itself."""
    name = f"order:{order_id}:{_EASY_SHIP}"
    shipment = ShipmentInfo(shipment_id=_EASY_SHIP, carrier="Amazon", service="Easy Ship")
    yield writer.fact(facts.ShipmentCreated, name, placed_at, body=shipment, inferred=True)
    state = DETAILED.get(word, Parcel.UNKNOWN)
    yield _scan(writer, name, _EASY_SHIP, state, word, changed_at)


def _scan(
    writer: Writer, name: str, shipment_id: str, state: Parcel, code: str, at: datetime
) -> Fact:
    body = Scan(state=state, shipment_id=shipment_id, code=code)
    event_id = f"{name}:scan:{code}"[:400]
    return writer.fact(
        facts.ShipmentScan, event_id, at, body=body, revision=micros(at), inferred=True
    )


def _unknown(writer: Writer, name: str, field: str, value: str, at: datetime) -> Fact:
    return writer.unknown(f"{name}:unknown:{field}:{value}", at, field=field, value=value)
