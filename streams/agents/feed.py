"""Feeds: a source's own bytes become canonical facts on the order log, or wait at a reference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from connectors import feed, registry
from connectors.delivery import Delivery, Quarantined, Source
from connectors.normalise import Reading, normalise
from domain.fact import Fact, ReferenceWasLinked, UnknownWasReported
from domain.instant import moment
from streams import topic
from streams.agents.processor import AgentProcessor
from streams.fetch.message import encode_wanted, want

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.agents.sealing import Sealing
    from streams.engine.stage import Context
    from streams.metric import Metrics


Refuse = Callable[[Source, Delivery, datetime], Quarantined | None]
"""Says why a delivery is not its source's; the time is when its record was written."""


class FeedProcessor(AgentProcessor):
    """Works for any feed topic: the record's headers say which connector reads it."""

    def __init__(
        self,
        context: Context,
        metrics: Metrics,
        *,
        refuse: Refuse,
        find: feed.Find = registry.find,
        sealing: Sealing | None = None,
    ) -> None:
        super().__init__(context, metrics)
        self._refuse = refuse
        self._find = find
        self._sealing = sealing
        self._readings: dict[int, Reading] = {}

    async def prepare(self, records: Sequence[ConsumerRecord]) -> None:
        """Read the records beforehand, and get the keys of the orders that they are about."""
        self._readings = {record.offset: self._read(record) for record in records}
        if self._sealing is not None:
            facts = chain.from_iterable(one.facts for one in self._readings.values())
            await self._sealing.prepare(fact for fact in facts if _is_for_log(fact))

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Normalise each record and send its facts on."""
        for record in records:
            reading = self._readings.pop(record.offset, None) or self._read(record)
            for quarantined in reading.quarantined:
                self._bury_unread(record, quarantined)
            for wanted in reading.wanted:
                message = want(wanted)
                self._context.outbox.send(
                    topic.DOCUMENTS_WANTED, message.key, encode_wanted(message)
                )
            for fact, encoded in zip(reading.facts, reading.encoded, strict=True):
                self._send(record, fact, encoded)

    def _read(self, record: ConsumerRecord) -> Reading:
        read = feed.read(record.value, record.headers, find=self._find)
        if isinstance(read, Quarantined):
            return Reading(quarantined=(read,))
        if refused := self._refuse(*read, moment(record.timestamp * 1_000)):
            return Reading(quarantined=(refused,))
        return normalise(*read)

    def _send(self, record: ConsumerRecord, fact: Fact, encoded: bytes) -> None:
        outbox = self._context.outbox
        if isinstance(fact, UnknownWasReported):
            self._metrics.unknown_codes.labels(source=fact.source).inc()
        if isinstance(fact, ReferenceWasLinked):
            key = reference_key(fact.tenant, fact.body.reference)
            outbox.send(topic.REFERENCES, key, encoded)
        elif fact.order_key:
            if self._sealing is not None:
                encoded = self._sealing.encode(fact)
            outbox.send(topic.ORDER_LOG, fact.order_key.encode(), encoded)
        elif fact.reference:
            outbox.send(topic.REFERENCES, reference_key(fact.tenant, fact.reference), encoded)
        else:
            self._bury(record, "the fact names no order", field="order_key")


def _is_for_log(fact: Fact) -> bool:
    return bool(fact.order_key) and not isinstance(fact, ReferenceWasLinked)


def reference_key(tenant: str, reference: str) -> bytes:
    """Key a reference by its tenant, so that two tenants' numbers never meet (X.19)."""
    return f"{tenant}|{reference}".encode()
