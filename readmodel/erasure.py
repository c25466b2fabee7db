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

from readmodel.bulk import delete_parts, upsert
from readmodel.column import indexed, moment_text
from readmodel.database import for_writing
from readmodel.message_table import ACTIONS, ERASED, NOTIFICATIONS, RESULTS
from readmodel.order_table import METADATA, ORDERS, SEARCH
from readmodel.part import Row
from readmodel.projection import project
from readmodel.seen import read_object

_Json = dict[str, Any]  # Any: JSON
_OF_DOCUMENT: Final = ("customer", "note")
_ADDRESSES: Final = ("ship_to", "bill_to")
_IMPERSONAL: Final = frozenset(
    {
        *("state", "shipping_method", "warehouse", "eta", "label", "rates", "return", "refunded"),
        *("invoice", "invoice_void", "invoice_number", "backorder", "dropship"),
    }
)
"""What was stated by itself and names nobody, by its first word; what is not known here goes."""
_NOTE: Final = "note"
_DATA: Final = "data"


def erase_customer(engine: Engine, tenant: str, customer: str, now: datetime) -> list[str]:
    """Erase who is behind the orders of a customer, by whole id or e-mail; gives the orders."""
    wanted = indexed(customer)
    if not wanted:
        return []
    his = or_(ORDERS.c.customer_id == wanted, ORDERS.c.customer_email == wanted)
    with for_writing(engine).begin() as connection:
        found = connection.execute(
            select(ORDERS.c.order_key, ORDERS.c.changed_at, ORDERS.c.generation, ORDERS.c.snapshot)
            .where(ORDERS.c.tenant == tenant, his)
            .order_by(ORDERS.c.order_key)
        ).all()
        keys = [key for key, *_ in found]
        upsert(connection, ERASED, [(key, tenant, moment_text(now)) for key in keys])
        for key, changed_at, generation, snapshot in found:
            _rewrite(connection, key, snapshot, moment_text(changed_at), generation)
        _scrub_messages(connection, keys)
    return keys


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
    """Leave out of a snapshot who the order is for; of addresses the country stays."""
    snapshot = read_object(raw)
    document: _Json = snapshot.get("order") or {}
    for name in _OF_DOCUMENT:
        document.pop(name, None)
    for name in _ADDRESSES:
        if name in document:
            document[name] = _country(document[name])
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


def _country(address: object) -> _Json:
    country = address.get("country") if isinstance(address, Mapping) else None
    return {"country": country} if country else {}


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
