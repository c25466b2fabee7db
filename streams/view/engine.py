"""The view's engine: what Faust fetches goes into the database, batch by batch, in one place.

One transaction holds the rows of a batch and the positions behind it, whatever partitions it came
from. While the database is away records wait, fetching pauses and /ready says no; nothing else in
the installation notices.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from aiokafka import TopicPartition
from faust.types import TP
from mode import Service
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from readmodel.batch import Place, Written, apply, positions
from readmodel.database import for_writing, insist_on_schema, reason_of
from readmodel.errors import PositionMoved
from streams.engine.client import a_broker_listens, wait_for_brokers
from streams.engine.crash import Die, die
from streams.view.waiting import Batch, Waiting

if TYPE_CHECKING:
    from sqlalchemy import Engine as Database

    from readmodel.opening import Opener
    from streams.engine.group import Membership
    from streams.engine.transport import Consumer, Fetched
    from streams.metric import Metrics
    from streams.settings import Settings

_log = logging.getLogger(__name__)
Result = TypeVar("Result")

STAGE: Final = "view"
_TRIES_BEFORE_AWAY: Final = 3
"""A database that refuses so often is away: /ready says so; trying goes on."""
_PAUSE_SECONDS_FIRST: Final = 0.1
_PAUSE_SECONDS_MAX: Final = 10.0
_LOOK_SECONDS: Final = 1.0
_PROBE_EVERY: Final = 5


class ViewEngine(Service):
    """Owns the database of one view worker; told by Faust's rebalances which partitions to read."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        metrics: Metrics,
        opener: Opener | None = None,
        die: Die = die,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.live = True
        self.consumer: Consumer | None = None
        self._database = for_writing(database)
        self._metrics = metrics
        self._opener = opener
        self._die = die
        self._waiting = Waiting(settings.records_waiting_max)
        self._known: dict[Place, int] = {}
        self._held = True
        self._assigned = False
        self._brokers_there = False
        self._database_there = False
        self._closing = False
        self._wake = asyncio.Event()
        self._writing = asyncio.Lock()
        self._progress_at = time.monotonic()

    @property
    def ready(self) -> bool:
        """Tell whether this worker has partitions, brokers and a database to write to."""
        return self._assigned and self._brokers_there and self._database_there

    async def on_start(self) -> None:
        """Wait for brokers; nothing else starts before."""
        await wait_for_brokers(self.settings)
        self._brokers_there = True
        self.add_future(self._work())
        self.add_future(self._look())

    async def on_stop(self) -> None:
        """Let the transaction at hand end; what was not written is read again."""
        self._closing = True
        await self.hold()
        self._database.dispose()

    def surprise(self, cause: str, error: BaseException) -> None:
        """End the process, unless it is ending anyway."""
        if not self._closing:
            self._die(cause, error)

    # Faust's rebalance, step by step.

    def deliver(self, fetched: Fetched) -> None:
        """Take fetched records; what was polled before the last seek comes again."""
        if self._held or self.consumer is None or fetched.epoch != self.consumer.epoch:
            return
        self._waiting.add(fetched.source, fetched.records)
        self._wake.set()
        if self._waiting.full(fetched.source):
            self.consumer.on_buffer_full(TP(*fetched.source))

    async def hold(self) -> None:
        """Finish the transaction at hand, forget what waits, begin nothing."""
        self._held = True
        self._assigned = False
        self._wake.set()
        try:
            async with asyncio.timeout(self.settings.handover_seconds_max), self._writing:
                self._release(self._waiting.clear())
        except TimeoutError as error:
            self.surprise("hand-over took too long", error)

    async def assigned(
        self, consumer: Consumer, sources: Iterable[TP], membership: Membership
    ) -> None:
        """Learn from the database where these partitions go on; wait for it if need be."""
        self.consumer = consumer
        self._metrics.rebalances.inc()
        del (
            sources,
            membership,
        )  # the consumer asks for each; the database is the proof of ownership
        self._known = await self._insist(self._positions) or {}
        self._assigned = True

    def seeked(self, committed: Mapping[TopicPartition, int | None]) -> None:
        """Go on; the consumer stands where the database says."""
        del committed
        self._held = False
        self._progress_at = time.monotonic()

    def position(self, source: TopicPartition) -> int | None:
        """Give the offset that comes next; None for the beginning."""
        return self._known.get(Place(source.topic, source.partition))

    # The work itself.

    async def _work(self) -> None:
        while not self.should_stop:
            await self._wake.wait()
            self._wake.clear()
            try:
                async with self._writing:
                    while not self._held and self._waiting.count:
                        await self._write_batch()
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing was committed
                self.surprise("the view could not be written", error)
                return

    async def _write_batch(self) -> None:
        begun = time.monotonic()
        batch = self._waiting.take(self.settings.view_batch_records_max, self._known)
        written = await self._insist(lambda: self._apply(batch), give_up=lambda: self._held)
        if written is None or self._held:
            return
        self._known |= {place: span.after for place, span in batch.spans.items()}
        self._progress_at = time.monotonic()
        self._release(self._waiting.relieved())
        self._count(batch, written, time.monotonic() - begun)

    async def _apply(self, batch: Batch) -> Written:
        try:
            return await asyncio.to_thread(self._write, batch)
        except PositionMoved:
            standing = await self._positions()
            if all(standing.get(place) == span.after for place, span in batch.spans.items()):
                return Written()  # it was committed, and the answer was lost on its way
            if any(
                standing.get(place, 0) > (span.before or 0) for place, span in batch.spans.items()
            ):
                raise  # another worker has these partitions
            self._start_anew(standing)
            return Written()

    def _write(self, batch: Batch) -> Written:
        opener = self._opener
        records = batch.records if opener is None else opener.records(batch.records)
        return apply(self._database, records, batch.spans)

    def _start_anew(self, standing: dict[Place, int]) -> None:
        """Go back to where the database stands: a crash took its last transactions with it."""
        _log.warning("database lost its last transactions, reading them again")
        self._held = True
        self._release(self._waiting.clear())
        self._known = standing
        if self.consumer is not None:
            self.consumer.seek_again()

    async def _positions(self) -> dict[Place, int]:
        def read() -> dict[Place, int]:
            insist_on_schema(self._database)
            with self._database.connect() as connection:
                return positions(connection)

        return await asyncio.to_thread(read)

    async def _insist(
        self,
        work: Callable[[], Awaitable[Result]],
        give_up: Callable[[], bool] = lambda: False,
    ) -> Result | None:
        """Do something with the database, again and again while it is away; None if given up."""
        tries = 0
        while True:
            try:
                done = await work()
            except (OperationalError, InterfaceError) as error:
                tries += 1
                self._refused(error, tries)
            else:
                self._set_database_there(there=True)
                return done
            pause = min(_PAUSE_SECONDS_FIRST * 2**tries, _PAUSE_SECONDS_MAX)
            await self.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - jitter, no secret
            if give_up() or self.should_stop:
                return None

    def _refused(self, error: DBAPIError, tries: int) -> None:
        self._metrics.view_retries.inc()
        if tries == _TRIES_BEFORE_AWAY:
            _log.warning("database away, trying on: error=%s", reason_of(error))
        if tries >= _TRIES_BEFORE_AWAY:
            self._set_database_there(there=False)

    def _set_database_there(self, *, there: bool) -> None:
        if there and not self._database_there:
            _log.info("database answers")
        self._database_there = there
        self._metrics.view_database.set(there)

    def _release(self, sources: Iterable[TopicPartition]) -> None:
        for source in sources:
            if self.consumer is not None:
                self.consumer.on_buffer_drop(TP(*source))

    # Life signs.

    def _count(self, batch: Batch, written: Written, seconds: float) -> None:
        metrics = self._metrics
        for topic, records in batch.by_topic().items():
            metrics.events_in.labels(STAGE, topic).inc(records)
        metrics.batch_records.labels(STAGE).observe(len(batch.records))
        metrics.batch_seconds.labels(STAGE).observe(seconds)
        metrics.view_rows.inc(written.rows)
        metrics.view_unreadable.inc(written.unreadable)

    async def _look(self) -> None:
        looks = 0
        while not self.should_stop:
            self._look_once()
            looks += 1
            if looks % _PROBE_EVERY == 0:
                self._brokers_there = await a_broker_listens(self.settings)
            await self.sleep(_LOOK_SECONDS)

    def _look_once(self) -> None:
        now = time.monotonic()
        if not self._waiting.count or not self._database_there:
            self._progress_at = now  # nothing to do, or nothing that a restart would help
        self.live = now - self._progress_at < self.settings.progress_seconds_max
        for place in self._known:
            source = TopicPartition(place.topic, place.partition)
            remaining = self.consumer.remaining(source) if self.consumer is not None else None
            if remaining is not None:
                lag = self._metrics.lag.labels(STAGE, f"{place.topic}-{place.partition}")
                lag.set(remaining + self._waiting.of(source))
        self._metrics.live.set(self.live)
        self._metrics.ready.set(self.ready)
