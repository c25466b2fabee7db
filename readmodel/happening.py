"""Records of the log and of the outputs as rows of the append-only tables; pure.

What people said or who they are is not copied from the log: of documents, addresses, customers
and notes the timeline keeps that they changed and when; what they say now is in the order itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Table

from domain.body import Package
from domain.identity import digest, parcel_key
from domain.personal import personal_fields
from readmodel import part
from readmodel.archive_table import DEPARTED
from readmodel.column import indexed, instant_text
from readmodel.message_table import (
    ACTIONS,
    ANOMALIES,
    NOTIFICATIONS,
    RESULTS,
    SCANS,
    STOCK_MOVEMENTS,
    STOCKS,
    TIMELINE,
)
from readmodel.part import Row
from readmodel.seen import read_object
from readmodel.told import (
    ActionSeen,
    AnomalySeen,
    MessageSeen,
    NotificationSeen,
    RecordSeen,
    ResultSeen,
    read_left,
    read_movement,
    read_record,
    read_scan,
    read_status,
    read_stock,
    read_verdict,
)

_TOLD_WHOLE: Final = frozenset(
    {"payment", "shipment", "return", "invoice", "purchase", "hold", "risk", "source", "timer"}
)
"""Kinds, by their first word, whose bodies hold no person's data beside the free text of a note."""
_FREE_TEXT: Final = ("note", "text")
_PACKAGE: Final = "package"
_PEOPLE: Final = frozenset(field.partition(".")[0] for field in personal_fields(Package))
"""Who sends and gets a package: not told, whatever the kind."""
_DETAIL_CHARACTERS_MAX: Final = 2_000
_PARCEL_CHARACTERS_MAX: Final = 128
_SCAN_CHARACTERS_MAX: Final = 64
"""A scan's key has four texts, and an index entry has room for about 2,600 bytes."""
_ID_CHARACTERS_MAX: Final = 512
_SCAN: Final = "shipment.scan"
_LEFT: Final = "archive.stored"
"""The kind that says that the hot state let a version of an order go."""
_CONFIGURATION: Final = "configuration."
"""Begins the kinds that are about a tenant, not about one order."""
_JUDGED: Final = "command.judged"
_ESCAPED_NUL: Final = b"\\u0000"

Rows = Iterator[tuple[Table, Row]]
Said = TypeVar("Said", bound=MessageSeen)


class Happening(NamedTuple):
    """One record of a topic that says what happened."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    recorded_at: str


def rows_of(happening: Happening, generation: int) -> list[tuple[Table, Row]]:
    """Give the rows that a record makes, none for a topic that is not kept.

    Raises msgspec.MsgspecError or ValueError for what is no message of its topic.
    """
    make = _TOPICS.get(happening.topic)
    if make is None:
        return []
    rows = list(make(happening, generation))
    if _ESCAPED_NUL in happening.value:
        return [(table, part.without_nul(row)) for table, row in rows]
    return rows


def key_text(key: bytes | None) -> str:
    """Give a record's key as text that any column holds."""
    return (key or b"").decode(errors="replace").replace("\x00", "\ufffd")


def _from_log(happening: Happening, generation: int) -> Rows:
    record = read_record(happening.value)
    if record.kind.startswith(_CONFIGURATION):
        return
    order_key = indexed(record.order_key or key_text(happening.key))
    tenant = indexed(order_key.partition("/")[0])
    at = instant_text(record.occurred_at)
    because, detail = _said(record)
    yield (
        TIMELINE,
        (
            *(happening.topic, happening.partition, happening.offset, tenant, order_key),
            *(generation, at, happening.recorded_at),
            *(record.kind, record.event_id, record.actor, record.source, record.cause_id),
            *("", "", "", "", "", 0, because, detail),
        ),
    )
    if record.kind == _LEFT:
        yield DEPARTED, (order_key, tenant, read_left(record.body).version)
    if record.kind == _SCAN:
        yield SCANS, _scan(record, order_key, tenant, at, generation)


def _said(record: RecordSeen) -> tuple[str, str]:
    """Say why, where the record does, and what it holds beside, as JSON."""
    if record.kind == _JUDGED:
        verdict = read_verdict(record.body)
        refused = f"refused by {verdict.guard}: {verdict.refusal}"
        return f"{verdict.command} {'accepted' if verdict.accepted else refused}", ""
    body = bytes(record.body)
    if record.kind.partition(".")[0] not in _TOLD_WHOLE or body == b"{}":
        return "", ""
    if any(f'"{name}"'.encode() in body for name in (*_FREE_TEXT, _PACKAGE)):
        told = {name: one for name, one in read_object(body).items() if name not in _FREE_TEXT}
        package = told.get(_PACKAGE)
        if isinstance(package, dict):
            told[_PACKAGE] = {name: one for name, one in package.items() if name not in _PEOPLE}
        body = msgspec.json.encode(told)
    return "", body.decode()[:_DETAIL_CHARACTERS_MAX]


