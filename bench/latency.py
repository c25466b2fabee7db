"""From a payload on its feed to the status it brings about, as a read_committed reader sees it."""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from confluent_kafka import Consumer, TopicPartition

from bench.machine import broker_cpu_seconds, installation, load_average
from bench.throughput import LIVE_ORDERS, SEED
from connectors import feed as feeds
from connectors.normalise import normalise
from domain.fact import ReferenceWasLinked
from streams import topic
from tests.harness.feeds import Payload, feed
from tests.harness.installation import Installation

WARM_UP_SECONDS = 10
_QUIET_SECONDS = 5.0


class _Told(msgspec.Struct):
    cause: str


class Sendable(NamedTuple):
    """A payload and the names of the facts whose time it answers for."""

    payload: Payload
    causes: tuple[str, ...]


def latency(brokers: str, folder: Path, rate: int, seconds: int) -> Mapping[str, float]:
    """Send at a steady rate; a payload's time ends with the first status that it caused."""
    payloads = _sendable(rate * (seconds + WARM_UP_SECONDS))
    with installation(brokers, folder) as job:
        worker = job.start("latency")
        job.wait(lambda: worker.ready, worker)
        reader = _Reader(job, payloads)
        begun, starved = time.monotonic(), worker.starved_seconds()
        cpu, broker_cpu = worker.cpu_seconds(), broker_cpu_seconds(folder)
        sent = _send(job, payloads, rate)
        took = time.monotonic() - begun
        busy = (worker.cpu_seconds() - cpu) / took
        broker_busy = (broker_cpu_seconds(folder) - broker_cpu) / took
        starving = (worker.starved_seconds() - starved) / took
        transactions = worker.metric("orderstream_transactions_total")
        reader.finish()
        late = _late(payloads, sent, reader, rate * WARM_UP_SECONDS)
        worker.stop()
    return {
        "rate": rate,
        "answered": len(late),
        "p50_ms": round(_quantile(late, 0.5) * 1000, 1),
        "p90_ms": round(_quantile(late, 0.9) * 1000, 1),
        "p99_ms": round(_quantile(late, 0.99) * 1000, 1),
        "max_ms": round(_quantile(late, 1.0) * 1000, 1),
        "transactions_per_second": round(transactions / took),
        "worker_cpus": round(busy, 2),
        "broker_cpus": round(broker_busy, 2),
        "worker_cpus_missed": round(starving, 2),
        "load_average": round(load_average(), 1),
    }


def _sendable(count: int) -> list[Sendable]:
    """Draw payloads that bring facts nobody brought before, of orders that are known by then."""
    seen: set[str] = set()
    known: set[str] = set()  # references; what nobody linked yet waits for another payload
    drawn: list[Sendable] = []
    for payload in feed(SEED, count, min(LIVE_ORDERS, count // 4), commands=False):
        source_and_delivery = feeds.read(payload.value, payload.headers)
        facts = normalise(*source_and_delivery).facts  # type: ignore[misc]
        for fact in facts:
            if isinstance(fact, ReferenceWasLinked) and (
                fact.order_key or fact.body.alias in known
            ):
                known.add(fact.body.reference)
        new = [fact for fact in facts if fact.event_id not in seen]
        seen.update(fact.event_id for fact in new)
        if new:
            causes = (fact.event_id for fact in new if fact.order_key or fact.reference in known)
            drawn.append(Sendable(payload, tuple(causes)))
        if len(drawn) == count:
            break
    return drawn


def _send(job: Installation, payloads: Sequence[Sendable], rate: int) -> list[float]:
    """Give when each payload was handed to the producer."""
    sent: list[float] = []
    begun = time.perf_counter()
    for number, one in enumerate(payloads):
        ahead = begun + number / rate - time.perf_counter()
        if ahead > 0:
            job.producer.poll(0)
            time.sleep(ahead)
        sent.append(time.perf_counter())
        job.produce(one.payload)
    job.producer.flush()
    return sent


class _Reader:
    """Notes when each cause was first heard of in order-status."""

    def __init__(self, job: Installation, payloads: Sequence[Sendable]) -> None:
        self.heard: dict[str, float] = {}
        self._wanted = set(itertools.chain.from_iterable(one.causes for one in payloads))
        self._ended = threading.Event()
        self._reader = Consumer(
            {
                "bootstrap.servers": job.brokers,
                "group.id": uuid.uuid4().hex,
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 100,
                "enable.auto.commit": False,
            }
        )
        partitions = range(job.settings.partitions)
        self._reader.assign([TopicPartition(topic.ORDER_STATUS, each, 0) for each in partitions])
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        decode = msgspec.json.Decoder(_Told).decode
        quiet_since = time.perf_counter()
        while not self._ended.is_set() or time.perf_counter() < quiet_since + _QUIET_SECONDS:
            messages = self._reader.consume(10_000, timeout=0.005)
            now = time.perf_counter()
            for message in messages:
                quiet_since = now
                cause = decode(message.value()).cause
                if cause in self._wanted:
                    self.heard.setdefault(cause, now)
        self._reader.close()

    def finish(self) -> None:
        """Read on until nothing comes any more."""
        self._ended.set()
        self._thread.join()


def _late(
    payloads: Sequence[Sendable], sent: Sequence[float], reader: _Reader, skipped: int
) -> list[float]:
    late = []
    for one, at in zip(payloads[skipped:], sent[skipped:], strict=True):
        heard = [reader.heard[cause] for cause in one.causes if cause in reader.heard]
        if heard:
            late.append(min(heard) - at)
    return sorted(late)


def _quantile(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        return float("nan")
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
