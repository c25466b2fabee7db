"""What Mirakl tells beside orders of goods: shipments (ST11), returns (RT11), orders of services."""

from collections.abc import Iterator
from typing import Final

from connectors.mirakl.order import bounded, ending_facts
from connectors.mirakl.payload import Return, ServiceOrder, ServiceRefund, Shipment
from connectors.mirakl.table import (
    MILESTONE,
    NEW_WORD,
    REFUND,
    RETURN,
    SERVICE,
    SHIPMENT,
    SHIPMENT_STATE,
)
from connectors.money import NotMoney, minor
from connectors.snapshot import Snapshot
from connectors.writer import Writer
from domain import fact as facts
from domain import office_body as office
from domain import office_fact
from domain.body import Operation, PackageInfo, Scan, ShipmentInfo, ShipmentRef, Units
from domain.document import Document, Line, Party
from domain.envelope import kind_of
from domain.fact import Fact
from domain.identity import parcel_key
from domain.instant import micros
from domain.vocabulary import Evidence, Minor, Parcel

_NUMBER_CHARACTERS_MAX: Final = 100
_MOVES: Final[dict[str, type[Fact]]] = {
    "packed": facts.ShipmentPacked,
    "handed_over": facts.ShipmentHandedOver,
    "cancelled": facts.ShipmentCancelled,
}


def shipment_facts(writer: Writer, shipment: Shipment) -> Iterator[Fact]:
    """Say what a shipment holds, how far it is and where its parcel was seen."""
    name = f"shipment:{shipment.id}"
    changed_at = shipment.last_updated_date or shipment.created_date
    tracking = shipment.tracking
    raw = tracking.tracking_number[:_NUMBER_CHARACTERS_MAX] if tracking else ""
    number = parcel_key(raw, "") if raw.strip() else ""
    carrier = tracking.carrier_name if tracking else ""
    url = tracking.tracking_url if tracking else ""
    info = ShipmentInfo(
        shipment_id=shipment.id,
        lines=tuple(
            Units(line_id=each.order_line_id, quantity=each.quantity)
            for each in shipment.shipment_lines
        ),
        parcels=(PackageInfo(number=number, carrier=carrier, url=url),) if number else (),
        carrier=carrier,
    )
    revision = micros(changed_at)
    at = shipment.created_date
    yield writer.fact(
        facts.ShipmentCreated, f"{name}:{revision}", at, body=info, revision=revision
    )
    yield writer.link(f"order:{shipment.order_id}", at)
    if number:
        yield writer.link(f"parcel:{number}", at)
    yield from _moved(writer, name, shipment)
    for milestone in tracking.milestones if tracking else ():
        state = MILESTONE.get(milestone.type, Parcel.UNKNOWN)
        if milestone.type not in MILESTONE:
            yield _unknown(writer, name, "milestones.type", milestone.type, shipment)
        if milestone.occurrence_date:
            scan = Scan(state=state, shipment_id=shipment.id, carrier=carrier, code=milestone.type)
            seen_at = milestone.occurrence_date
            event_id = f"{name}:{milestone.type}:{micros(seen_at)}"
            yield writer.fact(facts.ShipmentScan, event_id, seen_at, body=scan)


def _moved(writer: Writer, name: str, shipment: Shipment) -> Iterator[Fact]:
    word = SHIPMENT.get(shipment.status)
    changed_at = shipment.last_updated_date or shipment.created_date
    if word is None:
        yield _unknown(writer, name, "status", shipment.status, shipment)
        return
    if kind := _MOVES.get(word):
        at = (shipment.shipped_date if word == "handed_over" else None) or changed_at
        body = ShipmentRef(shipment_id=shipment.id)
        yield writer.fact(kind, f"{name}:{word}", at, body=body)
    if state := SHIPMENT_STATE.get(shipment.status):
        scan = Scan(state=state, shipment_id=shipment.id, code=shipment.status)
        event_id = f"{name}:scan:{shipment.status}"
        yield writer.fact(facts.ShipmentScan, event_id, changed_at, body=scan, inferred=True)


def _unknown(writer: Writer, name: str, field: str, value: str, part: Shipment) -> Fact:
    event_id = f"{name}:unknown:{field}:{value}"
    return writer.unknown(event_id, part.created_date, field=f"shipment.{field}", value=value)


