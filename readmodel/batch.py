"""One batch of records in one transaction, with the offsets: both are there, or neither (X.10).

Orders are written by version: a snapshot that is not newer than the row changes nothing. The
position of each partition is moved only from where this worker believes it to be, so a former
owner that comes late finds it moved and is rolled back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection, Engine, select, text
from sqlalchemy.exc import DataError, IntegrityError

from readmodel.bulk import delete_parts, upsert
from readmodel.column import moment_text
from readmodel.erasure import erased_among, scrub_rows, scrub_snapshot
from readmodel.errors import PositionMoved
from readmodel.happening import SNAPSHOTS, Happening, rows_of
from readmodel.message_table import GENERATIONS, POSITIONS, UNREADABLE
from readmodel.order_table import METADATA, ORDERS
from readmodel.part import Row
from readmodel.projection import project
from readmodel.seen import read_head

LIVE: Final = "live"
"""The consumer that follows the topics; a rebuild has a name of its own."""
_TELLING: Final = frozenset({"notification", "command_result", "action_required"})
"""Tables of messages that may name a person."""
_REASON_CHARACTERS_MAX: Final = 500
_REFUSED: Final = (DataError, IntegrityError, OverflowError, UnicodeEncodeError)
"""What a database or its driver says of a value, not of the database."""


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Span(NamedTuple):
    """From which offset to which a batch moves a partition; None where it had none yet."""

    before: int | None
    after: int


class Incoming(NamedTuple):
    """One record as it comes from Kafka."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None


class Written(NamedTuple):
    """What a batch changed."""

    orders: int = 0
    rows: int = 0
    unreadable: int = 0


class _Standing(NamedTuple):
    version: int
    generation: int
    digests: bytes


def apply(
    engine: Engine,
    records: Sequence[Incoming],
    spans: Mapping[Place, Span],
    *,
    consumer: str = LIVE,
) -> Written:
    """Write a batch; raises PositionMoved, or sqlalchemy.exc.DBAPIError when nothing was written."""
    try:
        with engine.begin() as connection:
            return write(connection, records, spans, consumer=consumer)
    except _REFUSED:
        # One value that the database refuses: find whose it is, and let the others through.
        with engine.begin() as connection:
            return _write_one_by_one(connection, records, spans, consumer)


def write(
    connection: Connection,
    records: Iterable[Incoming],
    spans: Mapping[Place, Span],
    *,
    consumer: str = LIVE,
) -> Written:
    """Write a batch within the caller's transaction."""
    move(connection, spans, consumer)
    return _write_rows(connection, records, current_generation(connection))


def _write_one_by_one(
    connection: Connection,
    records: Sequence[Incoming],
    spans: Mapping[Place, Span],
    consumer: str,
) -> Written:
    move(connection, spans, consumer)
    generation = current_generation(connection)
    done = Written()
    for record in records:
        try:
            with connection.begin_nested():
                one = _write_rows(connection, [record], generation)
        except _REFUSED as error:
            upsert(connection, UNREADABLE, [_unreadable(record, error)])
            one = Written(unreadable=1)
        done = Written(*(sum(pair) for pair in zip(done, one, strict=True)))
    return done


def move(connection: Connection, spans: Mapping[Place, Span], consumer: str) -> None:
    """Move positions; raises PositionMoved where one is not where it is believed to be."""
    for place, span in spans.items():
        if not _moved(connection, place, span, consumer):
            raise PositionMoved(f"{place.topic}[{place.partition}] is not at {span.before}")


def _moved(connection: Connection, place: Place, span: Span, consumer: str) -> bool:
    values = {
        "consumer": consumer,
        "topic": place.topic,
        "partition": place.partition,
        "before": span.before,
        "after": span.after,
    }
    statement = _FIRST if span.before is None else _NEXT
    return connection.execute(statement, values).rowcount == 1


_FIRST: Final = text(
    f"INSERT INTO {POSITIONS.name} (consumer, topic, partition, next_offset)"  # noqa: S608 - our own table
    " VALUES (:consumer, :topic, :partition, :after) ON CONFLICT DO NOTHING"
)
_NEXT: Final = text(
    f"UPDATE {POSITIONS.name} SET next_offset = :after"  # noqa: S608 - our own table
    " WHERE consumer = :consumer AND topic = :topic AND partition = :partition"
    " AND next_offset = :before"
)


def positions(connection: Connection, consumer: str = LIVE) -> dict[Place, int]:
    """Give the offset that comes next of every partition that was read."""
    columns = (POSITIONS.c.topic, POSITIONS.c.partition, POSITIONS.c.next_offset)
    rows = connection.execute(select(*columns).where(POSITIONS.c.consumer == consumer))
    return {Place(topic, partition): offset for topic, partition, offset in rows}


def current_generation(connection: Connection) -> int:
    """Give the generation that rows are written with."""
    return int(connection.execute(select(GENERATIONS.c.generation)).scalar_one())


