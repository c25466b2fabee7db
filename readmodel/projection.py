"""A snapshot as rows: the order, its parts, what it is found by; pure, the same on any database.

Rows are tuples in the order of the tables' columns. A part whose section of the snapshot did not
change since the last write is left as it stands (`imprint.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from operator import attrgetter
from typing import Final, NamedTuple

from msgspec import Raw

from readmodel import part
from readmodel.column import indexed, instant_text
from readmodel.imprint import Imprint, Word, digest_of, read_imprint, write_imprint
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
_ESCAPED_NUL: Final = b"\\u0000"
_NOT_SHIPPED: Final = frozenset({"unfulfilled", "dispatched", "partially_fulfilled"})
_NOT_ARRIVED: Final = _NOT_SHIPPED | {"fulfilled"}
_NOTHING_OWED: Final = frozenset({"cancelled", "draft"})
_ENDED: Final = _NOTHING_OWED | {"completed", ""}
_NO_PARTY: Final = PartySeen()
_NO_DOCUMENT: Final = DocumentSeen()


class Projected(NamedTuple):
    """The rows of one order; `parts` holds what is written, by table.

    Of a part in `kept` only so many rows stay. Of the words those in `unsaid` go; None says that it
    is not known which stand.
    """

    order_key: str
    order: Row
    parts: dict[str, list[Row]]
    kept: dict[str, int]
    unsaid: list[Word] | None


class Context(NamedTuple):
    """A snapshot beside what is read out of it once for several tables."""

    seen: SnapshotSeen
    document: DocumentSeen
    customer: PartySeen
    ship_to: str
    changes: dict[str, Raw]
    created_at: str


def project(
    raw: bytes, *, changed_at: str, generation: int, standing: bytes | None = None
) -> Projected:
    """Make the rows of a snapshot; `standing` is the imprint of the row that stands, None for none.

    Raises msgspec.MsgspecError or ValueError for what is no snapshot.
    """
    context, before = _read(raw), read_imprint(standing)
    digests = tuple([digest_of(section) for section in _sections_of(context.seen)])
    changed = {
        name
        for name, one, other in zip(
            _READ, digests, before.digests if before else _UNKNOWN, strict=True
        )
        if one != other
    }
    parts = {
        name: list(make(context)) for name, read, make in _SECTIONS if not changed.isdisjoint(read)
    }
    counts, kept = _counts(parts, before)
    words, unsaid = _add_words(parts, context, before, changed)
    text = _add_search(parts, context, before, changed)
    imprint = write_imprint(Imprint(digests, counts, words, text))
    order = (*_order(context), generation, *_rest(context, changed_at), raw.decode(), imprint)
    if _ESCAPED_NUL in raw:
        order = part.without_nul(order)
        parts = {name: [part.without_nul(row) for row in rows] for name, rows in parts.items()}
    return Projected(context.seen.order_key, order, parts, kept, unsaid)


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


_Parts = dict[str, list[Row]]


def _counts(parts: _Parts, before: Imprint | None) -> tuple[tuple[int, ...], dict[str, int]]:
    """Count the rows of every part, and name the parts of which there are fewer than before."""
    if before is None:
        kept = {name: len(rows) for name, rows in parts.items()}
        return tuple(kept.values()), kept
    counts, kept = list(before.rows), {}
    for name, rows in parts.items():
        place = _PLACES[name]
        counts[place] = len(rows)
        if counts[place] < before.rows[place]:
            kept[name] = counts[place]
    return tuple(counts), kept


def _add_words(
    parts: _Parts, context: Context, before: Imprint | None, changed: set[str]
) -> tuple[tuple[Word, ...], list[Word] | None]:
    """Write the words that are new; all of them where what stands beside them changed too."""
    if before is not None and changed.isdisjoint(_OF_WORDS):
        return before.words, []
    said = tuple(part.words(context.seen.words))
    known = before is not None and "placed_at" not in changed
    stood = before.words if before is not None and known else ()
    seen = context.seen
    new: list[Row] = [
        (seen.order_key, *word, seen.tenant, context.created_at)
        for word in said
        if word not in stood
    ]
    if new:
        parts[WORDS.name] = new
    return said, [word for word in stood if word not in said] if known else None


def _add_search(
    parts: _Parts, context: Context, before: Imprint | None, changed: set[str]
) -> bytes:
    """Write what the order is found by where that is another text; gives its digest."""
    if before is not None and changed.isdisjoint(_OF_SEARCH):
        return before.text
    seen = context.seen
    text = text_of(seen.order_key, context.document, context.customer, seen.lines, seen.parcels)
    digest = digest_of(text)
    if before is None or digest != before.text:
        parts[SEARCH.name] = [(seen.order_key, seen.tenant, text)]
    return digest


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
)
"""Table: the fields of the snapshot that it is made of, and how."""
_OF_WORDS: Final = ("words", "placed_at")
_OF_SEARCH: Final = ("order", "changes", "lines", "parcels")
_READ: Final = tuple(
    dict.fromkeys(
        name for names in (*(read for _, read, _ in _SECTIONS), _OF_WORDS) for name in names
    )
)
"""The fields whose digests tell what changed."""
_UNKNOWN: Final = (None,) * len(_READ)
_PLACES: Final = {name: place for place, (name, *_) in enumerate(_SECTIONS)}
_sections_of: Final = attrgetter(*_READ)
