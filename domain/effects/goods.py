"""Commands about goods: shipments from the first plan to the buyer's door."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain import office_fact as office_facts
from domain.effects.common import Maker, Outcome, envelope, lines_or_all
from domain.effects.common import units as as_units
from domain.effects.shipment_edit import add_tracking, buy_label, edit
from domain.effects.shipment_guard import (
    has_left,
    incomplete,
    manual,
    methods_differ,
    not_waiting,
    number_taken,
    plannable,
)
from domain.fact import Fact
from domain.guard import Refusal
from domain.order import Order
from domain.rules import Rules
from domain.shipment import OUT
from domain.vocabulary import PLAIN, Parcel

_ARRIVED: Final = frozenset({PLAIN[Parcel.DELIVERED], PLAIN[Parcel.COLLECTED]})


def _ship(order: Order, command: commands.Ship, rules: Rules) -> Outcome | Refusal:
    """Send pieces: a prepared shipment if it is named, else a new one (S2.33 to S2.38, 8.9)."""
    shipment_id = command.body.shipment_id or command.event_id
    known = order.shipments.get(shipment_id)
    if known is not None and not command.body.lines:
        if refused := not_waiting(order, shipment_id, known):
            return refused
        return Outcome((_sent(command, shipment_id, rules),))
    made = _create(order, command, rules)
    if isinstance(made, Refusal):
        return made
    return Outcome((*made.effects, _sent(command, shipment_id, rules)))


def _sent(command: commands.Ship, shipment_id: str, rules: Rules) -> Fact:
    body = bodies.ShipmentRef(shipment_id=shipment_id)
    if rules.policy.fulfil_counts == "at_once":
        return office_facts.ShipmentFulfilled(**envelope(command, "fulfilled"), body=body)
    return facts.ShipmentHandedOver(**envelope(command, "handed_over"), body=body)


def _create(
    order: Order, command: commands.Ship | commands.CreateShipment, _rules: Rules
) -> Outcome | Refusal:
    wanted = command.body
    shipment_id = wanted.shipment_id or command.event_id
    if shipment_id in order.shipments:
        return Refusal("shipment", f"a shipment {shipment_id} exists already")
    lines = lines_or_all(order, wanted.lines, plannable(order), "left to ship")
    if isinstance(lines, Refusal):
        return lines
    if refused := incomplete(command) or methods_differ(order, lines):
        return refused
    parcels = wanted.parcels
    if wanted.number:
        parcels = (*parcels, bodies.PackageInfo(number=wanted.number, carrier=wanted.carrier))
    if refused := number_taken(order, parcels, shipment_id):
        return refused
    body = bodies.ShipmentInfo(
        shipment_id=shipment_id,
        lines=as_units(lines),
        parcels=parcels,
        carrier=wanted.carrier,
        service=wanted.service,
        pickup=wanted.point == "pickup",
        carrier_made=wanted.carrier_made,
        expected_at=wanted.expected_at,
        notify_customer=wanted.notify_customer,
        point=wanted.point,
        package=wanted.package,
    )
    return Outcome((facts.ShipmentCreated(**envelope(command, "created"), body=body),))


def _step(fact: Callable[..., Fact], suffix: str) -> Maker:
    """Make the maker of a step of a shipment that has not left (S3.11, S3.19)."""

    def make(order: Order, command: Any, _rules: Rules) -> Outcome | Refusal:
        shipment_id = command.body.shipment_id
        shipment = order.shipments.get(shipment_id)
        if shipment is None:
            return Refusal("shipment", f"the order has no shipment {shipment_id!r}")
        if refused := not_waiting(order, shipment_id, shipment):
            return refused
        body = bodies.ShipmentRef(shipment_id=shipment_id, note=command.body.note)
        return Outcome((fact(**envelope(command, suffix), body=body),))

    return make


def _void(order: Order, command: commands.VoidShipment, _rules: Rules) -> Outcome | Refusal:
    shipment_id = command.body.shipment_id
    shipment = manual(order, shipment_id)
    if isinstance(shipment, Refusal):
        return shipment
    state = order.derived.goods.shipments.get(shipment_id)
    if state in OUT:
        return Refusal("shipment", f"shipment {shipment_id} was cancelled already")
    if state in _ARRIVED:
        return Refusal("shipment", f"shipment {shipment_id} arrived already")
    body = bodies.ShipmentRef(shipment_id=shipment_id, note=command.body.note)
    return Outcome((facts.ShipmentCancelled(**envelope(command, "voided"), body=body),))


def _arrived(fact: Callable[..., Fact], suffix: str, *, finals: frozenset[str]) -> Maker:
    def make(order: Order, command: Any, _rules: Rules) -> Outcome | Refusal:
        shipment_id = command.body.shipment_id
        shipment = order.shipments.get(shipment_id)
        if shipment is None:
            return Refusal("shipment", f"the order has no shipment {shipment_id!r}")
        state = order.derived.goods.shipments.get(shipment_id, "")
        if state in OUT or state in finals:
            return Refusal("shipment", f"shipment {shipment_id} is {state} already")
        out = has_left(shipment) or _moved(order, shipment_id)
        if not out:
            return Refusal("sent", f"shipment {shipment_id} was not handed over yet")
        body = bodies.ShipmentRef(shipment_id=shipment_id, note=command.body.note)
        return Outcome((fact(**envelope(command, suffix), body=body),))

    return make


def _moved(order: Order, shipment_id: str) -> bool:
    parcels: Mapping[str, Any] = order.derived.goods.parcels
    return any(one.left_at for one in parcels.values() if one.shipment_id == shipment_id)


GOODS: Final[dict[type, Maker]] = {
    commands.Ship: _ship,
    commands.CreateShipment: _create,
    commands.CommitShipment: _step(office_facts.ShipmentCommitted, "committed"),
    commands.PickShipment: _step(office_facts.ShipmentPicked, "picked"),
    commands.PackShipment: _step(facts.ShipmentPacked, "packed"),
    commands.EditShipment: edit,
    commands.VoidShipment: _void,
    commands.MarkDelivered: _arrived(facts.ShipmentDeliveredMarked, "delivered", finals=_ARRIVED),
    commands.Collect: _arrived(
        facts.ShipmentCollected, "collected", finals=frozenset({PLAIN[Parcel.COLLECTED]})
    ),
    commands.AddTracking: add_tracking,
    commands.BuyLabel: buy_label,
}
