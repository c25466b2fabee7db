"""Rows of orders that left the hot state move to the archive's table, and back when news come.

The log says that a version left, the snapshots say what it shows; either may come first. So both
bring the same question: is the row that stands the version that left? (ADR 31)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, or_, select, text

from readmodel.archive_table import ARCHIVED, DEPARTED
from readmodel.bulk import columns_of, delete_parts, upsert
from readmodel.column import indexed, moment_text
from readmodel.order_table import METADATA, ORDERS, PARTS, SEARCH
from readmodel.part import Row
from readmodel.projection import project

_LOCK: Final = "hashtext('orderstream retention')"
_Bound = dict[str, Any]  # Any: an array, or its JSON


def meet_departures(connection: Connection, *, departing: bool) -> None:
    """Let a batch that says who left and one that shows orders wait for each other.

    They may be two workers' and hold the same order: neither would see what the other writes.
    """
    if connection.dialect.name == "postgresql":
        shared = "" if departing else "_shared"
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock{shared}({_LOCK})")


def put_away(connection: Connection, order_keys: Collection[str]) -> int:
    """Move the rows of those of these orders that left as they stand; give their number."""
    if not order_keys or connection.execute(select(DEPARTED.c.order_key).limit(1)).first() is None:
        return 0
    among, bound = _among(connection, order_keys, "orders.order_key")
    gone = connection.execute(
        text(
            "SELECT orders.order_key, orders.created_at FROM orders"  # noqa: S608 - our own tables
            " JOIN departed_order ON departed_order.order_key = orders.order_key"
            f" AND departed_order.version = orders.version WHERE {among}"
        ).columns(ORDERS.c.order_key, ORDERS.c.created_at),
        bound,
    ).all()
    if not gone:
        return 0
    _make_partitions(connection, {created_at.year for _, created_at in gone})
    keys = [key for key, _ in gone]
    names = ", ".join(f'"{name}"' for name in columns_of(ARCHIVED))
    among, bound = _among(connection, keys, "order_key")
    connection.execute(
        text(f"INSERT INTO archived_order ({names}) SELECT {names} FROM orders WHERE {among}"),  # noqa: S608
        bound,
    )
    for table in (*PARTS, SEARCH, ORDERS):
        delete_parts(connection, table, keys)
    return len(keys)


def bring_back(connection: Connection, order_keys: Iterable[str]) -> None:
    """Move the rows of these orders back, with all their parts, whatever becomes of them then."""
    keys = list(order_keys)
    if not keys or connection.execute(select(ARCHIVED.c.order_key).limit(1)).first() is None:
        return
    among, bound = _among(connection, keys, "order_key")
    columns = (ARCHIVED.c.changed_at, ARCHIVED.c.generation, ARCHIVED.c.snapshot)
    statement = text(
        f"SELECT changed_at, generation, snapshot FROM archived_order WHERE {among}"  # noqa: S608
    )
    rows: dict[str, list[Row]] = {ORDERS.name: []}
    for changed_at, generation, snapshot in connection.execute(
        statement.columns(*columns), bound
    ).all():
        projected = project(
            snapshot.encode(), changed_at=moment_text(changed_at), generation=generation
        )
        rows[ORDERS.name].append(projected.order)
        for name, parts in projected.parts.items():
            rows.setdefault(name, []).extend(parts)
    if rows[ORDERS.name]:
        delete_parts(connection, ARCHIVED, keys)
    for name, written in rows.items():
        upsert(connection, METADATA.tables[name], written)


def archived_of(connection: Connection, tenant: str, customer: str) -> list[str]:
    """Name the orders of a customer that left, by whole id or e-mail."""
    wanted = indexed(customer)
    his = or_(ARCHIVED.c.customer_id == wanted, ARCHIVED.c.customer_email == wanted)
    found = select(ARCHIVED.c.order_key).where(ARCHIVED.c.tenant == tenant, his)
    return list(connection.execute(found).scalars())


def _among(connection: Connection, keys: Collection[str], column: str) -> tuple[str, _Bound]:
    if connection.dialect.name == "postgresql":
        return f"{column} = ANY(:keys)", {"keys": list(keys)}
    asked = msgspec.json.encode(list(keys)).decode()
    return f"{column} IN (SELECT value FROM json_each(:keys))", {"keys": asked}  # noqa: S608


def _make_partitions(connection: Connection, years: Iterable[int]) -> None:
    if connection.dialect.name != "postgresql":
        return
    for year in sorted(years):
        if not _is_there(connection, f"archived_order_{year:04}"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK} + 1)")
            _make_partition(connection, year)


def _make_partition(connection: Connection, year: int) -> None:
    """Make a table and attach it, which waits for nobody who reads or writes the others."""
    name = f"archived_order_{year:04}"
    if _is_there(connection, name):
        return
    connection.exec_driver_sql(f"CREATE TABLE {name} (LIKE archived_order INCLUDING ALL)")
    connection.exec_driver_sql(
        f"ALTER TABLE archived_order ATTACH PARTITION {name} FOR VALUES"
        f" FROM ('{year:04}-01-01 00:00+00') TO ('{year + 1:04}-01-01 00:00+00')"
    )


def _is_there(connection: Connection, name: str) -> bool:
    found = connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar()
    return found is not None
