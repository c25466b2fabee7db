"""A whole order of Magento: one document, what its state implies and what its counts say.

Money is the order's own (`grand_total`, `order_currency_code`), never the shop's base currency.
The order tells sums only, so what was paid and refunded are claims that a provider outweighs.
What was cancelled is off `grand_total` here, for the buyer owes it no more.
"""

import re
from collections.abc import Iterator
from typing import Final

from connectors.magento import payload
from connectors.magento.payload import Item, Order
from connectors.magento.table import MANUAL, PICKUP, UNKNOWN, Meaning, meaning_of
from connectors.money import minor, minor_each, minor_unsigned
from connectors.snapshot import Snapshot
from connectors.writer import Writer
from domain import fact as facts
from domain.body import RiskFlagged
from domain.document import Address, Document, Line, Party
from domain.fact import Fact
from domain.instant import micros
from domain.vocabulary import Minor

STRIPE: Final = re.compile(r"(?:ch|py|pi)_[A-Za-z0-9]{8,120}", re.ASCII)

_SECOND: Final = 1_000_000
_STEP: Final = 100_000


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    found = meaning_of(order.state, order.status)
    meaning = found or UNKNOWN
    changed_at = order.updated_at or order.created_at
    lines = _lines(order)
    snapshot = Snapshot(
        writer=writer,
        placed_at=order.created_at,
        changed_at=changed_at,
        revision=_revision(order, meaning),
    )
    yield snapshot.document(_document(order, meaning, lines))
    yield from snapshot.links(*_names(order))
    if found is None:
        field = "state" if order.state else "status"
        yield snapshot.unknown(field, order.state or order.status)
    for item in lines:
        if item.broken:
            yield snapshot.unknown("items.qty_ordered", f"{item.broken} of line {item.item_id}")
    yield from _money(snapshot, order, meaning)
    sent = {item.item_id: _sent(item, order.items) for item in lines}
    yield from snapshot.counted(sent)
    yield from _endings(snapshot, order, meaning)


def _revision(order: Order, meaning: Meaning) -> int:
    """Order snapshots by time, and within one second by state and by pieces moved.

    Times have whole seconds, and an invoice and a shipment are often made within one.
    """
    moved = sum(item.qty_shipped + item.qty_refunded + item.qty_canceled for item in order.items)
    paid = 0 if order.total_paid is None else 1
    rest = meaning.progress * _STEP + min(2 * moved + paid, _STEP - 1)
    return micros(order.updated_at or order.created_at) // _SECOND * _SECOND + rest


def _document(order: Order, meaning: Meaning, lines: tuple[Item, ...]) -> Document:
    currency = order.order_currency_code
    extension = order.extension_attributes or payload.Extension()
    assigned = [each.shipping for each in extension.shipping_assignments if each.shipping]
    shipping = assigned[0] if assigned else payload.ShippingMethod()
    payment = order.payment or payload.Payment()
    return Document(
        currency=currency,
        total=_total(order, meaning),
        lines=tuple(_line(item, order) for item in lines),
        number=order.increment_id or order.entity_id,
        placed_at=order.created_at,
        shipping_total=_optional(order, "shipping_amount"),
        tax_total=_optional(order, "tax_amount"),
        discount_total=Minor(abs(_optional(order, "discount_amount"))),
        payment_method=_method(payment.method),
        payment_method_name=payment.method,
        source_status=order.status or order.state,
        validity=meaning.validity,
        hold=meaning.hold,
        shipping_method=order.shipping_description or shipping.method,
        pickup=shipping.method in PICKUP,
        note=order.customer_note,
        customer=_customer(order),
        ship_to=_address(shipping.address),
        bill_to=_address(order.billing_address),
    )


def _method(code: str) -> str:
    if not code or code == "free":
        return ""
    return "manual" if code in MANUAL else "online"


def _total(order: Order, meaning: Meaning) -> Minor:
    """Say what is due: less what was cancelled, unless that is the whole order."""
    total = minor_unsigned(order.grand_total, order.order_currency_code, field="grand_total")
    off = _optional(order, "total_canceled")
    return total if meaning.happened == "cancelled" else Minor(max(total - off, 0))


def _optional(order: Order, field: str) -> Minor:
    raw = getattr(order, field)
    if raw is None or raw == "":
        return Minor(0)
    return minor(raw, order.order_currency_code, field=field)


