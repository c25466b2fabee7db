"""The joins: how each group of evidence takes in one more statement.

Money is in `payment_evidence.py`, shipments and scans in `shipment_evidence.py`. Every function
returns the order itself where nothing changed. A join must be commutative, associative and
idempotent; `tests/domain/test_convergence.py` tries to break each.
"""

from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from domain import body as bodies
from domain.document import Document, Line
from domain.identity import digest
from domain.instant import micros
from domain.order import (
    ENTRIES_MAX,
    REVISIONS_MAX,
    Head,
    HoldEntry,
    Item,
    Mark,
    Movement,
    Order,
    Revision,
)

if TYPE_CHECKING:
    from domain import fact as facts
    from domain.envelope import Envelope

_encode: Final = msgspec.json.Encoder().encode


class TooMany(Exception):  # noqa: N818 - says what is wrong, not that something is
    """An order holds as much of one kind of evidence as it may; carries which and the bound."""

    def __init__(self, what: str, bound: int) -> None:
        """Name the group and its bound."""
        super().__init__(f"{what}: more than {bound} on one order")
        self.what = what
        self.bound = bound


def add_document(
    order: Order, fact: "facts.OrderSaved | facts.OrderPlaced | facts.OrderRevised", at: int
) -> Order:
    """Keep the document if it is the newest, and its place in history if it is not."""
    document = _encode(fact.body)
    mark = digest(document)
    number = fact.revision or at
    order = _add_revision(order, number, Revision(at, mark, fact.body.total, fact.body.validity))
    old = order.head
    if old and (old.revision, old.digest) > (number, mark):
        return order
    if old and (old.revision, old.digest) == (number, mark):
        if (old.at, old.source) <= (at, fact.source):
            return order
        return replace(order, head=replace(old, at=at, source=fact.source))
    return replace(order, head=_head(fact, number, at, mark, document))


def _add_revision(order: Order, number: int, revision: Revision) -> Order:
    """Keep one version of the document under its number: told twice, its first telling counts."""
    known = order.revisions.get(number)
    if known is None:
        if len(order.revisions) >= REVISIONS_MAX:
            raise TooMany("revisions", REVISIONS_MAX)
    elif known.digest != revision.digest:
        order = conflict(order, f"order|{number}")
        revision = max(known, revision, key=lambda one: one.digest)
    elif known.at <= revision.at:
        return order
    if revision is known:
        return order
    return replace(order, revisions={**order.revisions, number: revision})


def _head(
    fact: "facts.OrderSaved | facts.OrderPlaced | facts.OrderRevised",
    number: int,
    at: int,
    mark: int,
    document: bytes,
) -> Head:
    body: Document = fact.body
    return Head(
        revision=number,
        at=at,
        digest=mark,
        document=document,
        currency=body.currency,
        total=body.total,
        items=_items(body.lines),
        method=body.payment_method,
        validity=body.validity,
        source_status=body.source_status,
        hold=body.hold or "",
        ship_by=body.ship_by.isoformat() if body.ship_by else "",
        source=fact.source,
        promised_at=micros(body.promised_at) if body.promised_at else 0,
        locale=body.customer.locale if body.customer else "",
        total_unknown=body.total_unknown,
    )


def _items(lines: tuple[Line, ...]) -> tuple[Item, ...]:
    """Read the lines; what a source lists twice under one id is one line of both."""
    items: dict[str, Item] = {}
    for line in lines:
        known = items.get(line.line_id)
        items[line.line_id] = Item(
            line.line_id,
            line.quantity + (known.quantity if known else 0),
            known.unit_price if known else line.unit_price,
            min(line.cancelled, line.quantity) + (known.cancelled if known else 0),
            known.sku if known else line.sku,
            known.warehouse if known else line.warehouse,
        )
    return tuple(items.values())


def conflict(order: Order, key: str) -> Order:
    """Note that two statements about one thing contradict each other."""
    if key in order.conflicts:
        return order
    order = replace(order, conflicts=tuple(sorted((*order.conflicts, key))))
    operation = order.operations.get(key)
    if operation is None or not operation.unrevised:
        return order
    return replace(order, operations={**order.operations, key: replace(operation, unrevised=0)})


def add_mark(order: Order, name: str, fact: "Envelope", at: int, *, latest: bool = False) -> Order:
    """Keep the first (or the latest) time that something happened to the whole order."""
    body = getattr(fact, "body", None)
    mark = Mark(
        at,
        fact.actor,
        getattr(body, "reason", ""),
        getattr(body, "note", ""),
        fact.event_id,
        getattr(body, "requester", ""),
    )
    old = order.marks.get(name)
    if old is None:
        if len(order.marks) >= ENTRIES_MAX:
            raise TooMany("marks", ENTRIES_MAX)
    elif latest != (_mark_order(mark) > _mark_order(old)) or mark == old:
        return order
    return replace(order, marks={**order.marks, name: mark})


def _mark_order(mark: Mark) -> tuple[int, str, str, str, str, str]:
    return mark.at, mark.cause, mark.actor, mark.reason, mark.note, mark.requester


def add_hold(order: Order, fact: "facts.HoldWasPlaced", at: int) -> Order:
    """Keep the newest placing of a hold."""
    body = fact.body
    old = _hold(order, body.hold_id)
    until = micros(body.until) if body.until else 0
    new = replace(
        old, placed_at=at, reason=body.reason, note=body.note, actor=fact.actor, until=until
    )
    if _placing(new) <= _placing(old):
        return order
    return replace(order, holds={**order.holds, body.hold_id: new})


def _placing(hold: HoldEntry) -> tuple[int, str, str, str, int]:
    return hold.placed_at, hold.reason, hold.note, hold.actor, hold.until


def release_hold(order: Order, fact: "facts.HoldWasReleased", at: int) -> Order:
    """Keep the newest release of a hold."""
    old = _hold(order, fact.body.hold_id)
    if old.released_at >= at:
        return order
    return replace(order, holds={**order.holds, fact.body.hold_id: replace(old, released_at=at)})


def _hold(order: Order, hold_id: str) -> HoldEntry:
    if hold_id not in order.holds and len(order.holds) >= ENTRIES_MAX:
        raise TooMany("holds", ENTRIES_MAX)
    return order.holds.get(hold_id) or HoldEntry(0, 0, "", "", "", 0)


def add_movement(
    order: Order,
    group: str,
    key: str,
    body: bodies.LinesCancelled | bodies.ReturnMarked,
    at: int,
) -> Order:
    """Keep pieces that were cancelled or came back, once per business id."""
    entries: dict[str, Movement] = getattr(order, group)
    lines = tuple(sorted((units.line_id, units.quantity) for units in body.lines))
    new = Movement(at, lines, getattr(body, "reason", ""))
    old = entries.get(key)
    if old is None:
        if len(entries) >= ENTRIES_MAX:
            raise TooMany(group, ENTRIES_MAX)
    else:
        if old.lines != new.lines:
            order = conflict(order, f"{group}|{key}")
        if (old.at, old.lines, old.reason) >= (new.at, new.lines, new.reason):
            return order
    return replace(order, **{group: {**entries, key: new}})


def add_change(order: Order, key: str, value: msgspec.Struct, at: int) -> Order:
    """Keep the newest value of something that is stated by itself."""
    new = (at, _encode(value))
    old = order.changes.get(key)
    if old and old >= new:
        return order
    if old is None and len(order.changes) >= ENTRIES_MAX:
        raise TooMany("changes", ENTRIES_MAX)
    return replace(order, changes={**order.changes, key: new})
