"""State read back from its changelog: how long until the first event, and what an order costs."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.machine import installation, load_average, preload
from domain.codec import decode_record, encode_order
from domain.order import Order
from domain.process import process, unseen
from streams import topic
from streams.rulebook import rulebook
from tests.harness.feeds import Payload
from tests.harness.installation import Installation, Worker
from tests.harness.story import BEGINNING, order_log

_TEMPLATES = 2_000
_NO_DEADLINE = bytes(8)
_FIRST = "acme/shop0/"


def recovery(brokers: str, folder: Path, orders: int) -> Mapping[str, float]:
    """Start a worker on a changelog of so many orders with one event waiting in each partition."""
    idle = _resident(brokers, folder)
    with installation(brokers, folder) as job:
        size = _write_states(job, orders)
        job.send(_one_event_a_partition(job))
        worker = job.start("recovery", roles="lifecycle")
        seconds = _first_event(job, worker)
        job.wait(lambda: worker.ready, worker)
        resident = worker.resident_bytes()
        figures = {
            "orders": orders,
            "assignment_to_first_event_seconds": round(seconds, 2),
            "recovery_seconds": round(_slowest(job, worker), 2),
            "state_bytes_per_order": round(size / orders),
            "resident_bytes_per_idle_order": round((resident - idle) / orders),
            "load_average": round(load_average(), 1),
        }
        worker.stop()
        return figures


def _resident(brokers: str, folder: Path) -> int:
    """Weigh a worker that keeps nothing."""
    with installation(brokers, folder) as job:
        worker = job.start("empty", roles="lifecycle")
        job.wait(lambda: worker.ready, worker)
        weight = worker.resident_bytes()
        worker.stop()
        return weight


def _write_states(job: Installation, orders: int) -> int:
    """Fill the changelog with orders like those of the stories; give their bytes."""
    size = 0

    def told() -> Iterator[Payload]:
        nonlocal size
        for number, (name, state) in zip(range(orders), itertools.cycle(_states()), strict=False):
            key = f"{_FIRST}{number:07}".encode()
            value = _NO_DEADLINE + state.replace(name, key)
            size += len(value)
            yield Payload(topic.LIFECYCLE_CHANGELOG, key, value, [])

    preload(job, told())
    return size


def _states() -> list[tuple[bytes, bytes]]:
    rules_for, orders = rulebook({}), dict[str, Order]()
    for key, value in order_log(1, _TEMPLATES, 200):
        name, record = key.decode(), decode_record(value)
        order = orders.get(name) or unseen(name, BEGINNING)
        orders[name] = process(order, record, rules_for(name)).order
    return [(name.encode(), encode_order(order)) for name, order in orders.items()]


def _one_event_a_partition(job: Installation) -> Iterator[Payload]:
    """Tell of enough orders that every partition of the log gets one."""
    for key, value in itertools.islice(order_log(2, 100, 100), 16 * job.settings.partitions):
        yield Payload(topic.ORDER_LOG, key, value, [])


def _first_event(job: Installation, worker: Worker) -> float:
    job.wait(lambda: worker.metric("orderstream_tasks_started_total") > 0, worker)
    assigned = time.monotonic()
    job.wait(lambda: worker.metric("orderstream_events_in_total") > 0, worker)
    return time.monotonic() - assigned


def _slowest(job: Installation, worker: Worker) -> float:
    return max(
        worker.metric("orderstream_recovery_seconds", partition=str(each))
        for each in range(job.settings.partitions)
    )