def _scan(record: RecordSeen, order_key: str, tenant: str, at: str | None, generation: int) -> Row:
    scan = read_scan(record.body)
    parcel = parcel_key(scan.number, scan.shipment_id)
    return (
        *(order_key, indexed(parcel, _PARCEL_CHARACTERS_MAX), at),
        *(indexed(scan.code, _SCAN_CHARACTERS_MAX), indexed(scan.place, _SCAN_CHARACTERS_MAX)),
        *(tenant, generation, scan.state, scan.carrier, scan.reason, scan.local_time),
        record.inferred,
    )


def _from_status(happening: Happening, generation: int) -> Rows:
    status = read_status(happening.value)
    because = bytes(status.because).decode()
    yield (
        TIMELINE,
        (
            *(happening.topic, happening.partition, happening.offset),
            *(indexed(status.tenant), indexed(status.order_key), generation),
            *(instant_text(status.occurred_at), happening.recorded_at),
            *("status", status.id, "", "", status.cause),
            *(status.axis, status.profile, status.subject, status.before or "", status.after),
            *(status.seq, because, ""),
        ),
    )


def _from_message(
    kind: type[Said], table: Table, own: Callable[[Said], Row]
) -> Callable[[Happening, int], Rows]:
    """Make the reader of a topic whose messages have an id of their own."""
    decoder: msgspec.json.Decoder[Said] = msgspec.json.Decoder(kind)

    def read(happening: Happening, generation: int) -> Rows:
        message: Said = decoder.decode(happening.value)
        yield (
            table,
            (
                *(_identity(message.id), indexed(message.tenant), indexed(message.order_key)),
                *(message.channel, generation),
                instant_text(message.occurred_at),
                *own(message),
                *(message.test, happening.value.decode()),
            ),
        )

    return read


def _identity(name: str) -> str:
    """Keep a message's id; one that is too long for an index by its beginning and its digest."""
    if len(name) <= _ID_CHARACTERS_MAX:
        return name
    return f"{indexed(name)}~{digest(name.encode())}"


def _notification(said: NotificationSeen) -> Row:
    return (
        *(said.trigger, said.audience, said.medium, said.template, said.profile, said.axis),
        *(said.subject, said.word, said.locale, said.seq),
    )


def _anomaly(said: AnomalySeen) -> Row:
    return (indexed(said.kind), said.change, said.severity, said.cause, said.proposed)


def _result(said: ResultSeen) -> Row:
    return (
        *(indexed(said.command_id), said.command, said.accepted),
        *(said.guard, said.reason, said.actor),
    )


def _action(said: ActionSeen) -> Row:
    return (said.action, said.amount, said.currency, said.provider, said.reference, said.note)


def _from_movements(happening: Happening, generation: int) -> Rows:
    moved = read_movement(happening.value)
    wish = moved.body
    yield (
        STOCK_MOVEMENTS,
        (
            *(happening.topic, happening.partition, happening.offset),
            *(indexed(moved.tenant), indexed(moved.order_key), indexed(wish.line_id)),
            *(indexed(wish.sku), indexed(wish.warehouse), generation),
            *(instant_text(moved.occurred_at), wish.wanted, wish.committed, moved.cause_id),
        ),
    )


def _from_levels(happening: Happening, generation: int) -> Rows:
    now = read_stock(happening.value)
    yield (
        STOCKS,
        (
            *(indexed(now.tenant), indexed(now.warehouse), indexed(now.sku), generation),
            *(now.version, instant_text(now.occurred_at), now.on_hand, now.allocated),
            *(now.available, now.committed, now.available_to_pick, now.expected),
            *(now.backordered, now.balance, now.health),
        ),
    )


_TOPICS: Final[dict[str, Callable[[Happening, int], Rows]]] = {
    "order-log": _from_log,
    "order-status": _from_status,
    "notifications": _from_message(NotificationSeen, NOTIFICATIONS, _notification),
    "anomalies": _from_message(AnomalySeen, ANOMALIES, _anomaly),
    "command-results": _from_message(ResultSeen, RESULTS, _result),
    "action-required": _from_message(ActionSeen, ACTIONS, _action),
    "stock-movements": _from_movements,
    "stock-levels": _from_levels,
}
SNAPSHOTS: Final = "order-snapshots"
TOPICS: Final = (SNAPSHOTS, *_TOPICS)
"""The topics that the view reads; the names are those of `streams.topic`."""
