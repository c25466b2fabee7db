"""What Faust and aiokafka do that the engine is built around (facts F1 to F6 of its design).

When one of these fails after an upgrade, the library got better: the engine's reason for doing
the work itself may be gone, and the decision record that leans on the fact is to be read again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from types import SimpleNamespace

import faust
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import MessageSizeTooLargeError
from faust.tables.recovery import ServiceStopped
from faust.transport.consumer import Consumer as FaustConsumer
from faust.types import TP
from intervaltree import IntervalTree

pytestmark = pytest.mark.kafka


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # Faust's own app makes its folders where it is started


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def _app(log, prefix, **options):
    return faust.App(
        prefix,
        broker=f"kafka://{log.brokers}",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_recovery_delay=0.0,
        table_standby_replicas=0,
        **({"broker_commit_interval": 0.2} | options),
    )


@contextlib.asynccontextmanager
async def _running(app):
    await app.start()
    try:
        yield
    finally:
        await app.stop()


def _send(log, topic, *values):
    for value in values:
        log.producer.produce(topic, value, partition=0)
    log.producer.flush()


async def _until(condition, seconds=15):
    async with asyncio.timeout(seconds):
        while not await asyncio.to_thread(condition):  # noqa: ASYNC110 - the condition is no event
            await asyncio.sleep(0.05)


def test_f1_an_agent_that_raises_has_its_record_committed(log, prefix):
    log.make(prefix, partitions=1)
    done = []

    async def story():
        app = _app(log, prefix)

        @app.agent(app.topic(prefix, value_type=bytes, value_serializer="raw"))
        async def agent(stream):
            async for value in stream:
                if value == b"3":
                    raise ValueError(value)
                done.append(value)

        async with _running(app):
            _send(log, prefix, b"1", b"2", b"3", b"4")
            await _until(lambda: log.committed(prefix, prefix, 1) == 4)

    asyncio.run(story())

    assert done == [b"1", b"2", b"4"]


def test_f2_the_commit_may_pass_a_record_in_progress():
    tp = TP("topic", 0)
    consumer = SimpleNamespace(
        _acked={tp: [32]},  # 31 is still being worked on
        _acked_index={tp: {32}},
        _gap={tp: IntervalTree()},
        _committed_offset={tp: 31},
    )

    assert FaustConsumer._new_offset(consumer, tp) == 33


def test_f3_a_rebalance_forgets_what_was_done_and_not_yet_committed(log, prefix):
    log.make(prefix, partitions=1)
    done, revoked = [], set()

    async def story():
        app = _app(log, prefix, broker_commit_interval=1000.0, broker_heartbeat_interval=0.3)

        @app.agent(app.topic(prefix, value_type=bytes, value_serializer="raw"))
        async def agent(stream):
            async for value in stream:
                done.append(value)  # noqa: PERF401 - one by one is the point

        @app.on_partitions_revoked.connect
        async def given_up(app, partitions, **_):
            revoked.update(partitions)

        async with _running(app):
            _send(log, prefix, b"1", b"2")
            await _until(lambda: len(done) == 2)
            async with AIOKafkaConsumer(
                prefix,
                bootstrap_servers=log.brokers,
                group_id=prefix,
                enable_auto_commit=False,
                partition_assignment_strategy=[RoundRobinPartitionAssignor],
            ):
                await _until(lambda: revoked)  # Faust means to commit before
                return log.committed(prefix, prefix, 1)

    assert asyncio.run(story()) == 0


def test_f4_neither_flush_nor_commit_tells_of_a_batch_that_failed(log, prefix):
    log.make(prefix, partitions=1, **{"max.message.bytes": "1000"})

    async def story():
        async with AIOKafkaProducer(
            bootstrap_servers=log.brokers, transactional_id=prefix
        ) as producer:
            await producer.begin_transaction()
            sent = await producer.send(prefix, b"x" * 5000)
            await producer.flush()
            await producer.commit_transaction()
            return sent.exception()

    assert isinstance(asyncio.run(story()), MessageSizeTooLargeError)
    assert log.read(prefix, partitions=1) == []


def test_f5_an_agent_with_take_is_silent_after_what_it_cannot_decode(log, prefix):
    log.make(prefix, partitions=1)
    done = []

    async def story():
        app = _app(log, prefix)

        @app.agent(app.topic(prefix, value_type=int, value_serializer="json"))
        async def agent(stream):
            async for values in stream.take(10, within=0.2):
                done.extend(values)

        async with _running(app):
            _send(log, prefix, b"1")
            await _until(lambda: done == [1])
            _send(log, prefix, b"{not json")
            await asyncio.sleep(0.5)
            _send(log, prefix, b"2")
            await asyncio.sleep(2.0)
            assert not app.should_stop

    asyncio.run(story())

    assert done == [1]


def test_f6_a_limit_within_recovery_looks_like_a_stopped_service(log, prefix):
    async def story():
        recovery = _app(log, prefix).tables.recovery
        await recovery._wait(asyncio.sleep(5), timeout=0.05)

    with pytest.raises(ServiceStopped):
        asyncio.run(story())
