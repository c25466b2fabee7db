"""A whole order of WooCommerce: one document, and the facts that its one status implies.

The status mixes payment with work, and nothing in it is a delivery: `completed` is the merchant's
word that the goods left. Whether money came in is told by `date_paid`, not by the status.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from connectors.money import minor, minor_each, minor_unsigned
from connectors.woocommerce import payload
from connectors.woocommerce.payload import Order
from connectors.woocommerce.payment import MANUAL, Payer, money_facts, payer_of
from connectors.writer import Writer
from domain import fact as facts
from domain.body import Empty, Operation, Reason
from domain.document import Address, Document, Line, Party
from domain.fact import Fact
from domain.instant import micros
from domain.vocabulary import CancelReason, Evidence, HoldReason, Minor, Validity


class Meaning(NamedTuple):
    """What a status says: how far the order goes, and what must have happened."""

    progress: int
    validity: Validity
    hold: HoldReason | None = None
    happened: str = ""


STATUSES: Final = {
    "auto-draft": Meaning(0, Validity.DRAFT),
    "draft": Meaning(0, Validity.DRAFT),
    "checkout-draft": Meaning(0, Validity.DRAFT),
    "pending": Meaning(1, Validity.PENDING),
    "failed": Meaning(2, Validity.PENDING, happened="failed"),
    "on-hold": Meaning(3, Validity.PENDING, HoldReason.PAYMENT),
    "processing": Meaning(5, Validity.VALID),
    "completed": Meaning(6, Validity.VALID, happened="marked_shipped"),
    "cancelled": Meaning(7, Validity.UNSTATED, happened="cancelled"),
    "refunded": Meaning(8, Validity.VALID, happened="refunded"),
    "trash": Meaning(9, Validity.UNSTATED, happened="cancelled"),
}
"""`progress` orders snapshots of one second; a plugin's own status comes between 3 and 5."""

_OF_A_PLUGIN: Final = Meaning(4, Validity.UNKNOWN)

PICKUP: Final = frozenset({"local_pickup", "pickup_location"})


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    meaning = STATUSES.get(order.status, _OF_A_PLUGIN)
    payer = payer_of(order)
    modified_at = order.date_modified_gmt or order.date_created_gmt
    revision = revision_of(order)
    kind: Callable[..., Fact] = facts.OrderRevised
    if meaning.validity is Validity.DRAFT:
        kind = facts.OrderSaved
    elif modified_at == order.date_created_gmt:
        kind = facts.OrderPlaced
    document = _document(order, meaning)
    yield writer.fact(
        kind, f"order:{order.id}:{revision}", modified_at, body=document, revision=revision
    )
    yield from _links(writer, order, payer)
    if meaning is _OF_A_PLUGIN:
        event_id = f"order:{order.id}:unknown:status:{order.status}"
        at = order.date_created_gmt
        yield writer.unknown(event_id, at, field="status", value=order.status)
    yield from _broken_pieces(writer, order)
    if meaning.validity is not Validity.DRAFT:
        yield from money_facts(writer, order, payer, revision)
        yield from _implied(writer, order, meaning, revision)


def revision_of(order: Order) -> int:
    """Order snapshots by time, and within one second by how far the order is.

    Times have whole seconds, and a checkout goes from `pending` to `processing` within one; what
    is left of the second therefore holds the progress of the status.
    """
    at = micros(order.date_modified_gmt or order.date_created_gmt)
    progress = STATUSES.get(order.status, _OF_A_PLUGIN).progress
    return at + 2 * progress + (order.date_paid_gmt is not None)


def _document(order: Order, meaning: Meaning) -> Document:
    shipping = order.shipping_lines[0] if order.shipping_lines else payload.ShippingLine()
    return Document(
        currency=order.currency,
        total=_total(order),
        lines=tuple(_line(line, order.currency) for line in order.line_items),
        number=order.number or order.id,
        placed_at=order.date_created_gmt,
        shipping_total=_optional(order, "shipping_total"),
        tax_total=_optional(order, "total_tax"),
        discount_total=_optional(order, "discount_total"),
        payment_method=_method(order),
        payment_method_name=order.payment_method_title or order.payment_method,
        source_status=order.status,
        validity=meaning.validity,
        hold=meaning.hold,
        shipping_method=shipping.method_title,
        pickup=shipping.method_id in PICKUP,
        note=order.customer_note,
        customer=_customer(order),
        ship_to=_address(order.shipping),
        bill_to=_address(order.billing),
    )


