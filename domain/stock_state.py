"""The state of one stock, and the numbers that follow from it.

Arrays on the wire: append fields, never reorder.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from msgspec import Struct

from domain.stock_book import Book, Claim, Tally, grant, tally
from domain.stock_fact import stock_key

STOCK_SCHEMA: Final = 1


class Stock(Struct, frozen=True, array_like=True, gc=False):
    """One stock. `claims` are those that wait, by `claim_name`; `raised` as in an order."""

    tenant: str
    warehouse: str
    sku: str
    schema: int = STOCK_SCHEMA
    version: int = 0
    book: Book = Book()
    claims: dict[str, Claim] = {}
    conflicts: tuple[str, ...] = ()
    raised: dict[str, int] = {}
    limits: tuple[int, int, int] = (0, 0, 0)
    """When they were set, the least and the most that should be available."""


class Numbers(NamedTuple):
    """The vector of the source (spec model, 2 G)."""

    on_hand: int
    allocated: int
    available: int
    committed: int
    available_to_pick: int
    expected: int
    backordered: int


def key_of_stock(stock: Stock) -> str:
    """Name a stock."""
    return stock_key(stock.tenant, stock.warehouse, stock.sku)


def numbers_of(stock: Stock) -> Numbers:
    """Count the stock as it is now."""
    found = tally(stock.book, stock.claims)
    return count(stock.claims, found, grant(found.on_hand, stock.claims))


def count(claims: Mapping[str, Claim], found: Tally, granted: Mapping[str, int]) -> Numbers:
    """Work begun stays allocated, even where a count says that the pieces are not there."""
    committed = sum(claim.committed for claim in claims.values())
    allocated = sum(max(granted[name], claim.committed) for name, claim in claims.items())
    wanted = sum(claim.wanted for claim in claims.values())
    return Numbers(
        found.on_hand,
        allocated,
        found.on_hand - allocated,
        committed,
        found.on_hand - committed,
        found.expected,
        wanted - sum(granted.values()),
    )
