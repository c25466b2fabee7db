"""A stage without a broker: records in, outbox out, state in a dict.

For tests, also those of a stage of your own; agents make records that were kept with `record`.
Time is an argument; offsets count up by themselves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from aiokafka import ConsumerRecord

from streams.engine.outbox import Outbox, Outgoing
from streams.engine.stage import Context
from streams.engine.store import MemoryStore

if TYPE_CHECKING:
    from streams.engine.stage import Preparing, Processor, Stage

Header = tuple[str, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One record that a stage sent."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Sequence[Header]
    partition: int | None
    timestamp_ms: int | None


def record(  # noqa: PLR0913 - one argument for each part of a Kafka record
    topic: str,
    value: bytes | None,
    *,
    key: bytes | None = None,
    headers: Sequence[Header] = (),
    partition: int = 0,
    offset: int = 0,
    timestamp_ms: int = 0,
) -> ConsumerRecord:
    """Make a record as a consumer would give it."""
    return ConsumerRecord(
        topic=topic,
        partition=partition,
        offset=offset,
        timestamp=timestamp_ms,
        timestamp_type=0,
        key=key,
        value=value,
        checksum=None,
        serialized_key_size=-1 if key is None else len(key),
        serialized_value_size=-1 if value is None else len(value),
        headers=tuple(headers),
    )


class LocalStage:
    """One stage on one partition, driven by hand."""

    def __init__(self, stage: Stage, *, partition: int = 0) -> None:
        self.stage = stage
        self.store = MemoryStore(logged=stage.changelog is not None)
        self.changelog: list[tuple[bytes, bytes | None]] = []
        self._partition = partition
        self._offset = 0
        self._processor, self._outbox = self._make()

    def _make(self) -> tuple[Processor, Outbox]:
        outbox = Outbox()
        processor = self.stage.make(
            Context(
                stage=self.stage.name, partition=self._partition, store=self.store, outbox=outbox
            )
        )
        processor.restored()
        return processor, outbox

    def feed(self, *values: bytes | tuple[bytes, bytes | None]) -> list[Said]:
        """Process values, or (key, value) pairs, as one batch and give what was sent."""
        pairs = [value if isinstance(value, tuple) else (None, value) for value in values]
        return self.process(record(self.stage.topic, value, key=key) for key, value in pairs)

    def process(self, records: Iterable[ConsumerRecord]) -> list[Said]:
        """Process records as one batch, offsets set anew, and give what was sent."""
        batch = []
        for one in records:
            batch.append(
                record(
                    one.topic,
                    one.value,
                    key=one.key,
                    headers=one.headers,
                    partition=self._partition,
                    offset=self._offset,
                    timestamp_ms=one.timestamp,
                )
            )
            self._offset += 1
        if self.stage.outside is not None:
            asyncio.run(cast("Preparing", self._processor).prepare(batch))
        self._processor.process(batch)
        self._processor.finish()
        return self._commit()

    def fire(self, now_ms: int) -> tuple[int | None, list[Said]]:
        """Let time pass; give the next deadline and what was sent."""
        deadline = self._processor.fire(now_ms)
        return deadline, self._commit()

    def restart(self) -> None:
        """Lose the processor and read the state back from the changelog, as after a crash."""
        self.store = MemoryStore(logged=self.stage.changelog is not None)
        for key, value in self.changelog:
            self.store.restore(key, value)
        self._processor, self._outbox = self._make()

    def _commit(self) -> list[Said]:
        self.changelog += self.store.take_changes()
        return [
            _said(topic, outgoing)
            for topic, records in self._outbox.take().items()
            for outgoing in records
        ]


def _said(topic: str, outgoing: Outgoing) -> Said:
    partition, key, value, headers, timestamp_ms = outgoing
    return Said(
        topic=topic,
        key=key,
        value=value,
        headers=tuple(headers),
        partition=partition,
        timestamp_ms=timestamp_ms,
    )