def _total(order: Order) -> Minor:
    return minor_unsigned(order.total, order.currency, field="total")


def _optional(order: Order, field: str) -> Minor:
    raw = getattr(order, field)
    return Minor(0) if raw is None or raw == "" else minor(raw, order.currency, field=field)


def _line(line: payload.Line, currency: str) -> Line:
    """Read a line; `price` is a float that hides cents, so the line's total is divided."""
    price = Minor(0)
    if line.total is not None and line.total != "":
        price = minor_each(line.total, line.pieces, currency, field="line_items.total")
    return Line(
        line_id=line.id,
        quantity=line.pieces,
        sku=line.sku,
        title=line.name,
        unit_price=price,
    )


def _broken_pieces(writer: Writer, order: Order) -> Iterator[Fact]:
    """Report quantities that are no whole pieces, as the shop wrote them: 1.5 metres of cloth."""
    for line in order.line_items:
        if line.pieces != line.quantity:
            event_id = f"order:{order.id}:unknown:quantity:{line.id}:{line.quantity}"
            value = f"{line.quantity} of line {line.id}"
            at = order.date_created_gmt
            yield writer.unknown(event_id, at, field="line_items.quantity", value=value)


def _method(order: Order) -> str:
    if not order.payment_method:
        return ""
    return "manual" if order.payment_method in MANUAL else "online"


def _customer(order: Order) -> Party | None:
    billing = order.billing or payload.Address()
    party = Party(
        customer_id="" if order.customer_id == "0" else order.customer_id,
        name=f"{billing.first_name} {billing.last_name}".strip(),
        email=billing.email,
        phone=billing.phone,
    )
    return None if party == Party() else party


def _address(address: payload.Address | None) -> Address | None:
    if address is None or address == payload.Address():
        return None
    return Address(
        name=f"{address.first_name} {address.last_name}".strip(),
        company=address.company,
        street=tuple(line for line in (address.address_1, address.address_2) if line),
        postal_code=address.postcode,
        city=address.city,
        region=address.state,
        country=address.country,
        phone=address.phone,
    )


def _links(writer: Writer, order: Order, payer: Payer) -> Iterator[Fact]:
    names = [f"order:{order.id}", f"order:{order.number or order.id}"]
    names += [f"payment:stripe:{name}" for name in (payer.charge, payer.intent) if name]
    for reference in dict.fromkeys(name[:250] for name in names):
        yield writer.link(reference, order.date_created_gmt)


def _implied(writer: Writer, order: Order, meaning: Meaning, revision: int) -> Iterator[Fact]:
    """Say what the status implies; of snapshots that repeat it the domain keeps the first."""
    modified_at = order.date_modified_gmt or order.date_created_gmt
    event_id = f"order:{order.id}:{meaning.happened}"
    match meaning.happened:
        case "marked_shipped":
            at = order.date_completed_gmt or modified_at
            yield writer.fact(
                facts.OrderMarkedShipped,
                event_id,
                at,
                body=Empty(),
                revision=revision,
                inferred=True,
            )
        case "cancelled":
            note = order.status if order.status == "trash" else ""
            body = Reason(reason=CancelReason.UNSPECIFIED, note=note)
            yield writer.fact(
                facts.OrderCancelledAtSource, event_id, modified_at, body=body, revision=revision
            )
        case "failed":
            yield _claim(writer, order, facts.PaymentFailed, event_id, revision)
        case "refunded" if not order.refunds:
            yield _claim(writer, order, facts.PaymentRefunded, event_id, revision)
        case _:
            return


def _claim(
    writer: Writer, order: Order, kind: Callable[..., Fact], event_id: str, revision: int
) -> Fact:
    body = Operation(
        reference=f"order:{order.id}",
        amount=_total(order),
        currency=order.currency,
        evidence=Evidence.STATUS,
        code=order.status,
    )
    at = order.date_modified_gmt or order.date_created_gmt
    return writer.fact(kind, event_id, at, body=body, revision=revision, inferred=True)
