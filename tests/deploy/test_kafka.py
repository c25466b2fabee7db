"""The real broker of deploy/kafka starts, answers, keeps its data and stops."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

KAFKA = Path(__file__).parents[2] / "deploy" / "kafka"


def _run(script: str, *args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", KAFKA / script, *args],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_a_missing_java_is_named(tmp_path):
    for tool in ("bash", "dirname", "cat"):
        (tmp_path / tool).symlink_to(f"/bin/{tool}" if tool != "dirname" else "/usr/bin/dirname")

    answer = _run("start.sh", PATH=str(tmp_path))

    assert (answer.returncode, answer.stdout) == (1, "")
    assert "Java 17 or newer is needed" in answer.stderr


def test_stopping_what_never_ran_is_named(tmp_path):
    answer = _run("stop.sh", str(tmp_path))

    assert answer.returncode == 1
    assert "no broker was started" in answer.stderr


@pytest.mark.kafka
@pytest.mark.timeout(240)  # the first start copies the jars
def test_two_brokers_run_side_by_side_and_keep_their_data(tmp_path):
    folders = [str(tmp_path / "one"), str(tmp_path / "two")]
    try:
        started = [_run("start.sh", folder) for folder in folders]
        assert [each.returncode for each in started] == [0, 0], started
        first, second = (each.stdout.strip() for each in started)
        assert first != second

        asyncio.run(_write(first))
        assert _run("start.sh", folders[0]).returncode == 1  # it runs already

        assert _run("stop.sh", folders[0]).returncode == 0
        with pytest.raises(ConnectionRefusedError), _connect(first):
            pass
        with _connect(second):
            pass

        again = _run("start.sh", folders[0])
        assert asyncio.run(_read(again.stdout.strip())) == [b"kept"]
    finally:
        for folder in folders:
            _run("stop.sh", folder)


def _connect(address: str) -> socket.socket:
    host, port = address.split(":")
    return socket.create_connection((host, int(port)), 1)


async def _write(broker: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=broker)
    await admin.start()
    await admin.create_topics([NewTopic("kept", 1, 1)])
    await admin.close()
    async with (
        AIOKafkaProducer(bootstrap_servers=broker, transactional_id="t") as producer,
        producer.transaction(),
    ):
        await producer.send_and_wait("kept", b"kept", partition=0)


async def _read(broker: str) -> list[bytes]:
    partition = TopicPartition("kept", 0)
    async with AIOKafkaConsumer(
        bootstrap_servers=broker, isolation_level="read_committed"
    ) as consumer:
        consumer.assign([partition])
        consumer.seek(partition, 0)
        return [(await consumer.getone()).value]
