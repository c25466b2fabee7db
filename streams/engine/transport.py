"""Faust's transport with record batches: one Faust message per poll.

Faust spends some 400 microseconds and several turns of the event loop on a message; here it spends
them on thousands of records of many partitions. Whichever agent gets a poll hands all of it over.
Commits are ours alone: Faust's own would move offsets back behind transactions (fact F10), so
everything it keeps for them (acks, gaps) is cut off. The group, its rebalances and the thread of
the consumer stay Faust's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

import aiokafka
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import OffsetResetStrategy
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, ConsumerMessage

from streams.engine.client import client_options
from streams.engine.errors import MembershipError
from streams.engine.group import Membership

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.settings import Settings

_POLL_SECONDS: Final = 0.25  # bounds how late a partition that is no longer full is asked again
_IDLE_SECONDS: Final = 0.01
_FOR_EVER_MS: Final = 2**31 - 1  # an idle worker must not be put out of the group (fact F12)

_Polled = tuple[int, Mapping[TopicPartition, list["ConsumerRecord"]]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one poll gave for one partition. The epoch tells before or after the last seek."""

    epoch: int
    source: TopicPartition
    records: Sequence[ConsumerRecord]
    remaining: int | None


class Owner(Protocol):
    """Who does the work: told of every step of a rebalance."""

    settings: Settings

    async def hold(self) -> None:
        """Finish what is begun, begin nothing."""

    async def assigned(
        self, consumer: Consumer, sources: Iterable[TP], membership: Membership
    ) -> None:
        """Be responsible for these partitions from now on, and for no others."""

    def seeked(self, committed: Mapping[TopicPartition, int | None]) -> None:
        """Go on; the consumer stands at these offsets."""


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread that polls. Seek and poll share its loop, so an epoch never mixes the two."""

    epoch = 0

    def _create_worker_consumer(self, transport: object) -> aiokafka.AIOKafkaConsumer:  # noqa: ARG002 - Faust's signature
        settings: Settings = self.consumer.owner.settings
        return aiokafka.AIOKafkaConsumer(
            **client_options(settings),
            group_id=settings.application_id,
            group_instance_id=settings.worker_id,
            client_id=f"{settings.application_id}-worker",
            # A class of its own: the assignor keeps what it knows of the group on its class.
            partition_assignment_strategy=[type("_Sticky", (StickyPartitionAssignor,), {})],
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            check_crcs=not settings.embedded,  # its commit markers are wrong (ADR 5)
            max_poll_records=settings.records_per_poll_max,
            max_poll_interval_ms=_FOR_EVER_MS,
            max_partition_fetch_bytes=settings.fetch_bytes_max,
            fetch_max_wait_ms=settings.fetch_wait_ms,
            session_timeout_ms=int(settings.session_timeout_seconds * 1000),
            heartbeat_interval_ms=int(settings.heartbeat_seconds * 1000),
            rebalance_timeout_ms=int(settings.rebalance_seconds_max * 1000),
        )

    async def _fetch_records(
        self,
        consumer: aiokafka.AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's signature
        max_records: int | None = None,
    ) -> _Polled:
        records = await super()._fetch_records(
            consumer, active_partitions, timeout=timeout, max_records=max_records
        )
        return self.epoch, records

    async def seek_to_committed(self) -> Mapping[TP, int | None]:
        """Stand every partition at the group's offset, at its beginning when there is none."""
        return await self.call_thread(self._seek_to_committed)  # type: ignore[no-any-return]

    async def _seek_to_committed(self) -> Mapping[TP, int | None]:
        consumer = self._ensure_consumer()
        sources = list(consumer.assignment())
        offsets = await self._positions(consumer, sources)
        fetcher = consumer._fetcher  # noqa: SLF001 - its public seek awaits in between
        for source, offset in offsets.items():
            if not consumer._subscription.is_assigned(source):  # noqa: SLF001
                continue
            if offset is None:
                fetcher.request_offset_reset([source], OffsetResetStrategy.EARLIEST)
            else:
                fetcher.seek_to(source, offset)
        self.epoch += 1
        return offsets

    def membership(self) -> Membership:
        """Tell this worker's place in the group; asked while the group waits for this worker."""
        coordinator = self._ensure_consumer()._coordinator  # noqa: SLF001 - nothing public tells it
        generation, member_id = int(coordinator.generation), str(coordinator.member_id)
        if generation <= 0 or not member_id:  # the broker would take that for no claim at all
            raise MembershipError(f"generation {generation}, member {member_id!r}")
        return Membership(generation, member_id, self.consumer.owner.settings.worker_id)

    async def _positions(
        self, consumer: aiokafka.AIOKafkaConsumer, sources: Sequence[TopicPartition]
    ) -> Mapping[TopicPartition, int | None]:
        """Say where each partition goes on: where the group has committed."""
        told = await consumer._coordinator.fetch_committed_offsets(sources)  # noqa: SLF001 - all at once
        return {each: told[each].offset if each in told else None for each in sources}

    def remaining(self, source: TopicPartition) -> int | None:
        """Count what the topic still has for us; None while that is not known."""
        assignment = self._ensure_consumer()._subscription.subscription.assignment  # noqa: SLF001
        if assignment is None or source not in assignment.tps:
            return None
        state = assignment.state_value(source)
        if not state.has_valid_position or state.lso is None:
            return None
        return max(0, int(state.lso) - int(state.position))


