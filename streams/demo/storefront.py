"""What the stories of both storefronts share: how most orders begin, go on and end."""

from __future__ import annotations

from typing import Final

from streams.demo.easypost import Parcel
from streams.demo.shopify import ShopifyOrder
from streams.demo.story import Beat, Delivery, Ending, Shown, Story
from streams.demo.stripe import payment_of

DELIVERED: Final = (
    (90, "in_transit", "departed_facility"),
    (200, "delivered", "arrived_at_destination"),
)


def shows(state: str, words: str, **more: str) -> Shown:
    """Spell out axes (`completed paid delivered`) and words (`Paid / Delivered`)."""
    lifecycle, payment, fulfilment = state.split()
    payment_word, fulfilment_word = words.split(" / ")
    return {
        "lifecycle": lifecycle,
        "payment": payment,
        "fulfilment": fulfilment,
        "storefront.payment": payment_word,
        "storefront.fulfilment": fulfilment_word,
        **more,
    }


def shipment(order: ShopifyOrder, word: str, number: int = 1) -> Shown:
    """Spell out a shipment's word."""
    return {f"storefront.shipment:{order.shipment_id(number)}": word}


def paid(order: ShopifyOrder, minutes: float) -> tuple[Delivery, ...]:
    """Pay: the shop's transaction links Stripe's intent, Stripe tells of it and of its charge."""
    payment = payment_of(order, minutes)
    return (payment.succeeded(), payment.charged(), order.transaction(minutes))


def parcel_of(order: ShopifyOrder, suffix: str = "") -> Parcel:
    """Name the order's parcel."""
    tenant = order.account.partition("/")[0]
    return Parcel(account=f"{tenant}/easypost", number=f"JD{order.number}{suffix or '0'}")


def on_its_way(order: ShopifyOrder) -> tuple[Beat, ...]:
    """Begin as most orders do: placed, paid, handed over."""
    return (
        Beat(deliveries=(order.created(),)),
        Beat(deliveries=paid(order, order.minutes + 1), once={"lifecycle": "pending"}),
        Beat(deliveries=(order.fulfilled(60, parcel_of(order).number),), once={"payment": "paid"}),
    )


ARRIVED: Final = shows("completed paid delivered", "Paid / Delivered")
FULFILLED: Final[Shown] = {"fulfilment": "fulfilled"}


def arrives(order: ShopifyOrder) -> Beat:
    """End as most orders do."""
    return Beat(deliveries=(parcel_of(order).tracked(*DELIVERED),), once=FULFILLED)


def plain(order: ShopifyOrder) -> Story:
    """Tell the story of most orders."""
    return Story(
        order_key=order.key,
        about="placed, paid, sent, delivered",
        beats=(*on_its_way(order), arrives(order)),
        ending=Ending(shows=ARRIVED | shipment(order, "Delivered")),
    )
