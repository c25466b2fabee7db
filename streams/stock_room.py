"""All stocks in memory, for a replay: records in, answers, levels and anomalies out."""

from __future__ import annotations

from typing import Final

from domain.fact import Fact
from domain.message import Anomaly
from domain.stock import claim_name, take, unseen_stock
from domain.stock_book import Claim
from domain.stock_fact import StockMovement, StockRecord, key_of
from domain.stock_level import StockNow, show_stock
from domain.stock_state import Stock

Heard = tuple[list[Fact], list[Anomaly | StockNow]]
"""What orders are answered, and what others hear."""
_NOTHING: Final[Heard] = ([], [])


class StockRoom:
    """Does what the stock agent does, one record after the other."""

    def __init__(self) -> None:
        self._stocks: dict[str, Stock] = {}
        self._settled: dict[tuple[str, str], Claim] = {}

    def take(self, record: StockRecord) -> Heard:
        """Let a record meet its stock; raises Unfit where it cannot."""
        key = key_of(record)
        apart = (key, claim_name(record)) if isinstance(record, StockMovement) else None
        before = self._settled.get(apart) if apart else None
        step = take(self._stocks.get(key) or unseen_stock(record), record, before)
        if step.repeat:
            return _NOTHING
        self._stocks[key] = step.stock
        if apart:
            self._settled.pop(apart, None)
            if step.settled:
                self._settled[apart] = step.settled
        return list(step.answers), [*step.anomalies, show_stock(step.stock, record)]
