"""Reading partitions' state back: where the group stands, then the changelogs to their ends.

It comes after the ids of former owners were taken, and the offsets are asked for until no open
transaction can move them (`group.py`). What belongs to such an offset lies before the end of its
changelog, perhaps not readable yet: so the end is asked for uncommitted and read committed.
Values are not decoded: a million keys are read in seconds because nothing looks at them.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.consumer.fetcher import FetchResult

from streams.engine.client import client_options
from streams.engine.errors import RecoveryError
from streams.engine.group import settled_offsets

if TYPE_CHECKING:
    from streams.engine.task import PartitionTask
    from streams.settings import Settings

_log = logging.getLogger(__name__)

_FETCH_BYTES_MAX: Final = 4 * 1024 * 1024  # more costs memory that must be faulted in anew
_BATCHES_A_ROUND: Final = 16  # between two rounds the loop serves others: health, other tasks
_ROUND_MS: Final = 200


async def recover(*, settings: Settings, tasks: Collection[PartitionTask]) -> None:
    """Let each task work as soon as its store is full again."""
    if not tasks:
        return
    reader = AIOKafkaConsumer(
        **client_options(settings),
        group_id=settings.application_id,  # assigned by hand: it never joins the group
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        check_crcs=not settings.embedded,  # its commit markers are wrong (ADR 5)
        max_partition_fetch_bytes=_FETCH_BYTES_MAX,
        fetch_max_wait_ms=settings.fetch_wait_ms,
    )
    await reader.start()
    reader._fetcher._records = _Whole()  # noqa: SLF001 - nothing public gives whole batches
    recovery = _Recovery(settings, reader, tasks)
    try:
        async with asyncio.timeout(settings.recovery_seconds_max):
            await recovery.run()
    except TimeoutError as error:
        raise recovery.failure() from error
    finally:
        await reader.stop()


class _Recovery:
    def __init__(
        self, settings: Settings, reader: AIOKafkaConsumer, tasks: Collection[PartitionTask]
    ) -> None:
        self._settings = settings
        self._reader = reader
        self._begun = time.monotonic()
        self._left = {task.changelog or task.source: task for task in tasks}
        self._offsets: dict[TopicPartition, int | None] = {}
        self._ends: dict[TopicPartition, int] = {}
        self._positions: dict[TopicPartition, int] = {}

    async def run(self) -> None:
        self._offsets = await self._settled([task.source for task in self._left.values()])
        changelogs = [task.changelog for task in self._left.values() if task.changelog]
        for place, task in list(self._left.items()):
            if task.changelog is None:
                self._done(place)
        if changelogs:
            self._ends = await _ends(self._settings, changelogs)
            self._reader.assign(changelogs)
            await self._reader.seek_to_beginning(*changelogs)
            for task in self._left.values():
                task.store.clear()
            await self._read()

    async def _settled(
        self, sources: Iterable[TopicPartition]
    ) -> dict[TopicPartition, int | None]:
        if self._settings.embedded:  # it knows older requests only, and one owner for all
            return {source: await self._reader.committed(source) for source in sources}
        return await settled_offsets(self._reader, self._settings.application_id, sources)

    async def _read(self) -> None:
        while True:
            for place in list(self._left):
                self._positions[place] = await self._reader.position(place)
                if self._positions[place] >= self._ends[place]:
                    self._reader.pause(place)
                    self._done(place)
            if not self._left:
                return
            batches = await self._reader.getmany(
                *self._left, timeout_ms=_ROUND_MS, max_records=_BATCHES_A_ROUND
            )
            for place, each in batches.items():
                restore = self._left[place].store.restore
                for record in chain.from_iterable(batch.records for batch in each):
                    if record.key is not None:
                        restore(record.key, record.value)
            await asyncio.sleep(0)

    def _done(self, place: TopicPartition) -> None:
        task = self._left.pop(place)
        seconds = time.monotonic() - self._begun
        offset = self._offsets.get(task.source)
        task.recovered(offset, seconds)
        _log.info(
            "partition recovered: stage=%s partition=%d keys=%d seconds=%.2f offset=%s",
            task.stage.name,
            task.source.partition,
            len(task.store),
            seconds,
            offset,
        )

    def failure(self) -> RecoveryError:
        place = min(self._left)
        return RecoveryError(
            topic=place.topic,
            partition=place.partition,
            position=self._positions.get(place, -1),
            end=self._ends.get(place, -1),
        )


class _Whole(OrderedDict[TopicPartition, Any]):  # Any: aiokafka's result of a fetch, or error
    """Fetched results that give record batches instead of records: half of a recovery's time."""

    def __setitem__(self, place: TopicPartition, result: Any) -> None:
        if isinstance(result, FetchResult):
            parsed = result._partition_records  # noqa: SLF001 - as above
            parsed._records = _Batches(parsed._records)  # noqa: SLF001 - as above
            parsed._consumer_record = _as_parsed  # noqa: SLF001 - as above
        super().__setitem__(place, result)


class _Batches:
    """aiokafka's batches, each of which holds one thing: itself."""

    def __init__(self, parsed: Any) -> None:  # Any: aiokafka's records of one partition
        self.has_next = parsed.has_next
        self._next_batch = parsed.next_batch

    def next_batch(self) -> _Batch:
        return _Batch(self._next_batch())


class _Batch:
    """A batch as aiokafka's reader asks for it, which leaves out what was aborted."""

    __slots__ = ("records",)

    def __init__(self, records: Any) -> None:  # Any: aiokafka's compiled batch
        self.records = records

    def __getattr__(self, name: str) -> Any:  # Any: the compiled batch answers
        return getattr(self.records, name)

    def __iter__(self) -> Iterator[_Batch]:
        return iter((self,))

    def __next__(self) -> Any:  # Any: the record of a control batch
        return next(self.records)

    @property
    def offset(self) -> int:
        return int(self.records.next_offset) - 1


def _as_parsed(_: TopicPartition, batch: _Batch) -> _Batch:
    return batch


async def _ends(
    settings: Settings, changelogs: Collection[TopicPartition]
) -> dict[TopicPartition, int]:
    reader = AIOKafkaConsumer(**client_options(settings), enable_auto_commit=False)
    await reader.start()
    try:
        ends: dict[TopicPartition, int] = await reader.end_offsets(changelogs)
        return ends
    finally:
        await reader.stop()
