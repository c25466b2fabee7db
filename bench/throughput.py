"""Events a second through one worker, all of them there before it begins, exactly once."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bench.machine import (
    Progress,
    Watch,
    broker_cpu_seconds,
    installation,
    load_average,
    one_cpu,
    preload,
)
from streams import topic
from tests.harness.feeds import Payload, feed
from tests.harness.installation import INPUTS
from tests.harness.story import order_log

SEED = 20260105
FACTS_AN_ORDER = 7.5
LIVE_ORDERS = 10_000
FEEDS = INPUTS[:4]


def lifecycle(
    brokers: str, folder: Path, events: int, *, pinned: bool, command: Sequence[str] = ()
) -> Mapping[str, float]:
    """Fold a preloaded order log; `pinned` leaves the worker one CPU, and the broker the rest."""
    with installation(brokers, folder) as job:
        preload(job, _log(events))
        before = one_cpu() if pinned else ()
        worker = job.start("lifecycle", roles="lifecycle", command=(*before, *command))
        timed = Watch(Progress(job, [topic.ORDER_LOG]), worker).until()
        said = worker.metric("orderstream_events_out_total")
        figures = {
            **timed.figures(),
            "messages_per_event": round(said / events, 1),
            "transactions": worker.metric("orderstream_transactions_total"),
            "resident_mib": worker.resident_bytes() >> 20,
        }
        worker.stop()
        return figures


def _log(events: int) -> Iterator[Payload]:
    told = order_log(SEED, int(events / FACTS_AN_ORDER) + LIVE_ORDERS, LIVE_ORDERS)
    for key, value in itertools.islice(told, events):
        yield Payload(topic.ORDER_LOG, key, value, [])


def feeds(brokers: str, folder: Path, events: int) -> Mapping[str, float]:
    """Take payloads of all feeds through every stage of one worker, to the last status.

    The worker is there first, and asleep while the feeds fill, so that nothing of its start and
    all of its work counts.
    """
    told = list(itertools.islice(feed(SEED, int(events / 4) + LIVE_ORDERS, LIVE_ORDERS), events))
    with installation(brokers, folder) as job:
        worker = job.start("feeds", ORDERSTREAM_SESSION_TIMEOUT_SECONDS="30")
        job.wait(lambda: worker.ready, worker)
        worker.process.send_signal(signal.SIGSTOP)
        preload(job, told)
        cpu, broker_cpu = worker.cpu_seconds(), broker_cpu_seconds(folder)
        begun = time.monotonic()
        worker.process.send_signal(signal.SIGCONT)
        progress = Progress(job, FEEDS)
        while progress.done() < progress.total or not job.drained():
            time.sleep(0.3)
        seconds, used = time.monotonic() - begun, worker.cpu_seconds() - cpu
        broker_used = broker_cpu_seconds(folder) - broker_cpu
        facts = worker.metric("orderstream_events_in_total", stage="lifecycle")
        figures = {
            "payloads": events,
            "seconds": round(seconds, 2),
            "payloads_per_second": round(events / seconds),
            "facts_per_second": round(facts / seconds),
            "records_through_all_stages_per_second": round(
                worker.metric("orderstream_events_in_total") / seconds
            ),
            "cpu_us_per_payload": round(used / events * 1e6, 1),
            "broker_cpu_us_per_payload": round(broker_used / events * 1e6, 1),
            "transactions": worker.metric("orderstream_transactions_total"),
            "load_average": round(load_average(), 1),
        }
        worker.stop()
        return figures