def return_facts(writer: Writer, back: Return) -> Iterator[Fact]:
    """Say which pieces shall come back, and how far that is."""
    name = f"return:{back.id}"
    changed_at = back.last_updated or back.date_created
    requested = office.ReturnRequested(
        return_id=back.id,
        lines=tuple(
            Units(line_id=each.order_line_id, quantity=each.quantity) for each in back.return_lines
        ),
        reason=back.reason_code,
    )
    yield writer.link(f"order:{back.order_id}", back.date_created)
    yield writer.fact(
        office_fact.ReturnWasRequested, f"{name}:requested", back.date_created, body=requested
    )
    if back.state not in RETURN:
        event_id = f"{name}:unknown:state:{back.state}"
        field, at = "return.state", back.date_created
        yield writer.unknown(event_id, at, field=field, value=back.state)
    for kind in RETURN.get(back.state, ()):
        body: object = office.ReturnRef(return_id=back.id)
        if kind is office_fact.ReturnWasReceived:
            body = _received(back)
        event_id = f"{name}:{kind_of(kind)}"
        yield writer.fact(kind, event_id, changed_at, body=body)


def _received(back: Return) -> office.ReturnReceived:
    """Say how the pieces arrived: what was found not to comply is damaged."""
    lines = []
    for line in back.return_lines:
        bad = any(each.compliant is False for each in line.compliance)
        condition = office.Condition.DAMAGED if bad else office.Condition.OK
        lines.append(
            office.ReceivedUnits(
                line_id=line.order_line_id, quantity=line.quantity, condition=condition
            )
        )
    return office.ReturnReceived(return_id=back.id, lines=tuple(lines))


def service_facts(writer: Writer, order: ServiceOrder) -> Iterator[Fact]:
    """Say everything that a snapshot of an order of a service says: an order of one line."""
    meaning = SERVICE.get(order.state, NEW_WORD)
    changed_at = max(order.date_updated or order.date_created, order.date_created)
    snapshot = Snapshot(
        writer=writer,
        placed_at=order.date_created,
        changed_at=changed_at,
        revision=micros(changed_at) + meaning.progress,
    )
    yield snapshot.document(_service_document(order))
    names = dict.fromkeys((order.id, order.commercial_order_id))
    yield from snapshot.links(*(f"order:{name}" for name in names if name))
    if meaning is NEW_WORD:
        yield snapshot.unknown("state", order.state)
    for refund in order.refunds:
        yield _service_refund(snapshot, order, refund)
    yield from ending_facts(snapshot, meaning, order.state)


def _service_document(order: ServiceOrder) -> Document:
    currency, price = order.currency_code, order.price
    total = minor(price.amount, currency, field="price.amount")
    taxes = sum(minor(tax.amount, currency, field="price.taxes.amount") for tax in price.taxes)
    if total < 0:
        raise NotMoney("must not be negative", "price.amount", price.amount)
    customer = order.customer
    return Document(
        currency=currency,
        total=bounded(total + taxes),
        lines=(
            Line(
                line_id=order.service.code,
                quantity=price.quantity,
                sku=order.service.code,
                title=order.service.title,
                unit_price=Minor(total // (price.quantity or 1)),
            ),
        ),
        number=order.id,
        placed_at=order.date_created,
        tax_total=bounded(taxes),
        payment_method="online",
        source_status=order.state,
        validity=SERVICE.get(order.state, NEW_WORD).validity,
        customer=None
        if customer is None
        else Party(
            customer_id=customer.id,
            name=f"{customer.first_name} {customer.last_name}".strip(),
            email=customer.email,
            phone=customer.phone_number,
            locale=customer.locale,
        ),
    )


def _service_refund(snapshot: Snapshot, order: ServiceOrder, refund: ServiceRefund) -> Fact:
    kind = REFUND.get(refund.state)
    if kind is None:
        return snapshot.unknown("refunds.state", refund.state)
    amount = minor(refund.amount, order.currency_code, field="refunds.amount")
    if amount < 0:
        raise NotMoney("must not be negative", "refunds.amount", refund.amount)
    body = Operation(
        provider="mirakl",
        reference=refund.id,
        amount=amount,
        currency=order.currency_code,
        evidence=Evidence.SHOP,
        note=refund.reason_code,
    )
    at = refund.transaction_date or refund.creation_date or order.date_created
    return snapshot.writer.fact(kind, f"refund:{refund.id}:{refund.state}", at, body=body)
