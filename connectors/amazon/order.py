"""A whole order of the Orders API 2026-01-01: its document, its packages, what follows from both.

`quantityUnfulfilled` is zero on pending orders too, so pieces count as called off only where the
line says who called them off.
"""

from collections.abc import Iterator
from typing import Final

from connectors.amazon import payload
from connectors.amazon.package import package_facts
from connectors.amazon.payload import Item, Order
from connectors.amazon.story import Told, story
from connectors.amazon.table import CURRENCY, PAID_BY_HAND
from connectors.money import NotMoney, minor, minor_each, minor_unsigned
from connectors.writer import Writer
from domain.document import Address, Line, Party
from domain.fact import Fact
from domain.vocabulary import Minor

_PICKUP: Final = "IN_STORE_PICK_UP"


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    yield from story(writer, _told(order))
    for package in order.packages:
        yield from package_facts(writer, package, order)


def _told(order: Order) -> Told:
    proceeds = order.proceeds or payload.Proceeds()
    total = proceeds.grand_total
    market = CURRENCY.get(order.sales_channel.marketplace_id, "")
    currency = total.currency_code if total else market
    fulfilment = order.fulfillment
    methods = [each.payment_method for each in (order.payment or payload.Payment()).executions]
    ship_by, deliver_by = fulfilment.ship_by_window, fulfilment.deliver_by_window
    items = order.order_items
    return Told(
        order_id=order.order_id,
        names=tuple(alias.alias_id for alias in order.order_aliases),
        placed_at=order.created_time,
        changed_at=order.last_updated_time,
        status=fulfilment.fulfillment_status,
        word=fulfilment.fulfillment_status,
        currency=currency,
        total=read_total(total, "proceeds.grandTotal"),
        lines=tuple(_line(item, currency) for item in items) if currency else (),
        shipped={item.order_item_id: _goods(item).quantity_fulfilled for item in items},
        shipping_total=_part(proceeds, "SHIPPING", currency),
        tax_total=_part(proceeds, "TAX", currency),
        discount_total=_part(proceeds, "DISCOUNT", currency),
        by_hand=bool(methods) and PAID_BY_HAND.issuperset(methods),
        method=", ".join(dict.fromkeys(methods)),
        ship_by=ship_by.latest_date_time if ship_by else None,
        promised_at=deliver_by.latest_date_time if deliver_by else None,
        service=fulfilment.fulfillment_service_level,
        pickup=_PICKUP in order.programs,
        customer=customer_of(order.buyer),
        ship_to=address_of(order.recipient.delivery_address if order.recipient else None),
        asked=tuple(
            item.cancellation.cancellation_request.cancel_reason
            for item in items
            if item.cancellation
            and item.cancellation.cancellation_request
            and not item.cancellation.cancellation_execution
        ),
        gift_messages=tuple(filter(None, map(_gift_message, items))),
    )


def read(money: payload.Money, currency: str, field: str) -> Minor:
    """Read an amount, which must be in the currency of the order."""
    if money.currency_code != currency:
        reason = f"is in another currency than its order, {currency}"
        raise NotMoney(reason, f"{field}.currencyCode", money.currency_code)
    return minor(money.amount, currency, field=f"{field}.amount")


def read_total(money: payload.Money | None, field: str) -> Minor | None:
    """Read what the buyer owes; None while Amazon does not say."""
    if money is None:
        return None
    return minor_unsigned(money.amount, money.currency_code, field=f"{field}.amount")


def _part(proceeds: payload.Proceeds, type_: str, currency: str) -> Minor:
    parts = (part.subtotal for part in proceeds.breakdowns if part.type == type_)
    return Minor(abs(sum(read(part, currency, "proceeds.breakdowns") for part in parts if part)))


def _goods(item: Item) -> payload.ItemFulfilment:
    return item.fulfillment or payload.ItemFulfilment()


def _line(item: Item, currency: str) -> Line:
    product = item.product or payload.Product()
    return Line(
        line_id=item.order_item_id,
        quantity=item.quantity_ordered,
        sku=product.seller_sku,
        title=product.title,
        unit_price=_unit_price(item, product, currency),
        cancelled=_cancelled(item),
    )


def _unit_price(item: Item, product: payload.Product, currency: str) -> Minor:
    """Read the price of one piece, or divide what the line brings without taxes and discounts."""
    if product.price and product.price.unit_price:
        return read(product.price.unit_price, currency, "orderItems.product.price.unitPrice")
    parts = item.proceeds.breakdowns if item.proceeds else ()
    for part in parts:
        if part.type == "ITEM" and part.subtotal:
            read(part.subtotal, currency, "orderItems.proceeds.breakdowns")
            return minor_each(part.subtotal.amount, item.quantity_ordered, currency)
    return Minor(0)


def _cancelled(item: Item) -> int:
    if item.cancellation is None or item.cancellation.cancellation_execution is None:
        return 0
    goods = _goods(item)
    left = item.quantity_ordered - goods.quantity_fulfilled - goods.quantity_unfulfilled
    return max(left, 0)


def _gift_message(item: Item) -> str:
    packing = _goods(item).packing
    return packing.gift_option.gift_message if packing and packing.gift_option else ""


def customer_of(buyer: payload.Buyer | None) -> Party | None:
    """Read who bought; Amazon hides most of it from most callers."""
    if buyer is None or not (buyer.buyer_name or buyer.buyer_email):
        return None
    return Party(name=buyer.buyer_name, email=buyer.buyer_email)


def address_of(address: payload.Address | None) -> Address | None:
    """Read where the goods go."""
    if address is None:
        return None
    street = (address.address_line1, address.address_line2, address.address_line3)
    return Address(
        name=address.name,
        company=address.company_name,
        street=tuple(line for line in street if line),
        postal_code=address.postal_code,
        city=address.city,
        region=address.state_or_region,
        country=address.country_code,
        phone=address.phone,
    )
