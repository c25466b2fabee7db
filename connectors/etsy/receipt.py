"""A receipt of Etsy: one document, its shipments and refunds, and what its status and flags imply.

Flags and status speak of different things: a receipt may be fully refunded and shipped. A
shipment names no lines; which ones left is told by the lines themselves.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from connectors.etsy.payload import Money, Receipt, Refund, Shipment, Transaction
from connectors.etsy.table import NEW_WORD, PAID_BY_HAND, REFUND, STATUS, Meaning
from connectors.money import NotMoney
from connectors.snapshot import Snapshot
from connectors.writer import Writer
from domain import fact as facts
from domain.body import Operation, PackageInfo, ShipmentInfo, ShipmentRef, Units
from domain.document import Address, Document, Line, Party
from domain.fact import Fact
from domain.identity import parcel_key
from domain.instant import micros
from domain.office_body import GiftMessage
from domain.office_fact import OrderGiftMessageSet
from domain.vocabulary import Evidence, Minor, Validity

_NUMBER_CHARACTERS_MAX: Final = 100


def receipt_facts(writer: Writer, receipt: Receipt) -> Iterator[Fact]:
    """Say everything that a snapshot of a receipt says."""
    meaning = STATUS.get(receipt.status.lower(), NEW_WORD)
    snapshot = Snapshot(
        writer=writer,
        placed_at=receipt.created,
        changed_at=receipt.updated,
        revision=micros(receipt.updated) + meaning.progress,
    )
    currency = receipt.grandtotal.currency_code
    total = receipt.grandtotal.read(currency, "grandtotal")
    if total < 0:
        raise NotMoney("must not be negative", "grandtotal.amount", receipt.grandtotal.amount)
    yield snapshot.document(_document(receipt, meaning, total, currency))
    yield from snapshot.links(f"order:{receipt.receipt_id}")
    if meaning is NEW_WORD:
        yield snapshot.unknown("status", receipt.status)
    yield from _money(snapshot, receipt, meaning, total)
    for number, shipment in enumerate(receipt.shipments):
        yield from _shipment(writer, receipt, shipment, first=number == 0)
    yield from _left(snapshot, receipt, meaning)
    if receipt.gift_message:
        event_id = f"order:{receipt.receipt_id}:gift_message"
        body = GiftMessage(text=receipt.gift_message)
        yield writer.fact(OrderGiftMessageSet, event_id, receipt.created, body=body)


def _document(receipt: Receipt, meaning: Meaning, total: Minor, currency: str) -> Document:
    validity = meaning.validity
    if validity is Validity.UNSTATED and meaning.happened != "cancelled":
        validity = Validity.VALID if receipt.is_paid else Validity.PENDING
    ship_by = [each.expected_ship_date for each in receipt.transactions if each.expected_ship_date]
    tax = _read(receipt.total_tax_cost, currency, "total_tax_cost")
    vat = _read(receipt.total_vat_cost, currency, "total_vat_cost")
    return Document(
        currency=currency,
        total=total,
        lines=tuple(_line(each, currency) for each in receipt.transactions),
        number=receipt.receipt_id,
        placed_at=receipt.created,
        shipping_total=_read(receipt.total_shipping_cost, currency, "total_shipping_cost"),
        tax_total=Minor(tax + vat),
        discount_total=_read(receipt.discount_amt, currency, "discount_amt"),
        payment_method="manual" if receipt.payment_method in PAID_BY_HAND else "online",
        payment_method_name=receipt.payment_method,
        source_status=receipt.status,
        validity=validity,
        ship_by=min(ship_by).date() if ship_by else None,
        note=receipt.message_from_buyer,
        customer=Party(
            customer_id=receipt.buyer_user_id, name=receipt.name, email=receipt.buyer_email
        ),
        ship_to=Address(
            name=receipt.name,
            street=tuple(each for each in (receipt.first_line, receipt.second_line) if each),
            postal_code=receipt.zip,
            city=receipt.city,
            region=receipt.state,
            country=receipt.country_iso,
        ),
    )


def _line(transaction: Transaction, currency: str) -> Line:
    return Line(
        line_id=transaction.transaction_id,
        quantity=transaction.quantity,
        sku=transaction.sku,
        title=transaction.title,
        unit_price=_read(transaction.price, currency, "transactions.price"),
    )


def _read(money: Money | None, currency: str, field: str) -> Minor:
    return money.read(currency, field) if money else Minor(0)


def _money(snapshot: Snapshot, receipt: Receipt, meaning: Meaning, total: Minor) -> Iterator[Fact]:
    """Say what flags and status claim of the total, and each refund that the receipt lists."""
    currency, status = receipt.grandtotal.currency_code, receipt.status
    paid_at = [each.paid_timestamp for each in receipt.transactions if each.paid_timestamp]
    at = min(paid_at) if paid_at else receipt.created
    if receipt.is_paid and total:
        yield snapshot.claim(facts.PaymentCaptured, total, currency, code=status, at=at)
    elif meaning.happened == "pending" and total:
        yield snapshot.claim(facts.PaymentPending, total, currency, code=status, at=at)
    if meaning.happened == "refunded" and total:
        back_at = max((each.created_timestamp for each in receipt.refunds), default=at)
        yield snapshot.claim(facts.PaymentRefunded, total, currency, code=status, at=back_at)
    for refund in receipt.refunds:
        yield _refund(snapshot, receipt, refund, currency)


def _refund(snapshot: Snapshot, receipt: Receipt, refund: Refund, currency: str) -> Fact:
    """Say that money went back; a refund is told apart by its time and amount."""
    amount = refund.amount.read(currency, "refunds.amount")
    if amount < 0:
        raise NotMoney("must not be negative", "refunds.amount.amount", refund.amount.amount)
    kind = REFUND.get(refund.status.upper())
    if kind is None:
        return snapshot.unknown("refunds.status", refund.status)
    at = refund.created_timestamp
    name = f"{receipt.receipt_id}:{micros(at)}:{amount}"
    body = Operation(
        provider="etsy",
        reference=name,
        amount=amount,
        currency=currency,
        evidence=Evidence.SHOP,
        note=refund.reason,
    )
    return snapshot.writer.fact(kind, f"refund:{name}", at, body=body)


def _shipment(
    writer: Writer, receipt: Receipt, shipment: Shipment, *, first: bool
) -> Iterator[Fact]:
    """Say what parcel left; the day it is dated for may be still to come."""
    raw = shipment.tracking_code[:_NUMBER_CHARACTERS_MAX]
    number = parcel_key(raw, "") if raw.strip() else ""
    shipment_id = shipment.receipt_shipping_id or number
    if not shipment_id:
        return  # It says nothing but that something left, which the lines say too.
    carrier = shipment.carrier_name
    parcels = (PackageInfo(number=number, carrier=carrier),) if number else ()
    info = ShipmentInfo(
        shipment_id=shipment_id,
        lines=_held(receipt, first=first),
        parcels=parcels,
        carrier=carrier,
    )
    name = f"order:{receipt.receipt_id}:shipment:{shipment_id}"
    dated = shipment.shipment_notification_timestamp or receipt.updated
    lefts = [each.shipped_timestamp for each in receipt.transactions if each.shipped_timestamp]
    at = min([dated, receipt.updated, *lefts])
    yield writer.fact(
        facts.ShipmentCreated,
        f"{name}:{micros(receipt.updated)}",
        at,
        body=info,
        revision=micros(receipt.updated),
    )
    for parcel in parcels:
        yield writer.link(f"parcel:{parcel.number}", receipt.created)
    body = ShipmentRef(shipment_id=shipment_id)
    yield writer.fact(facts.ShipmentHandedOver, f"{name}:handed_over", at, body=body)


def _held(receipt: Receipt, *, first: bool) -> tuple[Units, ...]:
    """Say what a shipment holds: everything, or as long as lines wait, those that left.

    Of several shipments the first stands for all, for which holds what is not said.
    """
    lefts = [each for each in receipt.transactions if each.shipped_timestamp]
    if receipt.is_shipped or len(lefts) == len(receipt.transactions):
        return ()
    return tuple(
        Units(
            line_id=each.transaction_id,
            quantity=each.quantity if first and each.shipped_timestamp else 0,
        )
        for each in receipt.transactions
    )


def _left(snapshot: Snapshot, receipt: Receipt, meaning: Meaning) -> Iterable[Fact]:
    """Say which pieces left, whatever the shipments are that hold them, or that none will."""
    if meaning.happened == "cancelled":
        return [snapshot.cancelled()]
    lefts = [each.shipped_timestamp for each in receipt.transactions if each.shipped_timestamp]
    if receipt.is_shipped or meaning.happened == "shipped":
        return [snapshot.shipped(max(lefts, default=None))]
    return snapshot.counted(
        {
            each.transaction_id: each.quantity
            for each in receipt.transactions
            if each.shipped_timestamp
        }
    )
