"""Killed under load, again and again: nothing is lost, nothing is said twice, state is the fold."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict

import pytest

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(240)]

KEYS = 200
EVENTS = 30_000
EVENTS_A_SECOND = 1_500


def test_ten_kills_of_the_only_worker(log, prefix, workers):
    load = _start_load(log, prefix)

    for life in range(10):
        worker = workers.start("only", ORDERSTREAM_WORKER_ID="only")
        _wait_for_progress(log, prefix, worker)
        time.sleep(random.Random(life).uniform(0.0, 1.5))  # noqa: S311
        worker.kill()
    worker = workers.start("only", ORDERSTREAM_WORKER_ID="only")
    load.join()
    _wait_until_done(log, prefix, worker)

    assert worker.stop() == 0
    _assert_exactly_once(log, prefix)


def test_kills_while_another_worker_takes_over(log, prefix, workers):
    load = _start_load(log, prefix)
    running = [workers.start("a"), workers.start("b")]

    for life in range(6):
        _wait_for_progress(log, prefix, running[1])
        time.sleep(random.Random(life).uniform(0.0, 1.5))  # noqa: S311
        running.pop(0).kill()
        running.append(workers.start("ab"[life % 2]))
    load.join()
    _wait_until_done(log, prefix, running[0])

    _assert_exactly_once(log, prefix)


def _start_load(log, prefix):
    def produce():
        begun = time.monotonic()
        for number in range(EVENTS):
            log.producer.produce(
                f"{prefix}-in", b"%d" % number, b"k%d" % (number % KEYS), partition=number % 4
            )
            log.producer.poll(0)
            ahead = number / EVENTS_A_SECOND - (time.monotonic() - begun)
            if ahead > 0.01:
                time.sleep(ahead)
        log.producer.flush()

    load = threading.Thread(target=produce)
    load.start()
    return load


def _wait_for_progress(log, prefix, worker):
    before = log.committed(prefix, f"{prefix}-in")
    _wait(worker, lambda: log.committed(prefix, f"{prefix}-in") > before)


def _wait_until_done(log, prefix, worker):
    _wait(worker, lambda: log.committed(prefix, f"{prefix}-in") == EVENTS)


def _wait(worker, condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert worker.process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < deadline, "no progress"
        time.sleep(0.05)


def _assert_exactly_once(log, prefix):
    told = defaultdict(list)
    events = Counter()
    for _, key, value in log.read(f"{prefix}-out"):
        count, _, event = value.partition(b" ")
        told[key].append(int(count))
        events[event] += 1
    state = {key: int(value) for _, key, value in log.read(f"{prefix}-log")}

    assert set(events.values()) == {1}
    assert len(events) == EVENTS
    assert all(counts == list(range(1, len(counts) + 1)) for counts in told.values())
    assert state == {key: len(counts) for key, counts in told.items()}
