"""The view's engine without a broker: what is delivered stands in the database, come what may."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from prometheus_client import CollectorRegistry
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from domain.codec import encode_message
from readmodel.batch import Place, Written, positions
from readmodel.database import for_writing, migrate, open_database
from readmodel.errors import PositionMoved
from readmodel.order_table import ORDERS
from streams.engine.group import Membership
from streams.engine.transport import Fetched
from streams.metric import Metrics
from streams.settings import load_settings
from streams.view import engine as view_engine
from streams.view.engine import ViewEngine
from streams.view.role import create_view, view_settings
from streams.view.waiting import Waiting
from tests.domain.builders import KEY, captured, placed, run

SOURCE = TopicPartition("order-snapshots", 0)
AWAY = OperationalError("SELECT 1", {}, ConnectionError("server closed the connection"))


class Consumer:
    """Stands in for Faust's: remembers which partitions were paused."""

    epoch = 1

    def __init__(self) -> None:
        self.paused = []

    def on_buffer_full(self, tp) -> None:
        self.paused.append(tp)

    def on_buffer_drop(self, tp) -> None:
        self.paused.remove(tp)

    def remaining(self, source) -> int:
        return 0

    def seek_again(self) -> None:
        self.epoch += 1


def _record(offset, *facts, key=KEY):
    value = encode_message(run([placed(), *facts]).snapshot).replace(KEY.encode(), key.encode())
    return SimpleNamespace(
        topic=SOURCE.topic,
        partition=0,
        offset=offset,
        timestamp=1_770_000_000_000,
        key=key.encode(),
        value=value,
    )


@pytest.fixture
def database(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'view.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def surprises():
    return []


@pytest.fixture
def engine(database, surprises):
    return _engine(database, surprises)


def _engine(database, surprises, **settings):
    return ViewEngine(
        settings=load_settings(**settings),
        database=database,
        metrics=Metrics(CollectorRegistry()),
        die=lambda cause, error: surprises.append((cause, error)),
    )


def _paid(database):
    with database.connect() as connection:
        return dict(connection.execute(select(ORDERS.c.order_key, ORDERS.c.payment)).all())


def _play(engine, *steps, seconds=5.0):
    """Assign, then take the steps one by one while the engine works."""

    async def play():
        consumer = Consumer()
        worker = asyncio.create_task(engine._work())
        await engine.assigned(consumer, [SOURCE], Membership(1, "m", None))
        engine.seeked({})
        async with asyncio.timeout(seconds):
            for step in steps:
                found = step(consumer)
                while asyncio.iscoroutine(found) or not found:
                    if asyncio.iscoroutine(found):
                        await found
                        break
                    await asyncio.sleep(0.01)
                    found = step(consumer)
        worker.cancel()

    asyncio.run(play())


def _deliver(engine, *records, epoch=1):
    def step(_):
        engine.deliver(Fetched(epoch, SOURCE, records, 0))
        return True

    return step


def test_what_is_delivered_stands_in_the_database_with_its_offset(engine, database):
    _play(
        engine,
        _deliver(engine, _record(0)),
        _deliver(engine, _record(1, captured())),
        lambda _: engine.position(SOURCE) == 2,
    )

    assert _paid(database) == {KEY: "paid"}
    with database.connect() as connection:
        assert positions(connection) == {Place(*SOURCE): 2}


def test_records_of_a_poll_before_the_last_seek_are_left_out(engine, database):
    _play(engine, _deliver(engine, _record(5), epoch=0), lambda _: engine._waiting.count == 0)

    assert _paid(database) == {}


def test_records_that_come_again_are_known(engine, database):
    _play(
        engine,
        _deliver(engine, _record(0), _record(1, captured())),
        lambda _: engine.position(SOURCE) == 2,
        _deliver(engine, _record(0), _record(1, captured()), _record(2)),
        lambda _: engine.position(SOURCE) == 3,
    )

    assert _paid(database) == {KEY: "paid"}


def test_while_the_database_is_away_records_wait_and_the_worker_is_not_ready(
    engine, database, surprises, monkeypatch
):
    real, calls = view_engine.apply, []
    engine._brokers_there = True
    monkeypatch.setattr(view_engine, "_PAUSE_SECONDS_FIRST", 0.005)

    def apply(*arguments):
        calls.append(engine.ready)
        if len(calls) < 6:
            raise AWAY
        return real(*arguments)

    monkeypatch.setattr(view_engine, "apply", apply)
    _play(engine, _deliver(engine, _record(0)), lambda _: engine.position(SOURCE) == 1)

    assert calls == [True, True, True, False, False, False]
    assert engine.ready
    assert surprises == []
    assert _paid(database) == {KEY: "in_progress"}


def test_a_commit_whose_answer_was_lost_is_recognised(engine, database, surprises, monkeypatch):
    real, calls = view_engine.apply, []
    monkeypatch.setattr(view_engine, "_PAUSE_SECONDS_FIRST", 0.005)

    def apply(*arguments):
        calls.append(1)
        written = real(*arguments)
        if len(calls) == 1:
            raise AWAY
        return written

    monkeypatch.setattr(view_engine, "apply", apply)
    _play(engine, _deliver(engine, _record(0)), lambda _: engine.position(SOURCE) == 1)

    assert len(calls) == 2
    assert surprises == []


def test_a_position_that_another_worker_moved_ends_the_process(engine, database, surprises):
    def move(_):
        with for_writing(database).begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO projection_position VALUES ('live', 'order-snapshots', 0, 9)"
            )
        return True

    _play(engine, move, _deliver(engine, _record(0)), lambda _: surprises)

    ((_, error),) = surprises
    assert isinstance(error, PositionMoved)
    assert _paid(database) == {}


