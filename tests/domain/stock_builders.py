"""Short words for stocks: facts from warehouses, wishes of orders, and a room to put them in.

Times are minutes after NINE; `left` is written `2@25 1@30`: two pieces at minute 25, one at 30.
"""

import random
from collections.abc import Iterable

from domain import stock_fact as stocks
from domain.line_style import Look
from domain.message import Anomaly
from domain.office_fact import LineWasReserved
from domain.process import process, unseen
from domain.rules import Rules
from domain.snapshot import take_snapshot
from domain.stock import claim_name, take, unseen_stock
from domain.stock_fact import StockMovement, StockRecord, key_of
from domain.stock_level import StockNow, show_stock
from domain.stock_state import Stock, numbers_of
from tests.domain.builders import NINE, minute, rules

SKU = "LAMP"
STOCK = "acme/default/LAMP"
STOCKED = rules("marketplace")


def _told(kind: type, at: float, body, event_id: str = "", **envelope):
    tag = kind.__struct_config__.tag
    told = {"event_id": event_id or f"{tag}@{at:g}", "tenant": "acme", **envelope}
    return kind(occurred_at=minute(at), body=body, **told)


def level(on_hand: int = 10, at: float = -10, event_id: str = "", revision: int = 0, **fields):
    body = stocks.StockLevel(**{"sku": SKU, "on_hand": on_hand, **fields})
    return _told(stocks.StockLevelWasSet, at, body, event_id, revision=revision)


def received(quantity: int, at: float = 20, event_id: str = "", **fields):
    body = stocks.StockReceipt(**{"sku": SKU, "quantity": quantity, **fields})
    return _told(stocks.StockWasReceived, at, body, event_id)


def adjusted(quantity: int, at: float = 30, event_id: str = "", **fields):
    body = stocks.StockAdjustment(**{"sku": SKU, "quantity": quantity, **fields})
    return _told(stocks.StockWasAdjusted, at, body, event_id)


def limits(minimum: int, maximum: int, at: float = 0):
    body = stocks.StockLimits(sku=SKU, minimum=minimum, maximum=maximum)
    return _told(stocks.StockLimitsWereSet, at, body)


def moved(
    order: str = "1",
    version: int = 1,
    wanted: int = 0,
    committed: int = 0,
    *,
    left: str = "",
    bought: str = "",
    since: float = 0,
    **envelope,
):
    body = stocks.StockWish(
        line_id="a",
        sku=SKU,
        since=minute(since),
        wanted=wanted,
        committed=committed,
        departures=_timed(left),
        purchases=_timed(bought),
    )
    told = {"order_key": f"acme/shop/{order}", "revision": version, **envelope}
    return _told(StockMovement, version, body, f"{order}:{version}", **told)


def _timed(text: str) -> tuple[stocks.UnitsAt, ...]:
    pairs = (one.split("@") for one in text.split())
    return tuple(stocks.UnitsAt(at=minute(float(at)), quantity=int(n)) for n, at in pairs)


class Room:
    """Stocks and the orders that want of them; `hurry` delivers at once, `deliver` by chance."""

    def __init__(self, by: Rules = STOCKED) -> None:
        self.rules = by
        self.stocks: dict[str, Stock] = {}
        self.settled: dict[tuple[str, str], object] = {}
        self.orders: dict[str, object] = {}
        self.causes: dict[str, StockRecord] = {}
        self.anomalies: list[Anomaly] = []
        self.answers: list[LineWasReserved] = []
        self.movements: list[StockMovement] = []
        self.on_the_way: list = []

    def tell(self, *records) -> "Room":
        """Give records to those they are for, and deliver everything that follows."""
        for record in records:
            self.post(record)
            while self.on_the_way:
                self.post(self.on_the_way.pop(0))
        return self

    def scatter(self, records: Iterable, chance: random.Random) -> "Room":
        """Give records in any order, and everything that follows in any order in between."""
        waiting = list(records)
        while waiting or self.on_the_way:
            queue = chance.choice([one for one in (waiting, self.on_the_way) if one])
            self.post(queue.pop(chance.randrange(len(queue))))
        return self

    def post(self, record) -> None:
        """Let one record meet its stock or its order."""
        if isinstance(record, StockRecord):
            self._stock(record)
            return
        key = record.order_key
        step = process(self.orders.get(key) or unseen(key, NINE), record, self.rules)
        self.orders[key] = step.order
        moves = [one for one in step.messages if isinstance(one, StockMovement)]
        self.movements += moves
        self.on_the_way += moves

    def _stock(self, record: StockRecord) -> None:
        key = key_of(record)
        apart = (key, claim_name(record)) if isinstance(record, StockMovement) else ("", "")
        before = self.stocks.get(key) or unseen_stock(record)
        step = take(before, record, self.settled.get(apart))
        if step.repeat:
            assert step.stock is before
            assert not step.answers
            assert not step.anomalies
            return
        self.causes[key] = record
        self.stocks[key] = step.stock
        self.settled.pop(apart, None)
        if step.settled:
            self.settled[apart] = step.settled
        self.anomalies += step.anomalies
        self.answers += step.answers
        self.on_the_way += [] if not self.orders else step.answers

    def vector(self, key: str = STOCK) -> tuple[int, ...]:
        """Give on hand, allocated, available, committed, available to pick."""
        return numbers_of(self.stocks[key])[:5]

    def now(self, key: str = STOCK) -> StockNow:
        return show_stock(self.stocks[key], self.causes[key])

    def lines(self, key: str = "acme/shop/1001") -> dict[str, Look]:
        shown = take_snapshot(self.orders[key], self.rules).lines
        return {one.line_id: Look(one.style, one.colour, one.reserved) for one in shown}
