"""One order with all its parts, and its timeline; within a scope like every question (X.19)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Table, select, type_coerce

from readmodel.archive_table import ARCHIVED
from readmodel.column import Instant
from readmodel.message_table import (
    ACTIONS,
    ANOMALIES,
    NOTIFICATIONS,
    RESULTS,
    SCANS,
    TIMELINE,
)
from readmodel.order_table import ORDERS, PARTS, WORDS
from readmodel.part import Row
from readmodel.projection import project
from readmodel.scope import Scope
from readmodel.seen import read_object

TIMELINE_MAX: Final = 10_000
"""Entries of one order that are shown; an order remembers fewer facts than that."""
_MESSAGES_MAX: Final = 1_000
_LOG: Final = "order-log"
_INNER: Final = frozenset({"digests", "generation", "snapshot"})
_SAID_ONCE: Final = frozenset({"order_key", "tenant", "generation", "created_at"})
"""Columns of a part that stand with its order."""
_Json = dict[str, Any]  # Any: JSON


def snapshot_of(connection: Connection, scope: Scope, order_key: str) -> _Json | None:
    """Give the order's snapshot as its topic has it; None where the scope knows no such order."""
    row = _row(connection, scope, ORDERS, order_key) or _row(
        connection, scope, ARCHIVED, order_key
    )
    return read_object(row["snapshot"]) if row is not None else None


def order_of(connection: Connection, scope: Scope, order_key: str) -> _Json | None:
    """Give an order with its parts, scans and messages; None where the scope knows no such order.

    The parts of one that left the hot state are made of its snapshot again.
    """
    row = _row(connection, scope, ORDERS, order_key)
    archived = _row(connection, scope, ARCHIVED, order_key) if row is None else None
    row = row or archived
    if row is None:
        return None
    shown: _Json = {name: value for name, value in row.items() if name not in _INNER}
    for name in ("ship_to", "bill_to"):
        shown[name] = msgspec.json.decode(row[name]) if row[name] else None
    made = _parts(archived["snapshot"]) if archived else None
    for table in PARTS:
        shown[table.name] = (
            _rows(connection, scope, table, order_key) if made is None else made[table.name]
        )
    shown[SCANS.name] = _rows(connection, scope, SCANS, order_key)
    for table in (NOTIFICATIONS, ANOMALIES, RESULTS, ACTIONS):
        shown[table.name] = _rows(connection, scope, table, order_key)
    return shown


def _within(scope: Scope, table: Table) -> ColumnElement[bool]:
    """Ask for the tenant without its index: SQLite would read all that a tenant has."""
    tenant = table.c.tenant
    return scope.covers(type_coerce(tenant.op("||")(""), tenant.type))


def _row(connection: Connection, scope: Scope, table: Table, order_key: str) -> _Json | None:
    statement = select(table).where(table.c.order_key == order_key, _within(scope, table))
    row = connection.execute(statement).mappings().one_or_none()
    return {str(name): value for name, value in row.items()} if row is not None else None


def _parts(snapshot: str) -> dict[str, list[_Json]]:
    """Make the parts of a snapshot as their tables would give them."""
    projected = project(snapshot.encode(), changed_at="", generation=0)
    return {
        table.name: [_shown(table, row) for row in projected.parts.get(table.name, ())]
        for table in PARTS
    }


def _shown(table: Table, row: Row) -> _Json:
    pairs = zip(table.columns, row, strict=True)
    shown = {
        column.name: datetime.fromisoformat(str(value))
        if value is not None and isinstance(column.type, Instant)
        else value
        for column, value in pairs
        if column.name not in _SAID_ONCE
    }
    return _read_detail(shown)


def _rows(connection: Connection, scope: Scope, table: Table, order_key: str) -> list[_Json]:
    columns = [column for column in table.columns if column.name not in _SAID_ONCE]
    if table is WORDS:
        order = [WORDS.c.profile, WORDS.c.axis, WORDS.c.word]
    elif "position" in table.c:
        order = [table.c.position]
    else:
        order = [table.c.occurred_at, *table.primary_key.columns]
    statement = (
        select(*columns)
        .where(table.c.order_key == order_key, _within(scope, table))
        .order_by(*order)
        .limit(_MESSAGES_MAX)
    )
    return [_read_detail(dict(row)) for row in connection.execute(statement).mappings()]


def _read_detail(row: _Json) -> _Json:
    if "detail" in row and row["detail"][:1] == "{":
        row["detail"] = read_object(row["detail"])
    return row


def timeline_of(
    connection: Connection, scope: Scope, order_key: str, limit: int = TIMELINE_MAX
) -> list[_Json]:
    """Give what came in and what it changed, by time; what came in stands first (S4.19).

    Each entry says who acted (`actor`, or the source that told) and what caused it.
    """
    columns = [column for column in TIMELINE.columns if column.name != "generation"]
    statement = (
        select(*columns)
        .where(TIMELINE.c.order_key == order_key, _within(scope, TIMELINE))
        .order_by(
            TIMELINE.c.occurred_at,
            TIMELINE.c.topic != _LOG,
            TIMELINE.c.recorded_at,
            TIMELINE.c.partition,
            TIMELINE.c.offset,
        )
        .limit(limit)
    )
    return [_entry(dict(row)) for row in connection.execute(statement).mappings()]


def _entry(row: _Json) -> _Json:
    if row["because"][:1] == "{":
        row["because"] = read_object(row["because"])
    if row["detail"][:1] == "{":
        row["detail"] = _whole_or_text(row["detail"])
    return row


def _whole_or_text(detail: str) -> Any:  # Any: JSON, or its beginning
    try:
        return read_object(detail)
    except msgspec.DecodeError:
        return detail  # cut to its limit when it was written
