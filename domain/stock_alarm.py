"""Alarms of a stock: what does not fit, raised once and resolved once, as `alarm.py` for orders."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from domain.message import Anomaly
from domain.standing import compare
from domain.stock_book import Tally
from domain.stock_fact import StockRecord
from domain.stock_state import Stock, count, key_of_stock

_OVERSOLD: Final = "stock_oversold"
_CONFLICT: Final = "conflicting_duplicate"

Standing = tuple[Literal["warning", "critical"], dict[str, int]]
"""Severity and numbers of what does not fit."""


def sound(
    stock: Stock, cause: StockRecord, found: Tally, granted: Mapping[str, int]
) -> tuple[dict[str, int], Sequence[Anomaly]]:
    """Say what stands now and did not before, and the other way round; also what to remember."""
    standing = _standing(stock, found, granted)
    if not standing and not stock.raised:
        return stock.raised, ()
    difference = compare(standing, stock.raised)
    if difference is None:
        return stock.raised, ()
    raised, messages = difference.raised, list[Anomaly]()
    for name in difference.appeared:
        severity, evidence = standing[name]
        messages.append(_anomaly(stock, cause, name, raised[name], "raised", severity, evidence))
    for name in difference.gone:
        messages.append(_anomaly(stock, cause, name, -raised[name], "resolved", "info", {}))
    return raised, messages


def _anomaly(  # noqa: PLR0913, PLR0917 - one argument for each thing that differs
    stock: Stock,
    cause: StockRecord,
    name: str,
    times: int,
    change: Literal["raised", "resolved"],
    severity: Literal["info", "warning", "critical"],
    numbers: dict[str, int],
) -> Anomaly:
    about = {"sku": stock.sku, "warehouse": stock.warehouse}
    kind = name.partition(":")[0]
    return Anomaly(
        id=f"{key_of_stock(stock)}:{name}:{times}:{change}",
        order_key="",
        tenant=stock.tenant,
        channel="",
        kind=kind,
        change=change,
        severity=severity,
        occurred_at=cause.occurred_at,
        cause=cause.event_id,
        evidence={**about, **numbers},
        proposed="replenish" if kind == _OVERSOLD and change == "raised" else "",
    )


def _standing(stock: Stock, found: Tally, granted: Mapping[str, int]) -> dict[str, Standing]:
    """Find what does not fit now, with severity and numbers (spec model, 8.16)."""
    standing: dict[str, Standing] = {
        f"{_CONFLICT}:{name}": ("warning", {}) for name in stock.conflicts
    }
    numbers = count(stock.claims, found, granted)
    lost = min(found.lost, numbers.backordered)
    if _is_counted(stock) and (lost or numbers.available < 0):
        evidence = {**numbers._asdict(), "lost": lost}
        standing[_OVERSOLD] = ("critical", evidence)
    return standing


def _is_counted(stock: Stock) -> bool:
    """Say whether the warehouse ever told of this stock; of one that nobody counts, zero says nothing."""
    book = stock.book
    return bool(book.entries or book.counted or book.opening)
