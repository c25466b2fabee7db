"""Stock facts from outside: checked for shape, and put on the log of the stock that they name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.delivery import Quarantined
from connectors.stock_fact import read_stock_fact
from domain.codec import encode_record
from domain.stock_fact import key_of
from streams import topic
from streams.agents.dead_letter import bury

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.stage import Context
    from streams.metric import Metrics


class StockFactProcessor:
    """Puts facts where they meet the movements of orders; their senders need no key."""

    def __init__(self, context: Context, metrics: Metrics) -> None:
        self._context = context
        self._metrics = metrics

    def restored(self) -> None:
        """Nothing to take up: a stock remembers what it was told."""

    def finish(self) -> None:
        """Nothing is put off."""

    def fire(self, now_ms: int) -> None:
        """Nothing is ever due."""
        del now_ms

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Check each fact and send it on."""
        for record in records:
            fact = read_stock_fact(record.value)
            if isinstance(fact, Quarantined):
                bury(
                    self._context.outbox,
                    self._metrics,
                    record,
                    stage=self._context.stage,
                    cause=fact.reason,
                    field=fact.field,
                    value=fact.value,
                )
                continue
            key = key_of(fact).encode()
            self._context.outbox.send(topic.STOCK_MOVEMENTS, key, encode_record(fact))
