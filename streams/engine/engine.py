"""The engine: one task per stage and assigned partition, told by Faust's rebalances.

Rebalances are eager (fact F13): every partition is revoked each time. A task whose partition
comes back in the very next generation of the group keeps its state: nobody else can have had it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from aiokafka import TopicPartition
from faust.types import TP
from mode import Service

from streams.engine.client import a_broker_listens, wait_for_brokers
from streams.engine.committer import Committer
from streams.engine.crash import Die, die
from streams.engine.meter import Meter
from streams.engine.task import PartitionTask, Phase

if TYPE_CHECKING:
    from streams.engine.group import Membership
    from streams.engine.stage import Stage
    from streams.engine.transport import Consumer, Fetched
    from streams.metric import Metrics
    from streams.settings import Settings

_log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 1.0
_PROBE_EVERY: Final = 5  # looks between two probes of the brokers


class Engine(Service):
    """Owns the tasks of one worker; it starts before and stops after everything of Faust's."""

    def __init__(
        self,
        *,
        settings: Settings,
        stages: Sequence[Stage],
        metrics: Metrics,
        die: Die = die,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.stages = {stage.topic: stage for stage in stages}
        self.metrics = metrics
        self.consumer: Consumer | None = None
        self.live = True
        self._die = die
        self._tasks: dict[TopicPartition, PartitionTask] = {}
        self._committer = Committer(settings=settings, metrics=metrics, die=self.surprise)
        self._membership: Membership | None = None
        self._assigned = False
        self._brokers_there = False
        self._closing = False

    @property
    def ready(self) -> bool:
        """Tell whether this worker has its partitions, with their state, and brokers to talk to."""
        return (
            self._assigned
            and self._brokers_there
            and (self._committer.owns or not self._tasks)
            and all(
                task.phase is Phase.WORKING and not task.kept_waiting
                for task in self._tasks.values()
            )
        )

    async def on_start(self) -> None:
        """Wait for brokers; nothing else starts before."""
        await wait_for_brokers(self.settings)
        self._brokers_there = True
        self.add_future(self._look())

    async def on_stop(self) -> None:
        """End the tasks; the consumer has held them already."""
        self._closing = True
        await self._committer.stop()
        for outside in {stage.outside for stage in self.stages.values() if stage.outside}:
            outside.close()

    def surprise(self, cause: str, error: BaseException) -> None:
        """End the process, unless it is ending anyway."""
        if not self._closing:
            self._die(cause, error)

    # Faust's rebalance, step by step.

    def deliver(self, fetched: Fetched) -> None:
        """Give fetched records to their task; what was polled before the last seek comes again."""
        task = self._tasks.get(fetched.source)
        if task is not None and self.consumer is not None and fetched.epoch == self.consumer.epoch:
            task.deliver(fetched.records, fetched.remaining)

    async def hold(self) -> None:
        """Finish the transaction at hand and begin no other."""
        self._assigned = False
        for task in self._tasks.values():
            task.hold()
        try:
            async with asyncio.timeout(self.settings.handover_seconds_max):
                await self._committer.hold()
        except TimeoutError as error:
            self.surprise("hand-over took too long", error)

    async def assigned(
        self, consumer: Consumer, sources: Iterable[TP], membership: Membership
    ) -> None:
        """Stop the tasks of partitions that went, start those of partitions that came."""
        self.consumer = consumer
        wanted = {TopicPartition(*source) for source in sources if source.topic in self.stages}
        self.metrics.rebalances.inc()
        if not membership.follows(self._membership):
            self._start_anew()
        self._membership = membership
        for source in self._tasks.keys() - wanted:
            self._tasks.pop(source).stop()
        for source in sorted(wanted - self._tasks.keys()):
            self._tasks[source] = self._new_task(source)
        await self._committer.own(membership, self._tasks)
        self._assigned = True

    def _start_anew(self) -> None:
        """Forget state that another owner may have changed meanwhile."""
        if self._tasks:
            _log.warning("the group went on without this worker, starting anew")
        for task in self._tasks.values():
            task.meter.started_anew()
            task.stop()
        self._tasks.clear()

    def seeked(self, committed: Mapping[TopicPartition, int | None]) -> None:
        """Let every task go on from the offset where the consumer stands now."""
        for source, offset in committed.items():
            task = self._tasks.get(source)
            if task is not None:
                task.release(offset)
        self._committer.release()

    def _new_task(self, source: TopicPartition) -> PartitionTask:
        stage = self.stages[source.topic]
        return PartitionTask(
            settings=self.settings,
            stage=stage,
            partition=source.partition,
            meter=Meter(metrics=self.metrics, stage=stage, partition=source.partition),
            on_full=self._on_full,
            wake=self._committer.wake,
        )

    def _on_full(self, source: TopicPartition, full: bool) -> None:  # noqa: FBT001 - a callback
        if self.consumer is None:
            return
        if full:
            self.consumer.on_buffer_full(TP(*source))
        else:
            self.consumer.on_buffer_drop(TP(*source))

    # Life signs.

    async def _look(self) -> None:
        looks = 0
        while not self.should_stop:
            self._look_at_tasks()
            looks += 1
            if looks % _PROBE_EVERY == 0:
                await self._probe()
            await self.sleep(_LOOK_SECONDS)

    def _look_at_tasks(self) -> None:
        stuck = 0.0
        for source, task in self._tasks.items():
            remaining = self.consumer.remaining(source) if self.consumer is not None else None
            idle = task.meter.look(remaining)
            if task.kept_waiting:  # a restart would not bring back what is away
                task.meter.forgive()
            elif task.phase is not Phase.RECOVERING:  # recovery has a deadline of its own
                stuck = max(stuck, idle)
        self.live = stuck < self.settings.progress_seconds_max
        self.metrics.live.set(self.live)
        self.metrics.ready.set(self.ready)

    async def _probe(self) -> None:
        there = await a_broker_listens(self.settings)
        if not there:
            _log.warning("broker away: brokers=%s", self.settings.brokers)
        elif not self._brokers_there:
            _log.info("broker is back: brokers=%s", self.settings.brokers)
        self._brokers_there = there
