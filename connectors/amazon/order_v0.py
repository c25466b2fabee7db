"""Orders of version 0, with or without their items, and what ORDER_CHANGE says of one.

getOrder and getOrders leave the lines out; getOrderItems tells nothing but lines, so it says no
more than that the buyer wants to call some off, and the whole order is asked for.
"""

from collections.abc import Iterator
from typing import Final

from connectors.amazon.order import address_of, customer_of, read, read_total
from connectors.amazon.package import easy_ship_facts
from connectors.amazon.payload_v0 import Item, Money, Order
from connectors.amazon.story import Told, story
from connectors.amazon.table import CURRENCY, EASY_SHIP, ORDER_V0, PAID_BY_HAND
from connectors.money import minor_each
from connectors.writer import Writer
from domain.document import Line
from domain.fact import Fact
from domain.vocabulary import Minor

_OTHER: Final = "Other"


def order_facts(writer: Writer, order: Order) -> Iterator[Fact]:
    """Say everything that a snapshot of an order says."""
    yield from story(writer, _told(order))
    word = order.easy_ship_shipment_status
    if word:
        placed_at, changed_at = order.purchase_date, order.last_update_date
        known = EASY_SHIP.get(word, word)
        yield from easy_ship_facts(writer, order.amazon_order_id, known, placed_at, changed_at)
    if word and word not in EASY_SHIP:
        event_id = f"order:{order.amazon_order_id}:unknown:EasyShipShipmentStatus:{word}"
        yield writer.unknown(
            event_id, order.purchase_date, field="EasyShipShipmentStatus", value=word
        )


def _told(order: Order) -> Told:
    total = order.order_total
    currency = total.currency_code if total else CURRENCY.get(order.marketplace_id, "")
    items = order.order_items
    return Told(
        order_id=order.amazon_order_id,
        names=(order.seller_order_id,),
        placed_at=order.purchase_date,
        changed_at=order.last_update_date,
        status=order.order_status,
        word=ORDER_V0.get(order.order_status, order.order_status),
        currency=currency,
        total=read_total(total, "OrderTotal"),
        lines=tuple(_line(item, currency) for item in items) if currency else (),
        shipped={item.order_item_id: item.quantity_shipped for item in items},
        shipping_total=_sum([item.shipping_price for item in items], currency, "ShippingPrice"),
        tax_total=_sum([item.item_tax for item in items], currency, "ItemTax"),
        discount_total=_sum(
            [item.promotion_discount for item in items], currency, "PromotionDiscount"
        ),
        by_hand=order.payment_method in PAID_BY_HAND,
        method="" if order.payment_method == _OTHER else order.payment_method,
        ship_by=order.latest_ship_date,
        promised_at=order.latest_delivery_date,
        service=order.ship_service_level,
        pickup=order.is_ispu,
        customer=customer_of(order.buyer_info),
        ship_to=address_of(order.shipping_address),
        asked=asked_for(items),
        gift_messages=tuple(
            item.buyer_info.gift_message_text
            for item in items
            if item.buyer_info and item.buyer_info.gift_message_text
        ),
    )


def asked_for(items: tuple[Item, ...]) -> tuple[str, ...]:
    """List the reasons of lines that the buyer wants to call off."""
    return tuple(
        item.buyer_requested_cancel.buyer_cancel_reason
        for item in items
        if item.buyer_requested_cancel and item.buyer_requested_cancel.is_buyer_requested_cancel
    )


def _sum(amounts: list[Money | None], currency: str, field: str) -> Minor:
    if not currency:
        return Minor(0)
    return Minor(sum(read(each, currency, f"OrderItems.{field}") for each in amounts if each))


def _line(item: Item, currency: str) -> Line:
    price = Minor(0)
    if item.item_price:
        read(item.item_price, currency, "OrderItems.ItemPrice")
        price = minor_each(item.item_price.amount, item.quantity_ordered, currency)
    return Line(
        line_id=item.order_item_id,
        quantity=item.quantity_ordered,
        sku=item.seller_sku,
        title=item.title,
        unit_price=price,
    )
