"""What can be read out of records without a database: it is done while the database is at work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from readmodel.happening import SNAPSHOTS, Incoming, key_text, rows_of
from readmodel.part import Row
from readmodel.projection import Looked, look
from readmodel.seen import read_head

_REASON_CHARACTERS_MAX: Final = 500
NOT_READ: Final = (msgspec.MsgspecError, ValueError, RecursionError)
"""What a reader says of a value that is no message of its topic."""


class Newest(NamedTuple):
    """The newest snapshot of an order in a batch; what was read of it, or why it is none."""

    version: int
    record: Incoming
    value: bytes
    looked: Looked | Exception


class Prepared(NamedTuple):
    """A batch as rows of one generation; of orders the newest snapshot."""

    generation: int
    snapshots: dict[str, Newest]
    tables: dict[str, list[Row]]
    unreadable: list[Row]


def prepare(records: Iterable[Incoming], generation: int) -> Prepared:
    """Read the records of a batch; pure."""
    heads: dict[str, tuple[int, Incoming, bytes]] = {}
    tables: dict[str, list[Row]] = {}
    bad: list[Row] = []
    for record in records:
        value = record.value
        if value is None:
            continue  # a tombstone; orders stay, those that left too (`retention.py`)
        try:
            if record.topic == SNAPSHOTS:
                head = read_head(value)
                known = heads.get(head.order_key)
                if known is None or head.version >= known[0]:
                    heads[head.order_key] = head.version, record, value
            else:
                for table, row in rows_of(record, value, generation):
                    tables.setdefault(table.name, []).append(row)
        except NOT_READ as error:
            bad.append(unreadable(record, error))
    snapshots = {key: Newest(*head, _looked(head[2])) for key, head in heads.items()}
    return Prepared(generation, snapshots, tables, bad)


def _looked(value: bytes) -> Looked | Exception:
    try:
        return look(value)
    except NOT_READ as error:
        return error


def unreadable(record: Incoming, error: BaseException) -> Row:
    """Give the row that says why a record was passed over."""
    reason = " ".join(str(error).split())[:_REASON_CHARACTERS_MAX].replace("\x00", "\ufffd")
    return (record.topic, record.partition, record.offset, key_text(record.key), reason)
