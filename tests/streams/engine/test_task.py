"""A partition's task against a log in memory: what is folded, skipped, held and let go."""

from __future__ import annotations

import asyncio
import time

import pytest
from prometheus_client import CollectorRegistry

from streams.engine import task as task_module
from streams.engine.local import record
from streams.engine.meter import Meter
from streams.engine.stage import Stage
from streams.engine.task import PartitionTask, Phase
from streams.metric import Metrics
from streams.settings import load_settings


class MemoryLog:
    """Stands in for the broker: committed transactions and the changelog of one partition."""

    def __init__(self) -> None:
        self.written = []
        self.state = {}
        self.offset = None
        self.owners = 0
        self.gate = asyncio.Event()
        self.gate.set()

    def transactions(self, **_):
        return MemoryTransactions(self)

    async def recover(self, *, store, **_):
        for key, value in self.state.items():
            store.restore(key, value)
        return self.offset


class MemoryTransactions:
    def __init__(self, log) -> None:
        self._log = log

    async def start(self) -> None:
        self._log.owners += 1

    async def stop(self) -> None:
        pass

    async def write(self, *, outgoing, changelog, changes, offset) -> None:
        await self._log.gate.wait()
        self._log.written.append((outgoing, list(changes), offset and offset[1]))
        self._log.state.update(changes)
        if offset is not None:
            self._log.offset = offset[1]


class Echo:
    """Says every value again and keeps the last; fires once when told a deadline."""

    deadline = None

    def __init__(self, context) -> None:
        self._context = context

    def restored(self) -> None:
        pass

    def process(self, records) -> None:
        for each in records:
            if each.value == b"bad":
                raise ValueError(each.value)
            self._context.store.put(each.key, each.value)
            self._context.outbox.send("out", each.key, each.value)

    def finish(self) -> None:
        pass

    def fire(self, now_ms):
        if self.deadline is not None and now_ms >= self.deadline:
            self.deadline = None
            self._context.outbox.send("timers", b"t", b"fired")
        return self.deadline


@pytest.fixture
def rig(monkeypatch):
    return Rig(monkeypatch)


class Rig:
    def __init__(self, monkeypatch) -> None:
        self._monkeypatch = monkeypatch
        self.died = []
        self.full = []
        self.made = []

    def task(self, **settings) -> PartitionTask:
        self.log = MemoryLog()
        self._monkeypatch.setattr(task_module, "Transactions", self.log.transactions)
        self._monkeypatch.setattr(task_module, "recover", self.log.recover)
        stage = Stage(name="echo", topic="in", changelog="log", make=self._make)
        return PartitionTask(
            settings=load_settings(**settings),
            stage=stage,
            partition=0,
            meter=Meter(metrics=Metrics(CollectorRegistry()), stage=stage, partition=0),
            on_full=lambda _, full: self.full.append(full),
            die=lambda cause, error: self.died.append(error),
        )

    def _make(self, context):
        self.made.append(Echo(context))
        return self.made[-1]

    @property
    def values(self):
        return [
            value
            for outgoing, _, _ in self.log.written
            for records in outgoing.values()
            for _, _, value, _, _ in records
        ]


def batch(*offsets, value=None):
    return [
        record("in", value or b"v%d" % each, key=b"k%d" % (each % 3), offset=each)
        for each in offsets
    ]


async def until(condition):
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the condition is no event
            await asyncio.sleep(0.001)


def test_waiting_batches_are_one_transaction_with_one_change_a_key(rig):
    async def story():
        task = rig.task()
        task.start()
        task.release(None)
        task.deliver(batch(0, 1), 0)
        task.deliver(batch(2, 3, 4), 0)
        await until(lambda: rig.log.offset == 5)
        await task.stop()

    asyncio.run(story())

    [(outgoing, changes, offset)] = rig.log.written
    assert [value for _, _, value, _, _ in outgoing["out"]] == [b"v%d" % each for each in range(5)]
    assert changes == [(b"k0", b"v3"), (b"k1", b"v4"), (b"k2", b"v2")]
    assert offset == 5
    assert rig.died == []


def test_a_transaction_takes_so_many_records_and_no_more(rig):
    async def story():
        task = rig.task(records_per_transaction_max=2)
        task.start()
        task.release(None)
        for first in (0, 2, 4):
            task.deliver(batch(first, first + 1), 0)
        await until(lambda: rig.log.offset == 6)
        await task.stop()

    asyncio.run(story())

    assert [offset for _, _, offset in rig.log.written] == [2, 4, 6]


