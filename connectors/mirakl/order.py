"""An order of Mirakl, which is one shop's part of what its buyer ordered.

Lines have states of their own, and a line that was refused or cancelled is taken off the total;
so are partial cancelations. Amounts leave taxes out where `order_tax_mode` says so.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from connectors.mirakl import payload
from connectors.mirakl.payload import Line, Order, Tax, Taxed
from connectors.mirakl.table import (
    AWAITS_DEBIT,
    CANCEL_REASON,
    LINE,
    NEW_WORD,
    ORDER,
    PAID_FIRST,
    REFUND,
    Meaning,
)
from connectors.money import MINOR_MAX, NotMoney, exponent, minor
from connectors.snapshot import COUNTED, Snapshot
from connectors.writer import Writer
from domain import document
from domain import fact as facts
from domain.body import Operation, PackageInfo, Scan, ShipmentInfo, ShipmentRef, Units
from domain.fact import Fact
from domain.identity import parcel_key
from domain.instant import micros
from domain.vocabulary import CancelReason, Evidence, Minor, Parcel, Validity

_WITHOUT_TAX: Final = "TAX_EXCLUDED"
_OFF: Final = "cancelled"
_LEFT: Final = frozenset({"left", "to_collect", "received"})
_NUMBER_CHARACTERS_MAX: Final = 100


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    meaning = ORDER.get(order.order_state, NEW_WORD)
    changed_at = max(order.last_updated_date, order.created_date)
    snapshot = Snapshot(
        writer=writer,
        placed_at=order.created_date,
        changed_at=changed_at,
        revision=micros(changed_at) + meaning.progress,
    )
    total = _total(order)
    yield snapshot.document(_document(order, meaning, total))
    names = dict.fromkeys((order.order_id, order.commercial_id))
    yield from snapshot.links(*(f"order:{name}" for name in names if name))
    if meaning is NEW_WORD:
        yield snapshot.unknown("order_state", order.order_state)
    for line in order.order_lines:
        if line.order_line_state not in LINE:
            yield snapshot.unknown("order_line_state", line.order_line_state)
    if order.customer_debited_date and total:
        at, code = order.customer_debited_date, order.order_state
        currency = order.currency_iso_code
        yield snapshot.claim(facts.PaymentCaptured, total, currency, code=code, at=at)
    for line in order.order_lines:
        for refund in line.refunds:
            yield from _refund(snapshot, order, refund)
    yield from _left(snapshot, order)
    yield from ending_facts(snapshot, meaning, order.order_state)


def ending_facts(snapshot: Snapshot, meaning: Meaning, state: str) -> Iterator[Fact]:
    """Say that an order was called off, or that nobody owes anything any more."""
    if meaning.happened == _OFF:
        yield snapshot.cancelled(CANCEL_REASON.get(state, CancelReason.UNSPECIFIED))
    elif meaning.happened == "closed":
        name = f"order:{snapshot.writer.order_id}:closed"
        yield snapshot.writer.fact(facts.OrderClosed, name, snapshot.changed_at)


def _document(order: Order, meaning: Meaning, total: Minor) -> document.Document:
    customer = order.customer or payload.Customer()
    currency = order.currency_iso_code
    validity = meaning.validity
    if order.order_state in AWAITS_DEBIT and order.payment_workflow not in {"", PAID_FIRST}:
        validity = Validity.VALID
    return document.Document(
        currency=currency,
        total=total,
        lines=tuple(_line(line, currency) for line in order.order_lines),
        number=order.order_id,
        placed_at=order.created_date,
        shipping_total=_optional(order.shipping_price, currency, "shipping_price"),
        tax_total=bounded(sum(_taxes(line, currency) for line in order.order_lines)),
        payment_method="online",
        payment_method_name=order.payment_type,
        source_status=order.order_state,
        validity=validity,
        ship_by=order.shipping_deadline.date() if order.shipping_deadline else None,
        promised_at=order.delivery_date.latest if order.delivery_date else None,
        shipping_method=order.shipping_type_label,
        customer=document.Party(
            customer_id=customer.customer_id,
            name=f"{customer.firstname} {customer.lastname}".strip(),
            email=order.customer_notification_email,
            locale=customer.locale,
        ),
        ship_to=_address(customer.shipping_address),
        bill_to=_address(customer.billing_address),
    )


def _line(line: Line, currency: str) -> document.Line:
    return document.Line(
        line_id=line.order_line_id,
        quantity=line.quantity,
        sku=line.offer_sku,
        title=line.product_title,
        unit_price=_optional(line.price_unit, currency, "order_lines.price_unit"),
        cancelled=_off(line),
    )


def _off(line: Line) -> int:
    """Count the pieces of a line that were called off."""
    if LINE.get(line.order_line_state, NEW_WORD).happened == _OFF:
        return line.quantity
    return min(sum(each.quantity or 0 for each in line.cancelations), line.quantity)


def _total(order: Order) -> Minor:
    """Sum what the buyer owes for the lines that are live."""
    currency, due = order.currency_iso_code, 0
    exponent(currency, field="currency_iso_code")  # of an order without live lines, too
    taxed = order.order_tax_mode != _WITHOUT_TAX
    for line in order.order_lines:
        if LINE.get(line.order_line_state, NEW_WORD).happened == _OFF:
            continue
        due += minor(line.total_price, currency, field="order_lines.total_price")
        due += 0 if taxed else _taxes(line, currency)
        for off in line.cancelations:
            due -= _taxed_amount(off, currency, taxed=taxed, field="order_lines.cancelations")
    if due < 0:
        raise NotMoney("must not be negative", "order_lines.total_price", due)
    return bounded(due)


def _taxes(line: Line, currency: str) -> int:
    return _sum((*line.taxes, *line.shipping_taxes), currency, "order_lines.taxes")


def _sum(taxes: Iterable[Tax], currency: str, field: str) -> int:
    return sum(minor(tax.amount, currency, field=f"{field}.amount") for tax in taxes)


def _taxed_amount(amount: Taxed, currency: str, *, taxed: bool, field: str) -> int:
    """Sum an amount, its part of shipping, and the taxes where neither holds them."""
    whole: int = minor(amount.amount, currency, field=f"{field}.amount")
    whole += _optional(amount.shipping_amount, currency, f"{field}.shipping_amount")
    if taxed:
        return whole
    return whole + _sum((*amount.taxes, *amount.shipping_taxes), currency, f"{field}.taxes")


def _optional(amount: object, currency: str, field: str) -> Minor:
    return Minor(0) if amount is None else minor(amount, currency, field=field)


def bounded(amount: int) -> Minor:
    """Refuse a sum that no order comes to."""
    if abs(amount) > MINOR_MAX:
        raise NotMoney("are larger than any order", "order_lines", amount)
    return Minor(amount)


def _address(address: payload.Address | None) -> document.Address | None:
    if address is None:
        return None
    return document.Address(
        name=f"{address.firstname} {address.lastname}".strip(),
        company=address.company,
        street=tuple(each for each in (address.street_1, address.street_2) if each),
        postal_code=address.zip_code,
        city=address.city,
        region=address.state,
        country=address.country_iso_code or address.country,
        phone=address.phone,
    )


def _refund(snapshot: Snapshot, order: Order, refund: payload.Refund) -> Iterator[Fact]:
    """Say that money goes back or went back."""
    state = refund.refund_state or refund.state
    kind = REFUND.get(state)
    if kind is None:
        yield snapshot.unknown("refund_state", state)
        return
    currency = order.currency_iso_code
    taxed = order.order_tax_mode != _WITHOUT_TAX
    field = "order_lines.refunds"
    amount = bounded(_taxed_amount(refund, currency, taxed=taxed, field=field))
    if amount < 0:
        raise NotMoney("must not be negative", f"{field}.amount", refund.amount)
    body = Operation(
        provider="mirakl",
        reference=refund.id,
        amount=amount,
        currency=currency,
        evidence=Evidence.SHOP,
        note=refund.reason_code,
    )
    done = kind is facts.PaymentRefunded
    at = (refund.transaction_date if done else None) or refund.created_date or order.created_date
    yield snapshot.writer.fact(kind, f"refund:{refund.id}:{state}", at, body=body)


def _left(snapshot: Snapshot, order: Order) -> Iterator[Fact]:
    """Say which pieces left, by the order's own count: the shipments of ST11 replace it."""
    gone = [line for line in order.order_lines if _has_left(line)]
    if not gone:
        return
    writer, number = snapshot.writer, order.shipping_tracking[:_NUMBER_CHARACTERS_MAX]
    name = f"order:{order.order_id}:{COUNTED}"
    parcel = PackageInfo(
        number=parcel_key(number, ""),
        carrier=order.shipping_company,
        url=order.shipping_tracking_url,
    )
    parcels = (parcel,) if number.strip() else ()
    info = ShipmentInfo(
        shipment_id=COUNTED,
        lines=tuple(
            Units(line_id=line.order_line_id, quantity=line.quantity - _off(line)) for line in gone
        ),
        parcels=parcels,
        carrier=order.shipping_company,
    )
    at = min(line.shipped_date or snapshot.changed_at for line in gone)
    kind: type[Fact] = facts.ShipmentCreated
    yield writer.fact(kind, name, at, body=info, revision=snapshot.revision, inferred=True)
    if parcels:
        yield writer.link(f"parcel:{parcel.number}", order.created_date)
    body = ShipmentRef(shipment_id=COUNTED)
    kind = facts.ShipmentHandedOver
    yield writer.fact(kind, f"{name}:handed_over", at, body=body, inferred=True)
    if (arrived := _arrived(order, gone)) is not None:
        scan = Scan(state=arrived, shipment_id=COUNTED, code=order.order_state)
        times = [line.received_date for line in gone if line.received_date]
        at = max(times, default=snapshot.changed_at)
        event_id = f"{name}:scan:{order.order_state}"
        yield writer.fact(facts.ShipmentScan, event_id, at, body=scan, inferred=True)


def _has_left(line: Line) -> bool:
    happened = LINE.get(line.order_line_state, NEW_WORD).happened
    return happened in _LEFT or (line.shipped_date is not None and happened != _OFF)


def _arrived(order: Order, gone: list[Line]) -> Parcel | None:
    if all(line.received_date or line.order_line_state == "RECEIVED" for line in gone):
        return Parcel.DELIVERED
    return Parcel.READY_FOR_PICKUP if order.order_state == "TO_COLLECT" else None
