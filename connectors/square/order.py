"""Square's order: a document with its version, its fulfilments, and what its tenders claim."""

from collections.abc import Iterator
from datetime import datetime

from connectors.money import NotMoney
from connectors.snapshot import Snapshot
from connectors.square.order_payload import Fulfilment, Line, Order, Recipient, Tender
from connectors.square.payload import Money
from connectors.square.table import FULFILMENT, ORDER, REFUND
from connectors.writer import Writer
from domain import fact as facts
from domain.body import PackageInfo, ShipmentInfo, ShipmentRef, Units
from domain.document import Address, Document, Party
from domain.document import Line as DocumentLine
from domain.envelope import kind_of
from domain.fact import Fact, PaymentCaptured, PaymentRefunded
from domain.identity import parcel_key
from domain.vocabulary import Minor, Validity

_PICKUP, _DELIVERY = "PICKUP", "DELIVERY"
_NUMBER_CHARACTERS_MAX = 100


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a version of an order says."""
    changed_at = order.updated_at or order.created_at
    snapshot = Snapshot(
        writer=writer,
        placed_at=order.created_at,
        changed_at=changed_at,
        revision=order.version,
    )
    yield snapshot.document(_document(order))
    named = f"order:{order.reference_id}" if order.reference_id else ""
    yield from snapshot.links(
        f"order:{order.id}",
        named,
        *(f"payment:square:{each.payment_id or each.id}" for each in order.tenders),
    )
    if order.state not in ORDER:
        yield snapshot.unknown("order.state", order.state)
    yield from _money(snapshot, order)
    for fulfilment in order.fulfillments:
        yield from _fulfilment(snapshot, order, fulfilment)
    if order.state == "CANCELED":
        yield snapshot.cancelled(at=order.closed_at or changed_at)
    elif order.state == "COMPLETED" and not order.fulfillments:
        yield snapshot.shipped(order.closed_at or changed_at)  # It left over the counter.


def _document(order: Order) -> Document:
    currency = order.total_money.currency
    recipient = next(
        (each.details.recipient for each in order.fulfillments if each.details.recipient), None
    )
    return Document(
        currency=currency,
        total=order.total_money.minor,
        lines=tuple(_line(each, currency) for each in order.line_items),
        number=order.reference_id or order.id,
        placed_at=order.created_at,
        tax_total=_amount(order.total_tax_money, currency),
        discount_total=_amount(order.total_discount_money, currency),
        source_status=order.state,
        validity=ORDER.get(order.state, Validity.UNKNOWN),
        pickup=any(each.type == _PICKUP for each in order.fulfillments),
        customer=_customer(order, recipient),
        ship_to=_ship_to(recipient),
    )


def _line(line: Line, currency: str) -> DocumentLine:
    """Read a line; what is weighed or measured counts as one piece of the line's price."""
    pieces = line.quantity.isdecimal()
    price = line.base_price_money if pieces else line.total_money
    return DocumentLine(
        line_id=line.uid,
        quantity=int(line.quantity) if pieces else 1,
        sku=line.catalog_object_id,
        title=" ".join(filter(None, (line.name, line.variation_name))),
        unit_price=_amount(price, currency),
    )


def _amount(money: Money | None, currency: str) -> Minor:
    if money is None:
        return Minor(0)
    if money.currency != currency:
        raise NotMoney(f"is not in the order's {currency}", "currency", money.currency)
    return money.minor


def _customer(order: Order, recipient: Recipient | None) -> Party | None:
    known = recipient or Recipient()
    name = order.customer_id or known.customer_id
    if not (name or recipient):
        return None
    return Party(
        customer_id=name,
        name=known.display_name,
        email=known.email_address,
        phone=known.phone_number,
    )


def _ship_to(recipient: Recipient | None) -> Address | None:
    address = recipient.address if recipient else None
    if recipient is None or address is None:
        return None
    lines = (address.address_line_1, address.address_line_2, address.address_line_3)
    return Address(
        name=recipient.display_name,
        street=tuple(filter(None, lines)),
        postal_code=address.postal_code,
        city=address.locality,
        region=address.administrative_district_level_1,
        country=address.country,
        phone=recipient.phone_number,
    )


def _money(snapshot: Snapshot, order: Order) -> Iterator[Fact]:
    """Say what the tenders and refunds of an order claim; payments tell it by name."""
    currency = order.total_money.currency
    paid = sum(_amount(each.amount_money, currency) for each in order.tenders if _is_paid(each))
    if paid:
        yield snapshot.claim(PaymentCaptured, Minor(paid), currency, code=order.state)
    refunded = sum(
        _amount(each.amount_money, currency)
        for each in order.refunds
        if REFUND.get(each.status) is PaymentRefunded
    )
    if refunded:
        yield snapshot.claim(PaymentRefunded, Minor(refunded), currency, code=order.state)


def _is_paid(tender: Tender) -> bool:
    card = tender.card_details
    return card is None or card.status in {None, "CAPTURED"}


def _fulfilment(snapshot: Snapshot, order: Order, fulfilment: Fulfilment) -> Iterator[Fact]:
    """Say what a fulfilment holds, and how far it is."""
    step = FULFILMENT.get(fulfilment.state)
    if step is None:
        yield snapshot.unknown("fulfillments.state", fulfilment.state)
        return
    details, writer = fulfilment.details, snapshot.writer
    name = f"order:{order.id}:fulfilment:{fulfilment.uid}"
    raw = details.tracking_number.strip()[:_NUMBER_CHARACTERS_MAX]
    number = parcel_key(raw, "") if raw else ""
    info = ShipmentInfo(
        shipment_id=fulfilment.uid,
        lines=tuple(
            Units(line_id=each.line_item_uid, quantity=_pieces(each.quantity))
            for each in fulfilment.entries
        ),
        parcels=(PackageInfo(number=number, carrier=details.carrier, url=details.tracking_url),)
        if number
        else (),
        carrier=details.carrier,
        service=details.shipping_type,
        pickup=fulfilment.type == _PICKUP,
    )
    yield writer.fact(
        facts.ShipmentCreated,
        f"{name}:{order.version}",
        order.created_at,
        body=info,
        revision=order.version,
    )
    if number:
        yield writer.link(f"parcel:{number}", order.created_at)
    ref = ShipmentRef(shipment_id=fulfilment.uid)
    for kind, at in _happened(fulfilment, snapshot.changed_at):
        verb = kind_of(kind).partition(".")[2]
        yield writer.fact(kind, f"{name}:{verb}", at, body=ref)


def _happened(
    fulfilment: Fulfilment, changed_at: datetime
) -> Iterator[tuple[type[Fact], datetime]]:
    """Name what must have happened to a fulfilment for its state, and when."""
    step, details = FULFILMENT[fulfilment.state], fulfilment.details
    if step == "cancelled":
        yield facts.ShipmentCancelled, details.canceled_at or details.failed_at or changed_at
    elif step == "packed":
        yield facts.ShipmentPacked, details.packaged_at or details.ready_at or changed_at
    elif step == "done":
        left = details.shipped_at or details.picked_up_at or details.delivered_at or changed_at
        yield facts.ShipmentHandedOver, left
        if fulfilment.type == _PICKUP:
            yield facts.ShipmentCollected, details.picked_up_at or changed_at
        elif fulfilment.type == _DELIVERY:
            yield facts.ShipmentDeliveredMarked, details.delivered_at or changed_at


def _pieces(quantity: str) -> int:
    return int(quantity) if quantity.isdecimal() else 1
