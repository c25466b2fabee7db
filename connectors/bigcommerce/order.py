"""A whole order of BigCommerce: one document, what its status implies and what its counts say.

Amounts are in the currency that the buyer pays in (`default_currency_code`). Lines stand in a
document of their own unless they were asked for; an order without them never takes the place
of one that has them, whatever their times, or its goods would come and go.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from connectors.bigcommerce import payload
from connectors.bigcommerce.payload import Order, Product
from connectors.bigcommerce.table import MANUAL, PAYMENT, PICKUP, STATUSES, UNKNOWN, Meaning
from connectors.money import NotMoney, minor_each, minor_unsigned
from connectors.snapshot import Snapshot
from connectors.writer import Writer
from domain import fact as facts
from domain.document import Address, Document, Line, Party
from domain.fact import Fact
from domain.instant import micros
from domain.vocabulary import CancelReason, Minor

_STRIPE: Final = re.compile(r"(?:ch|py|pi)_[A-Za-z0-9]{8,120}", re.ASCII)
_SECOND: Final = 1_000_000
_STEP: Final = 50_000
_WITH_LINES: Final = 10**16
"""Above every revision that is a time alone: the year 2286 in microseconds."""


def order_facts(
    writer: Writer, order: Order, products: tuple[Product, ...] | None
) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says; `products` are its lines, if told."""
    meaning = STATUSES.get(order.status_id, UNKNOWN)
    snapshot = Snapshot(
        writer=writer,
        placed_at=order.date_created,
        changed_at=order.date_modified or order.date_created,
        revision=_revision(order, meaning, products),
    )
    yield snapshot.document(_document(order, meaning, products or ()))
    yield from snapshot.links(*_names(order))
    if meaning is UNKNOWN:
        yield snapshot.unknown("status_id", order.status_id)
    if order.payment_status not in PAYMENT:
        yield snapshot.unknown("payment_status", order.payment_status)
    yield from _money(snapshot, order, meaning)
    yield from snapshot.counted({each.id: _sent(each) for each in products or ()})
    yield from _endings(snapshot, order, meaning)


def currency_of(order: Order) -> str:
    """Name the currency that the buyer pays in."""
    return order.default_currency_code or order.currency_code


def lines_of(order: Order) -> tuple[Product, ...] | None:
    """Collect the lines from where they stand; None where they are only linked."""
    if order.products is not None:
        return order.products
    if order.consignments is None:
        return None
    told = order.consignments
    groups: tuple[payload.Group, ...] = (*told.shipping, *told.pickups, *told.downloads)
    rows = [row for group in groups for row in group.line_items]
    if any("resource" in row and "id" not in row for row in rows):
        return None
    return tuple(Product.model_validate(row) for row in rows)


def _revision(order: Order, meaning: Meaning, products: tuple[Product, ...] | None) -> int:
    """Order snapshots by time, and within one second by status and by pieces moved."""
    moved = sum(each.quantity_shipped + each.quantity_refunded for each in products or ())
    at = micros(order.date_modified or order.date_created) // _SECOND * _SECOND
    settled = bool(PAYMENT.get(order.payment_status))
    rest = meaning.progress * _STEP + min(2 * moved + settled, _STEP - 1)
    return at + rest + (0 if products is None else _WITH_LINES)


def _document(order: Order, meaning: Meaning, products: tuple[Product, ...]) -> Document:
    currency = currency_of(order)
    consignments = order.consignments or payload.Consignments()
    shipping = consignments.shipping[0] if consignments.shipping else None
    return Document(
        currency=currency,
        total=_total(order),
        lines=tuple(_line(each, currency) for each in products),
        number=order.id,
        placed_at=order.date_created,
        shipping_total=_share(order, "shipping_cost_inc_tax"),
        tax_total=_share(order, "total_tax"),
        discount_total=Minor(_share(order, "discount_amount") + _share(order, "coupon_discount")),
        payment_method=_method(order.payment_method),
        payment_method_name=order.payment_method,
        source_status=order.custom_status or order.status or order.status_id,
        validity=meaning.validity,
        hold=meaning.hold,
        shipping_method=shipping.shipping_method if shipping else "",
        pickup=order.status_id == PICKUP or bool(consignments.pickups),
        note=order.customer_message,
        customer=_customer(order),
        ship_to=_address(shipping),
        bill_to=_address(order.billing_address),
    )


