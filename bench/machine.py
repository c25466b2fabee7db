"""The broker of a run, the clock of a run, and what the machine was doing meanwhile."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import Consumer, KafkaException, TopicPartition

from tests.harness.feeds import Payload
from tests.harness.installation import ROOT, Installation, Worker, cpu_seconds

_KAFKA = ROOT / "deploy" / "kafka"
# A JVM spends half of its first minutes on better code; the first compiler alone is slower and
# steady from the start, which is nearer to a broker that has run for a day.
_FIRST_COMPILER = "-XX:TieredStopAtLevel=1"


@contextmanager
def broker() -> Iterator[tuple[str, Path]]:
    """Start the Kafka of deploy/kafka in a fresh folder and take both away again."""
    data = Path(tempfile.mkdtemp(prefix="orderstream-bench."))
    try:
        started = subprocess.run(
            ["bash", _KAFKA / "start.sh", data],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env={"KAFKA_JVM": _FIRST_COMPILER} | os.environ,
        )
        yield started.stdout.strip(), data
    finally:
        subprocess.run(["bash", _KAFKA / "stop.sh", data], check=False)
        shutil.rmtree(data, ignore_errors=True)


def broker_cpu_seconds(folder: Path) -> float:
    """User and system time of the broker whose data is in this folder."""
    return cpu_seconds(int((folder / "kafka.pid").read_text()))


@contextmanager
def installation(brokers: str, folder: Path) -> Iterator[Installation]:
    """Fresh topics and no worker left behind."""
    job = Installation(brokers, folder)
    job.make_topics()
    try:
        yield job
    finally:
        job.end()
        job.remove_topics()


def one_cpu() -> tuple[str, ...]:
    """Give the words that keep a program on one CPU, none where that cannot be had."""
    return ("taskset", "-c", "0") if shutil.which("taskset") else ()


def load_average() -> float:
    return os.getloadavg()[0]


def preload(job: Installation, payloads: Iterable[Payload]) -> int:
    """Write it all before anybody reads; give the number of records."""
    count = 0
    for payload in payloads:
        job.produce(payload)
        count += 1
    job.producer.flush()
    return count


class Progress:
    """How far the group got with topics that were filled before it began."""

    def __init__(self, job: Installation, topics: Iterable[str]) -> None:
        self._reader = Consumer({"bootstrap.servers": job.brokers, "group.id": job.application_id})
        places = [
            TopicPartition(topic, each)
            for topic in topics
            for each in range(job.settings.partitions)
        ]
        self._ends = {
            (one.topic, one.partition): self._reader.get_watermark_offsets(one)[1]
            for one in places
        }
        self._places = places
        self.total = sum(self._ends.values())

    def done(self) -> int:
        """Count the records committed of those that were there at the beginning."""
        try:
            found = self._reader.committed(self._places, timeout=20)
        except KafkaException:  # a busy or fresh broker; `until` has a deadline of its own
            return 0
        return sum(min(max(0, one.offset), self._ends[one.topic, one.partition]) for one in found)

    def close(self) -> None:
        self._reader.close()


@dataclass(frozen=True, kw_only=True)
class Timed:
    """What one worker did between its first commit and its last."""

    events: int
    seconds: float
    cpu_seconds: float
    starved_seconds: float
    load: float

    def figures(self) -> Mapping[str, float]:
        return {
            "events": self.events,
            "seconds": round(self.seconds, 2),
            "events_per_second": round(self.events / self.seconds),
            "cpu_us_per_event": round(self.cpu_seconds / self.events * 1e6, 1),
            "cpus_missed": round(self.starved_seconds / self.seconds, 2),
            "load_average": round(self.load, 1),
        }


class Watch:
    """Times a worker from the first commit that is seen, so that its start does not count."""

    def __init__(self, progress: Progress, worker: Worker) -> None:
        self._progress = progress
        self._worker = worker

    def until(self, seconds_max: float = 600) -> Timed:
        """Wait until everything preloaded is committed."""
        deadline = time.monotonic() + seconds_max
        begun, before, cpu, starved = 0.0, 0, 0.0, 0.0
        while True:
            done = self._progress.done()
            now = time.monotonic()
            if done and not begun:
                begun, before = now, done
                cpu, starved = self._worker.cpu_seconds(), self._worker.starved_seconds()
            if done >= self._progress.total:
                break
            if now > deadline or self._worker.process.poll() is not None:
                raise RuntimeError(
                    f"{done} of {self._progress.total}\n{self._worker.last_words()}"
                )
            time.sleep(0.05)
        return Timed(
            events=self._progress.total - before,
            seconds=now - begun,
            cpu_seconds=self._worker.cpu_seconds() - cpu,
            starved_seconds=self._worker.starved_seconds() - starved,
            load=load_average(),
        )
