"""Which tasks an engine keeps from one assignment to the next."""

from __future__ import annotations

import asyncio

import pytest
from faust.types import TP
from prometheus_client import CollectorRegistry

from streams.engine import engine as engine_module
from streams.engine.engine import Engine
from streams.engine.group import Membership
from streams.engine.stage import Stage
from streams.engine.task import Phase
from streams.metric import Metrics
from streams.settings import load_settings
from tests.integration.counting import Counting


class IdleCommitter:
    """Stands in for the committer: owns and does nothing."""

    owns = True

    def __init__(self, **_) -> None:
        pass

    async def own(self, membership, tasks) -> None:
        pass

    async def hold(self) -> None:
        pass

    def wake(self) -> None:
        pass


@pytest.fixture
def engine(monkeypatch):
    monkeypatch.setattr(engine_module, "Committer", IdleCommitter)
    stage = Stage(
        name="counting", topic="in", changelog="log", make=lambda context: Counting(context, "out")
    )
    return Engine(
        settings=load_settings(), stages=[stage], metrics=Metrics(CollectorRegistry()), die=print
    )


def assign(engine, generation, *partitions):
    asyncio.run(
        engine.assigned(
            None, [TP("in", each) for each in partitions], Membership(generation, "me", None)
        )
    )
    return {source.partition: task for source, task in engine._tasks.items()}


def test_tasks_are_kept_from_one_generation_to_the_next(engine):
    first = assign(engine, 5, 0, 1)
    second = assign(engine, 6, 1, 2)

    assert second[1] is first[1]
    assert first[0].phase is Phase.STOPPED
    assert set(second) == {1, 2}


@pytest.mark.parametrize("generation", [5, 7, 1])
def test_tasks_start_anew_when_the_group_went_on_without_the_worker(engine, generation):
    first = assign(engine, 5, 0, 1)
    second = assign(engine, generation, 0, 1)

    assert all(second[each] is not first[each] for each in (0, 1))
    assert all(task.phase is Phase.STOPPED for task in first.values())