class Consumer(driver.Consumer):
    """Hands over whole fetches and never commits."""

    _thread: ConsumerThread
    _must_seek = False

    @property
    def owner(self) -> Owner:
        """Give the engine of the app."""
        return self.app.engine  # type: ignore[no-any-return]

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    @property
    def epoch(self) -> int:
        """Give the number of the last seek."""
        return self._thread.epoch

    def remaining(self, source: TopicPartition) -> int | None:
        """Count what the topic still has for us."""
        return self._thread.remaining(source)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, ConsumerMessage]]:  # noqa: ARG002, ASYNC109 - Faust's signature
        """Give one message for everything that a poll found."""
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
        if self._must_seek:
            self._must_seek = False
            await self.perform_seek()
        active = set(self._get_active_partitions())
        if not active:
            await self.sleep(_IDLE_SECONDS)
            return
        polled = await self._thread.getmany(active, _POLL_SECONDS)
        if not polled or self.should_stop:
            return
        if not self.flow_active:
            self._must_seek = True  # the rebalance may have made its own seek before this poll
            return
        epoch, batches = polled
        fetched = [
            Fetched(epoch, source, records, self.remaining(source))
            for source, records in batches.items()
            if records
        ]
        if fetched:
            yield self._message(fetched)

    def _message(self, poll: Sequence[Fetched]) -> tuple[TP, ConsumerMessage]:
        """Name a poll after one of its partitions: Faust looks for an agent by that."""
        tp, last = TP(*poll[0].source), poll[0].records[-1]
        return tp, ConsumerMessage(
            tp.topic,
            tp.partition,
            last.offset,
            last.timestamp / 1000,
            last.timestamp_type,
            None,
            None,
            poll,
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )

    def seek_again(self) -> None:
        """Seek before the next poll; records of polls before that are of an older epoch."""
        self._must_seek = True

    async def perform_seek(self) -> None:
        """Stand at the committed offsets and let the work go on from there."""
        self._read_offset.clear()  # Faust drops what is below it; the tasks know better
        self.owner.seeked(await self._thread.seek_to_committed())

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Have the tasks ready before Faust seeks, which lets them go."""
        await self.owner.assigned(self, assigned, self._thread.membership())
        await super().on_partitions_assigned(assigned, generation_id)

    async def wait_empty(self) -> None:
        """Finish the transactions at hand before partitions are given up."""
        await self.owner.hold()

    # Faust's own commit, cut off.

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002 - Faust's signature
        """Leave offsets alone: they move inside transactions only."""
        return False

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Keep no gaps: nobody asks for them."""

    def _new_offset(self, tp: TP) -> int | None:  # noqa: ARG002 - Faust's signature
        return None

    def ack(self, message: Any) -> bool:
        """Forget the message."""
        message.acked = True
        self._unacked_messages.discard(message)
        return True

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Leave liveness to the engine's own measure of progress."""


class Transport(driver.Transport):
    """Kafka by batches."""

    Consumer: ClassVar[type] = Consumer
