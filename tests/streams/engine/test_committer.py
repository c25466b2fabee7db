"""A worker's committer and its tasks against a log in memory: folded, skipped, held and let go."""

from __future__ import annotations

import asyncio
import time

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry

from streams.engine import committer as committer_module
from streams.engine.committer import Committer
from streams.engine.group import Membership
from streams.engine.handover import Written
from streams.engine.local import record
from streams.engine.meter import Meter
from streams.engine.stage import Stage
from streams.engine.task import PartitionTask, Phase
from streams.metric import Metrics
from streams.settings import load_settings


class MemoryLog:
    """Stands in for the broker: committed transactions and the changelogs of all partitions."""

    def __init__(self) -> None:
        self.written = []
        self.state = {}
        self.offsets = {}
        self.ids = []
        self.fenced = []
        self.members = []
        self.ends = {}
        self.parts = []
        self.gate = asyncio.Event()
        self.gate.set()

    def transactions(self, *, transactional_id, **_):
        return MemoryTransactions(self, transactional_id)

    async def recover(self, *, tasks, **_):
        for task in tasks:
            for key, value in self.state.get(task.source, {}).items():
                task.store.restore(key, value)
            task.recovered(self.offsets.get(task.source), 0.0)


class MemoryTransactions:
    def __init__(self, log, transactional_id) -> None:
        self.transactional_id = transactional_id
        self._log = log
        self._marks = set()

    async def start(self) -> None:
        self._log.ids.append(self.transactional_id)

    async def stop(self) -> None:
        pass

    def vouch(self, membership) -> None:
        self._log.members.append(membership)

    async def fence(self, transactional_ids) -> None:
        self._log.fenced.append(list(transactional_ids))

    async def begin(self) -> None:
        pass

    async def send(self, shares, topics):
        """Write at the end of partition 0; keep what the next transaction must leave for a mark."""
        self._log.parts.append(list(shares))
        written = []
        for share in shares:
            for topic in topics & share.outgoing.keys():
                place = TopicPartition(topic, 0)
                first = self._log.ends.get(place, 0)
                records = [(0, *rest[1:4], 7) for rest in share.outgoing[topic]]
                self._log.ends[place] = first + len(records)
                self._marks.add(place)
                written.append(Written(place, first, records))
        return written

    async def end(self, shares, last) -> None:
        await self._log.gate.wait()
        for place in self._marks:
            self._log.ends[place] += 1
        self._marks.clear()
        self._log.written.append(list(shares))
        for share in shares:
            self._log.offsets[share.source] = share.offset
            self._log.state.setdefault(share.source, {}).update(share.changes)


