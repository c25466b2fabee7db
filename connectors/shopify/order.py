"""A whole order of Shopify: one document, and what its parts say must have happened.

What the buyer owes is `total_price`, the price before returns. `current_total_price` also takes
off what was returned, so it counts only where every piece that was taken off was never sent.
A buyer who pays in another currency than the shop's is told of in the buyer's (`*_set`), since
that is the currency of the transactions.
"""

from collections.abc import Iterator
from typing import Final

from connectors.shopify import payload
from connectors.shopify.fulfilment import STATUSES, fulfillment_facts
from connectors.shopify.payload import Order
from connectors.shopify.payment import (
    FINANCIAL,
    method_of,
    refund_facts,
    transaction_facts,
)
from connectors.shopify.purse import Purse, claim_facts
from connectors.writer import Writer
from domain import fact as facts
from domain.body import Reason
from domain.document import Address, Document, Line, Party
from domain.fact import Fact
from domain.instant import micros
from domain.vocabulary import CancelReason, Minor, Validity

FULFILMENT: Final = ("", "unfulfilled", "partial", "fulfilled", "restocked")

_PAID: Final = {status: rank for rank, status in enumerate(FINANCIAL)}
_SENT: Final = {status: rank for rank, status in enumerate(FULFILMENT)}

CANCEL_REASONS: Final = {
    "": CancelReason.UNSPECIFIED,
    "customer": CancelReason.BUYER_ASKED,
    "fraud": CancelReason.FRAUD,
    "inventory": CancelReason.CANNOT_FULFIL,
    "declined": CancelReason.PAYMENT_FAILED,
    "staff": CancelReason.OTHER,
    "other": CancelReason.OTHER,
}


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    purse = Purse.of(order)
    revision = revision_of(order)
    placed = order.updated_at == order.created_at
    kind = facts.OrderPlaced if placed else facts.OrderRevised
    name = f"order:{order.id}"
    document = _document(order, purse)
    yield writer.fact(
        kind, f"{name}:{revision}", order.updated_at, body=document, revision=revision
    )
    yield from _links(writer, order)
    yield from _unknowns(writer, order)
    for fulfillment in order.fulfillments:
        yield from fulfillment_facts(writer, fulfillment)
    at = order.created_at
    for refund in order.refunds:
        yield from refund_facts(writer, refund, at, purse.currency)
    for transaction in order.transactions:
        yield from transaction_facts(writer, transaction, at, purse.currency)
    yield from claim_facts(writer, order, purse, revision)
    yield from _endings(writer, order)


def revision_of(order: Order) -> int:
    """Order snapshots by time, and within one second by how far the order is.

    `updated_at` has whole seconds, and one checkout sends several snapshots in one; what is left
    of the second therefore holds the progress of payment, goods and ending.
    """
    progress = (
        _PAID.get(order.financial_status, 0)
        + 10 * _SENT.get(order.fulfillment_status, 0)
        + 100 * (order.closed_at is not None)
        + 200 * (order.cancelled_at is not None)
    )
    return micros(order.updated_at) + progress


def _document(order: Order, purse: Purse) -> Document:
    cancelled, only_cancelled = _taken_off(order)
    due = purse.read(order, "current_total_price")
    method, method_name = method_of(order)
    return Document(
        currency=purse.currency,
        total=due if due and only_cancelled else purse.total(),
        lines=tuple(_line(line, purse, cancelled.get(line.id, 0)) for line in order.line_items),
        number=order.name or order.order_number,
        placed_at=order.created_at,
        shipping_total=purse.read(order, "total_shipping_price") or Minor(0),
        tax_total=purse.read(order, "total_tax") or Minor(0),
        discount_total=purse.read(order, "total_discounts") or Minor(0),
        payment_method=method,
        payment_method_name=method_name[:4_096],
        source_status=f"{order.financial_status or '-'}/{order.fulfillment_status or '-'}",
        validity=_validity(order),
        shipping_method=order.shipping_lines[0].title if order.shipping_lines else "",
        note=order.note,
        customer=_customer(order),
        ship_to=_address(order.shipping_address),
        bill_to=_address(order.billing_address),
    )


