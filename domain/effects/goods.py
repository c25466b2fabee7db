"""Commands about goods: shipments from the first plan to the buyer's door."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec.structs import replace

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain import office_fact as office_facts
from domain.command import Command
from domain.effects.common import (
    Maker,
    Outcome,
    document_of,
    envelope,
    lines_or_all,
    unassigned,
    unknown_lines,
)
from domain.effects.common import units as as_units
from domain.fact import Fact
from domain.guard import Refusal
from domain.identity import parcel_key
from domain.instant import micros, moment
from domain.line_choice import method_of
from domain.order import Order, Shipment, Statement
from domain.parcel import EDITED
from domain.request import BuyLabel, EditShipment
from domain.rules import Rules
from domain.shipment import OUT
from domain.vocabulary import PLAIN, Parcel

_ARRIVED: Final = frozenset({PLAIN[Parcel.DELIVERED], PLAIN[Parcel.COLLECTED]})


def plannable(order: Order) -> dict[str, int]:
    """Count the pieces of each line that are neither sent nor planned, here or at a supplier."""
    room = unassigned(order)
    for shipment_id, shipment in order.shipments.items():
        state = order.derived.goods.shipments.get(shipment_id)
        if state in OUT or _left(shipment) or shipment.statement is None:
            continue
        for line_id, quantity in shipment.statement.lines:
            room[line_id] = max(room.get(line_id, 0) - quantity, 0)
    return room


def _left(shipment: Shipment) -> bool:
    return bool(shipment.handed_over_at or shipment.fulfilled_at)


def _ship(order: Order, command: commands.Ship, rules: Rules) -> Outcome | Refusal:
    """Send pieces: a prepared shipment if it is named, else a new one (S2.33 to S2.38, 8.9)."""
    shipment_id = command.body.shipment_id or command.event_id
    known = order.shipments.get(shipment_id)
    if known is not None and not command.body.lines:
        if refused := _not_waiting(order, shipment_id, known):
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
    if refused := _incomplete(command) or _methods_differ(order, lines):
        return refused
    parcels = wanted.parcels
    if wanted.number:
        parcels = (*parcels, bodies.PackageInfo(number=wanted.number, carrier=wanted.carrier))
    if refused := _number_taken(order, parcels, shipment_id):
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


def _incomplete(command: commands.Ship | commands.CreateShipment) -> Refusal | None:
    """Refuse what a carrier abroad could not take: no carrier, no number, no value (S2.36, S2.38)."""
    wanted = command.body
    if wanted.point != "international":
        return None
    if not wanted.carrier_made and not (wanted.carrier and (wanted.number or wanted.parcels)):
        return Refusal("carrier", "an international shipment needs a carrier and a number")
    if wanted.carrier_made and (wanted.package is None or not wanted.package.customs_value):
        return Refusal("customs_value", "an international shipment needs the package's value")
    return None


def _methods_differ(order: Order, lines: Iterable[str]) -> Refusal | None:
    """Refuse lines in one shipment that are to travel by different methods (S1.24)."""
    usual = document_of(order).shipping_method
    methods = {line_id: method_of(order, line_id) or usual for line_id in lines}
    if len(set(methods.values())) < 2:
        return None
    said = ", ".join(f"{line_id} by {method or 'any'}" for line_id, method in methods.items())
    return Refusal("method", f"lines of different shipping methods go apart: {said}")


def _number_taken(
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


def _manual(order: Order, shipment_id: str) -> Shipment | Refusal:
    """Find a shipment that people look after, not a carrier (S2.40, S2.45)."""
    shipment = order.shipments.get(shipment_id)
    if shipment is None:
        return Refusal("shipment", f"the order has no shipment {shipment_id!r}")
    if shipment.statement is not None and shipment.statement.carrier_made:
        return Refusal("manual", "the carrier looks after this shipment")
    return shipment


def _not_waiting(order: Order, shipment_id: str, shipment: Shipment) -> Refusal | None:
    if order.derived.goods.shipments.get(shipment_id) in OUT:
        return Refusal("shipment", f"shipment {shipment_id} was cancelled")
    if _left(shipment):
        return Refusal("shipment", f"shipment {shipment_id} left already")
    return None


def _step(fact: Callable[..., Fact], suffix: str) -> Maker:
    """Make the maker of a step of a shipment that has not left (S3.11, S3.19)."""

    def make(order: Order, command: Any, _rules: Rules) -> Outcome | Refusal:
        shipment_id = command.body.shipment_id
        shipment = order.shipments.get(shipment_id)
        if shipment is None:
            return Refusal("shipment", f"the order has no shipment {shipment_id!r}")
        if refused := _not_waiting(order, shipment_id, shipment):
            return refused
        body = bodies.ShipmentRef(shipment_id=shipment_id, note=command.body.note)
        return Outcome((fact(**envelope(command, suffix), body=body),))

    return make


def _edit(order: Order, command: commands.EditShipment, _rules: Rules) -> Outcome | Refusal:
    wanted = command.body
    shipment = _manual(order, wanted.shipment_id)
    if isinstance(shipment, Refusal):
        return shipment
    parcels = (bodies.PackageInfo(number=wanted.number),) if wanted.number else ()
    if refused := _number_taken(order, parcels, wanted.shipment_id):
        return refused
    effects: list[Fact] = []
    if _changes_anything(wanted):
        changes = _changed(wanted, shipment.statement)
        effects.append(_edited(command, changes, shipment.statement))
    if wanted.status is not None:
        effects += _status_told(command, wanted.status, shipment)
    return Outcome(tuple(effects)) if effects else Refusal("nothing", "nothing is to be changed")


def _edited(command: Command, body: bodies.ShipmentInfo, old: Statement | None) -> Fact:
    """State a shipment anew, newer than what is known whatever the clocks say."""
    said = envelope(command, "edited")
    if old is not None:
        said["revision"] = max(old.revision + 1, micros(command.occurred_at))
    return facts.ShipmentEdited(**said, body=body)


def _changes_anything(wanted: EditShipment) -> bool:
    asked = (
        wanted.number,
        wanted.carrier,
        wanted.service,
        wanted.expected_at,
        wanted.notify_customer,
    )
    return any(one is not None for one in asked)


def _changed(wanted: EditShipment, old: Statement | None) -> bodies.ShipmentInfo:
    carrier = wanted.carrier if wanted.carrier is not None else (old.carrier if old else "")
    parcels = tuple(
        bodies.PackageInfo(number=one.number, carrier=one.carrier, url=one.url)
        for one in (old.packages if old else ())
    )
    if wanted.number is not None:
        parcels = ()
        if wanted.number:
            parcels = (bodies.PackageInfo(number=wanted.number, carrier=carrier),)
    expected_at = moment(old.expected_at) if old and old.expected_at else None
    notify = old.notify_customer if old else True
    return bodies.ShipmentInfo(
        shipment_id=wanted.shipment_id,
        lines=as_units(dict(old.lines)) if old else (),
        parcels=parcels,
        carrier=carrier,
        service=wanted.service if wanted.service is not None else (old.service if old else ""),
        pickup=old.pickup if old else False,
        expected_at=wanted.expected_at or expected_at,
        notify_customer=notify if wanted.notify_customer is None else wanted.notify_customer,
        point=old.point if old else "",
    )


def _status_told(
    command: commands.EditShipment, status: Parcel, shipment: Shipment
) -> Iterator[Fact]:
    """Say a shipment's status by hand: the operator's newer word (spec model, 8.7)."""
    if status is Parcel.HANDED_OVER and not shipment.handed_over_at:
        ref = bodies.ShipmentRef(shipment_id=command.body.shipment_id)
        yield facts.ShipmentHandedOver(**envelope(command, "handed_over"), body=ref)
    body = bodies.Scan(
        state=status, shipment_id=command.body.shipment_id, code=f"{EDITED}{status}"
    )
    yield facts.ShipmentScan(**envelope(command, "status"), body=body)


def _void(order: Order, command: commands.VoidShipment, _rules: Rules) -> Outcome | Refusal:
    shipment_id = command.body.shipment_id
    shipment = _manual(order, shipment_id)
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
        out = _left(shipment) or _moved(order, shipment_id)
        if not out:
            return Refusal("sent", f"shipment {shipment_id} was not handed over yet")
        body = bodies.ShipmentRef(shipment_id=shipment_id, note=command.body.note)
        return Outcome((fact(**envelope(command, suffix), body=body),))

    return make


def _moved(order: Order, shipment_id: str) -> bool:
    parcels: Mapping[str, Any] = order.derived.goods.parcels
    return any(one.left_at for one in parcels.values() if one.shipment_id == shipment_id)


def _buy_label(order: Order, command: commands.BuyLabel, _rules: Rules) -> Outcome | Refusal:
    """Note a label: the carrier handles its shipment from now on; it makes one where none is (S2.39)."""
    wanted = command.body
    shipment = order.shipments.get(wanted.shipment_id)
    if shipment is not None and order.derived.goods.shipments.get(wanted.shipment_id) in OUT:
        return Refusal("shipment", f"shipment {wanted.shipment_id} was cancelled")
    package = bodies.PackageInfo(number=wanted.number, carrier=wanted.carrier)
    if refused := _number_taken(order, (package,), wanted.shipment_id):
        return refused
    body = bodies.ParcelRef(
        number=wanted.number,
        carrier=wanted.carrier,
        shipment_id=wanted.shipment_id,
        label=wanted.label,
        rate_id=wanted.rate_id,
    )
    bought = facts.ShipmentLabelBought(**envelope(command, "label_bought"), body=body)
    if shipment is not None and shipment.statement is not None:
        info = _carried(wanted, package, shipment.statement)
        return Outcome((_edited(command, info, shipment.statement), bought))
    lines = lines_or_all(order, (), plannable(order), "left to ship")
    if isinstance(lines, Refusal):
        return lines
    info = bodies.ShipmentInfo(
        shipment_id=wanted.shipment_id,
        lines=as_units(lines),
        parcels=(package,),
        carrier=wanted.carrier,
        carrier_made=True,
    )
    return Outcome((facts.ShipmentCreated(**envelope(command, "created"), body=info), bought))


def _carried(wanted: BuyLabel, package: bodies.PackageInfo, old: Statement) -> bodies.ShipmentInfo:
    """State a shipment with one more parcel, in its carrier's hands."""
    edit = EditShipment(shipment_id=wanted.shipment_id, carrier=wanted.carrier or None)
    info = _changed(edit, old)
    known = {parcel_key(one.number, "") for one in info.parcels}
    parcels = info.parcels
    if parcel_key(package.number, "") not in known:
        parcels = (*parcels, package)
    return replace(info, parcels=parcels, carrier_made=True)


