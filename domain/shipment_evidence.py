"""Evidence of shipments: how statements, times and scans of parcels join what is known."""

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from domain.evidence import TooMany, add_change, conflict
from domain.identity import parcel_key
from domain.instant import earliest, micros
from domain.order import SCANS_MAX, SHIPMENTS_MAX, Order, Package, Scan, Shipment, Statement

if TYPE_CHECKING:
    from domain import fact as facts

_encode: Final = msgspec.json.Encoder().encode


def add_shipment(
    order: Order, fact: "facts.ShipmentCreated | facts.ShipmentEdited", at: int
) -> Order:
    """Keep the newest statement about a shipment, and what its carrier must know (S2.38)."""
    body = fact.body
    statement = Statement(
        at=at,
        revision=fact.revision or at,
        lines=tuple((units.line_id, units.quantity) for units in body.lines),
        packages=tuple(
            Package(parcel_key(parcel.number, ""), parcel.carrier, parcel.url)
            for parcel in body.parcels
        ),
        carrier=body.carrier,
        service=body.service,
        pickup=body.pickup,
        carrier_made=body.carrier_made,
        expected_at=micros(body.expected_at) if body.expected_at else 0,
        notify_customer=body.notify_customer,
        point=body.point,
        inferred=fact.inferred,
    )
    if body.package is not None:
        order = add_change(order, f"package:{body.shipment_id}", body.package, at)
    shipment = _shipment(order, body.shipment_id)
    old = shipment.statement
    if old and _newness(old) >= _newness(statement):
        return order
    return _put_shipment(order, body.shipment_id, replace(shipment, statement=statement))


def _newness(statement: Statement) -> tuple[int, int, bytes]:
    return statement.revision, statement.at, _encode(statement)


def add_shipment_time(order: Order, shipment_id: str, field: str, at: int) -> Order:
    """Keep when something first happened to a shipment."""
    shipment = _shipment(order, shipment_id)
    known: int = getattr(shipment, field)
    if known and known <= at:
        return order
    return _put_shipment(order, shipment_id, replace(shipment, **{field: earliest(known, at)}))


def _shipment(order: Order, shipment_id: str) -> Shipment:
    shipment = order.shipments.get(shipment_id)
    if shipment is None and len(order.shipments) >= SHIPMENTS_MAX:
        raise TooMany("shipments", SHIPMENTS_MAX)
    return shipment or Shipment()


def _put_shipment(order: Order, shipment_id: str, shipment: Shipment) -> Order:
    return replace(order, shipments={**order.shipments, shipment_id: shipment})


def add_scan(order: Order, parcel: str, scan: Scan) -> Order:
    """Keep a scan in its place in time; an inferred one only at its earliest."""
    scans = order.scans.get(parcel, ())
    for old in scans:
        if _same_scan(old, scan):
            return _join_scan(order, parcel, old, scan)
    if len(scans) >= SCANS_MAX:
        raise TooMany("scans", SCANS_MAX)
    if not scans and len(order.scans) >= SHIPMENTS_MAX:
        raise TooMany("parcels", SHIPMENTS_MAX)
    ordered = tuple(sorted((*scans, scan)))
    return replace(order, scans={**order.scans, parcel: ordered})


def _same_scan(old: Scan, new: Scan) -> bool:
    if old.inferred or new.inferred:
        return old.inferred and new.inferred and old.rank == new.rank
    return old.at == new.at and old.code == new.code and old.place == new.place


def _join_scan(order: Order, parcel: str, old: Scan, new: Scan) -> Order:
    if old.inferred:
        kept = min(old, new)
    else:
        kept = max(old, new)
        if old.rank != new.rank:
            order = conflict(order, f"scan|{parcel}|{new.at}|{new.code}")
    if kept is old or kept == old:
        return order
    rest = (scan for scan in order.scans[parcel] if scan is not old)
    return replace(order, scans={**order.scans, parcel: tuple(sorted((*rest, kept)))})
