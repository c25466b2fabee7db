"""A whole order of PrestaShop: one document, and what its state says must have happened.

A shop sends an order as one shipment, named like the order, whatever tells of it: its state, its
history, or the carrier's row that holds the tracking number.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from connectors.money import minor, minor_each, minor_unsigned
from connectors.prestashop.payload import Associations, Carrier, Order, Row
from connectors.prestashop.shop import Shop
from connectors.prestashop.table import MANUAL, STATES, UNKNOWN, VOUCHED, Meaning
from connectors.snapshot import Snapshot
from connectors.writer import Writer
from domain import fact as facts
from domain.body import PackageInfo, ShipmentInfo, ShipmentRef
from domain.document import Document, Line, Party
from domain.fact import Fact
from domain.instant import micros
from domain.vocabulary import Minor

_STEP: Final = 50_000
_NUMBER_CHARACTERS_MAX: Final = 100
_NOISE: Final = re.compile(r"[\s-]+")
_BY_STATE, _BY_CARRIER = 1, 2
"""Which statement about the order's shipment counts: the one that knows the parcel."""


def order_facts(writer: Writer, order: Order, shop: Shop) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    meaning = STATES.get(shop.states.get(order.current_state, ""))
    found = meaning or (VOUCHED if order.valid == "1" else UNKNOWN)
    placed_at = shop.time(order.date_add, "date_add")
    changed_at = shop.time(order.date_upd, "date_upd") if order.date_upd else placed_at
    currency = shop.currency(order.id_currency)
    paid = _optional(order, "total_paid_real", currency)
    snapshot = Snapshot(
        writer=writer,
        placed_at=placed_at,
        changed_at=changed_at,
        revision=micros(changed_at) + found.progress * _STEP + (paid > 0),
    )
    yield snapshot.document(_document(order, found, currency, placed_at))
    yield from snapshot.links(f"order:{order.id}", f"order:{order.reference or order.id}")
    if meaning is None:
        yield snapshot.unknown("current_state", order.current_state)
    yield from _money(snapshot, order, found, currency, paid)
    yield from happened_facts(snapshot, found)
    if number := tracking_number(order.shipping_number):
        yield from parcel_facts(writer, number, placed_at)


def happened_facts(snapshot: Snapshot, meaning: Meaning) -> Iterator[Fact]:
    """Say what a state means for the order and its goods, but not for its money."""
    writer = snapshot.writer
    name = f"order:{writer.order_id}"
    at = snapshot.changed_at
    match meaning.happened:
        case "work_started":
            yield writer.fact(facts.OrderWorkStarted, f"{name}:work_started", at, inferred=True)
        case "shipped" | "delivered" as word:
            info = ShipmentInfo(shipment_id=name)
            event_id = f"{name}:shipment"
            yield writer.fact(facts.ShipmentCreated, event_id, at, body=info, revision=_BY_STATE)
            ref = ShipmentRef(shipment_id=name)
            kind = facts.ShipmentHandedOver
            yield writer.fact(kind, f"{name}:handed_over", at, body=ref, inferred=True)
            if word == "delivered":
                marked = facts.ShipmentDeliveredMarked
                yield writer.fact(marked, f"{name}:delivered", at, body=ref, inferred=True)
        case "cancelled":
            yield snapshot.cancelled()
        case _:
            return


def carrier_facts(writer: Writer, carrier: Carrier, shop: Shop) -> Iterator[Fact]:
    """Say in which parcel the order travels; that it left is for its state or carrier to say."""
    if number := tracking_number(carrier.tracking_number):
        yield from parcel_facts(writer, number, shop.time(carrier.date_add, "date_add"))


def parcel_facts(writer: Writer, number: str, at: datetime) -> Iterator[Fact]:
    """Say that the order's shipment is this parcel."""
    name = f"order:{writer.order_id}"
    info = ShipmentInfo(shipment_id=name, parcels=(PackageInfo(number=number),))
    event_id = f"{name}:shipment:{number}"
    yield writer.fact(facts.ShipmentCreated, event_id, at, body=info, revision=_BY_CARRIER)
    yield writer.link(f"parcel:{number}", at)


def tracking_number(raw: str) -> str:
    """Write a tracking number so that one parcel has one name; `0` is none."""
    return "" if raw == "0" else _NOISE.sub("", raw).upper()[:_NUMBER_CHARACTERS_MAX]


def _document(order: Order, meaning: Meaning, currency: str, placed_at: datetime) -> Document:
    rows = (order.associations or Associations()).order_rows
    with_tax = _optional(order, "total_paid_tax_incl", currency)
    without = _optional(order, "total_paid_tax_excl", currency)
    return Document(
        currency=currency,
        total=minor_unsigned(order.total_paid, currency, field="total_paid"),
        lines=tuple(_line(row, currency) for row in rows),
        number=order.reference or order.id,
        placed_at=placed_at,
        shipping_total=_optional(order, "total_shipping_tax_incl", currency),
        tax_total=Minor(max(with_tax - without, 0)),
        discount_total=_optional(order, "total_discounts_tax_incl", currency),
        payment_method=_method(order, meaning),
        payment_method_name=order.payment or order.module,
        source_status=order.current_state,
        validity=meaning.validity,
        note=order.gift_message,
        customer=Party(customer_id=order.id_customer) if order.id_customer.strip("0") else None,
    )


def _line(row: Row, currency: str) -> Line:
    """Read a line; prices have six decimals, so the price of one piece is rounded."""
    price, told = Minor(0), row.unit_price_tax_incl
    if told is not None and told != "":
        price = minor_each(told, 1, currency, field="order_rows.unit_price_tax_incl")
    return Line(
        line_id=row.id,
        quantity=row.product_quantity,
        sku=row.product_reference,
        title=row.product_name,
        unit_price=price,
    )


def _method(order: Order, meaning: Meaning) -> str:
    if meaning.method or order.module in MANUAL:
        return "manual"
    return "online" if order.module else ""


def _optional(order: Order, field: str, currency: str) -> Minor:
    raw = getattr(order, field)
    return Minor(0) if raw is None or raw == "" else minor(raw, currency, field=field)


def _money(
    snapshot: Snapshot, order: Order, meaning: Meaning, currency: str, paid: Minor
) -> Iterator[Fact]:
    """Say what came in and whether it went back; what is left to pay is not told."""
    total = minor_unsigned(order.total_paid, currency, field="total_paid")
    if paid > 0:
        yield snapshot.claim(facts.PaymentCaptured, paid, currency)
    if meaning.happened == "refunded" and (paid or total):
        yield snapshot.claim(facts.PaymentRefunded, Minor(paid if paid > 0 else total), currency)
    if meaning.happened == "failed" and total:
        yield snapshot.claim(facts.PaymentFailed, total, currency)