class Echo:
    """Says every value again and keeps the last; fires once when told a deadline."""

    deadline = None

    def __init__(self, context, topic="out") -> None:
        self._context = context
        self._topic = topic

    def restored(self) -> None:
        pass

    def process(self, records) -> None:
        for each in records:
            if each.value == b"bad":
                raise ValueError(each.value)
            self._context.store.put(each.key, each.value)
            self._context.outbox.send(self._topic, each.key, each.value)

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
    """A committer, its tasks and what became of them."""

    def __init__(self, monkeypatch) -> None:
        self._monkeypatch = monkeypatch
        self.died = []
        self.full = []
        self.made = []
        self.tasks = {}

    async def begin(self, partitions=1, **settings) -> PartitionTask:
        """Own so many partitions, give the first one's task once it works."""
        self.log = MemoryLog()
        self._monkeypatch.setattr(committer_module, "Transactions", self.log.transactions)
        self._monkeypatch.setattr(committer_module, "recover", self.log.recover)
        self._settings = load_settings(**settings)
        self.committer = Committer(
            settings=self._settings,
            metrics=Metrics(CollectorRegistry()),
            die=lambda cause, error: self.died.append(error),
        )
        for partition in range(partitions):
            self.take(partition)
        await self.own(1)
        return min(self.tasks.values(), key=lambda task: task.source)

    def take(self, partition, make=None, outside=None, topic="in") -> PartitionTask:
        stage = Stage(
            name="echo", topic=topic, changelog="log", make=make or self._make, outside=outside
        )
        task = PartitionTask(
            settings=self._settings,
            stage=stage,
            partition=partition,
            meter=Meter(metrics=Metrics(CollectorRegistry()), stage=stage, partition=partition),
            on_full=lambda _, full: self.full.append(full),
            wake=self.committer.wake,
        )
        self.tasks[task.source] = task
        return task

    async def own(self, generation) -> None:
        """Go through the second half of a rebalance: assigned, recovered, seeked."""
        await self.committer.own(Membership(generation, "me", None), self.tasks)
        await until(lambda: all(task.phase is Phase.WORKING for task in self.tasks.values()))
        for task in self.tasks.values():
            task.release(self.log.offsets.get(task.source))
        self.committer.release()

    async def hold(self) -> None:
        """Go through its first half."""
        for task in self.tasks.values():
            task.hold()
        await self.committer.hold()

    def _make(self, context):
        self.made.append(Echo(context))
        return self.made[-1]

    def offset(self, task):
        return self.log.offsets.get(task.source)

    def fold(self, task):
        """Fold what waits at a task, without the turn of the loop that this may take."""
        folding = task.fold(10)
        while True:
            try:
                folding.send(None)
            except StopIteration as done:
                return done.value

    @property
    def values(self):
        return [
            value
            for shares in self.log.written
            for share in shares
            for records in share.outgoing.values()
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
        task = await rig.begin()
        task.deliver(batch(0, 1), 0)
        task.deliver(batch(2, 3, 4), 0)
        await until(lambda: rig.offset(task) == 5)
        await rig.committer.stop()

    asyncio.run(story())

    [[share]] = rig.log.written
    assert [value for _, _, value, _, _ in share.outgoing["out"]] == [
        b"v%d" % each for each in range(5)
    ]
    assert share.changes == [(b"k0", b"v3"), (b"k1", b"v4"), (b"k2", b"v2")]
    assert share.offset == 5
    assert rig.died == []


def test_partitions_share_a_transaction(rig):
    async def story():
        await rig.begin(partitions=3)
        for task in rig.tasks.values():
            task.deliver(batch(0), 0)
        await until(lambda: len(rig.log.offsets) == 3)
        await rig.committer.stop()

    asyncio.run(story())

    assert [[share.source.partition for share in shares] for shares in rig.log.written] == [
        [0, 1, 2]
    ]
    assert rig.log.ids == ["orderstream-echo-0"]


def test_what_comes_during_a_commit_is_folded_meanwhile_and_goes_next(rig):
    async def story():
        task = await rig.begin()
        rig.log.gate.clear()
        task.deliver(batch(0), 0)
        await until(lambda: task.meter.waiting == 0)
        for offset in (1, 2):
            task.deliver(batch(offset), 0)
            await until(lambda: task.meter.waiting == 0)
        assert rig.log.written == []
        rig.log.gate.set()
        await until(lambda: rig.offset(task) == 3)
        await rig.committer.stop()

    asyncio.run(story())

    assert [[share.offset for share in shares] for shares in rig.log.written] == [[1], [2, 3]]
    assert rig.values == [b"v0", b"v1", b"v2"]


def test_a_transaction_takes_so_many_records_and_no_more(rig):
    async def story():
        task = await rig.begin(records_per_transaction_max=2)
        rig.log.gate.clear()
        for first in (0, 2, 4):
            task.deliver(batch(first, first + 1), 0)
        await asyncio.sleep(0.01)
        rig.log.gate.set()
        await until(lambda: rig.offset(task) == 6)
        await rig.committer.stop()

    asyncio.run(story())

    assert all(share.records <= 2 for shares in rig.log.written for share in shares)


def test_records_below_the_commit_are_skipped(rig):
    async def story():
        task = await rig.begin()
        rig.log.offsets[task.source] = 3
        task = rig.take(0)
        await rig.own(2)
        task.release(1)  # what the consumer saw before the former owner's last commit was through
        task.deliver(batch(1, 2, 3), 0)
        await until(lambda: rig.offset(task) == 4)
        task.deliver(batch(2, 3, 4), 0)
        await until(lambda: rig.offset(task) == 5)
        await rig.committer.stop()

    asyncio.run(story())

    assert rig.values == [b"v3", b"v4"]


def test_a_surprise_in_a_processor_ends_the_process_and_nothing_is_committed(rig):
    async def story():
        task = await rig.begin()
        task.deliver(batch(0) + batch(1, value=b"bad"), 0)
        await until(lambda: rig.died)
        await rig.committer.stop()

    asyncio.run(story())

    assert rig.log.written == []
    assert isinstance(rig.died[0], ValueError)


def test_a_commit_that_fails_ends_the_process(rig):
    async def story():
        task = await rig.begin()
        rig.log.written = None
        task.deliver(batch(0), 0)
        await until(lambda: rig.died)
        await rig.committer.stop()

    asyncio.run(story())

    assert isinstance(rig.died[0], AttributeError)


def test_holding_finishes_what_is_folded_and_forgets_what_waits(rig):
    async def story():
        task = await rig.begin()
        rig.log.gate.clear()
        task.deliver(batch(0), 0)
        await until(lambda: task.meter.waiting == 0)
        task.deliver(batch(1), 0)
        await until(lambda: task.meter.waiting == 0)
        task.deliver(batch(2), 0)
        task.hold()
        holding = asyncio.create_task(rig.committer.hold())
        await asyncio.sleep(0.01)
        assert not holding.done()
        rig.log.gate.set()
        await holding
        assert rig.offset(task) == 2
        task.deliver(batch(2), 0)  # polled before the seek: ignored
        await asyncio.sleep(0.01)
        assert rig.offset(task) == 2
        await rig.own(2)
        task.deliver(batch(2), 0)
        await until(lambda: rig.offset(task) == 3)
        await rig.committer.stop()

    asyncio.run(story())

    assert rig.values == [b"v0", b"v1", b"v2"]
    assert rig.log.ids == ["orderstream-echo-0"]
    assert [each.generation for each in rig.log.members] == [1, 2]


def test_the_id_is_that_of_the_first_partition_and_partitions_that_come_are_fenced(rig):
    async def story():
        await rig.begin(partitions=3)
        await rig.hold()
        del rig.tasks[min(rig.tasks)]
        rig.take(7)
        await rig.own(2)
        await rig.committer.stop()

    asyncio.run(story())

    assert rig.log.ids == ["orderstream-echo-0", "orderstream-echo-1"]
    assert rig.log.fenced == [
        [f"orderstream-echo-{each}" for each in range(3)],
        ["orderstream-echo-7"],
    ]


def test_fetching_pauses_while_much_waits(rig):
    async def story():
        task = await rig.begin(records_waiting_max=4, records_per_transaction_max=1)
        rig.log.gate.clear()
        task.deliver(batch(*range(200)), 0)  # enough for the transaction after the next
        await until(lambda: task.meter.waiting == 0)
        task.deliver(batch(*range(200, 400)), 0)
        await until(lambda: task.meter.waiting == 0)
        rig.full.clear()
        task.deliver(batch(400, 401, 402, 403), 0)
        assert rig.full == [True]
        rig.log.gate.set()
        await until(lambda: rig.offset(task) == 404)
        assert rig.full == [True, False]
        await rig.committer.stop()

    asyncio.run(story())


def test_what_a_deadline_brings_carries_an_offset_too(rig):
    async def story():
        task = await rig.begin()
        rig.made[0].deadline = int(time.time() * 1000) + 30
        task.deliver(batch(0), 0)
        await until(lambda: rig.values == [b"v0", b"fired"])
        await rig.committer.stop()

    asyncio.run(story())

    assert {share.offset for shares in rig.log.written for share in shares} == {1}


def test_time_waits_for_older_records_but_not_for_ever(rig):
    async def story():
        task = await rig.begin(timer_patience_seconds=0.2)
        begun = time.monotonic()
        rig.made[0].deadline = 1
        for offset in range(1000):
            task.deliver(batch(offset), 5)  # there is always more to come
            await asyncio.sleep(0.005)
            if b"fired" in rig.values:
                break
        await rig.committer.stop()
        return time.monotonic() - begun

    assert asyncio.run(story()) > 0.2
    assert b"fired" in rig.values


def test_what_a_stage_says_to_the_next_goes_along_in_the_same_transaction(rig):
    async def story():
        first, second = await _chain(rig)
        for offset in range(3):
            first.deliver(batch(offset), 0)
            await until(lambda at=offset: rig.offset(first) == at + 1)
        await rig.committer.stop()
        return second

    second = asyncio.run(story())

    assert [[share.source.topic for share in shares] for shares in rig.log.written] == [
        ["in", "out"]
    ] * 3
    assert _said(rig, "end") == [b"v0", b"v1", b"v2"]
    assert rig.offset(second) == 5  # three records, and the marks of two commits between them
    assert rig.died == []


def test_records_of_others_in_between_are_waited_for(rig):
    async def story():
        first, second = await _chain(rig)
        first.deliver(batch(0), 0)
        await until(lambda: rig.offset(second) == 1)
        rig.log.ends[second.source] += 2  # somebody's record, and the mark of their commit
        first.deliver(batch(1), 0)
        await until(lambda: rig.offset(first) == 2)
        assert rig.offset(second) == 1
        fetched = [record("out", b"v0", offset=0), record("out", b"other", offset=2)]
        second.deliver([*fetched, record("out", b"v1", offset=4)], 0)
        await until(lambda: rig.offset(second) == 5)
        first.deliver(batch(2), 0)
        await until(lambda: rig.offset(second) == 7)
        second.deliver([record("out", b"v2", offset=6)], 0)
        await asyncio.sleep(0.01)
        await rig.committer.stop()

    asyncio.run(story())

    assert _said(rig, "end") == [b"v0", b"other", b"v1", b"v2"]
    assert rig.died == []


def test_after_a_rebalance_the_first_records_are_fetched(rig):
    async def story():
        first, second = await _chain(rig)
        first.deliver(batch(0), 0)
        await until(lambda: rig.offset(second) == 1)
        await rig.hold()
        await rig.own(2)
        first.deliver(batch(1), 0)
        await until(lambda: rig.offset(first) == 2)
        assert rig.offset(second) == 1  # the gap may be the mark, or somebody's record
        second.deliver([record("out", b"v1", offset=2)], 0)
        await until(lambda: rig.offset(second) == 3)
        await rig.committer.stop()

    asyncio.run(story())

    assert _said(rig, "end") == [b"v0", b"v1"]


def test_no_share_overtakes_another_of_its_task(rig):
    """What is folded for the next transaction stays there, and what comes after it as well."""

    async def story():
        first, second = await _chain(rig)
        rig.log.ends[second.source] = 1
        hand_over = second.hand_over

        def meanwhile(written, transaction):
            second.deliver([record("out", b"other", offset=0)], 0)
            rig.committer._taken.append((second, rig.fold(second)))
            return hand_over(written, transaction)

        second.hand_over = meanwhile
        first.deliver(batch(0), 0)
        await until(lambda: rig.offset(second) == 2)
        await rig.committer.stop()

    asyncio.run(story())

    assert _said(rig, "end") == [b"other", b"v0"]
    assert [share.source.topic for share in rig.log.written[0]] == ["in"]


async def _chain(rig):
    """Own a stage whose words the second stage reads."""
    first = await rig.begin()
    second = rig.take(0, make=lambda context: Echo(context, "end"), topic="out")
    await rig.own(1)
    return first, second


def _said(rig, topic):
    return [
        value
        for shares in rig.log.written
        for share in shares
        for _, _, value, _, _ in share.outgoing.get(topic, ())
    ]
