"""Fetched records that wait for the database, and the batches made of them."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from readmodel.batch import Incoming, Place, Span

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord, TopicPartition


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one transaction, and from where to where they move each partition."""

    records: list[Incoming] = field(default_factory=list)
    spans: dict[Place, Span] = field(default_factory=dict)

    def by_topic(self) -> Mapping[str, int]:
        """Count the records of each topic."""
        return Counter(record.topic for record in self.records)


class Waiting:
    """Keeps records per partition in their order; all partitions share one limit."""

    def __init__(self, records_max: int) -> None:
        self.count = 0
        self._records_max = records_max
        self._queues: dict[TopicPartition, deque[ConsumerRecord]] = {}
        self._full: set[TopicPartition] = set()

    def add(self, source: TopicPartition, records: Sequence[ConsumerRecord]) -> None:
        """Take fetched records of one partition."""
        self._queues.setdefault(source, deque()).extend(records)
        self.count += len(records)

    def of(self, source: TopicPartition) -> int:
        """Count what waits of one partition."""
        return len(self._queues.get(source, ()))

    def full(self, source: TopicPartition) -> bool:
        """Tell, once, that so much waits that this partition's fetching must pause."""
        if self.count < self._records_max or source in self._full:
            return False
        self._full.add(source)
        return True

    def relieved(self) -> list[TopicPartition]:
        """Give the partitions whose fetching may go on."""
        if self.count > self._records_max // 2:
            return []
        return self._empty_full()

    def clear(self) -> list[TopicPartition]:
        """Forget everything; give the partitions that were paused."""
        self._queues.clear()
        self.count = 0
        return self._empty_full()

    def _empty_full(self) -> list[TopicPartition]:
        relieved, self._full = sorted(self._full), set()
        return relieved

    def take(self, records_max: int, known: Mapping[Place, int]) -> Batch:
        """Make a batch, an equal share of each partition; `known` is where each of them stands.

        Records that are behind that already are dropped: a seek may bring some again.
        """
        batch = Batch()
        share = max(1, records_max // max(1, len(self._queues)))
        for source, queue in self._queues.items():
            place = Place(source.topic, source.partition)
            before = known.get(place)
            after = before
            for _ in range(min(share, len(queue))):
                record = queue.popleft()
                self.count -= 1
                if after is not None and record.offset < after:
                    continue
                batch.records.append(_incoming(record))
                after = record.offset + 1
            if after is not None and after != before:
                batch.spans[place] = Span(before, after)
        return batch


def _incoming(record: ConsumerRecord) -> Incoming:
    return Incoming(
        record.topic, record.partition, record.offset, record.timestamp, record.key, record.value
    )
