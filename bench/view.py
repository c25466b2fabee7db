"""The view by itself: changes a second into each database, and what questions take at its size.

Orders are copies of a few hundred told ones, each with a number, customer and time of its own. The
databases are a SQLite file and a PostgreSQL of Debian's programs, both on this machine.
"""

from __future__ import annotations

import itertools
import random
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, event, text

from bench.machine import load_average
from readmodel.batch import Incoming, Place, Span, apply, positions
from readmodel.database import for_writing, migrate, open_database
from readmodel.happening import TOPICS
from readmodel.query import Question, list_orders
from readmodel.scope import of
from tests.harness.local import LocalJob
from tests.harness.postgresql import Server
from tests.harness.story import order_log

SEED = 20260105
BATCH = 5_000
TOLD = 400
COPIES = 4
QUESTIONS = 300
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)
_FIRST = ("Ana", "Ben", "Chloé", "Dmitri", "Ebba", "Farid", "Greta", "Hugo", "Ida", "Jan")
_SYLLABLES = ("ber", "gar", "lin", "mon", "nov", "pet", "ras", "sten", "tor", "wald")
SURNAMES = ["".join(three).title() for three in itertools.product(_SYLLABLES, repeat=3)]

Batches = Iterator[list[Incoming]]


def sqlite(orders: int) -> Mapping[str, float]:
    """Measure a SQLite file."""
    folder = Path(tempfile.mkdtemp(prefix="orderstream-bench."))
    try:
        return _measure(f"sqlite:///{folder / 'view.db'}", orders)
    finally:
        shutil.rmtree(folder)


