"""What stands in the way of a command about a shipment, and the pieces that it may take."""

from collections.abc import Iterable

from domain import body as bodies
from domain import command as commands
from domain.effects.common import document_of, unassigned
from domain.guard import Refusal
from domain.identity import parcel_key
from domain.line_choice import method_of
from domain.order import Order, Shipment
from domain.shipment import OUT


def plannable(order: Order) -> dict[str, int]:
    """Count the pieces of each line that are neither sent nor planned, here or at a supplier."""
    room = unassigned(order)
    for shipment_id, shipment in order.shipments.items():
        state = order.derived.goods.shipments.get(shipment_id)
        if state in OUT or has_left(shipment) or shipment.statement is None:
            continue
        for line_id, quantity in shipment.statement.lines:
            room[line_id] = max(room.get(line_id, 0) - quantity, 0)
    return room


def has_left(shipment: Shipment) -> bool:
    return bool(shipment.handed_over_at or shipment.fulfilled_at)


def incomplete(command: commands.Ship | commands.CreateShipment) -> Refusal | None:
    """Refuse what a carrier abroad could not take: no carrier, no number, no value (S2.36, S2.38)."""
    wanted = command.body
    if wanted.point != "international":
        return None
    if not wanted.carrier_made and not (wanted.carrier and (wanted.number or wanted.parcels)):
        return Refusal("carrier", "an international shipment needs a carrier and a number")
    if wanted.carrier_made and (wanted.package is None or not wanted.package.customs_value):
        return Refusal("customs_value", "an international shipment needs the package's value")
    return None


def methods_differ(order: Order, lines: Iterable[str]) -> Refusal | None:
    """Refuse lines in one shipment that are to travel by different methods (S1.24)."""
    usual = document_of(order).shipping_method
    methods = {line_id: method_of(order, line_id) or usual for line_id in lines}
    if len(set(methods.values())) < 2:
        return None
    said = ", ".join(f"{line_id} by {method or 'any'}" for line_id, method in methods.items())
    return Refusal("method", f"lines of different shipping methods go apart: {said}")


def number_taken(
    order: Order, parcels: tuple[bodies.PackageInfo, ...], shipment_id: str
) -> Refusal | None:
    """Refuse a tracking number that another shipment of the order carries (S1.24)."""
    wanted = {parcel_key(parcel.number, "") for parcel in parcels}
    for other_id, other in order.shipments.items():
        if other_id == shipment_id or other.statement is None:
            continue
        if order.derived.goods.shipments.get(other_id) in OUT:
            continue
        for package in other.statement.packages:
            if package.number in wanted:
                return Refusal("number", f"{package.number} belongs to shipment {other_id}")
    return None


def manual(order: Order, shipment_id: str) -> Shipment | Refusal:
    """Find a shipment that people look after, not a carrier (S2.40, S2.45)."""
    shipment = order.shipments.get(shipment_id)
    if shipment is None:
        return Refusal("shipment", f"the order has no shipment {shipment_id!r}")
    if shipment.statement is not None and shipment.statement.carrier_made:
        return Refusal("manual", "the carrier looks after this shipment")
    return shipment


def not_waiting(order: Order, shipment_id: str, shipment: Shipment) -> Refusal | None:
    if order.derived.goods.shipments.get(shipment_id) in OUT:
        return Refusal("shipment", f"shipment {shipment_id} was cancelled")
    if has_left(shipment):
        return Refusal("shipment", f"shipment {shipment_id} left already")
    return None
