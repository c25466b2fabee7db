"""The stock agent: the log of each stock in; answers to orders, levels and anomalies out.

A stock is one key of the store. A claim whose line waits for nothing any more is a key of its
own behind it, so that a stock stays small however many orders it has served.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from domain.codec import (
    decode_claim,
    decode_stock,
    decode_stock_record,
    encode_message,
    encode_record,
    encode_state,
)
from domain.envelope import kind_of
from domain.stock import StockStep, Unfit, claim_name, take, unseen_stock
from domain.stock_fact import StockMovement, StockRecord, key_of
from domain.stock_level import show_stock
from streams import topic
from streams.agents.processor import AgentProcessor

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from domain.stock_book import Claim
    from domain.stock_state import Stock
    from streams.engine.stage import Context
    from streams.metric import Metrics

_log = logging.getLogger(__name__)


class StockProcessor(AgentProcessor):
    """Keeps the stocks of its partition."""

    def __init__(self, context: Context, metrics: Metrics) -> None:
        super().__init__(context, metrics)
        self._touched: dict[bytes, tuple[Stock, StockRecord]] = {}
        self._counts: Counter[tuple[type[StockRecord], bool]] = Counter()

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Let each record meet its stock, or bury it: the stock is untouched then."""
        for record in records:
            try:
                self._meet(record)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                self._bury(record, f"not a record of a stock's log: {error}")
            except Unfit as error:
                self._bury(record, str(error))
            except Exception as error:  # noqa: BLE001 - one stock's surprise must not stop others
                _log.exception("record could not be processed: offset=%d", record.offset)
                self._bury(record, f"internal: {type(error).__name__}: {error}")

    def finish(self) -> None:
        """Store and show every touched stock once."""
        store, outbox = self._context.store, self._context.outbox
        for key, (stock, cause) in self._touched.items():
            store.put(key, encode_state(stock))
            outbox.send(topic.STOCK_LEVELS, key, encode_message(show_stock(stock, cause)))
        self._touched.clear()
        self._count()

    def _meet(self, record: ConsumerRecord) -> None:
        if record.value is None or record.key is None:
            self._bury(record, "record without a value or key")
            return
        said = decode_stock_record(record.value)
        if key_of(said).encode() != record.key:
            self._bury(record, "wrong key: not the stock's")
            return
        apart = _apart(record.key, said) if isinstance(said, StockMovement) else b""
        stock = self._load(record.key, said)
        before = self._claim(apart) if apart else None
        step = take(stock, said, before)
        self._counts[type(said), step.repeat] += 1
        if step.repeat:
            return
        self._touched[record.key] = (step.stock, said)
        if apart and step.settled != before:
            value = encode_state(step.settled) if step.settled else None
            self._context.store.put(apart, value)
        self._say(record.key, step)

    def _load(self, key: bytes, said: StockRecord) -> Stock:
        if key in self._touched:
            return self._touched[key][0]
        value = self._context.store.get(key)
        return decode_stock(value) if value is not None else unseen_stock(said)

    def _claim(self, apart: bytes) -> Claim | None:
        value = self._context.store.get(apart)
        return decode_claim(value) if value is not None else None

    def _say(self, key: bytes, step: StockStep) -> None:
        outbox = self._context.outbox
        for answer in step.answers:
            outbox.send(topic.ORDER_LOG, str(answer.order_key).encode(), encode_record(answer))
        for anomaly in step.anomalies:
            outbox.send(topic.ANOMALIES, key, encode_message(anomaly))
            self._metrics.anomalies.labels(kind=anomaly.kind, change=anomaly.change).inc()

    def _count(self) -> None:
        for (kind, repeat), times in self._counts.items():
            outcome = "repeat" if repeat else "applied"
            self._metrics.facts.labels(kind=kind_of(kind), outcome=outcome).inc(times)
            if repeat:
                self._metrics.duplicates.inc(times)
        self._counts.clear()


def _apart(key: bytes, movement: StockMovement) -> bytes:
    """Name the key of a claim that is kept apart; no stock's name holds a line break."""
    return key + b"\n" + claim_name(movement).encode()