def postgresql(orders: int) -> Mapping[str, float]:
    """Measure a PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="orderstream-bench."))
    folder.chmod(0o755)
    server = Server(folder)
    server.start("-c shared_buffers=1GB -c max_wal_size=4GB")
    try:
        return _measure(server.new_database(with_tables=False), orders)
    finally:
        server.stop("immediate")
        shutil.rmtree(folder)


def _measure(url: str, orders: int) -> Mapping[str, float]:
    engine = open_database(url, statement_ms=0)
    migrate(engine)
    try:
        changes = _changes(engine)
        filled = _fill(engine, orders)
        with engine.connect() as connection:
            looked_at = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(looked_at))
        return {**changes, **filled, **_ask(engine), "load_average": round(load_average(), 1)}
    finally:
        engine.dispose()


def _changes(engine: Engine) -> Mapping[str, float]:
    """Project whole stories: log, changes of status, messages and snapshots."""
    records = [*_copies(_told_by_time(), 10_000_000, COPIES)]
    seconds = _write(engine, [records[at : at + BATCH] for at in range(0, len(records), BATCH)])
    snapshots = sum(record.topic == "order-snapshots" for record in records)
    facts = sum(record.topic == "order-log" for record in records)
    return {
        "changes_per_second": round(snapshots / seconds),
        "facts_per_second": round(facts / seconds),
        "records_per_second": round(len(records) / seconds),
    }


def _fill(engine: Engine, orders: int) -> Mapping[str, float]:
    """Project the last snapshot of very many orders."""
    last = {record.key: record for record in _told_by_time() if record.topic == "order-snapshots"}
    told = sorted(last.values(), key=lambda record: record.offset)
    copies = _copies(told, 0, -(-orders // len(told)))
    seconds = 0.0
    while batch := list(itertools.islice(copies, BATCH)):
        seconds += _write(engine, [batch])
    return {"orders": orders, "orders_per_second": round(orders / seconds)}


def _write(engine: Engine, batches: list[list[Incoming]]) -> float:
    begun = time.perf_counter()
    for batch in batches:
        with engine.connect() as connection:
            known = positions(connection)
        ends = {Place(record.topic, 0): record.offset + 1 for record in batch}
        spans = {place: Span(known.get(place), end) for place, end in ends.items()}
        apply(for_writing(engine), batch, spans)
    return time.perf_counter() - begun


def _told_by_time() -> list[Incoming]:
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


def _copies(told: list[Incoming], first: int, times: int) -> Iterator[Incoming]:
    """Give each record again under other numbers, names and times."""
    chance = random.Random(SEED + first)
    offsets = dict.fromkeys(TOPICS, first * 100)
    for round_ in range(times):
        for record in told:
            number = (record.key or b"").rsplit(b"/", 1)[1]
            own = first + round_ * TOLD + int(number)
            value = (record.value or b"").replace(number, b"%08d" % own)
            if record.topic == "order-snapshots":
                value = _dressed(value, own, chance)
            key = (record.key or b"").replace(number, b"%08d" % own)
            yield record._replace(offset=offsets[record.topic], key=key, value=value)
            offsets[record.topic] += 1


_NAME = re.compile(rb'"name":"[^"]*"')
_PLACED = re.compile(rb'"placed_at":"[^"]*"')


def _dressed(value: bytes, number: int, chance: random.Random) -> bytes:
    name = f'"name":"{chance.choice(_FIRST)} {chance.choice(SURNAMES)}"'.encode()
    placed = _BEGINNING + timedelta(seconds=37 * number % 31_000_000)
    at = f'"placed_at":"{placed:%Y-%m-%dT%H:%M:%SZ}"'.encode()
    return _PLACED.sub(at, _NAME.sub(name, value), count=1)


_KINDS: Mapping[str, Callable[[random.Random], Question]] = {
    "list": lambda chance: Question(
        sort=chance.choice(["-created", "payment", "-fulfilment", "-changed", "created"])
    ),
    "filter": lambda chance: Question(
        filters=chance.choice(
            [
                {"payment": chance.choice(["paid", "authorized", "partially_refunded"])},
                {"fulfilment": chance.choice(["delivered", "unfulfilled", "cancelled"])},
                {"storefront.payment": chance.choice(["Paid", "In progress"])},
                {"channel": "shop1", "payment": "paid"},
                {"on_hold": "yes"},
                {"customer": f"buyer{chance.randrange(100_000):08}@example.test"},
                {"sku": f"SKU-{chance.randint(100, 999)}"},
                {"open": "yes"},
            ]
        )
    ),
    "search": lambda chance: Question(
        search=chance.choice(
            [
                chance.choice(SURNAMES),
                f"{chance.choice(_FIRST)} {chance.choice(SURNAMES)}",
                f"{chance.randrange(100_000):08}",
                f"buyer{chance.randrange(100_000):08}@",
            ]
        )
    ),
}


def _ask(engine: Engine) -> Mapping[str, float]:
    """Ask each kind of question many times; look at the plan of each where there is one."""
    figures: dict[str, float] = {}
    chance = random.Random(SEED)
    scans = 0
    with engine.connect() as connection:
        for kind, make in _KINDS.items():
            taken = []
            for number in range(QUESTIONS):
                question = make(chance)
                begun = time.perf_counter()
                page = list_orders(connection, of("acme"), question, _NOW)
                taken.append((time.perf_counter() - begun) * 1000)
                if page.next and number % 3 == 0:  # the second page costs the same
                    following = Question(
                        filters=question.filters,
                        search=question.search,
                        sort=question.sort,
                        after=page.next,
                    )
                    begun = time.perf_counter()
                    list_orders(connection, of("acme"), following, _NOW)
                    taken.append((time.perf_counter() - begun) * 1000)
                if number < 40:
                    scans += _scans_all(engine, question)
            taken.sort()
            figures[f"{kind}_ms_p50"] = round(taken[len(taken) // 2], 1)
            figures[f"{kind}_ms_p99"] = round(taken[int(len(taken) * 0.99)], 1)
    return {**figures, "whole_table_scans": scans}


def _scans_all(engine: Engine, question: Question) -> int:
    """Tell whether the database reads the whole table of orders for a question."""
    with _explained(engine) as said, engine.connect() as connection:
        list_orders(connection, of("acme"), question, _NOW)
    plan = "\n".join(said)
    return int(bool(re.search(r"Seq Scan on (orders|order_search|order_word)|SCAN orders$", plan)))


@contextmanager
def _explained(engine: Engine) -> Iterator[list[str]]:
    """Have each SELECT explained beside being asked."""
    said: list[str] = []
    prefix = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"

    def explain(connection, cursor, statement, parameters, context, many):  # noqa: ARG001 - SQLAlchemy's hook
        if statement.startswith("SELECT"):
            cursor.execute(f"{prefix} {statement}", parameters)
            said.extend(str(row[-1]) for row in cursor.fetchall())

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", explain)
