"""Topics, readers and workers for the tests on a real Kafka."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PARTITIONS = 4


class Log:
    """What a test writes to and reads from one broker."""

    def __init__(self, brokers: str) -> None:
        self.brokers = brokers
        self.producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5})

    def make(self, *topics: str, partitions: int = PARTITIONS, **config: str) -> None:
        admin = AdminClient({"bootstrap.servers": self.brokers})
        wanted = [NewTopic(topic, partitions, 1, config=config) for topic in topics]
        for made in admin.create_topics(wanted).values():
            made.result(timeout=20)

    def read(self, topic: str, partitions: int = PARTITIONS) -> list[tuple[int, bytes, bytes]]:
        """Everything committed in a topic: (partition, key, value), in order per partition."""
        reader = Consumer(
            {
                "bootstrap.servers": self.brokers,
                "group.id": uuid.uuid4().hex,
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
            }
        )
        reader.assign([TopicPartition(topic, each, 0) for each in range(partitions)])
        found, ended = [], 0
        while ended < partitions:
            for message in reader.consume(1000, timeout=0.5):
                if message.error():
                    ended += 1
                else:
                    found.append((message.partition(), message.key(), message.value()))
        reader.close()
        return found

    def committed(self, group: str, topic: str, partitions: int = PARTITIONS) -> int:
        """Sum of the group's offsets."""
        reader = Consumer({"bootstrap.servers": self.brokers, "group.id": group})
        try:
            places = [TopicPartition(topic, each) for each in range(partitions)]
            return sum(max(0, each.offset) for each in reader.committed(places, timeout=20))
        finally:
            reader.close()


class Worker:
    """One process with the counting stage, to be killed."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.counting"],
                cwd=ROOT,
                env=os.environ | environment,
                stdout=sink,
                stderr=sink,
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


class Workers:
    """Starts workers of one group and leaves none behind."""

    def __init__(self, log: Log, prefix: str, folder: Path) -> None:
        self._environment = {
            "ORDERSTREAM_BROKERS": log.brokers,
            "ORDERSTREAM_APPLICATION_ID": prefix,
            "ORDERSTREAM_SESSION_TIMEOUT_SECONDS": "3",
            "ORDERSTREAM_HEARTBEAT_SECONDS": "0.5",
            "ORDERSTREAM_WEB_PORT": "0",
            "COUNTING_PREFIX": prefix,
        }
        self._folder = folder
        self._started: list[Worker] = []

    def start(self, name: str, **environment: str) -> Worker:
        worker = Worker(self._environment | environment, self._folder / f"{name}.log")
        self._started.append(worker)
        return worker

    def end(self) -> None:
        for worker in self._started:
            if worker.process.poll() is None:
                worker.kill()


@pytest.fixture(scope="session")
def log(kafka: str) -> Log:
    return Log(kafka)


@pytest.fixture
def prefix() -> str:
    return f"t{uuid.uuid4().hex[:8]}"


@pytest.fixture
def workers(log: Log, prefix: str, tmp_path: Path) -> Iterator[Workers]:
    log.make(f"{prefix}-in", f"{prefix}-out")
    log.make(f"{prefix}-log", **{"cleanup.policy": "compact"})
    group = Workers(log, prefix, tmp_path)
    yield group
    group.end()