def _add_tracking(order: Order, command: commands.AddTracking, _rules: Rules) -> Outcome | Refusal:
    """Name the parcel of a line: in its shipment, or in a new one once work began (8.17)."""
    wanted = command.body
    if refused := unknown_lines(order, (wanted.line_id,)):
        return refused
    carrying = [
        (shipment_id, shipment.statement)
        for shipment_id, shipment in sorted(order.shipments.items())
        if shipment.statement is not None
        and order.derived.goods.shipments.get(shipment_id) not in OUT
        and wanted.line_id in dict(shipment.statement.lines)
    ]
    package = bodies.PackageInfo(number=wanted.number, carrier=wanted.carrier)
    shipment_id = carrying[0][0] if carrying else command.event_id
    if refused := _number_taken(order, (package,), shipment_id):
        return refused
    if carrying:
        edit = EditShipment(shipment_id=shipment_id, number=wanted.number, carrier=wanted.carrier)
        body = _changed(edit, carrying[0][1])
        return Outcome((_edited(command, body, carrying[0][1]),))
    if not order.derived.promise.working:
        return Refusal("confirmed_for_delivery", "the line is not confirmed for delivery yet")
    room = plannable(order).get(wanted.line_id, 0)
    if room < 1:
        return Refusal("quantity", f"line {wanted.line_id}: nothing is left to ship")
    info = bodies.ShipmentInfo(
        shipment_id=shipment_id,
        lines=as_units({wanted.line_id: room}),
        parcels=(package,),
        carrier=wanted.carrier,
    )
    return Outcome((facts.ShipmentCreated(**envelope(command, "created"), body=info),))


GOODS: Final[dict[type, Maker]] = {
    commands.Ship: _ship,
    commands.CreateShipment: _create,
    commands.CommitShipment: _step(office_facts.ShipmentCommitted, "committed"),
    commands.PickShipment: _step(office_facts.ShipmentPicked, "picked"),
    commands.PackShipment: _step(facts.ShipmentPacked, "packed"),
    commands.EditShipment: _edit,
    commands.VoidShipment: _void,
    commands.MarkDelivered: _arrived(facts.ShipmentDeliveredMarked, "delivered", finals=_ARRIVED),
    commands.Collect: _arrived(
        facts.ShipmentCollected, "collected", finals=frozenset({PLAIN[Parcel.COLLECTED]})
    ),
    commands.AddTracking: _add_tracking,
    commands.BuyLabel: _buy_label,
}
