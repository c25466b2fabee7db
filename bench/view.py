"""The view by itself: changes a second into each database, its lag, its rebuild, its questions.

A change is a snapshot with all that was said with it: records of the log, changes of axes and
words, notices. The databases are a SQLite file and a PostgreSQL of Debian's programs, both on this
machine. A rebuild is the database's part of one: the topics are told from memory.
"""

from __future__ import annotations

import itertools
import multiprocessing
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, text

from bench.machine import load_average
from bench.view_order import last_snapshots, side_by_side, told_by_time
from bench.view_question import ask
from readmodel.batch import LIVE, Incoming, Place, Span, apply, positions
from readmodel.database import for_writing, migrate, open_database
from readmodel.happening import SNAPSHOTS
from readmodel.rebuild import REBUILD, begin, finish
from tests.harness.installation import cpu_seconds
from tests.harness.postgresql import Server

BATCH = 10_000
COPIES = 10
WRITERS = 2
LAG_CHANGES_PER_SECOND = 2_000
LAG_SECONDS = 10
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_SPAWN = multiprocessing.get_context("spawn")

Figures = Mapping[str, float]


def sqlite(orders: int) -> Mapping[str, Figures]:
    """Measure a SQLite file."""
    with _folder() as folder:
        return _measure(f"sqlite:///{folder / 'view.db'}", orders, lambda: 0.0, writers=1)


def postgresql(orders: int) -> Mapping[str, Figures]:
    """Measure a PostgreSQL, also with two workers that share the partitions."""
    with _folder() as folder:
        server = Server(folder)
        server.start("-c shared_buffers=1GB -c max_wal_size=4GB")
        try:
            url = server.new_database(with_tables=False)
            return _measure(url, orders, lambda: _server_seconds(folder), writers=WRITERS)
        finally:
            server.stop("immediate")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="orderstream-bench."))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _server_seconds(folder: Path) -> float:
    """CPU of the server's processes that live now; those of closed connections are its own."""
    server = int((folder / "cluster" / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    return sum(cpu_seconds(int(child)) for child in children)


def _measure(
    url: str, orders: int, server_seconds: Callable[[], float], writers: int
) -> Mapping[str, Figures]:
    engine = open_database(url, statement_ms=0)
    migrate(engine)
    try:
        told = told_by_time()
        found = {"changes": _changes(engine, told, server_seconds)}
        if writers > 1:
            found[f"changes, {writers} workers"] = _shared(url, writers)
        found[f"lag at {LAG_CHANGES_PER_SECOND:,} changes/s"] = _lag(engine, told)
        with _pool(1) as pool:
            found["rebuild"] = pool.submit(_rebuild, url, orders).result()
        _settle(engine)
        found["questions, milliseconds"] = ask(engine, orders)
        load = {"load_average": round(load_average(), 1)}
        return {name: {**figures, **load} for name, figures in found.items()}
    finally:
        engine.dispose()


def _pool(processes: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(processes, mp_context=_SPAWN)


def _changes(engine: Engine, told: list[Incoming], server_seconds: Callable[[], float]) -> Figures:
    """Project whole stories: log, changes of status, messages and snapshots."""
    records = list(side_by_side(told, COPIES, partition=0))
    cpu, server = time.process_time(), server_seconds()
    seconds = sum(_write(engine, batch) for batch in _batches(iter(records)))
    each = 1e6 / _of(records)[SNAPSHOTS]
    return {
        **_rates(records, seconds),
        "worker_cpu_us_per_change": round((time.process_time() - cpu) * each),
        "server_cpu_us_per_change": round((server_seconds() - server) * each),
    }


def _rates(records: list[Incoming], seconds: float) -> Figures:
    count = _of(records)
    return {
        "changes_per_second": round(count[SNAPSHOTS] / seconds),
        "facts_per_second": round(count["order-log"] / seconds),
        "records_per_second": round(len(records) / seconds),
    }


def _of(records: list[Incoming]) -> Counter[str]:
    return Counter(record.topic for record in records)


def _shared(url: str, writers: int) -> Figures:
    """Project partitions with a worker each, begun together; the slowest counts."""
    with _pool(writers) as pool:
        begin_at = time.time() + 15
        working = [pool.submit(_write_partition, url, 1 + one, begin_at) for one in range(writers)]
        done = [one.result() for one in working]
    seconds = max(ended for ended, _ in done) - begin_at
    return {
        "changes_per_second": round(sum(changes for _, changes in done) / seconds),
        "begun_late_seconds": round(max(0.0, -seconds), 1),
    }


def _write_partition(url: str, partition: int, begin_at: float) -> tuple[float, int]:
    engine = open_database(url, statement_ms=0)
    records = list(side_by_side(told_by_time(), COPIES, partition))
    time.sleep(max(0.0, begin_at - time.time()))
    for batch in _batches(iter(records)):
        _write(engine, batch)
    engine.dispose()
    return time.time(), _of(records)[SNAPSHOTS]


def _lag(engine: Engine, told: list[Incoming]) -> Figures:
    """Let changes come at an even rate; what waits is written, and each waits until it is there."""
    changes = LAG_CHANGES_PER_SECOND * LAG_SECONDS
    records = list(side_by_side(told, 1 + changes // _of(told)[SNAPSHOTS], 100))
    rate = LAG_CHANGES_PER_SECOND * len(records) / _of(records)[SNAPSHOTS]
    lags: list[float] = []
    begun, written = time.perf_counter(), 0
    while written < len(records):
        there = min(len(records), int((time.perf_counter() - begun) * rate))
        if there == written:
            time.sleep(0.005)
            continue
        batch = records[written : min(there, written + BATCH)]
        _write(engine, batch)
        now = time.perf_counter() - begun
        lags += [now - (written + place) / rate for place in range(len(batch))]
        written += len(batch)
    lags.sort()
    return {
        "lag_seconds_p50": round(lags[len(lags) // 2], 2),
        "lag_seconds_p99": round(lags[int(len(lags) * 0.99)], 2),
        "lag_seconds_max": round(lags[-1], 2),
    }


def _rebuild(url: str, orders: int) -> Figures:
    """Build orders from their last snapshots; in a process of its own, so its memory is its own."""
    told = told_by_time()
    engine = open_database(url, statement_ms=0)
    _forget_peak()
    before = _resident_mib_max()
    begun = begin(engine, _NOW)
    seconds = sum(
        _write(engine, batch, REBUILD) for batch in _batches(last_snapshots(told, orders, 200))
    )
    ending = time.perf_counter()
    finish(engine, begun.generation, (), _NOW)
    seconds += time.perf_counter() - ending
    engine.dispose()
    return {
        "orders": orders,
        "seconds": round(seconds, 1),
        "orders_per_second": round(orders / seconds),
        "resident_mib_max": round(_resident_mib_max()),
        "of_which_before": round(before),
    }


def _resident_mib_max() -> float:
    """Give the peak since it was last forgotten."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _settle(engine: Engine) -> None:
    """Give the planner what it has after a day: statistics."""
    looked_at = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(looked_at))


def _batches(records: Iterator[Incoming]) -> Iterator[list[Incoming]]:
    while batch := list(itertools.islice(records, BATCH)):
        yield batch


def _write(engine: Engine, batch: list[Incoming], consumer: str = LIVE) -> float:
    begun = time.perf_counter()
    with engine.connect() as connection:
        known = positions(connection, consumer)
    ends = {Place(record.topic, record.partition): record.offset + 1 for record in batch}
    spans = {place: Span(known.get(place), end) for place, end in ends.items()}
    apply(for_writing(engine), batch, spans, consumer=consumer)
    return time.perf_counter() - begun
