"""One orderstream on a real Kafka: its topics, its worker processes, what was written and read."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from prometheus_client.parser import text_string_to_metric_families

from streams.settings import Settings, load_settings
from streams.topic import TOPICS, topic_states
from tests.harness.feeds import Payload
from tests.harness.oracle import Entry

ROOT: Final = Path(__file__).parents[2]
INPUTS: Final = (
    "feeds.orders",
    "feeds.payments",
    "feeds.tracking",
    "order-commands",
    "references",
    "order-log",
    "order-archive",
    "order-recalls",
)
"""What a worker with all roles works off, in the order in which one leads to the next."""

_SECONDS_MAX: Final = 90
_NOT_READY: Final = {
    KafkaError.NOT_COORDINATOR,
    KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
    KafkaError.COORDINATOR_NOT_AVAILABLE,
}
_WORKER: Final = ("-m", "streams.cli", "worker")


class Installation:
    """Topics of one broker, used under a name of their own."""

    def __init__(self, brokers: str, folder: Path, **environment: str) -> None:
        self.brokers = brokers
        self.application_id = f"t{uuid.uuid4().hex[:8]}"
        self.environment = {
            "ORDERSTREAM_BROKERS": brokers,
            "ORDERSTREAM_APPLICATION_ID": self.application_id,
            **environment,
        }
        self.settings: Settings = load_settings(
            brokers=brokers,
            application_id=self.application_id,
            partitions=int(environment.get("ORDERSTREAM_PARTITIONS", "4")),
        )
        self.producer = Producer(
            {"bootstrap.servers": brokers, "linger.ms": 1, "partitioner": "murmur2_random"}
        )
        self._folder = folder
        self._started: list[Worker] = []

    # Topics and what stands in them.

    def make_topics(self) -> None:
        self.remove_topics()
        asyncio.run(topic_states(self.settings, create=True))

    def remove_topics(self) -> None:
        admin = AdminClient({"bootstrap.servers": self.brokers})
        ours = {topic.name for topic in TOPICS}
        there = sorted(ours & admin.list_topics(timeout=20).topics.keys())
        if there:
            for removed in admin.delete_topics(there, operation_timeout=20).values():
                removed.result()
            wait_until(lambda: not ours & admin.list_topics(timeout=20).topics.keys())

    def send(self, payloads: Iterable[Payload]) -> None:
        for one in payloads:
            self.produce(one)
        self.producer.flush()

    def produce(self, one: Payload) -> None:
        """Hand over one record; wait while too many are on their way."""
        while True:
            try:
                self.producer.produce(one.topic, one.value, one.key, headers=one.headers or None)
            except BufferError:
                self.producer.poll(0.1)
            else:
                return

    def read(self, topic: str) -> list[Entry]:
        """Give everything that is committed."""
        return self._read([TopicPartition(topic, each, 0) for each in self._partitions()])

    def read_all(self, topics: Iterable[str]) -> dict[str, list[Entry]]:
        return {topic: self.read(topic) for topic in topics}

    def committed(self, topic: str) -> int:
        """Sum the offsets that the group has committed."""
        return sum(max(0, place.offset) for place in self._committed([topic]))

    def drained(self) -> bool:
        """Tell whether nothing that is committed waits behind the group's offsets."""
        return not self._read(self._committed(INPUTS), at_most=1)

    def _committed(self, topics: Sequence[str]) -> list[TopicPartition]:
        places = [TopicPartition(topic, each) for topic in topics for each in self._partitions()]
        reader = self._reader(self.application_id)
        try:
            found = _committed_offsets(reader, places)
        finally:
            reader.close()
        return [TopicPartition(one.topic, one.partition, max(0, one.offset)) for one in found]

    def _partitions(self) -> range:
        return range(self.settings.partitions)

    def _read(self, places: list[TopicPartition], at_most: int | None = None) -> list[Entry]:
        reader = self._reader(uuid.uuid4().hex)
        reader.assign(places)
        found: list[Entry] = []
        ended = 0
        while ended < len(places) and (at_most is None or len(found) < at_most):
            for message in reader.consume(5000, timeout=0.2):
                if message.error() is None:
                    found.append(_entry(message))
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    ended += 1
                else:
                    raise RuntimeError(message.error())
        reader.close()
        return found

    def _reader(self, group: str) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self.brokers,
                "group.id": group,
                "isolation.level": "read_committed",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "auto.offset.reset": "earliest",
                "fetch.wait.max.ms": 20,
            }
        )

    # Workers.

    def start(
        self, name: str = "worker", *, command: Sequence[str] = (), roles: str = "", **more: str
    ) -> Worker:
        """Start `orderstream worker`; `command` may put another program in front of it."""
        arguments = [*command, sys.executable, *_WORKER, *(("--roles", roles) if roles else ())]
        worker = Worker(arguments, self.environment | more, self._folder / f"{name}.log")
        self._started.append(worker)
        return worker

    def wait(self, condition: Callable[[], bool], *workers: Worker) -> None:
        """Wait for something while these workers must go on living."""

        def met() -> bool:
            for worker in workers:
                assert worker.process.poll() is None, f"a worker ended\n{worker.last_words()}"
            return condition()

        wait_until(met)

    def end(self) -> None:
        """Leave no process behind."""
        for worker in self._started:
            worker.kill()


class Worker:
    """One worker process."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self.port = free_port()
        self._log = log
        with log.open("ab") as sink:
            self.process = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env=os.environ | {"ORDERSTREAM_WEB_PORT": str(self.port)} | environment,
                stdout=sink,
                stderr=sink,
            )

    @property
    def ready(self) -> bool:
        return self.page("ready") is not None

    @property
    def live(self) -> bool:
        return self.page("live") is not None

    def metric(self, name: str, **labels: str) -> float:
        """Sum a series over the labels that are not named."""
        text = self.page("metrics") or ""
        return sum(
            sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        return cpu_seconds(self.process.pid)

    def starved_seconds(self) -> float:
        """Time in which it could have run and no CPU was free, summed over its threads."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text().split()[1]) for each in threads) / 1e9

    def resident_bytes(self) -> int:
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def kill(self) -> None:
        """End it as a power cut would, if it is still there."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def last_words(self) -> str:
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-15:])

    def page(self, page: str) -> str | None:
        """Give what its web server says with 200."""
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}/{page}", timeout=5
            ) as answer:
                return answer.read().decode()
        except (urllib.error.URLError, OSError):
            return None


def _committed_offsets(reader: Consumer, places: list[TopicPartition]) -> list[TopicPartition]:
    """Ask the group's coordinator; a fresh broker's is not ready for a while."""
    deadline = time.monotonic() + _SECONDS_MAX
    while True:
        try:
            return reader.committed(places, timeout=60)
        except KafkaException as error:
            if error.args[0].code() not in _NOT_READY or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def wait_until(condition: Callable[[], bool], seconds_max: float = _SECONDS_MAX) -> None:
    deadline = time.monotonic() + seconds_max
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _entry(message) -> Entry:
    return Entry(
        message.partition(),
        message.offset(),
        message.timestamp()[1],
        message.key(),
        message.value(),
        tuple((name, text or b"") for name, text in message.headers() or ()),
    )
