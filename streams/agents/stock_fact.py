"""Stock facts from outside: checked for shape, and put on the log of the stock that they name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.delivery import Quarantined
from connectors.stock_fact import read_stock_fact
from domain.codec import encode_record
from domain.stock_fact import key_of
from streams import topic
from streams.agents.processor import AgentProcessor

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord


class StockFactProcessor(AgentProcessor):
    """Puts facts where they meet the movements of orders; their senders need no key."""

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Check each fact and send it on."""
        for record in records:
            fact = read_stock_fact(record.value)
            if isinstance(fact, Quarantined):
                self._bury_unread(record, fact)
                continue
            key = key_of(fact).encode()
            self._context.outbox.send(topic.STOCK_MOVEMENTS, key, encode_record(fact))
