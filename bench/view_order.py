"""Records for the view: what the state machine said of a few hundred orders, told again of many.

Each copy has a number, customer and time of its own. Copies are told side by side, as orders of a
day are: a batch holds few changes of one order.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from readmodel.batch import Incoming
from readmodel.happening import SNAPSHOTS, TOPICS
from tests.harness.local import LocalJob
from tests.harness.story import order_log

SEED = 20260105
TOLD = 400
_BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
FIRST_NAMES = ("Ana", "Ben", "Chloé", "Dmitri", "Ebba", "Farid", "Greta", "Hugo", "Ida", "Jan")
_SYLLABLES = ("ber", "gar", "lin", "mon", "nov", "pet", "ras", "sten", "tor", "wald")
SURNAMES = ["".join(three).title() for three in itertools.product(_SYLLABLES, repeat=3)]


def told_by_time() -> list[Incoming]:
    """Tell some orders through the state machine; topics mixed as they come."""
    job, told = LocalJob(["lifecycle"]), []
    seen = dict.fromkeys(TOPICS, 0)
    log = order_log(SEED, TOLD, live=TOLD)
    while batch := list(itertools.islice(log, 50)):
        for key, value in batch:
            job.write("order-log", key, value)
        job.run()
        for topic in TOPICS:
            told += [
                Incoming(topic, 0, 0, one.timestamp, one.key, one.value)
                for one in job.topics[topic][seen[topic] :]
            ]
            seen[topic] = len(job.topics[topic])
    return told


def side_by_side(told: list[Incoming], copies: int, partition: int) -> Iterator[Incoming]:
    """Tell each record of so many orders before the next; numbers are the partition's own."""
    offsets = dict.fromkeys(TOPICS, 0)
    first = (partition + 1) * 10_000_000
    for record in told:
        for copy in range(copies):
            yield _renumbered(record, first + copy * TOLD, partition, offsets)


def last_snapshots(told: list[Incoming], orders: int, partition: int) -> Iterator[Incoming]:
    """Tell the last snapshot of very many orders, as a compacted topic has it."""
    last = {record.key: record for record in told if record.topic == SNAPSHOTS}
    offsets = dict.fromkeys(TOPICS, 0)
    everything = (
        _renumbered(record, copy * TOLD, partition, offsets)
        for copy in itertools.count()
        for record in last.values()
    )
    return itertools.islice(everything, orders)


def _renumbered(record: Incoming, first: int, partition: int, offsets: dict[str, int]) -> Incoming:
    assert record.key is not None
    assert record.value is not None
    number = record.key.rsplit(b"/", 1)[1]
    own = first + int(number)
    value = record.value.replace(number, b"%08d" % own)
    if record.topic == SNAPSHOTS:
        value = _dressed(value, own)
    offset = offsets[record.topic]
    offsets[record.topic] = offset + 1
    key = record.key.replace(number, b"%08d" % own)
    return record._replace(partition=partition, offset=offset, key=key, value=value)


_NAME = re.compile(rb'"name":"[^"]*"')
_PLACED = re.compile(rb'"placed_at":"[^"]*"')


def _dressed(value: bytes, number: int) -> bytes:
    chance = random.Random(number)
    name = f'"name":"{chance.choice(FIRST_NAMES)} {chance.choice(SURNAMES)}"'.encode()
    placed = _BEGINNING + timedelta(seconds=37 * number % 31_000_000)
    at = f'"placed_at":"{placed:%Y-%m-%dT%H:%M:%SZ}"'.encode()
    return _PLACED.sub(at, _NAME.sub(name, value), count=1)
