"""The keys of the people behind orders: one row an order, whose key is gone once it is erased.

A key must be on disk before a record is written with it, so this database waits for the disk
where the view does not. It may be the view's own or another; its one table is made when needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from readmodel.database import for_writing, open_database
from readmodel.seal import new_secret, subject_of

_ORDER_KEY_CHARACTERS: Final = 260
_ROWS_MAX: Final = 2_000
"""Rows of one statement; each is a parameter or four."""

Value = TypeVar("Value")

METADATA: Final = MetaData()
SUBJECT_KEYS: Final = Table(
    "subject_key",
    METADATA,
    Column("subject", String(24), primary_key=True),
    Column("order_key", String(_ORDER_KEY_CHARACTERS), nullable=False),
    Column("secret", LargeBinary),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("erased_at", DateTime(timezone=True)),
)


class SubjectKeys:
    """A database of keys. Every call may raise sqlalchemy.exc.DBAPIError."""

    def __init__(self, url: str) -> None:
        """Name the database; nothing is connected yet. Raises WrongDatabase."""
        self._engine = open_database(url, durable=True)
        self._has_table = False

    @property
    def engine(self) -> Engine:
        """Give the database itself."""
        return self._engine

    def of_orders(self, order_keys: Iterable[str], now: datetime) -> dict[str, bytes | None]:
        """Give the secret of each order, made where there was none; None where it was erased."""
        wanted = {subject_of(order_key): order_key for order_key in order_keys}
        found = self._secrets(wanted)
        missing = {name: wanted[name] for name in sorted(wanted.keys() - found.keys())}
        if missing:
            self._make(missing, now)
            found |= self._secrets(missing)
        return {order_key: found[subject] for subject, order_key in wanted.items()}

    def of_subjects(self, subjects: Collection[str]) -> dict[str, tuple[str, bytes]]:
        """Give order and secret of those subjects that are not erased."""
        if not subjects:
            return {}
        self._insist_on_table()
        columns = (SUBJECT_KEYS.c.subject, SUBJECT_KEYS.c.order_key, SUBJECT_KEYS.c.secret)
        found = {}
        with self._engine.connect() as connection:
            for some in _chunks(subjects):
                these = SUBJECT_KEYS.c.subject.in_(some), SUBJECT_KEYS.c.secret.is_not(None)
                for subject, order_key, secret in connection.execute(
                    select(*columns).where(*these)
                ):
                    found[subject] = order_key, bytes(secret)
        return found

    def erase(self, order_keys: Iterable[str], now: datetime) -> None:
        """Destroy the keys of these orders; they get no new one."""
        gone = [
            {"subject": subject_of(key), "order_key": key, "made_at": now, "erased_at": now}
            for key in order_keys
        ]
        self._insist_on_table()
        with for_writing(self._engine).begin() as connection:
            for some in _chunks(gone):
                insert = _insert(connection).on_conflict_do_update(
                    index_elements=["subject"],
                    set_={"secret": None, "erased_at": now},
                    where=SUBJECT_KEYS.c.erased_at.is_(None),
                )
                connection.execute(insert, [{**row, "secret": None} for row in some])
        if self._engine.dialect.name == "sqlite":
            with self._engine.connect() as connection:
                # What was overwritten in the file must not live on in the file beside it.
                connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    def _secrets(self, subjects: Collection[str]) -> dict[str, bytes | None]:
        self._insist_on_table()
        found: dict[str, bytes | None] = {}
        with self._engine.connect() as connection:
            for some in _chunks(subjects):
                rows = connection.execute(
                    select(SUBJECT_KEYS.c.subject, SUBJECT_KEYS.c.secret).where(
                        SUBJECT_KEYS.c.subject.in_(some)
                    )
                )
                found |= {name: None if secret is None else bytes(secret) for name, secret in rows}
        return found

    def _make(self, orders: dict[str, str], now: datetime) -> None:
        """Make keys; where another worker was faster, its key holds."""
        rows = [
            {
                "subject": subject,
                "order_key": order_key,
                "secret": new_secret(),
                "made_at": now,
            }
            for subject, order_key in orders.items()
        ]
        with for_writing(self._engine).begin() as connection:
            for some in _chunks(rows):
                connection.execute(_insert(connection).on_conflict_do_nothing(), some)

    def _insist_on_table(self) -> None:
        if self._has_table:
            return
        with for_writing(self._engine).begin() as connection:
            if connection.dialect.name == "postgresql":  # two that make it at once is an error
                lock = "SELECT pg_advisory_xact_lock(hashtext('orderstream subject keys'))"
                connection.exec_driver_sql(lock)
            METADATA.create_all(connection)
        self._has_table = True


def _insert(connection: Connection) -> sqlite.Insert | postgresql.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(SUBJECT_KEYS)
    return sqlite.insert(SUBJECT_KEYS)


def _chunks(values: Iterable[Value]) -> Iterator[list[Value]]:
    left = iter(values)
    while some := list(islice(left, _ROWS_MAX)):
        yield some
