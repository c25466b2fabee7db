"""What campaigns against the main job share: the load, time to live, and the oracle's judgement."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from streams.rulebook import rulebook
from tests.harness import inflow, oracle
from tests.harness.feeds import Payload, feed
from tests.harness.inflow import check_inflow
from tests.harness.installation import Installation, Worker
from tests.harness.oracle import Report, check

SESSION_SECONDS: Final = 6.0
KILLS: Final = int(os.environ.get("FAULTS_KILLS", "10"))
PAYLOADS_A_SECOND: Final = 200
LIVE_ORDERS: Final = 300
POISON_EVERY: Final = 200
_NO_END: Final = 1_000_000


class Load:
    """Records at a steady rate for as long as the faults last, or as there are any."""

    def __init__(self, job: Installation, payloads: Iterable[Payload], *, a_second: int) -> None:
        self.sent = 0
        self._job = job
        self._payloads = payloads
        self._a_second = a_second
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)  # ends with a failed test
        self._thread.start()

    def _send(self) -> None:
        begun = time.monotonic()
        for payload in self._payloads:
            while self.sent >= (time.monotonic() - begun) * self._a_second:
                if self._ended.is_set():
                    break
                self._job.producer.poll(0.01)
            if self._ended.is_set():
                break
            self._job.produce(payload)
            self.sent += 1
        self._job.producer.flush()

    def end(self) -> None:
        """Stop sending; what was sent is in the broker then."""
        self._ended.set()
        self._thread.join()


def disturbed_feeds(job: Installation, seed: int) -> Load:
    """Send what sources and operators send, and some of it damaged."""
    payloads = enumerate(feed(seed, _NO_END, LIVE_ORDERS))
    return Load(
        job,
        (
            one if number % POISON_EVERY else one._replace(value=one.value[:-1])
            for number, one in payloads
        ),
        a_second=PAYLOADS_A_SECOND,
    )


@contextmanager
def installed(kafka: str, folder: Path, **environment: str) -> Iterator[Installation]:
    """Give a main job with topics of its own, and leave no worker and no topic behind."""
    job = Installation(
        kafka,
        folder,
        ORDERSTREAM_SESSION_TIMEOUT_SECONDS=f"{SESSION_SECONDS:g}",
        ORDERSTREAM_HEARTBEAT_SECONDS="1",
        **environment,
    )
    job.make_topics()
    try:
        yield job
    finally:
        job.end()
        job.remove_topics()


def let_live(
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


def judge(job: Installation, seed: int, load: Load) -> None:
    """Compare everything in the topics with an independent replay; print what was counted."""
    topics = job.read_all([*oracle.TOPICS, *inflow.TOPICS])
    report: Report = check(topics, rulebook({}))
    check_inflow(topics, report)
    print(f"seed {seed}, sent {load.sent}, {report}")
    assert not report.violations, f"FAULTS_SEED={seed}\n{report}"
    assert report.counts["payloads"] + report.counts["commands"] > 0.9 * load.sent
