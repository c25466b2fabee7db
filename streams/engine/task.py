"""The work of one stage on one partition: what waits, its state, and what a transaction takes.

A task computes and never commits: the committer of its worker asks it for its share of the next
transaction. State in memory is ahead of the last commit by what is on its way, so the first
commit that fails ends the process.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aiokafka import TopicPartition

from streams.engine.handover import Trace
from streams.engine.outbox import Outbox
from streams.engine.preparation import Preparation
from streams.engine.share import Share
from streams.engine.stage import Context
from streams.engine.store import MemoryStore

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.handover import Written
    from streams.engine.meter import Meter
    from streams.engine.stage import Processor, Stage
    from streams.settings import Settings

_NOTHING_IS_DUE: Final = 0  # the beginning of time: a processor only tells its next deadline
_PAUSE_SECONDS_BEHIND: Final = 1.0
_REST_MS: Final = 5  # between two calls for what is due


class Phase(StrEnum):
    """Where a task is in its life."""

    RECOVERING = "recovering"
    WORKING = "working"
    STOPPED = "stopped"


class PartitionTask:
    """One stage on one partition, from its assignment to its end."""

    def __init__(
        self,
        *,
        settings: Settings,
        stage: Stage,
        partition: int,
        meter: Meter,
        on_full: Callable[[TopicPartition, bool], None],
        wake: Callable[[], None],
    ) -> None:
        self.stage = stage
        self.source = TopicPartition(stage.topic, partition)
        self.changelog = (
            TopicPartition(stage.changelog, partition) if stage.changelog is not None else None
        )
        self.store = MemoryStore(logged=self.changelog is not None)
        self.phase = Phase.RECOVERING
        self.meter = meter
        self._settings = settings
        self._on_full = on_full
        self._wake = wake
        self._folded: int | None = None  # offset after the last record that was folded
        self._held = True  # until the consumer stands at the committed offset
        self._full = False
        self._waiting: deque[Sequence[ConsumerRecord]] = deque()
        self._accepted = -1  # offset after the last record that was taken in
        self._trace = Trace()
        self._deadline_ms: int | None = None
        self._outbox = Outbox()
        self._processor: Processor = stage.make(
            Context(stage=stage.name, partition=partition, store=self.store, outbox=self._outbox)
        )

        self._preparation = Preparation(stage, self._processor, wake)

    # What the engine asks of a task.

    @property
    def kept_waiting(self) -> bool:
        """Tell whether records wait for something outside that is away."""
        outside = self.stage.outside
        return outside is not None and not outside.there and bool(self._waiting)

    def deliver(self, records: Sequence[ConsumerRecord], remaining: int | None) -> None:
        """Take fetched records; those known already are left out."""
        if self._held:
            return  # the hand-over seeks back to the commit, they come again
        self.meter.remaining = remaining
        if records[0].offset < self._accepted:
            records = _from_offset(records, self._accepted)
            if not records:
                return
        self._take_in(records)

    def hand_over(self, written: Written, transaction: int) -> bool:
        """Take what this worker just wrote, if nothing is missing before it; else it is fetched."""
        follows = self._trace.follows(written, self._accepted, transaction)
        if not follows or self._held or self._full:
            return False
        self._take_in(written.as_fetched())
        self.meter.handed_over(len(written.records))
        return True

    def _take_in(self, records: Sequence[ConsumerRecord]) -> None:
        self._accepted = records[-1].offset + 1
        self._waiting.append(records)
        self.meter.waiting += len(records)
        self._prepare()
        self._wake()
        if not self._full and self.meter.waiting >= self._settings.records_waiting_max:
            self._set_full(full=True)

    def hold(self) -> None:
        """Forget what waits and take nothing more."""
        self._held = True
        self._preparation.forget()
        self._waiting.clear()
        self.meter.waiting = 0
        if self._full:
            self._set_full(full=False)

    def release(self, committed: int | None) -> None:
        """Go on; the consumer was just set to the group's committed offset."""
        self._held = False
        self._trace.forget()
        self._accepted = committed or 0 if self._folded is None else self._folded

    def recovered(self, committed: int | None, seconds: float) -> None:
        """Work from here: the store is full again, and the group stands at this offset."""
        self._folded = committed
        self._processor.restored()
        self._deadline_ms = self._processor.fire(_NOTHING_IS_DUE)
        self.meter.recovered(seconds, len(self.store))
        self.phase = Phase.WORKING
        self._prepare()
        self._wake()

    def stop(self) -> None:
        """End without finishing anything; the next owner repeats what was not committed."""
        self.phase = Phase.STOPPED
        self.hold()

    # What the committer asks of a task.

    def is_due(self) -> bool:
        """Tell whether there is something to do now."""
        return self.pause_seconds() == 0

    def pause_seconds(self) -> float | None:
        """Tell how long until there is something to do, None for not before records come."""
        if self.phase is not Phase.WORKING or self._held:
            return None
        if self._waiting and self._preparation.done:
            return 0.0
        if self._deadline_ms is None:
            return None
        left = self._deadline_ms / 1000 - time.time()
        if left > 0:
            return left
        return 0.0 if self._may_fire() else _PAUSE_SECONDS_BEHIND

    async def fold(self, records_max: int) -> Share | None:
        """Work off what waits and what is due; give what it brought about, None for nothing."""
        begun = time.monotonic()
        records, computing_seconds = await self._process(records_max)
        self._fire()
        outgoing, changes = self._outbox.take(), self.store.take_changes()
        if not outgoing and not changes and not records:
            return None
        return Share(
            source=self.source,
            offset=self._folded or 0,
            outgoing=outgoing,
            changelog=self.changelog,
            changes=changes,
            records=records,
            computing_seconds=computing_seconds,
            begun=begun,
        )

    def committed(self, share: Share) -> None:
        """Note that a share is settled."""
        self.meter.committed(share, len(self.store))

    async def _process(self, records_max: int) -> tuple[int, float]:
        count, computed = 0, 0.0
        while self._waiting and self._preparation.done and count < records_max:
            records = self._take()
            if records:
                start = time.perf_counter()
                self._processor.process(records)
                computed += time.perf_counter() - start
                count, self._folded = count + len(records), records[-1].offset + 1
                await asyncio.sleep(0)
        self._prepare()
        if self._full and self.meter.waiting <= self._settings.records_waiting_max // 2:
            self._set_full(full=False)
        if count:
            start = time.perf_counter()
            self._processor.finish()
            computed += time.perf_counter() - start
        return count, computed

    def _prepare(self) -> None:
        if self.phase is Phase.WORKING:
            self._preparation.begin(self._waiting)

    def _take(self) -> Sequence[ConsumerRecord]:
        records = self._waiting.popleft()
        self._preparation.take()
        self.meter.waiting -= len(records)
        if self._folded is not None and records[0].offset < self._folded:
            return _from_offset(records, self._folded)
        return records

    def _fire(self) -> None:
        now_ms = int(time.time() * 1000) if self._may_fire() else _NOTHING_IS_DUE
        deadline_ms = self._processor.fire(now_ms)
        self._deadline_ms = deadline_ms and max(deadline_ms, now_ms + _REST_MS)

    def _may_fire(self) -> bool:
        """Tell whether time may pass: older records first, but not for ever."""
        behind = self.meter.behind_seconds()
        return behind == 0 or behind > self._settings.timer_patience_seconds

    def _set_full(self, *, full: bool) -> None:
        self._full = full
        self._on_full(self.source, full)


def _from_offset(records: Sequence[ConsumerRecord], offset: int) -> Sequence[ConsumerRecord]:
    return [record for record in records if record.offset >= offset]
