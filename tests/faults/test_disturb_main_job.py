"""The main job with pauses, workers that come and go, and a broker that dies, under load.

A worker ends itself where it cannot know what was committed (ADR 6), so here as in production
something starts it again. `FAULTS_SEED` plays a seed again, `FAULTS_KILLS` makes it longer.
"""

from __future__ import annotations

import random
import signal
import threading
import time
from typing import TYPE_CHECKING, Self

import pytest

from tests.faults.campaign import (
    KILLS,
    SESSION_SECONDS,
    disturbed_feeds,
    installed,
    judge,
    let_live,
)
from tests.harness.broker import Broker
from tests.harness.installation import Installation, Worker

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(420)]

ROUNDS = max(1, KILLS // 5)


def test_workers_that_sleep_through_their_session_write_nothing_twice(job, seed):
    """A paused worker wakes up among its heirs; what it had in hand is refused (C4)."""
    chance = random.Random(seed)
    load = disturbed_feeds(job, seed)
    with Crew(job, 2) as crew:
        for _ in range(ROUNDS):
            let_live(job, chance)
            sleeper = crew.pick(chance)
            sleeper.process.send_signal(signal.SIGSTOP)
            time.sleep(SESSION_SECONDS * chance.uniform(0.5, 2.0))
            sleeper.process.send_signal(signal.SIGCONT)
        load.end()
        job.wait(job.drained)

    judge(job, seed, load)


def test_workers_that_come_and_go_hand_over_without_loss(job, seed):
    """Some leave as they are asked to, some at once; others join meanwhile (C5)."""
    chance = random.Random(seed)
    load = disturbed_feeds(job, seed)
    with Crew(job, 1) as crew:
        for change in range(2 * ROUNDS):
            let_live(job, chance)
            crew.grow()
            if change % 2:
                crew.leave(chance)
        load.end()
        job.wait(job.drained)

    judge(job, seed, load)


def test_a_broker_that_dies_and_comes_back_loses_nothing(broker, apart, seed):
    """It is killed or stopped and away for a while; workers go on when it is back (C6)."""
    chance = random.Random(seed)
    job = apart
    load = disturbed_feeds(job, seed)
    with Crew(job, 1):
        for outage in range(ROUNDS):
            let_live(job, chance)
            broker.end(signal.SIGKILL if outage % 2 == 0 else signal.SIGTERM)
            time.sleep(chance.uniform(0.5, 8.0))
            broker.start()
        load.end()
        job.wait(job.drained)

    judge(job, seed, load)


class Crew:
    """Workers of one group; one that ended itself is started again, as a supervisor does."""

    def __init__(self, job: Installation, size: int) -> None:
        self._job = job
        self._running: list[Worker] = []
        self._number = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        for _ in range(size):
            self.grow()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def grow(self) -> None:
        with self._lock:
            self._number += 1
            self._running.append(self._job.start(f"w{self._number}"))

    def leave(self, chance: random.Random) -> None:
        """One goes, by request or by force; one that is not ready yet hears no request."""
        with self._lock:
            worker = self._running.pop(chance.randrange(len(self._running)))
        if chance.random() < 0.5 or not worker.ready:
            worker.kill()
        else:
            assert worker.stop() == 0, worker.last_words()

    def pick(self, chance: random.Random) -> Worker:
        with self._lock:
            return chance.choice(self._running)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Start nobody any more; the installation ends who still runs."""
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(0.5):
            with self._lock:
                gone = [each for each in self._running if each.process.poll() is not None]
                self._running = [each for each in self._running if each not in gone]
            for _ in gone:
                self.grow()


@pytest.fixture
def broker(tmp_path_factory) -> Iterator[Broker]:
    broker = Broker(tmp_path_factory.mktemp("broker"))
    yield broker
    broker.stop()


@pytest.fixture
def apart(broker, tmp_path) -> Iterator[Installation]:
    """Give a main job on that broker."""
    with installed(broker.address, tmp_path) as job:
        yield job
