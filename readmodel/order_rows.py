"""The newest snapshots of a batch, written to the orders' tables: only what is news, only forward.

What stands of an order is read and locked first. A snapshot that is not newer changes nothing; of
one that is, the parts that are as they stand are not written (`imprint.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, text

from readmodel.bulk import append, cut_parts, delete_parts, delete_rows, upsert
from readmodel.erasure import erased_among, scrub_snapshot
from readmodel.order_table import METADATA, ORDERS, WORDS
from readmodel.part import Row
from readmodel.projection import Projected, project


class Newest(NamedTuple):
    """A snapshot, and when its record was written."""

    version: int
    value: bytes
    recorded_at: str


class Standing(NamedTuple):
    """What is known of an order already."""

    version: int
    generation: int
    imprint: bytes


@dataclass(slots=True)
class _Changes:
    """Rows by table: of orders that are new, and of orders that stand."""

    new: dict[str, list[Row]] = field(default_factory=dict)
    upserted: dict[str, list[Row]] = field(default_factory=dict)
    kept: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    unsaid: list[tuple[str, ...]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def add_new(self, projected: Projected) -> None:
        """Take an order that nobody knew."""
        self.new.setdefault(ORDERS.name, []).append(projected.order)
        for name, rows in projected.parts.items():
            self.new.setdefault(name, []).extend(rows)

    def add(self, projected: Projected) -> None:
        """Take a change of an order that stands."""
        key = projected.order_key
        self.upserted.setdefault(ORDERS.name, []).append(projected.order)
        for name, rows in projected.parts.items():
            to = self.new if name == WORDS.name else self.upserted
            to.setdefault(name, []).extend(rows)
        for name, count in projected.kept.items():
            self.kept.setdefault(name, []).append((key, count))
        if projected.unsaid is None:
            self.unknown.append(key)
        else:
            self.unsaid += [(key, *word) for word in projected.unsaid]

    def write(self, connection: Connection) -> None:
        """Bring it all into the database."""
        for name, kept in sorted(self.kept.items()):
            cut_parts(connection, METADATA.tables[name], kept)
        if self.unknown:
            delete_parts(connection, WORDS, self.unknown)
        delete_rows(connection, WORDS, self.unsaid)
        for name, rows in sorted(self.upserted.items()):
            upsert(connection, METADATA.tables[name], rows)
        for name, rows in sorted(self.new.items()):
            append(connection, METADATA.tables[name], rows)


Unreadable = tuple[str, BaseException]


def write_orders(
    connection: Connection, snapshots: Mapping[str, Newest], generation: int
) -> tuple[int, list[Unreadable]]:
    """Write what is news; gives the number of orders, and of whom the snapshot is none, and why."""
    if not snapshots:
        return 0, []
    standing = _standing(connection, snapshots)
    erased = erased_among(connection, snapshots)
    changes, bad, count = _Changes(), list[Unreadable](), 0
    for order_key, newest in sorted(snapshots.items()):
        there = standing.get(order_key)
        if there and (newest.version, generation) <= (there.version, there.generation):
            continue
        try:
            raw = scrub_snapshot(newest.value) if order_key in erased else newest.value
            anew = there is None or there.generation < generation
            projected = project(
                raw,
                changed_at=newest.recorded_at,
                generation=generation,
                standing=None if anew or there is None else there.imprint,
            )
        except _NO_SNAPSHOT as error:
            bad.append((order_key, error))
            continue
        count += 1
        if there is None:
            changes.add_new(projected)
        else:
            changes.add(projected)
    changes.write(connection)
    return count, bad


_NO_SNAPSHOT: Final = (msgspec.MsgspecError, ValueError, RecursionError)


def _standing(connection: Connection, order_keys: Iterable[str]) -> dict[str, Standing]:
    """Say what is known of these orders; locked, so that no other writer changes it meanwhile."""
    columns = "order_key, version, generation, digests"
    keys: Any = list(order_keys)  # Any: an array, or its JSON
    if connection.dialect.name == "postgresql":
        where = "order_key = ANY(:keys) FOR UPDATE"
    else:
        where = "order_key IN (SELECT value FROM json_each(:keys))"
        keys = msgspec.json.encode(keys).decode()
    statement = text(f"SELECT {columns} FROM {ORDERS.name} WHERE {where}")  # noqa: S608 - our own table
    return {key: Standing(*rest) for key, *rest in connection.execute(statement, {"keys": keys})}