def _write_rows(connection: Connection, records: Iterable[Incoming], generation: int) -> Written:
    snapshots: dict[str, tuple[int, Incoming]] = {}
    tables: dict[str, list[Row]] = {}
    bad: list[Row] = []
    for record in records:
        if record.value is None:
            continue  # a tombstone: retention removes orders in its own time (`retention.py`)
        try:
            if record.topic == SNAPSHOTS:
                head = read_head(record.value)
                if head.version >= snapshots.get(head.order_key, (0,))[0]:
                    snapshots[head.order_key] = head.version, record
            else:
                for table, row in rows_of(_happening(record), generation):
                    tables.setdefault(table.name, []).append(row)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            bad.append(_unreadable(record, error))
    orders = _write_orders(connection, snapshots, generation, bad)
    for name, rows in sorted(tables.items()):
        upsert(connection, METADATA.tables[name], _without_erased(connection, name, rows))
    upsert(connection, UNREADABLE, bad)
    return Written(orders, orders + sum(map(len, tables.values())), len(bad))


def _without_erased(connection: Connection, name: str, rows: list[Row]) -> list[Row]:
    if name not in _TELLING:
        return rows
    place = list(METADATA.tables[name].columns.keys()).index("order_key")
    erased = erased_among(connection, {str(row[place]) for row in rows})
    return scrub_rows(name, rows, erased) if erased else rows


def _write_orders(
    connection: Connection,
    snapshots: Mapping[str, tuple[int, Incoming]],
    generation: int,
    bad: list[Row],
) -> int:
    if not snapshots:
        return 0
    standing = _standing(connection, list(snapshots))
    erased = erased_among(connection, snapshots)
    orders: list[Row] = []
    rewritten: dict[str, list[str]] = {}
    parts: dict[str, list[Row]] = {}
    for order_key, (version, record) in sorted(snapshots.items()):
        there = standing.get(order_key)
        if there and (version, generation) <= (there.version, there.generation):
            continue
        anew = there is None or there.generation < generation
        try:
            raw = record.value or b""
            projected = project(
                scrub_snapshot(raw) if order_key in erased else raw,
                changed_at=_recorded_at(record),
                generation=generation,
                digests=None if anew or there is None else there.digests,
            )
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            bad.append(_unreadable(record, error))
            continue
        orders.append(projected.order)
        for name, rows in projected.parts.items():
            if there is not None:
                rewritten.setdefault(name, []).append(order_key)
            parts.setdefault(name, []).extend(rows)
    _write_parts(connection, orders, rewritten, parts)
    return len(orders)


def _write_parts(
    connection: Connection,
    orders: list[Row],
    rewritten: Mapping[str, list[str]],
    parts: Mapping[str, list[Row]],
) -> None:
    upsert(connection, ORDERS, orders)
    for name, order_keys in sorted(rewritten.items()):
        if name != "order_search":  # one row an order, updated in place
            delete_parts(connection, METADATA.tables[name], order_keys)
    for name, rows in sorted(parts.items()):
        upsert(connection, METADATA.tables[name], rows)


def _standing(connection: Connection, order_keys: list[str]) -> dict[str, _Standing]:
    """Say what is known of these orders; locked, so that no other writer changes it meanwhile."""
    columns = "order_key, version, generation, digests"
    if connection.dialect.name == "postgresql":
        found = connection.execute(
            text(f"SELECT {columns} FROM {ORDERS.name} WHERE order_key = ANY(:keys) FOR UPDATE"),  # noqa: S608
            {"keys": order_keys},
        )
    else:
        found = connection.execute(
            text(
                f"SELECT {columns} FROM {ORDERS.name}"  # noqa: S608 - our own table
                " WHERE order_key IN (SELECT value FROM json_each(:keys))"
            ),
            {"keys": msgspec.json.encode(order_keys).decode()},
        )
    return {key: _Standing(*rest) for key, *rest in found}


def _happening(record: Incoming) -> Happening:
    key = (record.key or b"").decode(errors="replace").replace("\x00", "\ufffd")
    assert record.value is not None
    at = _recorded_at(record)
    return Happening(record.topic, record.partition, record.offset, key, record.value, at)


def _recorded_at(record: Incoming) -> str:
    return _millisecond_text(max(record.timestamp_ms, 0))


@lru_cache(maxsize=1_024)  # records of one batch of a broker share their time
def _millisecond_text(milliseconds: int) -> str:
    return moment_text(datetime.fromtimestamp(milliseconds / 1000, UTC))


def _unreadable(record: Incoming, error: BaseException) -> Row:
    key = (record.key or b"").decode(errors="replace").replace("\x00", "\ufffd")
    reason = " ".join(str(error).split())[:_REASON_CHARACTERS_MAX].replace("\x00", "\ufffd")
    return (record.topic, record.partition, record.offset, key, reason)
