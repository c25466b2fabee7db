"""The work of one stage on one partition: fold waiting records, commit them in one transaction.

The transactional id is the proof of ownership: whoever starts its producer fences the former
owner. So state in memory is right for as long as commits succeed, also across rebalances, and
the first commit that fails ends the process (aiokafka speaks the protocol before KIP-890, where
an unclear answer to a commit can only be settled by a new producer: fact F18).
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aiokafka import TopicPartition

from streams.engine.outbox import Outbox
from streams.engine.producer import Transactions
from streams.engine.recovery import recover
from streams.engine.stage import Context
from streams.engine.store import MemoryStore

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.crash import Die
    from streams.engine.meter import Meter
    from streams.engine.stage import Processor, Stage
    from streams.settings import Settings

_log = logging.getLogger(__name__)

_NOTHING_IS_DUE: Final = 0  # the beginning of time: a processor only tells its next deadline
_PAUSE_SECONDS_MIN: Final = 0.005
_PAUSE_SECONDS_BEHIND: Final = 1.0


class Phase(StrEnum):
    """Where a task is in its life."""

    RECOVERING = "recovering"
    WORKING = "working"
    HELD = "held"  # a rebalance is on: nothing new is begun
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
        die: Die,
    ) -> None:
        self.stage = stage
        self.source = TopicPartition(stage.topic, partition)
        self.phase = Phase.RECOVERING
        self.committed: int | None = None
        self.meter = meter
        self._settings = settings
        self._on_full = on_full
        self._die = die
        self._changelog = (
            TopicPartition(stage.changelog, partition) if stage.changelog is not None else None
        )
        self._held = True  # until the consumer stands at the committed offset
        self._full = False
        self._waiting: deque[Sequence[ConsumerRecord]] = deque()
        self._accepted = -1  # offset after the last record that was taken in
        self._wake = asyncio.Event()
        self._working = asyncio.Lock()
        self._deadline_ms: int | None = None
        self._runner: asyncio.Task[None] | None = None
        self._open()

    def _open(self) -> None:
        self._store = MemoryStore(logged=self._changelog is not None)
        self._outbox = Outbox()
        self._transactions = Transactions(
            settings=self._settings,
            transactional_id=f"{self._settings.application_id}-{self.stage.name}-{self.source.partition}",
        )
        self._processor: Processor = self.stage.make(
            Context(
                stage=self.stage.name,
                partition=self.source.partition,
                store=self._store,
                outbox=self._outbox,
            )
        )

    # What the engine asks of a task.

    def start(self) -> None:
        """Begin: own, recover, work."""
        self._follow(self._run())

    def deliver(self, records: Sequence[ConsumerRecord], remaining: int | None) -> None:
        """Take fetched records; those known already are left out."""
        if self._held:
            return  # the hand-over seeks back to the commit, they come again
        self.meter.remaining = remaining
        if records[0].offset < self._accepted:
            records = _from_offset(records, self._accepted)
            if not records:
                return
        self._accepted = records[-1].offset + 1
        self._waiting.append(records)
        self.meter.waiting += len(records)
        self._wake.set()
        if not self._full and self.meter.waiting >= self._settings.records_waiting_max:
            self._set_full(full=True)

    async def hold(self) -> None:
        """Finish the transaction at hand, forget what waits, begin nothing."""
        self._held = True
        self._forget_waiting()
        async with self._working:
            if self.phase is Phase.WORKING:
                self.phase = Phase.HELD

    def release(self, committed: int | None) -> None:
        """Go on; the consumer was just set to the group's committed offset."""
        if not self._held:
            return
        self._held = False
        self._accepted = committed or 0
        if self.phase is Phase.HELD and (committed or 0) > (self.committed or 0):
            _log.warning("another owner was here, starting anew: partition=%s", self.source)
            self.meter.started_anew()
            self.phase = Phase.RECOVERING
            self._follow(self._run_anew(self._runner, self._transactions))
        elif self.phase is Phase.HELD:
            self.phase = Phase.WORKING
            self._accepted = self.committed or 0
        self._wake.set()

    async def stop(self) -> None:
        """End without finishing anything; the next owner repeats what was not committed."""
        self._held = True
        self.phase = Phase.STOPPED
        self._forget_waiting()
        await _cancelled(self._runner)
        await self._transactions.stop()

    # The work itself.

    def _follow(self, work: Coroutine[None, None, None]) -> None:
        self._runner = asyncio.create_task(work, name=f"{self.stage.name}-{self.source.partition}")
        self._runner.add_done_callback(self._ended)

    def _ended(self, runner: asyncio.Task[None]) -> None:
        if runner.cancelled():
            return
        error = runner.exception()
        if error is not None:
            self._die(f"stage {self.stage.name}, {self.source}", error)

    async def _run_anew(self, former: asyncio.Task[None] | None, owned: Transactions) -> None:
        await _cancelled(former)
        await owned.stop()
        self._open()
        await self._run()

    async def _run(self) -> None:
        await self._recover()
        while True:
            await self._something_to_do()
            async with self._working:
                if self._held:
                    continue
                await self._fold()
                await self._fire()

    async def _recover(self) -> None:
        begun = time.monotonic()
        await self._transactions.start()
        self.committed = await recover(
            settings=self._settings,
            source=self.source,
            changelog=self._changelog,
            store=self._store,
        )
        self._processor.restored()
        self._deadline_ms = self._processor.fire(_NOTHING_IS_DUE)
        self.meter.recovered(time.monotonic() - begun, len(self._store))
        self.phase = Phase.HELD if self._held else Phase.WORKING
        _log.info(
            "partition recovered: stage=%s partition=%d keys=%d seconds=%.2f offset=%s",
            self.stage.name,
            self.source.partition,
            len(self._store),
            time.monotonic() - begun,
            self.committed,
        )

    async def _something_to_do(self) -> None:
        self._wake.clear()
        if self._waiting and not self._held:
            return
        pause: float | None = None
        if self._deadline_ms is not None and not self._held:
            shortest = _PAUSE_SECONDS_MIN if self._may_fire() else _PAUSE_SECONDS_BEHIND
            pause = max(self._deadline_ms / 1000 - time.time(), shortest)
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _fold(self) -> None:
        begun = time.monotonic()
        count, computed, last = 0, 0.0, -1
        while self._waiting and count < self._settings.records_per_transaction_max:
            records = self._take()
            if records:
                start = time.perf_counter()
                self._processor.process(records)
                computed += time.perf_counter() - start
                count, last = count + len(records), records[-1].offset
                await asyncio.sleep(0)
        if self._full and self.meter.waiting <= self._settings.records_waiting_max // 2:
            self._set_full(full=False)
        if count:
            start = time.perf_counter()
            self._processor.finish()
            computed += time.perf_counter() - start
            await self._commit(last + 1)
            self.meter.folded(count, computed, time.monotonic() - begun)

    def _take(self) -> Sequence[ConsumerRecord]:
        records = self._waiting.popleft()
        self.meter.waiting -= len(records)
        if self.committed is not None and records[0].offset < self.committed:
            return _from_offset(records, self.committed)
        return records

    async def _fire(self) -> None:
        may_fire = self._may_fire()
        now_ms = int(time.time() * 1000) if may_fire else _NOTHING_IS_DUE
        self._deadline_ms = self._processor.fire(now_ms)
        await self._commit(None)

    def _may_fire(self) -> bool:
        """Tell whether time may pass: older records first, but not for ever."""
        behind = self.meter.behind_seconds()
        return behind == 0 or behind > self._settings.timer_patience_seconds

    async def _commit(self, offset: int | None) -> None:
        outgoing, changes = self._outbox.take(), self._store.take_changes()
        if offset is None and not outgoing and not changes:
            return
        await self._transactions.write(
            outgoing=outgoing,
            changelog=self._changelog,
            changes=changes,
            offset=None if offset is None else (self.source, offset),
        )
        if offset is not None:
            self.committed = offset
        self.meter.committed(outgoing, len(self._store))

    def _set_full(self, *, full: bool) -> None:
        self._full = full
        self._on_full(self.source, full)

    def _forget_waiting(self) -> None:
        self._waiting.clear()
        self.meter.waiting = 0
        if self._full:
            self._set_full(full=False)


def _from_offset(records: Sequence[ConsumerRecord], offset: int) -> Sequence[ConsumerRecord]:
    return [record for record in records if record.offset >= offset]


async def _cancelled(runner: asyncio.Task[None] | None) -> None:
    if runner is not None:
        runner.cancel()
        await asyncio.gather(runner, return_exceptions=True)