def _lines(order: Order) -> tuple[Item, ...]:
    """Choose the lines that stand for pieces.

    A configurable article is its own line and that of the variant below it: the upper counts.
    The parts of a bundle count instead of it where they are sent one by one.
    """
    above = {item.item_id: item for item in order.items}
    apart = {
        item.item_id
        for item in order.items
        if item.product_type == "bundle" and _is_sent_apart(item, order.items)
    }
    return tuple(
        item
        for item in order.items
        if (item.parent_item_id in apart)
        or (item.parent_item_id not in above and item.item_id not in apart)
    )


def _is_sent_apart(bundle: Item, items: tuple[Item, ...]) -> bool:
    if bundle.product_options and bundle.product_options.shipment_type == "1":
        return True
    parts = [item for item in items if item.parent_item_id == bundle.item_id]
    return not bundle.qty_shipped and any(part.qty_shipped for part in parts)


def _sent(item: Item, items: tuple[Item, ...]) -> int:
    """Count the pieces that left; some versions count a variant only at the line below."""
    below = [each.qty_shipped for each in items if each.parent_item_id == item.item_id]
    if item.product_type == "configurable":
        return min(max(item.qty_shipped, *below, 0), item.qty_ordered)
    return min(item.qty_shipped, item.qty_ordered)


def _line(item: Item, order: Order) -> Line:
    """Read a line; a refund of pieces that were never sent takes them off the order (S4.7)."""
    price = Minor(0)
    if item.row_total is not None and item.row_total != "":
        currency = order.order_currency_code
        price = minor_each(item.row_total, item.qty_ordered, currency, field="items.row_total")
    unsent = max(item.qty_refunded - _sent(item, order.items), 0)
    return Line(
        line_id=item.item_id,
        quantity=item.qty_ordered,
        sku=item.sku,
        title=item.name,
        unit_price=price,
        cancelled=min(item.qty_canceled + unsent, item.qty_ordered),
    )


def _customer(order: Order) -> Party | None:
    party = Party(
        customer_id="" if order.customer_id == "0" else order.customer_id,
        name=f"{order.customer_firstname} {order.customer_lastname}".strip(),
        email=order.customer_email,
        phone=order.billing_address.telephone if order.billing_address else "",
    )
    return None if party == Party() else party


def _address(address: payload.Address | None) -> Address | None:
    if address is None:
        return None
    return Address(
        name=f"{address.firstname} {address.lastname}".strip(),
        company=address.company,
        street=tuple(line for line in address.street if line),
        postal_code=address.postcode,
        city=address.city,
        region=address.region_code or address.region,
        country=address.country_id,
        phone=address.telephone,
    )


def _names(order: Order) -> Iterator[str]:
    yield f"order:{order.entity_id}"
    yield f"order:{order.increment_id or order.entity_id}"
    paid_by = order.payment.last_trans_id if order.payment else ""
    if STRIPE.fullmatch(paid_by):
        yield f"payment:stripe:{paid_by}"


def _money(snapshot: Snapshot, order: Order, meaning: Meaning) -> Iterator[Fact]:
    currency = order.order_currency_code
    paid, refunded = _optional(order, "total_paid"), _optional(order, "total_refunded")
    held = order.payment.amount_authorized if order.payment else None
    if held and not paid:
        amount = minor_unsigned(held, currency, field="payment.amount_authorized")
        yield snapshot.claim(facts.PaymentAuthorized, amount, currency)
        if meaning.happened == "cancelled":
            yield snapshot.claim(facts.PaymentReversed, amount, currency)
    if paid > 0:
        yield snapshot.claim(facts.PaymentCaptured, paid, currency)
    if refunded > 0:
        yield snapshot.claim(facts.PaymentRefunded, refunded, currency)


def _endings(snapshot: Snapshot, order: Order, meaning: Meaning) -> Iterator[Fact]:
    match meaning.happened:
        case "shipped":
            yield snapshot.shipped()
        case "cancelled":
            yield snapshot.cancelled()
        case "closed":
            yield snapshot.writer.fact(
                facts.OrderClosed,
                f"order:{order.entity_id}:closed",
                snapshot.changed_at,
                revision=snapshot.revision,
                inferred=True,
            )
        case "suspected":
            yield snapshot.writer.fact(
                facts.RiskWasFlagged,
                f"order:{order.entity_id}:suspected",
                order.created_at,
                body=RiskFlagged(level="suspected", note=order.status),
                inferred=True,
            )
        case _:
            return
