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

from readmodel.archive_table import DEPARTED
from readmodel.bulk import append, upsert
from readmodel.erasure import erased_among, scrub_rows
from readmodel.errors import PositionMoved
from readmodel.happening import SNAPSHOTS, Happening, key_text, rows_of
from readmodel.message_table import (
    GENERATIONS,
    MESSAGES,
    POSITIONS,
    STOCK_MOVEMENTS,
    TIMELINE,
    UNREADABLE,
)
from readmodel.order_rows import Newest, write_orders
from readmodel.order_table import METADATA
from readmodel.part import Row
from readmodel.retention import bring_back, meet_departures, put_away
from readmodel.seen import read_head

LIVE: Final = "live"
"""The consumer that follows the topics; a rebuild has a name of its own."""
_TELLING: Final = frozenset({"notification", "command_result", "action_required"})
"""Tables of messages that may name a person."""
_GROWING: Final = frozenset({TIMELINE.name, STOCK_MOVEMENTS.name, *(one.name for one in MESSAGES)})
"""Tables of which a row comes once, unless a rebuild was there before."""
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
    generation = current_generation(connection)
    return _write_rows(connection, records, generation, grows=consumer == LIVE)


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
                one = _write_rows(connection, [record], generation, grows=False)
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


def _write_rows(
    connection: Connection, records: Iterable[Incoming], generation: int, *, grows: bool
) -> Written:
    snapshots: dict[str, tuple[Newest, Incoming]] = {}
    tables: dict[str, list[Row]] = {}
    bad: list[Row] = []
    for record in records:
        if record.value is None:
            continue  # a tombstone; orders stay, those that left too (`retention.py`)
        try:
            if record.topic == SNAPSHOTS:
                head = read_head(record.value)
                known = snapshots.get(head.order_key)
                if known is None or head.version >= known[0].version:
                    newest = Newest(head.version, record.value, _recorded_at(record))
                    snapshots[head.order_key] = newest, record
            else:
                for table, row in rows_of(_happening(record), generation):
                    tables.setdefault(table.name, []).append(row)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            bad.append(_unreadable(record, error))
    left = [str(key) for key, *_ in tables.get(DEPARTED.name, ())]
    meet_departures(connection, departing=bool(left))
    newest_of = {key: newest for key, (newest, _) in snapshots.items()}
    bring_back(connection, newest_of)
    orders, none = write_orders(connection, newest_of, generation)
    bad += [_unreadable(snapshots[key][1], error) for key, error in none]
    for name, rows in sorted(tables.items()):
        write_table = append if grows and name in _GROWING else upsert
        write_table(connection, METADATA.tables[name], _without_erased(connection, name, rows))
    put_away(connection, {*newest_of, *left})
    upsert(connection, UNREADABLE, bad)
    return Written(orders, orders + sum(map(len, tables.values())), len(bad))


def _without_erased(connection: Connection, name: str, rows: list[Row]) -> list[Row]:
    if name not in _TELLING:
        return rows
    place = list(METADATA.tables[name].columns.keys()).index("order_key")
    erased = erased_among(connection, {str(row[place]) for row in rows})
    return scrub_rows(name, rows, erased) if erased else rows


def _happening(record: Incoming) -> Happening:
    assert record.value is not None
    at = _recorded_at(record)
    return Happening(record.topic, record.partition, record.offset, record.key, record.value, at)


def _recorded_at(record: Incoming) -> str:
    seconds, milliseconds = divmod(max(record.timestamp_ms, 0), 1_000)
    return f"{_second_text(seconds)}.{milliseconds:03}000Z"


@lru_cache(maxsize=1_024)  # records of one batch are of few seconds
def _second_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _unreadable(record: Incoming, error: BaseException) -> Row:
    reason = " ".join(str(error).split())[:_REASON_CHARACTERS_MAX].replace("\x00", "\ufffd")
    return (record.topic, record.partition, record.offset, key_text(record.key), reason)
