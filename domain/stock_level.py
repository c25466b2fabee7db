"""The level of a stock as others see it: every number, and how much there is against its limits."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from domain.stock_fact import StockRecord
from domain.stock_state import Stock, numbers_of

SCHEMA = 1


class StockHealth(StrEnum):
    """How much is available against the limits that were set (S3.29)."""

    OUT = "out"
    LOW = "low"
    HEALTHY = "healthy"
    EXCESS = "excess"


class StockNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One stock as it is now; `on_hand = allocated + available = committed + available_to_pick`.

    `backordered` pieces wait for stock, `expected` ones were bought and did not come yet;
    `balance` is what is missing (below zero) or in excess: on hand and expected, less all that
    orders want, allocated or not.
    """

    tenant: str
    warehouse: str
    sku: str
    version: int
    occurred_at: datetime
    on_hand: int
    allocated: int
    available: int
    committed: int
    available_to_pick: int
    expected: int
    backordered: int
    balance: int
    health: StockHealth
    anomalies: tuple[str, ...] = ()
    schema: int = SCHEMA


def show_stock(stock: Stock, cause: StockRecord) -> StockNow:
    """Write the stock down as it is after `cause`."""
    numbers = numbers_of(stock)
    return StockNow(
        tenant=stock.tenant,
        warehouse=stock.warehouse,
        sku=stock.sku,
        version=stock.version,
        occurred_at=cause.occurred_at,
        **numbers._asdict(),
        balance=numbers.available - numbers.backordered + numbers.expected,
        health=_health(stock, numbers.available),
        anomalies=tuple(sorted(name for name, times in stock.raised.items() if times > 0)),
    )


def _health(stock: Stock, available: int) -> StockHealth:
    _, least, most = stock.limits
    if available <= 0:
        return StockHealth.OUT
    if available < least:
        return StockHealth.LOW
    return StockHealth.EXCESS if 0 < most < available else StockHealth.HEALTHY
