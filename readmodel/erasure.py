"""Erasing a person from the view: the order stays with every status, who it was for is gone.

An erased order is remembered by its key, so what the topics still say of the person is left out
when it is read again, be it by the live consumer or by a rebuild (ADR 24).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Engine, delete, or_, select, update

from domain.document import Address, Party
from domain.personal import personal_fields
from readmodel.bulk import delete_parts, upsert
from readmodel.column import indexed, moment_text
from readmodel.database import for_writing
from readmodel.message_table import ACTIONS, ERASED, NOTIFICATIONS, RESULTS
from readmodel.order_table import METADATA, ORDERS, SEARCH
from readmodel.part import Row
from readmodel.projection import project
from readmodel.retention import archived_of, bring_back, put_away
from readmodel.seen import read_object

_Json = dict[str, Any]  # Any: JSON
_NOTE: Final = "note"
_PEOPLE: Final[Mapping[str, type[msgspec.Struct]]] = {
    "customer": Party,
    "ship_to": Address,
    "bill_to": Address,
}
"""The parts of a document that are about people; of each what its type calls personal goes."""
_IMPERSONAL: Final = frozenset(
    {
        *("state", "shipping_method", "warehouse", "eta", "label", "rates", "return", "refunded"),
        *("invoice", "invoice_void", "invoice_number", "backorder", "dropship"),
    }
)
"""What was stated by itself and names nobody, by its first word; what is not known here goes."""
_DATA: Final = "data"


def orders_of(engine: Engine, tenant: str, customer: str) -> list[str]:
    """Give the orders of a customer, by whole id or e-mail."""
    wanted = indexed(customer)
    if not wanted:
        return []
    his = or_(ORDERS.c.customer_id == wanted, ORDERS.c.customer_email == wanted)
    with engine.connect() as connection:
        found = connection.execute(
            select(ORDERS.c.order_key).where(ORDERS.c.tenant == tenant, his)
        )
        return sorted([*found.scalars(), *archived_of(connection, tenant, customer)])


def erase_orders(engine: Engine, order_keys: Collection[str], now: datetime) -> None:
    """Erase who is behind these orders, those included that the view does not know yet."""
    with for_writing(engine).begin() as connection:
        bring_back(connection, order_keys)
        found = connection.execute(
            select(ORDERS.c.order_key, ORDERS.c.changed_at, ORDERS.c.generation, ORDERS.c.snapshot)
            .where(ORDERS.c.order_key.in_(order_keys))
            .order_by(ORDERS.c.order_key)
        ).all()
        rows = [(key, key.partition("/")[0], moment_text(now)) for key in order_keys]
        upsert(connection, ERASED, rows)
        for key, changed_at, generation, snapshot in found:
            _rewrite(connection, key, snapshot, moment_text(changed_at), generation)
        _scrub_messages(connection, order_keys)
        put_away(connection, order_keys)


def _rewrite(
    connection: Connection, order_key: str, snapshot: str, changed_at: str, generation: int
) -> None:
    """Write the order again as if its source had never named anybody."""
    raw = scrub_snapshot(snapshot.encode())
    projected = project(raw, changed_at=changed_at, generation=generation)
    connection.execute(delete(ORDERS).where(ORDERS.c.order_key == order_key))
    upsert(connection, ORDERS, [projected.order])
    for name, rows in projected.parts.items():
        if name != SEARCH.name:
            delete_parts(connection, METADATA.tables[name], [order_key])
        upsert(connection, METADATA.tables[name], rows)


def scrub_snapshot(raw: bytes) -> bytes:
    """Leave out of a snapshot who the order is for; country and language stay."""
    snapshot = read_object(raw)
    document: _Json = snapshot.get("order") or {}
    document.pop(_NOTE, None)
    for name, kind in _PEOPLE.items():
        if name in document:
            document[name] = _impersonal(document[name], kind)
    snapshot["changes"] = {
        name: _without_note(value)
        for name, value in snapshot.get("changes", {}).items()
        if name.partition(":")[0] in _IMPERSONAL
    }
    for hold in snapshot.get("holds", ()):
        hold.pop(_NOTE, None)
    return msgspec.json.encode(snapshot, order="deterministic")


def _without_note(value: Any) -> Any:  # Any: JSON
    if not isinstance(value, dict):
        return value
    return {name: one for name, one in value.items() if name != _NOTE}


def _impersonal(told: object, kind: type[msgspec.Struct]) -> _Json:
    """Keep what a type knows and does not call personal; what it does not know goes."""
    known = set(kind.__struct_fields__) - set(personal_fields(kind))
    fields = told if isinstance(told, Mapping) else {}
    return {name: value for name, value in fields.items() if name in known}


def _scrub_messages(connection: Connection, keys: Collection[str]) -> None:
    for table in (NOTIFICATIONS, RESULTS, ACTIONS):
        rows = connection.execute(
            select(table.c.id, table.c.detail).where(table.c.order_key.in_(keys))
        ).all()
        for name, detail in rows:
            scrubbed = {"detail": scrub_message(detail)}
            if _NOTE in table.c:
                scrubbed[_NOTE] = ""
            connection.execute(update(table).where(table.c.id == name).values(scrubbed))


def scrub_message(detail: str) -> str:
    """Leave out of a message what it would tell people, and free text."""
    said = {name: one for name, one in read_object(detail).items() if name not in {_DATA, _NOTE}}
    return msgspec.json.encode(said).decode()


def erased_among(connection: Connection, keys: Iterable[str]) -> frozenset[str]:
    """Say which of these orders are erased."""
    wanted = list(keys)
    if not wanted or not _any(connection):
        return frozenset()
    found = connection.execute(select(ERASED.c.order_key).where(ERASED.c.order_key.in_(wanted)))
    return frozenset(found.scalars())


def _any(connection: Connection) -> bool:
    """Nearly always nobody is erased, and a batch has thousands of keys."""
    return connection.execute(select(ERASED.c.order_key).limit(1)).first() is not None


def scrub_rows(name: str, rows: list[Row], erased: Collection[str]) -> list[Row]:
    """Leave out of messages about erased orders what `scrub_message` does."""
    columns = [column.name for column in METADATA.tables[name].columns]
    key, detail = columns.index("order_key"), columns.index("detail")
    note = columns.index(_NOTE) if _NOTE in columns else None
    scrubbed = []
    for row in rows:
        if row[key] in erased:
            values = list(row)
            values[detail] = scrub_message(str(row[detail]))
            if note is not None:
                values[note] = ""
            scrubbed.append(tuple(values))
        else:
            scrubbed.append(row)
    return scrubbed
