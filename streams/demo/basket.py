"""What buyers put into their baskets."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

SHIPPING: Final = 490

_GOODS: Final = (
    ("MUG-1", "Mug", 2_000),
    ("TEA-7", "Green tea", 950),
    ("LAMP-3", "Lamp", 4_900),
    ("BOOK-2", "Cook book", 2_490),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line: what, how many, at which price in minor units."""

    sku: str
    title: str
    quantity: int
    price: int


def draw_items(chance: Random, lines: int = 0) -> tuple[Item, ...]:
    """Fill a basket with different things: so many lines, else one to three."""
    return tuple(
        Item(sku=sku, title=title, quantity=chance.randint(1, 3), price=price)
        for sku, title, price in chance.sample(_GOODS, lines or chance.randint(1, 3))
    )


def total_of(items: tuple[Item, ...]) -> int:
    """Sum a basket with its shipping."""
    return SHIPPING + sum(item.price * item.quantity for item in items)
