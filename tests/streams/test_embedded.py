"""The embedded broker does for aiokafka what the worker asks of a broker."""

from __future__ import annotations

import asyncio
import socket

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.embedded import PARTITIONS, embedded_broker


@pytest.fixture(scope="module")
def broker():
    with embedded_broker() as address:
        yield address


def test_a_topic_exists_on_first_use_with_four_partitions(broker):
    async def partitions() -> set[int]:
        async with AIOKafkaProducer(bootstrap_servers=broker) as producer:
            await producer.send_and_wait("first-use", b"v")
            return await producer.partitions_for("first-use")

    assert set(range(PARTITIONS)) == asyncio.run(partitions())


def test_a_transaction_writes_its_outputs_and_its_offsets_are_not_kept(broker):
    async def run() -> tuple[list[bytes], int | None]:
        source = TopicPartition("tx-in", 0)
        async with AIOKafkaProducer(bootstrap_servers=broker) as feeder:
            for number in range(5):
                await feeder.send_and_wait("tx-in", b"%d" % number, partition=0)

        async with AIOKafkaConsumer(
            bootstrap_servers=broker, group_id="tx", enable_auto_commit=False
        ) as consumer:
            consumer.assign([source])
            consumer.seek(source, 0)
            async with AIOKafkaProducer(
                bootstrap_servers=broker, transactional_id="tx-0"
            ) as producer:
                seen = 0
                while seen < 5:
                    for record in (await consumer.getmany(timeout_ms=1000)).get(source, []):
                        async with producer.transaction():
                            await producer.send_and_wait("tx-out", record.value, partition=0)
                            await producer.send_offsets_to_transaction(
                                {source: record.offset + 1}, "tx"
                            )
                        seen += 1
            committed = await consumer.committed(source)
        return await _read(broker, "tx-out", 5), committed

    outputs, committed = asyncio.run(run())

    assert outputs == [b"0", b"1", b"2", b"3", b"4"]
    assert committed is None  # on a real broker it would be 5; see streams.embedded


def test_a_group_shares_the_partitions_and_commits(broker):
    async def run() -> int:
        async with AIOKafkaProducer(bootstrap_servers=broker) as producer:
            for partition in range(PARTITIONS):
                await producer.send_and_wait("grouped", b"v", partition=partition)
        async with AIOKafkaConsumer(
            "grouped",
            bootstrap_servers=broker,
            group_id="sharing",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
        ) as consumer:
            for _ in range(PARTITIONS):
                await consumer.getone()
            await consumer.commit()
            offsets = [await consumer.committed(tp) for tp in sorted(consumer.assignment())]
        return sum(offset or 0 for offset in offsets)

    assert asyncio.run(run()) == PARTITIONS


def test_the_broker_is_gone_when_the_block_ends():
    with embedded_broker() as address:
        host, port = address.split(":")

    assert host == "127.0.0.1"
    with pytest.raises(ConnectionRefusedError), socket.create_connection((host, int(port)), 1):
        pass


async def _read(broker: str, topic: str, count: int) -> list[bytes]:
    partition = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(
        bootstrap_servers=broker,
        isolation_level="read_committed",
        check_crcs=False,  # see streams.embedded
    ) as consumer:
        consumer.assign([partition])
        consumer.seek(partition, 0)
        found: list[bytes] = []
        while len(found) < count:
            found += [
                each.value for each in (await consumer.getmany(timeout_ms=500)).get(partition, [])
            ]
        return found
