"""The scene: three shops of two kinds, their orders from checkout to the end, and strays.

Nothing here is drawn anew: the same seed gives the same bytes. What each order must end as is
written from the model's tables (spec model, sections 2, 4 and 8), not from what comes out.
"""

from __future__ import annotations

import json
from random import Random
from typing import Final

from streams import topic
from streams.demo import marketplace, storefront_commands, storefront_money, storefront_parcels
from streams.demo.shopify import ShopifyOrder
from streams.demo.story import Delivery, Scene, Story, Stray, at, feed

SEED: Final = 20_260_302
EU, US, WOO = "acme/shop-eu", "acme/shop-us", "bazaar/woo"

PROFILES: Final = {
    "acme": {"profiles": ["storefront"]},
    "bazaar": {"profiles": ["marketplace"]},
}
"""What ORDERSTREAM_PROFILES says in the demo: each shop speaks its own words."""


def make_scene(seed: int = SEED) -> Scene:
    """Make all stories and strays."""
    chance = Random(seed)
    stories: list[Story] = [
        *storefront_money.stories(EU, chance),
        *storefront_parcels.stories(US, chance),
        *storefront_commands.stories(US, chance),
        *marketplace.stories(WOO, chance),
    ]
    return Scene(stories=tuple(stories), strays=_strays())


def _strays() -> tuple[Stray, ...]:
    order = ShopifyOrder(account=EU, number=1_999, items=(), minutes=5).created()
    whole = json.loads(order.value)
    del whole["total_price"]
    deep = b"[" * 10_000 + b"]" * 10_000
    return (
        Stray(about="broken JSON", delivery=_orders(order.value[:-40]), cause="JSON"),
        Stray(about="no UTF-8", delivery=_orders(b'{"id": "\xff\xfe"}'), cause="UTF-8"),
        Stray(about="ten thousand levels deep", delivery=_orders(deep), cause="deeper"),
        Stray(about="an order without a total", delivery=_orders(whole), cause="equired"),
        Stray(
            about="an unknown source",
            delivery=feed(topic.FEED_ORDERS, "moonshop", EU, "order", {"id": 1}, at(6)),
            cause="unknown source",
        ),
        Stray(
            about="no header says where it is from",
            delivery=Delivery(topic=topic.FEED_PAYMENTS, value=b'{"id": 2}', at=at(6)),
            cause="header missing",
        ),
        Stray(
            about="a command that is none",
            delivery=Delivery(topic=topic.ORDER_COMMANDS, value=b'{"kind": "teleport"}', at=at(6)),
            cause="not a command",
        ),
    )


def _orders(payload: object) -> Delivery:
    return feed(topic.FEED_ORDERS, "shopify", EU, "orders/create", payload, at(6))
