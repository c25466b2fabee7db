"""A snapshot as rows: the order, its parts, what it is found by; pure, the same on any database.

Rows are tuples in the order of the tables' columns. A part whose section of the snapshot did not
change since the last write is left as it stands (`digests`), because most changes touch one axis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from hashlib import blake2b
from typing import Final, NamedTuple

from msgspec import Raw

from readmodel import part
from readmodel.column import indexed, instant_text
from readmodel.order_table import (
    ANOMALY_PART,
    HOLDS,
    INVOICES,
    LINES,
    NOTES,
    PARCELS,
    RETURNS,
    SEARCH,
    SHIPMENTS,
    TRANSACTIONS,
    WORDS,
)
from readmodel.part import Row
from readmodel.search import text_of
from readmodel.seen import (
    DocumentSeen,
    PartySeen,
    SnapshotSeen,
    read_changes,
    read_document,
    read_party,
    read_snapshot,
)

EPOCH: Final = "1970-01-01T00:00:00.000000Z"
_DIGEST_BYTES: Final = 8
_ESCAPED_NUL: Final = b"\\u0000"
_NOT_SHIPPED: Final = frozenset({"unfulfilled", "dispatched", "partially_fulfilled"})
_NOT_ARRIVED: Final = _NOT_SHIPPED | {"fulfilled"}
_NOTHING_OWED: Final = frozenset({"cancelled", "draft"})
_ENDED: Final = _NOTHING_OWED | {"completed", ""}
_NO_PARTY: Final = PartySeen()
_NO_DOCUMENT: Final = DocumentSeen()


class Projected(NamedTuple):
    """The rows of one order; `parts` holds the tables that are written anew, by name."""

    order_key: str
    order: Row
    parts: dict[str, list[Row]]


class Context(NamedTuple):
    """A snapshot beside what is read out of it once for several tables."""

    seen: SnapshotSeen
    document: DocumentSeen
    customer: PartySeen
    ship_to: str
    changes: dict[str, Raw]
    created_at: str


def project(
    raw: bytes, *, changed_at: str, generation: int, digests: bytes | None = None
) -> Projected:
    """Make the rows of a snapshot; `digests` are those of the row that stands, None for none.

    Raises msgspec.MsgspecError or ValueError for what is no snapshot.
    """
    context = _read(raw)
    new = _digests(context.seen)
    parts = {
        name: list(make(context))
        for place, (name, _, make) in enumerate(_SECTIONS)
        if _digest_at(new, place) != _digest_at(digests, place)
    }
    order = (*_order(context), generation, *_rest(context, changed_at), raw.decode(), new)
    if _ESCAPED_NUL in raw:
        order = part.without_nul(order)
        parts = {name: [part.without_nul(row) for row in rows] for name, rows in parts.items()}
    return Projected(context.seen.order_key, order, parts)


def _read(raw: bytes) -> Context:
    seen = read_snapshot(raw)
    document = read_document(seen.order) or _NO_DOCUMENT
    changes = read_changes(seen.changes)
    customer = document.customer or _NO_PARTY
    if "customer" in changes:
        customer = read_party(changes["customer"])
    ship_to = bytes(changes.get("ship_to", document.ship_to)).decode()
    created_at = instant_text(seen.placed_at) or EPOCH
    return Context(seen, document, customer, ship_to, changes, created_at)


def _order(context: Context) -> Row:
    """Give the columns up to `version`."""
    seen = context.seen
    external_id = seen.order_key.split("/", 2)[2]
    number = indexed(context.document.number)
    return (
        seen.order_key,
        seen.tenant,
        seen.channel,
        external_id,
        number,
        indexed(seen.source),
        seen.version,
    )


def _rest(context: Context, changed_at: str) -> Row:
    """Give the columns from `lifecycle` to `note`."""
    seen, document, customer, money = (
        context.seen,
        context.document,
        context.customer,
        context.seen.money,
    )
    axes = (seen.lifecycle, seen.closure, seen.hold, seen.risk, seen.payment, seen.fulfilment)
    times = (
        context.created_at,
        instant_text(seen.placed_at),
        changed_at,
        _due(context),
        instant_text(seen.cancelled_at),
    )
    sums = (
        *(document.total, document.shipping_total, document.tax_total, document.discount_total),
        *(money.due, money.authorized, money.captured, money.refunded, money.refund_pending),
        *(money.pending, money.disputed, money.capture_pending, money.reversal_pending),
        money.voided,
    )
    return (
        *axes,
        *(seen.valid, seen.test, _unfinished(seen)),
        *times,
        *(seen.cancel_reason, seen.cancel_requester, money.currency),
        *sums,
        document.pickup,
        *(document.payment_method, document.payment_method_name, document.shipping_method),
        *(indexed(customer.customer_id), indexed(customer.name), indexed(customer.email)),
        *(customer.phone, customer.locale, context.ship_to),
        *(bytes(document.bill_to).decode(), document.note),
    )


def _unfinished(seen: SnapshotSeen) -> bool:
    """Say whether somebody still has to do something: begun, not ended (S1.15)."""
    return seen.lifecycle not in _ENDED and seen.closure == "open"


def _due(context: Context) -> str | None:
    """Say when the order is late: what was promised and is not done yet (S0.9)."""
    seen, document = context.seen, context.document
    if seen.lifecycle in _NOTHING_OWED or seen.closure != "open":
        return None
    promises: list[str] = []
    if document.ship_by and seen.fulfilment in _NOT_SHIPPED:
        day_after = date.fromisoformat(document.ship_by) + timedelta(days=1)
        promises.append(f"{day_after.isoformat()}T00:00:00.000000Z")
    if document.promised_at and seen.fulfilment in _NOT_ARRIVED:
        promises.append(instant_text(document.promised_at) or EPOCH)
    return min(promises, default=None)


def _search(context: Context) -> Iterator[Row]:
    seen = context.seen
    found_by = text_of(
        seen.order_key, context.document, context.customer, seen.lines, seen.parcels
    )
    yield (seen.order_key, seen.tenant, found_by)


def _words(context: Context) -> Iterator[Row]:
    seen = context.seen
    for profile, axis, word in part.words(seen.words):
        yield (seen.order_key, profile, axis, word, seen.tenant, context.created_at)


_Make = Callable[[Context], Iterator[Row]]


def _from(name: str, make: Callable[[str, str, Raw], Iterator[Row]]) -> _Make:
    return lambda context: make(
        context.seen.order_key, context.seen.tenant, getattr(context.seen, name)
    )


_SECTIONS: Final[tuple[tuple[str, tuple[str, ...], _Make], ...]] = (
    (
        LINES.name,
        ("lines", "order"),
        lambda context: part.lines(
            context.seen.order_key, context.seen.tenant, context.seen.lines, context.document
        ),
    ),
    (SHIPMENTS.name, ("shipments",), _from("shipments", part.shipments)),
    (PARCELS.name, ("parcels",), _from("parcels", part.parcels)),
    (TRANSACTIONS.name, ("operations",), _from("operations", part.transactions)),
    (HOLDS.name, ("holds",), _from("holds", part.holds)),
    (RETURNS.name, ("returns",), _from("returns", part.returns)),
    (INVOICES.name, ("invoices",), _from("invoices", part.invoices)),
    (
        NOTES.name,
        ("changes",),
        lambda context: part.notes(context.seen.order_key, context.seen.tenant, context.changes),
    ),
    (ANOMALY_PART.name, ("anomalies",), _from("anomalies", part.standing)),
    (WORDS.name, ("words", "placed_at"), _words),
    (SEARCH.name, ("order", "changes", "lines", "parcels"), _search),
)
"""Table: the fields of the snapshot that it is made of, and how. Append; the place is its digest's."""


def _digests(seen: SnapshotSeen) -> bytes:
    found = b""
    for _, names, _ in _SECTIONS:
        content = blake2b(digest_size=_DIGEST_BYTES)
        for name in names:
            value = getattr(seen, name)
            content.update(value if isinstance(value, Raw) else str(value).encode())
        found += content.digest()
    return found


def _digest_at(digests: bytes | None, place: int) -> bytes | None:
    return digests[place * _DIGEST_BYTES : (place + 1) * _DIGEST_BYTES] if digests else None
