"""What stands in the log of a stock: what happened in the warehouse, and what orders want of it.

A stock is one SKU in one warehouse of one tenant (spec model, 2 G). Facts come from outside and
are never refused; a movement is an order's whole wish for one line, so that a repeat or an older
one that comes late changes nothing. Neither knows the other: the log's order means nothing.
"""

from typing import Annotated, Final

from msgspec import Meta, Struct

from domain.document import Id, Quantity, Text, Time
from domain.envelope import Envelope

DEFAULT_WAREHOUSE: Final = "default"
"""The one warehouse that exists where nobody names one (S4.25)."""
NAME_CHARACTERS_MAX: Final = 256

OnHand = Annotated[int, Meta(ge=-(10**9), le=10**9)]
Change = Annotated[int, Meta(ge=-(10**9), le=10**9)]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_CHARACTERS_MAX)]


class UnitsAt(Struct, frozen=True, kw_only=True, gc=False):
    """So many pieces at an instant."""

    at: Time
    quantity: Quantity


class StockLevel(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A count: so many pieces lay there at `occurred_at`, whatever was told before."""

    sku: Name
    on_hand: OnHand
    warehouse: Name = DEFAULT_WAREHOUSE
    note: Text = ""


class StockReceipt(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces came in; without a `receipt_id` the event is the receipt."""

    sku: Name
    quantity: Quantity
    warehouse: Name = DEFAULT_WAREHOUSE
    receipt_id: Text = ""
    note: Text = ""


class StockAdjustment(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces were found, lost or put back by hand; below zero they are fewer (S3.17)."""

    sku: Name
    quantity: Change
    warehouse: Name = DEFAULT_WAREHOUSE
    adjustment_id: Text = ""
    reason: Text = ""
    note: Text = ""


class StockLimits(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How much should be available: fewer is low, more is excess; 0 is no limit (S3.29)."""

    sku: Name
    warehouse: Name = DEFAULT_WAREHOUSE
    minimum: Quantity = 0
    maximum: Quantity = 0


class StockWish(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """All that one order line wants of one stock and did to it; a later wish replaces it whole.

    `wanted` are the pieces it waits for, `committed` those of them that are picked or packed;
    `departures` are the pieces that left and `purchases` those bought for it, each with its time.
    `since` is when the order came: the oldest is served first.
    """

    line_id: Id
    sku: Name
    warehouse: Name = DEFAULT_WAREHOUSE
    since: Time | None = None
    wanted: Quantity = 0
    committed: Quantity = 0
    departures: tuple[UnitsAt, ...] = ()
    purchases: tuple[UnitsAt, ...] = ()


class StockLevelWasSet(Envelope, frozen=True, kw_only=True, tag="stock.level_set"):
    body: StockLevel


class StockWasReceived(Envelope, frozen=True, kw_only=True, tag="stock.received"):
    body: StockReceipt


class StockWasAdjusted(Envelope, frozen=True, kw_only=True, tag="stock.adjusted"):
    body: StockAdjustment


class StockLimitsWereSet(Envelope, frozen=True, kw_only=True, tag="stock.limits_set"):
    body: StockLimits


class StockMovement(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="stock.moved"
):
    """What an order wants of a stock from now on; `revision` is the order's version."""

    body: StockWish


StockFact = StockLevelWasSet | StockWasReceived | StockWasAdjusted | StockLimitsWereSet
"""What happens in warehouses; it names a tenant and no order."""
StockRecord = StockFact | StockMovement
"""Whatever may stand in the log of a stock."""


def stock_key(tenant: str, warehouse: str, sku: str) -> str:
    """Name a stock; the warehouse is written so that no two stocks share a name (X.19)."""
    return f"{tenant}/{plain_warehouse(warehouse)}/{sku}"


def plain_warehouse(warehouse: str) -> str:
    """Write a warehouse's name without a slash."""
    if "/" not in warehouse and "%" not in warehouse:
        return warehouse
    return warehouse.replace("%", "%25").replace("/", "%2F")


def named_warehouse(plain: str) -> str:
    """Give back the name that `plain_warehouse` wrote."""
    return plain.replace("%2F", "/").replace("%25", "%")


def key_of(record: StockRecord) -> str:
    """Name the stock that a record is about."""
    return stock_key(record.tenant, record.body.warehouse, record.body.sku)


def is_stocked(sku: str, warehouse: str) -> bool:
    """Say whether an article can lie in a stock: what has no number, or an odd one, cannot."""
    return is_name(sku) and is_name(warehouse)


def is_name(text: str) -> bool:
    """Say whether an article or a warehouse can be called so."""
    return 0 < len(text) <= NAME_CHARACTERS_MAX and text.isprintable()
