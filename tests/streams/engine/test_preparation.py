"""A partition waits for what its processor needs; its neighbours and the others do not."""

from __future__ import annotations

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from streams.engine import preparation
from streams.engine.meter import Meter
from streams.engine.stage import Stage
from streams.engine.task import PartitionTask, Phase
from streams.metric import Metrics
from streams.settings import load_settings
from tests.streams.engine.test_committer import Echo, Rig, batch, until


class Place:
    """What processors need: there or not, and how often it was asked."""

    def __init__(self) -> None:
        self.there = True
        self.open = asyncio.Event()
        self.open.set()
        self.asked = []

    def close(self) -> None:
        pass


class Careful(Echo):
    """Works only on what it was prepared for."""

    place: Place

    def __init__(self, context, place) -> None:
        super().__init__(context)
        self.place = place
        self.known = set()

    async def prepare(self, records) -> None:
        self.place.asked.append([each.offset for each in records])
        await self.place.open.wait()
        if any(each.value == b"worse" for each in records):
            raise ValueError(b"worse")
        self.known = {each.offset for each in records}

    def process(self, records) -> None:
        assert self.known >= {each.offset for each in records}
        super().process(records)


class Alone:
    def __init__(self) -> None:
        self.place = Place()
        self.woken = 0
        stage = Stage(
            name="careful",
            topic="in",
            changelog="log",
            make=lambda context: Careful(context, self.place),
            outside=self.place,
        )
        self.task = PartitionTask(
            settings=load_settings(),
            stage=stage,
            partition=0,
            meter=Meter(metrics=Metrics(CollectorRegistry()), stage=stage, partition=0),
            on_full=lambda _, full: None,
            wake=self._wake,
        )
        self.task.recovered(None, 0.0)
        self.task.release(None)

    def _wake(self) -> None:
        self.woken += 1

    async def fold(self):
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return await self.task.fold(1_000)


def test_records_are_worked_on_once_their_processor_is_prepared():
    async def story():
        alone = Alone()
        alone.place.open.clear()
        alone.task.deliver(batch(0, 1), 0)
        assert await alone.fold() is None
        assert alone.task.pause_seconds() is None
        woken = alone.woken

        alone.place.open.set()
        await asyncio.sleep(0.01)

        assert alone.woken > woken
        assert alone.task.is_due()
        share = await alone.fold()
        assert share.offset == 2
        assert alone.task.pause_seconds() is None

    asyncio.run(story())


def test_what_comes_meanwhile_is_prepared_together_and_next():
    async def story():
        alone = Alone()
        alone.place.open.clear()
        for offset in range(4):
            alone.task.deliver(batch(offset), 0)
            await asyncio.sleep(0)
        alone.place.open.set()
        await asyncio.sleep(0)
        assert (await alone.fold()).offset == 1
        assert (await alone.fold()).offset == 4
        assert alone.place.asked == [[0], [1, 2, 3]]

    asyncio.run(story())


def test_no_more_is_prepared_than_may_lie_in_memory(monkeypatch):
    monkeypatch.setattr(preparation, "RECORDS_MAX", 3)

    async def story():
        alone = Alone()
        alone.task.deliver(batch(0), 0)
        for first in (1, 3, 5, 7):
            alone.task.deliver(batch(first, first + 1), 0)
        while alone.task.meter.waiting:
            await alone.fold()
        assert alone.place.asked == [[0], [1, 2, 3, 4], [5, 6, 7, 8]]

    asyncio.run(story())


def test_a_hand_over_forgets_what_was_prepared():
    async def story():
        alone = Alone()
        alone.task.deliver(batch(0, 1), 0)
        await asyncio.sleep(0.01)
        alone.task.hold()
        assert await alone.fold() is None

        alone.task.release(0)
        alone.task.deliver(batch(0, 1), 0)
        assert (await alone.fold()).offset == 2
        assert alone.place.asked == [[0, 1], [0, 1]]

    asyncio.run(story())


def test_a_hand_over_does_not_wait_for_what_is_away():
    async def story():
        alone = Alone()
        alone.place.open.clear()
        alone.task.deliver(batch(0), 0)
        await asyncio.sleep(0)
        alone.task.hold()
        alone.place.open.set()
        await asyncio.sleep(0.01)

        alone.task.release(0)
        assert alone.task.pause_seconds() is None

    asyncio.run(story())


def test_while_it_is_away_with_records_waiting_the_task_says_so():
    async def story():
        alone = Alone()
        alone.place.there = False
        assert not alone.task.kept_waiting
        alone.place.open.clear()
        alone.task.deliver(batch(0), 0)
        assert alone.task.phase is Phase.WORKING
        assert alone.task.kept_waiting
        alone.place.there = True
        assert not alone.task.kept_waiting

    asyncio.run(story())


def test_a_surprise_in_preparing_comes_out_where_the_work_is_done():
    async def story():
        alone = Alone()
        alone.task.deliver(batch(0, value=b"worse"), 0)
        await asyncio.sleep(0.01)
        with pytest.raises(ValueError, match="worse"):
            await alone.fold()

    asyncio.run(story())


def test_the_other_partitions_of_a_worker_go_on_meanwhile(monkeypatch):
    """
    One transaction serves all tasks; what waits outside takes no part in it until it is there.
    """

    rig = Rig(monkeypatch)

    async def story():
        place = Place()
        place.open.clear()
        neighbour = await rig.begin()
        waiting = rig.take(1, lambda context: Careful(context, place), place)
        await rig.hold()
        await rig.own(2)
        waiting.deliver(batch(0), 0)
        neighbour.deliver(batch(0, 1), 0)
        await until(lambda: rig.offset(neighbour) == 2)
        assert rig.offset(waiting) is None

        place.open.set()
        await until(lambda: rig.offset(waiting) == 1)
        await rig.committer.stop()

    asyncio.run(story())

    assert rig.died == []