def test_transactions_that_a_crash_of_the_database_took_are_read_again(
    engine, database, surprises
):
    def lose(_):
        with for_writing(database).begin() as connection:
            connection.exec_driver_sql("DELETE FROM orders")
            connection.exec_driver_sql("UPDATE projection_position SET next_offset = 1")
        return True

    _play(
        engine,
        _deliver(engine, _record(0)),
        lambda _: engine.position(SOURCE) == 1,
        _deliver(engine, _record(1, captured())),
        lambda _: engine.position(SOURCE) == 2,
        lose,
        _deliver(engine, _record(2)),
        lambda consumer: consumer.epoch == 2,
        lambda _: engine.position(SOURCE) == 1,
        lambda _: engine.seeked({}) or True,
        _deliver(engine, _record(1, captured()), _record(2), epoch=2),
        lambda _: engine.position(SOURCE) == 3,
    )

    assert _paid(database) == {KEY: "paid"}
    assert surprises == []


def test_a_rebalance_forgets_what_waits_and_goes_on_where_the_database_stands(engine, database):
    _play(
        engine,
        _deliver(engine, _record(0)),
        lambda _: engine.position(SOURCE) == 1,
        lambda _: engine.hold(),
        _deliver(engine, _record(1, captured())),
        lambda consumer: engine.assigned(consumer, [SOURCE], Membership(1, "m", None)),
        lambda _: engine.position(SOURCE) == 1,
    )

    assert _paid(database) == {KEY: "in_progress"}


def test_so_much_waiting_that_fetching_pauses_and_goes_on(database, surprises):
    engine = _engine(database, surprises, records_waiting_max=2)
    seen = []

    def paused(consumer):
        engine._held = False
        seen.append(list(consumer.paused))
        return True

    _play(
        engine,
        _deliver(engine, _record(0), _record(1), _record(2)),
        paused,
        lambda consumer: not consumer.paused and engine.position(SOURCE) == 3,
    )

    assert seen == [[SOURCE]]


def test_the_life_signs_tell_stuck_from_waiting_for_the_database(engine):
    engine.consumer = Consumer()
    engine._waiting.add(SOURCE, [_record(0)])
    engine._database_there = True
    engine._progress_at -= 1_000

    engine._look_once()
    assert not engine.live

    engine._database_there = False
    engine._look_once()
    assert engine.live
    assert not engine.ready


def test_a_batch_takes_a_share_of_each_partition():
    waiting = Waiting(100)
    other = TopicPartition("order-log", 1)
    waiting.add(SOURCE, [_record(number) for number in range(5)])
    waiting.add(other, [_record(number) for number in range(1)])

    batch = waiting.take(4, {Place(*SOURCE): 1})

    assert [record.offset for record in batch.records] == [1, 0]
    assert batch.spans[Place(*SOURCE)] == (1, 2)
    assert batch.spans[Place(*other)] == (None, 1)
    assert waiting.count == 3


def test_the_view_has_a_group_of_its_own_and_reads_every_topic_it_is_made_from(database):
    settings = load_settings()

    app = create_view(settings, database, Metrics(CollectorRegistry()))

    assert view_settings(settings).application_id == "orderstream-view"
    assert app.conf.id == "orderstream-view"
    assert {agent.channel.topics[0] for agent in app.agents.values()} >= {
        "order-snapshots",
        "order-log",
        "order-status",
    }
    assert Written() == (0, 0, 0)
