"""Commands that say anew what is known of a shipment: its parcels, carrier, status, label."""

from collections.abc import Iterator

from msgspec.structs import replace

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain.command import Command
from domain.effects.common import Outcome, envelope, lines_or_all, unknown_lines
from domain.effects.common import units as as_units
from domain.effects.shipment_guard import manual, number_taken, plannable
from domain.fact import Fact
from domain.guard import Refusal
from domain.identity import parcel_key
from domain.instant import micros, moment
from domain.order import Order, Shipment, Statement
from domain.parcel import EDITED
from domain.request import BuyLabel, EditShipment
from domain.rules import Rules
from domain.shipment import OUT
from domain.vocabulary import Parcel


def edit(order: Order, command: commands.EditShipment, _rules: Rules) -> Outcome | Refusal:
    wanted = command.body
    shipment = manual(order, wanted.shipment_id)
    if isinstance(shipment, Refusal):
        return shipment
    parcels = (bodies.PackageInfo(number=wanted.number),) if wanted.number else ()
    if refused := number_taken(order, parcels, wanted.shipment_id):
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


def buy_label(order: Order, command: commands.BuyLabel, _rules: Rules) -> Outcome | Refusal:
    """Note a label: the carrier handles its shipment from now on; it makes one where none is (S2.39)."""
    wanted = command.body
    shipment = order.shipments.get(wanted.shipment_id)
    if shipment is not None and order.derived.goods.shipments.get(wanted.shipment_id) in OUT:
        return Refusal("shipment", f"shipment {wanted.shipment_id} was cancelled")
    package = bodies.PackageInfo(number=wanted.number, carrier=wanted.carrier)
    if refused := number_taken(order, (package,), wanted.shipment_id):
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


def add_tracking(order: Order, command: commands.AddTracking, _rules: Rules) -> Outcome | Refusal:
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
    if refused := number_taken(order, (package,), shipment_id):
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
