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
from tests.streams.engine.test_committer import Echo, batch


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


class Rig:
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
        rig = Rig()
        rig.place.open.clear()
        rig.task.deliver(batch(0, 1), 0)
        assert await rig.fold() is None
        assert rig.task.pause_seconds() is None
        woken = rig.woken

        rig.place.open.set()
        await asyncio.sleep(0.01)

        assert rig.woken > woken
        assert rig.task.is_due()
        share = await rig.fold()
        assert share.offset == 2
        assert rig.task.pause_seconds() is None

    asyncio.run(story())


def test_what_comes_meanwhile_is_prepared_together_and_next():
    async def story():
        rig = Rig()
        rig.place.open.clear()
        for offset in range(4):
            rig.task.deliver(batch(offset), 0)
            await asyncio.sleep(0)
        rig.place.open.set()
        await asyncio.sleep(0)
        assert (await rig.fold()).offset == 1
        assert (await rig.fold()).offset == 4
        assert rig.place.asked == [[0], [1, 2, 3]]

    asyncio.run(story())


def test_no_more_is_prepared_than_may_lie_in_memory(monkeypatch):
    monkeypatch.setattr(preparation, "RECORDS_MAX", 3)

    async def story():
        rig = Rig()
        rig.task.deliver(batch(0), 0)
        for first in (1, 3, 5, 7):
            rig.task.deliver(batch(first, first + 1), 0)
        while rig.task.meter.waiting:
            await rig.fold()
        assert rig.place.asked == [[0], [1, 2, 3, 4], [5, 6, 7, 8]]

    asyncio.run(story())


def test_a_hand_over_forgets_what_was_prepared():
    async def story():
        rig = Rig()
        rig.task.deliver(batch(0, 1), 0)
        await asyncio.sleep(0.01)
        rig.task.hold()
        assert await rig.fold() is None

        rig.task.release(0)
        rig.task.deliver(batch(0, 1), 0)
        assert (await rig.fold()).offset == 2
        assert rig.place.asked == [[0, 1], [0, 1]]

    asyncio.run(story())


def test_a_hand_over_does_not_wait_for_what_is_away():
    async def story():
        rig = Rig()
        rig.place.open.clear()
        rig.task.deliver(batch(0), 0)
        await asyncio.sleep(0)
        rig.task.hold()
        rig.place.open.set()
        await asyncio.sleep(0.01)

        rig.task.release(0)
        assert rig.task.pause_seconds() is None

    asyncio.run(story())


def test_while_it_is_away_with_records_waiting_the_task_says_so():
    async def story():
        rig = Rig()
        rig.place.there = False
        assert not rig.task.kept_waiting
        rig.place.open.clear()
        rig.task.deliver(batch(0), 0)
        assert rig.task.phase is Phase.WORKING
        assert rig.task.kept_waiting
        rig.place.there = True
        assert not rig.task.kept_waiting

    asyncio.run(story())


def test_a_surprise_in_preparing_comes_out_where_the_work_is_done():
    async def story():
        rig = Rig()
        rig.task.deliver(batch(0, value=b"worse"), 0)
        await asyncio.sleep(0.01)
        with pytest.raises(ValueError, match="worse"):
            await rig.fold()

    asyncio.run(story())
