"""Many rows at once: COPY on PostgreSQL, executemany on SQLite.

Rows that are new go straight into their table. Others go by way of a staging table into one
statement: insert, and where the key is there already, update if `newer` allows it. SQLAlchemy says
what the tables are; rows go past its types, because a batch has 100,000 values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from readmodel.binary_copy import copy_rows
from readmodel.part import Row

_STAGED: Final = "staged"

_NEWER: Final = {
    "orders": "orders.version < excluded.version OR (orders.version = excluded.version"
    " AND orders.generation < excluded.generation)",
    "stock": "stock.version < excluded.version OR (stock.version = excluded.version"
    " AND stock.generation < excluded.generation)",
    "departed_order": "departed_order.version < excluded.version",
}
"""A row of an order or a stock never goes back; a rebuild writes the same version again."""
_GENERATED: Final = {"order_search": ("id",)}
"""Columns that the database fills."""
_WORTH_A_SAVEPOINT: Final = 20
"""Rows from which a savepoint costs less than the staging table."""


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows of one table; of two with one key the last one holds."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy_and_merge(connection, table, _last_of_each(table, rows))
    else:
        _run_many(connection, _statement(table, f"VALUES ({_marks(table)})"), rows)


def append(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows that are new as far as anybody knows; as `upsert` where one is not."""
    if connection.dialect.name != "postgresql" or len(rows) < _WORTH_A_SAVEPOINT:
        upsert(connection, table, rows)
        return
    try:
        with connection.begin_nested(), _cursor(connection, table) as cursor:
            copy_rows(cursor, table, table.name, tuple(columns_of(table)), rows)
    except IntegrityError:
        upsert(connection, table, rows)


def cut_parts(connection: Connection, table: Table, kept: Sequence[tuple[str, int]]) -> None:
    """Leave of each order so many rows of a part."""
    if connection.dialect.name == "postgresql":
        statement = text(
            f"DELETE FROM {table.name} AS part"  # noqa: S608 - our own table
            " USING unnest(CAST(:keys AS text[]), CAST(:counts AS int[])) AS kept (key, rows)"
            " WHERE part.order_key = kept.key AND part.position >= kept.rows"
        )
        keys, counts = [key for key, _ in kept], [count for _, count in kept]
        connection.execute(statement, {"keys": keys, "counts": counts})
    else:
        statement_text = f"DELETE FROM {table.name} WHERE order_key = ? AND position >= ?"  # noqa: S608
        _run_many(connection, statement_text, kept)


def delete_rows(connection: Connection, table: Table, keys: Sequence[tuple[str, ...]]) -> None:
    """Remove rows by their keys, which are texts."""
    if not keys:
        return
    names = [column.name for column in table.primary_key.columns]
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"CAST(:{name} AS text[])" for name in names)
        same = " AND ".join(f'gone."{name}" = unsaid."{name}"' for name in names)
        statement = text(
            f"DELETE FROM {table.name} AS gone USING unnest({arrays})"  # noqa: S608 - our own table
            f" AS unsaid ({', '.join(names)}) WHERE {same}"
        )
        values = [list(column) for column in zip(*keys, strict=True)]
        connection.execute(statement, dict(zip(names, values, strict=True)))
    else:
        wanted = " AND ".join(f'"{name}" = ?' for name in names)
        _run_many(connection, f"DELETE FROM {table.name} WHERE {wanted}", keys)  # noqa: S608


def delete_parts(connection: Connection, table: Table, order_keys: Sequence[str]) -> None:
    """Remove the rows of these orders."""
    if connection.dialect.name == "postgresql":
        statement = text(f"DELETE FROM {table.name} WHERE order_key = ANY(:keys)")  # noqa: S608 - our own table
        connection.execute(statement, {"keys": list(order_keys)})
    else:
        statement_text = f"DELETE FROM {table.name} WHERE order_key = ?"  # noqa: S608 - our own table
        _run_many(connection, statement_text, [(key,) for key in order_keys])


def columns_of(table: Table) -> list[str]:
    """Name the columns that a row of ours has."""
    generated = _GENERATED.get(table.name, ())
    return [column.name for column in table.columns if column.name not in generated]


def _copy_and_merge(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    staging, names = f"{_STAGED}_{table.name}", _names(table)
    with _cursor(connection, table) as cursor:
        # The table is empty after each commit; a transaction may stage more than once.
        cursor.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {staging} ON COMMIT DELETE ROWS"  # noqa: S608 - our own names
            f" AS SELECT {names} FROM {table.name} WITH NO DATA; DELETE FROM {staging}"
        )
        copy_rows(cursor, table, staging, tuple(columns_of(table)), rows)
        cursor.execute(_statement(table, f"SELECT {names} FROM {staging}"))  # noqa: S608


@contextmanager
def _cursor(connection: Connection, table: Table) -> Iterator[Any]:
    """Give psycopg's own cursor, because SQLAlchemy has no COPY; its errors become SQLAlchemy's."""
    dialect = connection.dialect
    assert dialect.dbapi is not None
    cursor: Any = connection.connection.cursor()  # Any: psycopg's
    try:
        yield cursor
    except dialect.dbapi.Error as error:
        raise DBAPIError.instance(
            f"COPY {table.name}", None, error, dialect.dbapi.Error, dialect=dialect
        ) from error
    finally:
        cursor.close()


def _run_many(
    connection: Connection,
    statement: str,
    rows: Sequence[tuple[Any, ...]],  # Any: values
) -> None:
    connection.exec_driver_sql(statement, list(rows))


def _statement(table: Table, source: str) -> str:
    conflict = _conflict(table)
    updated = [name for name in columns_of(table) if name not in conflict]
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in updated)
    newer = _NEWER.get(table.name)
    where = f" WHERE {newer}" if newer else ""
    keys = ", ".join(f'"{name}"' for name in conflict)
    # SQLite takes ON CONFLICT behind a SELECT for part of a join unless a WHERE stands before it.
    return (
        f"INSERT INTO {table.name} ({_names(table)}) {source}"
        f" ON CONFLICT ({keys}) DO UPDATE SET {sets}{where}"
    )


def _conflict(table: Table) -> list[str]:
    if table.name in _GENERATED:
        return ["order_key"]
    return [column.name for column in table.primary_key.columns]


def _last_of_each(table: Table, rows: Sequence[Row]) -> Iterable[Row]:
    """Keep one row a key: PostgreSQL updates no row twice in one statement."""
    names = columns_of(table)
    places = [names.index(name) for name in _conflict(table)]
    return {tuple(row[place] for place in places): row for row in rows}.values()


def _names(table: Table) -> str:
    return ", ".join(f'"{name}"' for name in columns_of(table))


def _marks(table: Table) -> str:
    return ", ".join("?" for _ in columns_of(table))
