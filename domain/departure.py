"""When which pieces of an order left its warehouses, read from the shipments as they are now.

Pieces that a supplier sent left no warehouse of ours (S3.25).
"""

from typing import Final

from msgspec.json import Decoder

from domain.body import Units
from domain.instant import earliest
from domain.office_body import Purchase
from domain.order import Order
from domain.shipment import OUT

DROPSHIP: Final = "dropship:"
"""Begins the ids of shipments, and the names of changes, that are a supplier's."""
HISTORY: Final = "dropship:import"
"""The shipment of an order that was over before it came here: it moves no stock (S4.31)."""
BACKORDER: Final = "backorder:"
_SHIPPED: Final = ":shipped"

Flows = dict[str, dict[int, int]]
"""Pieces by line and instant."""

_purchase: Final = Decoder(Purchase)


def _units(purchase: bytes) -> tuple[Units, ...]:
    return _purchase.decode(purchase).lines


def departures_of(order: Order) -> Flows:
    """Say when the pieces of each line left; those marked as shipped by hand left then."""
    goods = order.derived.goods
    room = {line.line_id: line.handed_over for line in goods.lines if line.handed_over}
    flows: Flows = {}
    if not room or HISTORY in order.shipments:
        return flows
    for _, _, at, shipment_id in _left(order):
        statement = order.shipments[shipment_id].statement
        lines = (statement.lines if statement else ()) or tuple(room.items())
        for line_id, quantity in lines:
            fits = min(quantity, room.get(line_id, 0))
            if fits:
                room[line_id] -= fits
                if not shipment_id.startswith(DROPSHIP):
                    _add(flows, line_id, at, fits)
    by_hand = order.marks.get("marked_shipped")
    for line_id, rest in room.items():
        if rest:
            _add(flows, line_id, by_hand.at if by_hand else order.placed_at, rest)
    return flows


def _left(order: Order) -> list[tuple[bool, bool, int, str]]:
    """List the shipments that left, in the order in which pieces are given to them."""
    goods = order.derived.goods
    times = {
        shipment_id: earliest(shipment.handed_over_at, shipment.fulfilled_at)
        for shipment_id, shipment in order.shipments.items()
        if goods.shipments.get(shipment_id) not in OUT and shipment.statement
    }
    for parcel in goods.parcels.values():
        if parcel.shipment_id in times and parcel.state not in OUT:
            times[parcel.shipment_id] = earliest(times[parcel.shipment_id], parcel.left_at)
    found = []
    for shipment_id, at in times.items():
        statement = order.shipments[shipment_id].statement
        if at and statement:
            found.append((not statement.lines, statement.inferred, at, shipment_id))
    return sorted(found)


def purchases_of(order: Order) -> Flows:
    """Say when which pieces were bought for the order to come into stock (S3.24)."""
    flows: Flows = {}
    for name, (at, value) in order.changes.items():
        if name.startswith(BACKORDER):
            for units in _units(value):
                _add(flows, units.line_id, at, units.quantity)
    return flows


def left_to_supplier(order: Order) -> dict[str, int]:
    """Count the pieces of each line that a supplier shall send and did not send yet (S3.25)."""
    counts: dict[str, int] = {}
    for name, (_, value) in order.changes.items():
        if name.startswith(DROPSHIP) and not name.endswith(_SHIPPED):
            sent = order.changes.get(name + _SHIPPED)
            shipped = {one.line_id: one.quantity for one in _units(sent[1])} if sent else {}
            for units in _units(value):
                rest = max(units.quantity - shipped.get(units.line_id, 0), 0)
                counts[units.line_id] = counts.get(units.line_id, 0) + rest
    return counts


def _add(flows: Flows, line_id: str, at: int, quantity: int) -> None:
    line = flows.setdefault(line_id, {})
    line[at] = line.get(at, 0) + quantity
