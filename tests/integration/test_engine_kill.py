"""Killed under load, again and again: nothing is lost, nothing is said twice, state is the fold."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter, defaultdict

import pytest

from streams.engine.crash import EXIT_SURPRISE

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(240)]

KEYS = 200
EVENTS_A_SECOND = 1_500


def test_a_worker_that_slept_through_its_session_writes_nothing_more(log, prefix, workers):
    load = Load(log, prefix)
    running = {"a": workers.start("a"), "b": workers.start("b")}

    for name in "abab":
        _wait_for_progress(log, prefix, running["b"], running["a"])
        running[name].process.send_signal(signal.SIGSTOP)
        time.sleep(5)  # longer than its session: the other one takes over
        running[name].process.send_signal(signal.SIGCONT)
        time.sleep(3)
        for each, worker in running.items():
            if (
                worker.process.poll() is not None
            ):  # fenced: the process ends, a supervisor starts it
                assert worker.process.poll() == EXIT_SURPRISE
                running[each] = workers.start(each)
    load.end()
    _wait_until_done(log, prefix, running["a"], load.count)

    _assert_exactly_once(log, prefix, load.count)


class Load:
    """Events at a steady rate for as long as the kills last."""

    def __init__(self, log, prefix):
        self.count = 0
        self._log = log
        self._topic = f"{prefix}-in"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._produce)
        self._thread.start()

    def _produce(self):
        begun = time.monotonic()
        while not self._ended.is_set():
            due = int((time.monotonic() - begun) * EVENTS_A_SECOND)
            for number in range(self.count, due):
                self._log.producer.produce(
                    self._topic, b"%d" % number, b"k%d" % (number % KEYS), partition=number % 4
                )
            self.count = due
            self._log.producer.poll(0.01)
        self._log.producer.flush()

    def end(self):
        self._ended.set()
        self._thread.join()


def test_ten_kills_of_the_only_worker(log, prefix, workers):
    load = Load(log, prefix)

    for life in range(10):
        worker = workers.start("only", ORDERSTREAM_WORKER_ID="only")
        _wait_for_progress(log, prefix, worker)
        time.sleep(random.Random(life).uniform(0.0, 1.5))
        worker.kill()
    worker = workers.start("only", ORDERSTREAM_WORKER_ID="only")
    load.end()
    _wait_until_done(log, prefix, worker, load.count)

    assert worker.stop() == 0
    _assert_exactly_once(log, prefix, load.count)


def test_kills_while_another_worker_takes_over(log, prefix, workers):
    load = Load(log, prefix)
    running = [workers.start("a"), workers.start("b")]

    for life in range(6):
        _wait_for_progress(log, prefix, running[1])
        time.sleep(random.Random(life).uniform(0.0, 1.5))
        running.pop(0).kill()
        running.append(workers.start("ab"[life % 2]))
    load.end()
    _wait_until_done(log, prefix, running[0], load.count)

    _assert_exactly_once(log, prefix, load.count)


def _wait_for_progress(log, prefix, *workers):
    before = log.committed(prefix, f"{prefix}-in")
    _wait(workers, lambda: log.committed(prefix, f"{prefix}-in") > before)


def _wait_until_done(log, prefix, worker, expected):
    _wait([worker], lambda: log.committed(prefix, f"{prefix}-in") == expected)


def _wait(workers, condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert all(each.process.poll() is None for each in workers), "a worker ended by itself"
        assert time.monotonic() < deadline, "no progress"
        time.sleep(0.05)


def _assert_exactly_once(log, prefix, expected):
    told = defaultdict(list)
    events = Counter()
    for _, key, value in log.read(f"{prefix}-out"):
        count, _, event = value.partition(b" ")
        told[key].append(int(count))
        events[event] += 1
    state = {key: int(value) for _, key, value in log.read(f"{prefix}-log")}

    assert set(events.values()) == {1}
    assert len(events) == expected
    assert all(counts == list(range(1, len(counts) + 1)) for counts in told.values())
    assert state == {key: len(counts) for key, counts in told.items()}