def _validity(order: Order) -> Validity:
    validity = FINANCIAL.get(order.financial_status, Validity.UNKNOWN)
    if order.confirmed is False and validity is Validity.VALID:
        return Validity.PENDING
    return validity


def _line(line: payload.Line, purse: Purse, cancelled: int) -> Line:
    return Line(
        line_id=line.id,
        quantity=line.quantity,
        sku=line.sku,
        title=line.name or line.title,
        unit_price=purse.read(line, "price") or Minor(0),
        cancelled=cancelled,
    )


def _taken_off(order: Order) -> tuple[dict[str, int], bool]:
    """Count pieces called off per line, and say whether nothing else was taken off.

    `current_quantity` is less by what was called off, edited away or returned. A refund says
    which it was; what none explains was called off as far as it is neither sent nor waiting.
    """
    if order.current_total_price is None:
        return {}, False
    off, back = _refunded_pieces(order)
    sent: dict[str, int] = {}
    for fulfillment in order.fulfillments:
        if STATUSES.get(fulfillment.status) != "cancelled":
            for each in fulfillment.line_items:
                sent[each.id] = sent.get(each.id, 0) + each.quantity
    cancelled: dict[str, int] = {}
    gone = 0
    for line in order.line_items:
        removed = max(line.quantity - (line.current_quantity or 0), 0)
        if line.current_quantity is None or not removed:
            continue
        gone += removed
        unsent = max(line.quantity - sent.get(line.id, 0) - (line.fulfillable_quantity or 0), 0)
        unexplained = max(removed - off.get(line.id, 0) - back.get(line.id, 0), 0)
        cancelled[line.id] = min(
            max(off.get(line.id, 0), unsent), off.get(line.id, 0) + unexplained
        )
    return cancelled, 0 < gone == sum(cancelled.values())


def _refunded_pieces(order: Order) -> tuple[dict[str, int], dict[str, int]]:
    off: dict[str, int] = {}
    back: dict[str, int] = {}
    for refund in order.refunds:
        for line in refund.refund_line_items:
            pieces = {"cancel": off, "return": back}.get(line.restock_type)
            if pieces is not None:
                pieces[line.line_item_id] = pieces.get(line.line_item_id, 0) + line.quantity
    return off, back


def _customer(order: Order) -> Party | None:
    customer = order.customer or payload.Customer()
    name = f"{customer.first_name} {customer.last_name}".strip()
    party = Party(
        customer_id=customer.id or "",
        name=name,
        email=order.email or order.contact_email or customer.email,
        phone=order.phone or customer.phone,
        locale=order.customer_locale,
    )
    return None if party == Party() else party


def _address(address: payload.Address | None) -> Address | None:
    if address is None:
        return None
    return Address(
        name=address.name or f"{address.first_name} {address.last_name}".strip(),
        company=address.company,
        street=tuple(line for line in (address.address1, address.address2) if line),
        postal_code=address.zip,
        city=address.city,
        region=address.province_code or address.province,
        country=address.country_code or address.country,
        phone=address.phone,
    )


def _links(writer: Writer, order: Order) -> Iterator[Fact]:
    for name in dict.fromkeys((order.id, order.order_number, order.name)):
        if name:
            yield writer.link(f"order:{name}"[:250], order.created_at)


def _unknowns(writer: Writer, order: Order) -> Iterator[Fact]:
    for field, known in (("financial_status", FINANCIAL), ("fulfillment_status", FULFILMENT)):
        value: str = getattr(order, field)
        if value not in known:
            event_id = f"order:{order.id}:unknown:{field}:{value}"
            yield writer.unknown(event_id, order.created_at, field=field, value=value)


def _endings(writer: Writer, order: Order) -> Iterator[Fact]:
    if order.cancelled_at:
        reason = CANCEL_REASONS.get(order.cancel_reason, order.cancel_reason)
        event_id = f"order:{order.id}:cancelled"
        body = Reason(reason=reason)
        yield writer.fact(facts.OrderCancelledAtSource, event_id, order.cancelled_at, body=body)
    if order.closed_at:
        event_id = f"order:{order.id}:closed:{micros(order.closed_at)}"
        yield writer.fact(facts.OrderClosed, event_id, order.closed_at)
