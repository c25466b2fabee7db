"""Many rows at once: COPY into a staging table on PostgreSQL, executemany on SQLite.

Both end in the same statement: insert, and where the key is there already, update if `newer` allows
it. SQLAlchemy says what the tables are; rows go past its types, because a batch has 100,000 values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Table, text
from sqlalchemy.exc import DBAPIError

from readmodel.part import Row

_STAGED: Final = "staged"
Upsert = Callable[[Connection, Table, Sequence[Row]], None]

_NEWER: Final = {
    "orders": "orders.version < excluded.version OR (orders.version = excluded.version"
    " AND orders.generation < excluded.generation)",
    "stock": "stock.version < excluded.version OR (stock.version = excluded.version"
    " AND stock.generation < excluded.generation)",
}
"""A row of an order or a stock never goes back; a rebuild writes the same version again."""
_GENERATED: Final = {"order_search": ("id",)}
"""Columns that the database fills."""


def upsert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Write rows of one table; of two with one key the last one holds."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, _last_of_each(table, rows))
    else:
        _run_many(connection, _statement(table, f"VALUES ({_marks(table)})"), rows)


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


def _copy(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    staging = f"{_STAGED}_{table.name}"
    names = _names(table)
    dialect = connection.dialect
    assert dialect.dbapi is not None
    cursor: Any = connection.connection.cursor()  # Any: psycopg's own, SQLAlchemy has no COPY
    try:
        _stage(cursor, table, staging, names, rows)
    except dialect.dbapi.Error as error:  # as SQLAlchemy does for what goes through it
        raise DBAPIError.instance(
            f"COPY {staging}", None, error, dialect.dbapi.Error, dialect=dialect
        ) from error
    finally:
        cursor.close()


def _stage(cursor: Any, table: Table, staging: str, names: str, rows: Iterable[Row]) -> None:
    cursor.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {staging} ON COMMIT DELETE ROWS"  # noqa: S608 - our own names
        f" AS SELECT {names} FROM {table.name} WITH NO DATA"
    )
    with cursor.copy(f"COPY {staging} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(_statement(table, f"SELECT {names} FROM {staging}"))  # noqa: S608
    cursor.execute(f"TRUNCATE {staging}")


def _run_many(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
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
