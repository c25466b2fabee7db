"""COPY into PostgreSQL in its binary form: nothing is escaped, and nothing parsed again.

A snapshot is thousands of characters; as text each would be looked at three times on its way.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, Final

from psycopg.adapt import Dumper
from psycopg.pq import Format
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table

from readmodel.column import Instant
from readmodel.part import Row

_TIMESTAMPTZ_OID: Final = 1184
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_eight_bytes: Final = struct.Struct("!q").pack


def copy_rows(
    cursor: Any, table: Table, into: str, names: tuple[str, ...], rows: Iterable[Row]
) -> None:
    """Copy rows of a table's columns into it, or into a table like it.

    `cursor` is psycopg's, that SQLAlchemy hides behind Any; raises its errors.
    """
    cursor.adapters.register_dumper(None, _InstantDumper)
    columns = ", ".join(f'"{name}"' for name in names)
    with cursor.copy(f"COPY {into} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(_types(table, names))
        for row in rows:
            copy.write_row(row)


class _InstantDumper(Dumper):
    """Writes a moment that is text (`column.instant_text`)."""

    oid = _TIMESTAMPTZ_OID
    format = Format.BINARY

    def dump(self, obj: str) -> bytes:
        """Give the microseconds since PostgreSQL's epoch."""
        return _moment_bytes(obj)


@lru_cache(maxsize=16_384)  # the same moment stands in many rows of a batch
def _moment_bytes(text: str) -> bytes:
    return _eight_bytes((datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND)


@cache
def _types(table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_type(table.c[name]) for name in names)


def _type(column: Column[Any]) -> str:  # Any: whatever the column holds
    kinds = (
        (Instant, "timestamptz"),
        (BigInteger, "int8"),
        (Integer, "int4"),
        (Boolean, "bool"),
        (LargeBinary, "bytea"),
    )
    return next((name for kind, name in kinds if isinstance(column.type, kind)), "text")