def test_records_below_the_commit_are_skipped(rig):
    async def story():
        task = rig.task()
        rig.log.offset = 3
        task.start()
        task.release(1)  # what the consumer saw before the former owner's last commit was through
        task.deliver(batch(1, 2, 3), 0)
        await until(lambda: rig.log.offset == 4)
        task.deliver(batch(2, 3, 4), 0)
        await until(lambda: rig.log.offset == 5)
        await task.stop()

    asyncio.run(story())

    assert rig.values == [b"v3", b"v4"]


def test_a_surprise_in_a_processor_ends_the_process_and_nothing_is_committed(rig):
    async def story():
        task = rig.task()
        task.start()
        task.release(None)
        task.deliver(batch(0) + batch(1, value=b"bad"), 0)
        await until(lambda: rig.died)
        await task.stop()

    asyncio.run(story())

    assert rig.log.written == []
    assert isinstance(rig.died[0], ValueError)


def test_holding_finishes_the_transaction_and_forgets_what_waits(rig):
    async def story():
        task = rig.task()
        task.start()
        task.release(None)
        rig.log.gate.clear()
        task.deliver(batch(0), 0)
        await until(lambda: task.meter.waiting == 0)
        task.deliver(batch(1), 0)
        holding = asyncio.create_task(task.hold())
        await asyncio.sleep(0.01)
        assert not holding.done()
        rig.log.gate.set()
        await holding
        assert (rig.log.offset, task.phase) == (1, Phase.HELD)
        task.deliver(batch(1), 0)  # polled before the seek: ignored
        await asyncio.sleep(0.01)
        assert rig.log.offset == 1
        task.release(1)
        task.deliver(batch(1), 0)
        await until(lambda: rig.log.offset == 2)
        await task.stop()

    asyncio.run(story())

    assert rig.values == [b"v0", b"v1"]
    assert rig.log.owners == 1


def test_a_task_starts_anew_when_another_owner_got_further(rig):
    async def story():
        task = rig.task()
        task.start()
        task.release(None)
        task.deliver(batch(0), 0)
        await until(lambda: rig.log.offset == 1)
        await task.hold()
        rig.log.offset, rig.log.state = 7, {b"k0": b"theirs"}
        task.release(7)
        task.deliver(batch(7), 0)
        await until(lambda: rig.log.offset == 8)
        await task.stop()

    asyncio.run(story())

    assert rig.log.owners == 2
    assert len(rig.made) == 2
    assert rig.values == [b"v0", b"v7"]


def test_fetching_pauses_while_much_waits(rig):
    async def story():
        task = rig.task(records_waiting_max=4)
        task.start()
        task.release(None)
        rig.log.gate.clear()
        task.deliver(batch(0), 0)
        await until(lambda: task.meter.waiting == 0)
        task.deliver(batch(1, 2, 3, 4), 0)
        assert rig.full == [True]
        rig.log.gate.set()
        await until(lambda: rig.log.offset == 5)
        assert rig.full == [True, False]
        await task.stop()

    asyncio.run(story())


def test_a_deadline_fires_in_a_transaction_of_its_own(rig):
    async def story():
        task = rig.task()
        task.start()
        task.release(None)
        await until(lambda: task.phase is Phase.WORKING)
        rig.made[0].deadline = int(time.time() * 1000) + 30
        task.deliver(batch(0), 0)
        await until(lambda: rig.values == [b"v0", b"fired"])
        await task.stop()

    asyncio.run(story())

    assert [offset for _, _, offset in rig.log.written] == [1, None]


def test_time_waits_for_older_records_but_not_for_ever(rig):
    async def story():
        task = rig.task(timer_patience_seconds=0.2)
        task.start()
        task.release(None)
        await until(lambda: task.phase is Phase.WORKING)
        begun = time.monotonic()
        rig.made[0].deadline = 1
        for offset in range(1000):
            task.deliver(batch(offset), 5)  # there is always more to come
            await asyncio.sleep(0.005)
            if b"fired" in rig.values:
                break
        await task.stop()
        return time.monotonic() - begun

    assert asyncio.run(story()) > 0.2
    assert b"fired" in rig.values
