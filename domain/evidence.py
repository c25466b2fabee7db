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
from domain.kept_document import pack_document, unpack_document
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
from domain.personal import rank, without_keys

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
    mark, number = digest(document), fact.revision or at
    without = without_keys(document)
    told = Revision(
        at, mark, fact.body.total, fact.body.validity, digest(without) if without else 0
    )
    order = _add_revision(order, number, told)
    old = order.head
    if old is None or old.revision < number:
        return replace(order, head=_head(fact, number, at, mark, document))
    standing, new = _standing(old), (number, rank(document), mark)
    if standing > new or (standing == new and (old.at, old.source) <= (at, fact.source)):
        return order
    if standing == new:
        return replace(order, head=replace(old, at=at, source=fact.source))
    return replace(order, head=_head(fact, number, at, mark, document))


def _standing(head: Head) -> tuple[int, int, int]:
    """Order documents: by revision, and of one revision by how they name people (`personal.py`)."""
    return head.revision, rank(unpack_document(head.document)), head.digest


def _add_revision(order: Order, number: int, revision: Revision) -> Order:
    """Keep one version of the document under its number: told twice, its first telling counts."""
    known = order.revisions.get(number)
    if known is None:
        if len(order.revisions) >= REVISIONS_MAX:
            raise TooMany("revisions", REVISIONS_MAX)
    elif known.digest != revision.digest:
        if _contradict(known, revision):
            order = conflict(order, f"order|{number}")
        revision = _one_of(known, revision)
    elif known.at <= revision.at:
        return order
    else:
        revision = replace(revision, plain=known.plain)
    if revision == known:
        return order
    return replace(order, revisions={**order.revisions, number: revision})


def _contradict(known: Revision, new: Revision) -> bool:
    """Say whether two different documents under one number are more than two forms of one.

    What is sealed cannot be compared with what was written plain.
    """
    if not new.erased or not known.erased:
        plain, other = known.plain or _plain(known), new.plain or _plain(new)
        return bool(plain and other and plain != other)
    return known.erased != new.erased or (_is_sealed(known) and _is_sealed(new))


def _one_of(known: Revision, new: Revision) -> Revision:
    """Choose the document that stands for both, and remember the plain one beside it."""
    chosen = max(known, new, key=lambda one: (_is_sealed(one), bool(one.erased), one.digest))
    plain = max(known.plain, new.plain, _plain(known), _plain(new))
    return replace(chosen, plain=plain if chosen.erased else 0)


def _plain(revision: Revision) -> int:
    return 0 if revision.erased else revision.digest


def _is_sealed(revision: Revision) -> bool:
    return revision.erased not in {0, revision.digest}


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
        document=pack_document(document),
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
    elif latest != (_mark_order(mark, latest) > _mark_order(old, latest)) or mark == old:
        return order
    return replace(order, marks={**order.marks, name: mark})


def _mark_order(mark: Mark, latest: bool) -> tuple[int, str, str, str, int, str, str]:  # noqa: FBT001
    form = rank(mark.note)
    return (
        *(mark.at, mark.cause, mark.actor, mark.reason),
        *(form if latest else -form, mark.note, mark.requester),
    )


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


def _placing(hold: HoldEntry) -> tuple[int, str, int, str, str, int]:
    return hold.placed_at, hold.reason, rank(hold.note), hold.note, hold.actor, hold.until


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
    if old and (old[0], rank(old[1]), old[1]) >= (at, rank(new[1]), new[1]):
        return order
    if old is None and len(order.changes) >= ENTRIES_MAX:
        raise TooMany("changes", ENTRIES_MAX)
    return replace(order, changes={**order.changes, key: new})
