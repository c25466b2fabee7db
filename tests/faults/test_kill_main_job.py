"""The main job killed under load, with every role, on a real Kafka; the oracle judges the rest.

Each run prints its seed and what it counted; `FAULTS_SEED` plays a seed again, `FAULTS_KILLS`
makes it longer.
"""

from __future__ import annotations

import os
import random
import threading
import time
from typing import TYPE_CHECKING

import pytest

from streams.rulebook import rulebook
from tests.harness import inflow, oracle
from tests.harness.feeds import Payload, feed
from tests.harness.inflow import check_inflow
from tests.harness.installation import Installation, Worker
from tests.harness.oracle import Report, check

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(420)]

KILLS = int(os.environ.get("FAULTS_KILLS", "10"))
PAYLOADS_A_SECOND = 200
LIVE_ORDERS = 300
POISON_EVERY = 200
_NO_END = 1_000_000


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture
def job(kafka, tmp_path) -> Iterator[Installation]:
    installation = Installation(
        kafka,
        tmp_path,
        ORDERSTREAM_SESSION_TIMEOUT_SECONDS="6",
        ORDERSTREAM_HEARTBEAT_SECONDS="1",
    )
    installation.make_topics()
    yield installation
    installation.end()
    installation.remove_topics()


def test_ten_kills_of_the_only_worker(job, seed):
    chance = random.Random(seed)
    load = Load(job, seed)

    for life in range(KILLS):
        worker = job.start("only", ORDERSTREAM_WORKER_ID="only")
        _let_live(job, chance, worker, at_least_begun=life % 3 == 2)
        worker.kill()
    worker = job.start("only", ORDERSTREAM_WORKER_ID="only")
    load.end()
    job.wait(job.drained, worker)

    assert worker.stop() == 0, worker.last_words()
    _judge(job, seed, load)


def test_kills_while_another_worker_takes_over(job, seed):
    chance = random.Random(seed)
    load = Load(job, seed)
    running = [job.start("a"), job.start("b")]

    for life in range(KILLS // 2):
        _let_live(job, chance, *running)
        running.pop(int(chance.random() * 2)).kill()
        running.append(job.start(f"c{life}"))
    load.end()
    job.wait(job.drained, *running)

    _judge(job, seed, load)


class Load:
    """Payloads and commands at a steady rate for as long as the kills last."""

    def __init__(self, job: Installation, seed: int) -> None:
        self.sent = 0
        self._job = job
        self._payloads = feed(seed, _NO_END, LIVE_ORDERS)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)  # ends with a failed test
        self._thread.start()

    def _send(self) -> None:
        begun = time.monotonic()
        while not self._ended.is_set():
            while self.sent < (time.monotonic() - begun) * PAYLOADS_A_SECOND:
                self._job.produce(self._next())
                self.sent += 1
            self._job.producer.poll(0.01)
        self._job.producer.flush()

    def _next(self) -> Payload:
        payload = next(self._payloads)
        if self.sent % POISON_EVERY:
            return payload
        return payload._replace(value=payload.value[:-1])

    def end(self) -> None:
        self._ended.set()
        self._thread.join()


def _let_live(
    job: Installation, chance: random.Random, *workers: Worker, at_least_begun: bool = False
) -> None:
    """Give workers time to commit something, or only to begin, so that some die in recovery."""
    if at_least_begun:
        job.wait(lambda: workers[-1].metric("orderstream_tasks_started_total") > 0, *workers)
        time.sleep(chance.uniform(0.0, 0.5))
        return
    before = job.committed("order-log")
    job.wait(lambda: job.committed("order-log") > before, *workers)
    time.sleep(chance.uniform(0.0, 1.5))


def _judge(job: Installation, seed: int, load: Load) -> None:
    topics = job.read_all([*oracle.TOPICS, *inflow.TOPICS])
    report: Report = check(topics, rulebook({}))
    check_inflow(topics, report)
    print(f"seed {seed}, sent {load.sent}, {report}")
    assert not report.violations, f"FAULTS_SEED={seed}\n{report}"
    assert report.counts["payloads"] + report.counts["commands"] > 0.9 * load.sent
