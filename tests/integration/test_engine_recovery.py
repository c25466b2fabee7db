"""What a recovery takes from a changelog on a real Kafka: what was committed, to its end."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from confluent_kafka import Producer

from streams.engine.recovery import recover
from streams.engine.store import MemoryStore
from streams.settings import load_settings

pytestmark = pytest.mark.kafka


def test_a_recovery_reads_what_was_committed_and_leaves_out_what_was_aborted(log, prefix):
    log.make(f"{prefix}-in", f"{prefix}-log")
    writer = _Writer(log, f"{prefix}-log")
    writer.write(a=b"1", b=b"1", c=b"1")
    writer.write(a=b"2", d=b"1", commit=False)
    writer.write(b=None, c=b"2")
    writer.write(c=b"3", commit=False)  # the changelog ends with what nobody may see

    stores = asyncio.run(_recovered(log, prefix))

    assert dict(stores[0].items()) == {b"a": b"1", b"c": b"2"}
    assert [len(store) for store in stores] == [2, 0, 0, 0]


def test_a_recovery_takes_every_batch_of_a_long_changelog(log, prefix):
    log.make(f"{prefix}-in", f"{prefix}-log")
    writer = _Writer(log, f"{prefix}-log")
    for number in range(60):  # more batches than a round takes
        writer.write(**{f"k{number}-{each}": bytes(200) for each in range(50)}, k=b"%d" % number)

    stores = asyncio.run(_recovered(log, prefix))

    assert len(stores[0]) == 60 * 50 + 1
    assert stores[0].get(b"k") == b"59"


class _Writer:
    """Writes transactions to the first partition, and ends them either way."""

    def __init__(self, log, topic):
        self._topic = topic
        self._producer = Producer({"bootstrap.servers": log.brokers, "transactional.id": topic})
        self._producer.init_transactions(20)

    def write(self, *, commit=True, **changes):
        self._producer.begin_transaction()
        for key, value in changes.items():
            self._producer.produce(self._topic, value, key.encode(), partition=0)
        self._producer.flush()
        (self._producer.commit_transaction if commit else self._producer.abort_transaction)(20)


async def _recovered(log, prefix):
    tasks = [
        SimpleNamespace(
            stage=SimpleNamespace(name="counting"),
            source=TopicPartition(f"{prefix}-in", each),
            changelog=TopicPartition(f"{prefix}-log", each),
            store=MemoryStore(),
            recovered=lambda *_: None,
        )
        for each in range(4)
    ]
    settings = load_settings(brokers=log.brokers, application_id=prefix)
    await recover(settings=settings, tasks=tasks)
    return [task.store for task in tasks]