def _total(order: Order) -> Minor:
    return minor_unsigned(order.total_inc_tax, currency_of(order), field="total_inc_tax")


def _share(order: Order, field: str) -> Minor:
    """Read a part of the total; shares have four decimals, so one may fall between two cents."""
    raw = getattr(order, field)
    if raw is None or raw == "":
        return Minor(0)
    return minor_each(raw, 1, currency_of(order), field=field)


def _method(name: str) -> str:
    if not name:
        return ""
    return "manual" if name.lower() in MANUAL else "online"


def _sent(product: Product) -> int:
    return min(product.quantity_shipped, product.quantity)


def _line(product: Product, currency: str) -> Line:
    """Read a line; a refund of pieces that were never sent takes them off the order (S4.7)."""
    price = Minor(0)
    if product.total_inc_tax is not None and product.total_inc_tax != "":
        price = minor_each(
            product.total_inc_tax, product.quantity, currency, field="products.total_inc_tax"
        )
    unsent = max(product.quantity_refunded - product.quantity_shipped, 0)
    return Line(
        line_id=product.id,
        quantity=product.quantity,
        sku=product.sku,
        title=product.name,
        unit_price=price,
        cancelled=min(unsent, product.quantity),
    )


def _customer(order: Order) -> Party | None:
    billing = order.billing_address or payload.Address()
    party = Party(
        customer_id="" if order.customer_id == "0" else order.customer_id,
        name=f"{billing.first_name} {billing.last_name}".strip(),
        email=billing.email,
        phone=billing.phone,
        locale=order.customer_locale,
    )
    return None if party == Party() else party


def _address(address: payload.Address | None) -> Address | None:
    if address is None:
        return None
    return Address(
        name=f"{address.first_name} {address.last_name}".strip(),
        company=address.company,
        street=tuple(line for line in (address.street_1, address.street_2) if line),
        postal_code=address.zip,
        city=address.city,
        region=address.state,
        country=address.country_iso2 or address.country,
        phone=address.phone,
    )


def _names(order: Order) -> Iterator[str]:
    yield f"order:{order.id}"
    if order.external_order_id:
        yield f"order:{order.external_order_id}"
    if _STRIPE.fullmatch(order.payment_provider_id):
        yield f"payment:stripe:{order.payment_provider_id}"


def _money(snapshot: Snapshot, order: Order, meaning: Meaning) -> Iterator[Fact]:
    """Say what the payment's status claims; cash is `authorized` here as soon as it is chosen."""
    total = _total(order)
    back = minor_unsigned(
        order.refunded_amount or "0", currency_of(order), field="refunded_amount"
    )
    manual = _method(order.payment_method) == "manual"
    kinds = PAYMENT.get(order.payment_status, ())
    if meaning.happened == "refunded" or back:
        kinds = PAYMENT["refunded"]
    for kind in kinds:
        refund = kind is facts.PaymentRefunded
        amount = (back or _refunded_whole(order, meaning, total)) if refund else total
        if amount and not (manual and kind is facts.PaymentAuthorized):
            yield snapshot.claim(kind, amount, currency_of(order), code=order.payment_status)


def _refunded_whole(order: Order, meaning: Meaning, total: Minor) -> Minor:
    """Say that all went back where the status says so and no amount stands beside it."""
    whole = meaning.happened == "refunded" or order.payment_status == "refunded"
    if not whole:
        raise NotMoney("the amount is not in the payload", "refunded_amount", order.payment_status)
    return total


def _endings(snapshot: Snapshot, order: Order, meaning: Meaning) -> Iterator[Fact]:
    match meaning.happened:
        case "shipped":
            yield snapshot.shipped(order.date_shipped)
        case "packed":
            yield snapshot.writer.fact(
                facts.OrderWorkStarted,
                f"order:{order.id}:packed",
                snapshot.changed_at,
                revision=snapshot.revision,
                inferred=True,
            )
        case "cancelled":
            yield snapshot.cancelled()
        case "declined":
            yield snapshot.cancelled(CancelReason.CANNOT_FULFIL, note="declined by the seller")
        case _:
            pass
    if order.is_deleted:
        yield archived(snapshot.writer, order.id, snapshot.changed_at)


def archived(writer: Writer, order_id: str, at: datetime) -> Fact:
    """Say that the order was put away; a shop that deletes one only archives it."""
    return writer.fact(facts.OrderArchived, f"order:{order_id}:archived", at)
