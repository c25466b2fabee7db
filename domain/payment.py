"""The payment ledger: sums of what the merged operations say, and the axis that follows.

Several witnesses may tell of the same money (`Evidence`): the provider itself, the shop that
names only its own number for it, an order status that implies it. Per provider the larger of the
first two sums counts, over all providers the larger of that and what a status claims; so nothing
is counted twice, and a witness that lags behind takes nothing away. Amounts of another currency
than the order's are kept apart and never added (spec model, 1).
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from domain.order import Goods, Money, Operation, Order, Revision
from domain.vocabulary import Evidence, Payment, Validity


class Entry(NamedTuple):
    """An operation with its key taken apart."""

    kind: str
    provider: str
    reference: str
    operation: Operation


class Sums(NamedTuple):
    """What the first-match table below looks at."""

    due: int
    authorized: int
    captured: int
    refunded: int
    pending: int
    disputed: int
    failed: bool
    manual: bool
    free: bool
    given_up: bool


Row = tuple[Payment, str, Callable[[Sums], bool]]

TABLE: Final[tuple[Row, ...]] = (
    (Payment.DISPUTED, "an open dispute", lambda s: s.disputed > 0),
    (
        Payment.REFUNDED,
        "refunds reach what was captured",
        lambda s: s.refunded > 0 and s.captured - s.refunded <= 0,
    ),
    (Payment.PARTIALLY_REFUNDED, "refunds are less than was captured", lambda s: s.refunded > 0),
    (Payment.OVERPAID, "captured more than is due", lambda s: s.captured > s.due),
    (Payment.PAID, "captured covers what is due", lambda s: 0 < s.captured >= s.due or s.free),
    (Payment.PARTIALLY_PAID, "captured less than is due", lambda s: s.captured > 0),
    (Payment.UNPAID, "every piece was cancelled, no money came", lambda s: s.given_up),
    (
        Payment.AUTHORIZED,
        "authorised covers what is due",
        lambda s: s.authorized > 0 and s.authorized >= s.due,
    ),
    (Payment.PARTIALLY_AUTHORIZED, "authorised less than is due", lambda s: s.authorized > 0),
    (Payment.IN_PROGRESS, "a payment is under way", lambda s: s.pending > 0),
    (Payment.FAILED, "the last attempt failed", lambda s: s.failed),
    (Payment.UNPAID, "a manual method and no money yet", lambda s: s.manual),
    (Payment.IN_PROGRESS, "an online method and no answer yet", lambda _: True),
)
"""First match wins (spec model, 2 C and 8.1)."""


def classify(sums: Sums) -> tuple[Payment, str]:
    """Find the first row that holds: the state and its rule in words."""
    for state, rule, holds in TABLE:
        if holds(sums):
            return state, rule
    raise AssertionError  # pragma: no cover - the last row always holds


def derive_money(order: Order, goods: Goods) -> Money:
    """Sum the ledger of an order whose document is known."""
    head = order.head
    if head is None:
        return Money()
    entries = [Entry(*key.split("|", 2), operation) for key, operation in order.operations.items()]
    own = [entry for entry in entries if entry.operation.currency == head.currency]
    captures = _counted(own, "captured", "capture_failed")
    refunds = _counted(own, "refunded", "refund_failed")
    captured = _total(captures)
    lost = _total(entry for entry in own if entry.kind == "dispute_lost")
    refunded = max(_total(refunds) - _reversed_refunds(own, refunds), 0) + lost
    sums = Sums(
        due=_due(order, goods),
        authorized=_open_authorizations(own, captures),
        captured=captured,
        refunded=refunded,
        pending=_unanswered(own, "pending", _PENDING_ANSWERS),
        disputed=_unanswered(own, "disputed", _DISPUTE_ANSWERS),
        failed=_last_failed(own),
        manual=_is_manual(order),
        free=_is_free(order, goods),
        given_up=_is_given_up(goods),
    )
    return Money(
        state=classify(sums)[0],
        due=sums.due,
        authorized=sums.authorized,
        captured=captured,
        refunded=refunded,
        refund_pending=_unanswered(own, "refund_requested", _REFUND_ANSWERS),
        pending=sums.pending,
        disputed=sums.disputed,
        voided=captured == 0 and any(entry.kind == "reversed" for entry in own),
        valid=_validity(order.revisions, own, captures),
        last_capture_at=max((entry.operation.at for entry in captures), default=0),
        foreign=_foreign(entries, head.currency) if len(own) < len(entries) else (),
    )


_PENDING_ANSWERS: Final = frozenset({"captured", "authorized", "failed", "reversed", "expired"})
_DISPUTE_ANSWERS: Final = frozenset({"dispute_won", "dispute_lost"})
_REFUND_ANSWERS: Final = frozenset({"refunded", "refund_failed"})
_AUTHORIZATION_ENDS: Final = frozenset({"reversed", "expired"})


def explain_money(order: Order, money: Money) -> tuple[str, dict[str, int]]:
    """Say which row of the table gave the state, and with which numbers."""
    failed = money.state == Payment.FAILED
    goods = order.derived.goods
    sums = Sums(
        money.due,
        money.authorized,
        money.captured,
        money.refunded,
        money.pending,
        money.disputed,
        failed,
        _is_manual(order),
        _is_free(order, goods),
        _is_given_up(goods),
    )
    numbers = {
        "due": money.due,
        "authorized": money.authorized,
        "captured": money.captured,
        "refunded": money.refunded,
        "disputed": money.disputed,
    }
    return classify(sums)[1], numbers


def _total(entries: Iterable[Entry]) -> int:
    return sum(entry.operation.amount for entry in entries)


def _counted(entries: list[Entry], kind: str, undone_by: str) -> list[Entry]:
    """Choose the operations that count: one witness per provider, or a status that says more."""
    undone = {
        (entry.provider, entry.reference): entry.operation.at
        for entry in entries
        if entry.kind == undone_by
    }
    standing = [
        entry
        for entry in entries
        if entry.kind == kind
        and undone.get((entry.provider, entry.reference), -1) < entry.operation.at
    ]
    if all(entry.operation.evidence == Evidence.PROVIDER for entry in standing):
        return standing
    return _strongest(standing)


def _strongest(entries: list[Entry]) -> list[Entry]:
    witnessed: list[Entry] = []
    for provider in {entry.provider for entry in entries}:
        told = [
            [e for e in entries if e.provider == provider and e.operation.evidence == evidence]
            for evidence in (Evidence.PROVIDER, Evidence.SHOP)
        ]
        witnessed.extend(max(told, key=_total))
    claims = [entry for entry in entries if entry.operation.evidence == Evidence.STATUS]
    claim = max(
        claims,
        key=lambda e: (e.operation.amount, -e.operation.at, e.provider, e.reference),
        default=None,
    )
    if claim and claim.operation.amount > _total(witnessed):
        return [claim]
    return witnessed


def _reversed_refunds(entries: list[Entry], refunds: list[Entry]) -> int:
    known = {(entry.provider, entry.reference): entry.operation.amount for entry in refunds}
    return sum(
        min(entry.operation.amount, known.get((entry.provider, entry.reference), 2**62))
        for entry in entries
        if entry.kind == "refund_reversed"
    )


def _unanswered(entries: list[Entry], kind: str, answers: frozenset[str]) -> int:
    """Sum the operations of a kind that got none of the answers.

    An answer names what it answers, or has the same parent and answers nothing else by name.
    """
    asked = {(one.provider, one.reference): one for one in entries if one.kind == kind}
    if not asked:
        return 0
    answered: set[tuple[str, str]] = set()
    siblings: set[tuple[str, str]] = set()
    for entry in entries:
        if entry.kind in answers:
            named = {(entry.provider, entry.reference), (entry.provider, entry.operation.parent)}
            if named & asked.keys():
                answered |= named
            else:
                siblings |= named
    return _total(
        entry
        for name, entry in asked.items()
        if name not in answered
        and not (entry.operation.parent and (entry.provider, entry.operation.parent) in siblings)
    )


def _open_authorizations(entries: list[Entry], captures: list[Entry]) -> int:
    """Sum what is still authorised: adjusted, less captured, ended ones left out."""
    granted = _counted(entries, "authorized", "")
    if not granted:
        return 0
    ended = {
        (entry.provider, name)
        for entry in entries
        if entry.kind in _AUTHORIZATION_ENDS
        for name in (entry.reference, entry.operation.parent)
        if name
    }
    still_open = 0
    unlinked = _total(captures)
    for entry in granted:
        linked = [capture for capture in captures if _belongs(capture, entry)]
        used = _total(linked)
        unlinked -= used
        final = any(capture.operation.final for capture in linked)
        if not final and (entry.provider, entry.reference) not in ended:
            still_open += max(_adjusted(entries, entry) - used, 0)
    return max(still_open - max(unlinked, 0), 0)


def _belongs(capture: Entry, authorization: Entry) -> bool:
    return capture.provider == authorization.provider and authorization.reference in {
        capture.operation.parent,
        capture.reference,
    }


def _adjusted(entries: list[Entry], authorization: Entry) -> int:
    adjustments = [
        entry.operation
        for entry in entries
        if entry.kind == "adjusted"
        and entry.provider == authorization.provider
        and authorization.reference in {entry.operation.parent, entry.reference}
    ]
    latest = max(adjustments, key=lambda one: (one.revision, one.at, one.amount), default=None)
    return latest.amount if latest else authorization.operation.amount


def _last_failed(entries: list[Entry]) -> bool:
    attempts = [
        (entry.operation.at, entry.kind == "failed")
        for entry in entries
        if entry.kind in {"failed", "pending"}
    ]
    return bool(attempts) and max(attempts)[1]


def _is_manual(order: Order) -> bool:
    manual, online = order.marks.get("method:manual"), order.marks.get("method:online")
    if manual or online:
        return (manual.at if manual else -1) > (online.at if online else -1)
    return order.head is not None and order.head.method == "manual"


def _is_given_up(goods: Goods) -> bool:
    return goods.ordered > 0 == goods.live


def _is_free(order: Order, goods: Goods) -> bool:
    """Say whether nothing was ever to pay: placed with a total of zero (spec model, 8.1)."""
    placed = min(((one.at, one.total) for one in order.revisions.values()), default=(0, 1))[1]
    return placed == 0 == _due(order, goods) and not _is_given_up(goods)


def _due(order: Order, goods: Goods) -> int:
    head = order.head
    if head is None:
        return 0
    if _is_given_up(goods):
        return 0
    prices = {item.line_id: (item.unit_price, item.cancelled) for item in head.items}
    taken_off = sum(
        prices[line.line_id][0] * max(line.cancelled - prices[line.line_id][1], 0)
        for line in goods.lines
        if line.cancelled and line.line_id in prices
    )
    return max(head.total - taken_off, 0)


_TAKE_BACK: Final = frozenset({"failed", "reversed", "capture_failed", "dispute_lost"})


def _validity(revisions: dict[int, Revision], own: list[Entry], captures: list[Entry]) -> bool:
    """Walk the order's story in time: valid once its source says so or once it was fully paid.

    A failed or reversed payment, a lost dispute, or a source that goes back to pending take it
    back unless the money still covers the total (spec model, 8.2).
    """
    story: list[tuple[int, int, str, int]] = [
        (one.at, 0, one.validity, one.total) for _, one in sorted(revisions.items())
    ]
    story += [(e.operation.at, 1, "captured", e.operation.amount) for e in captures]
    story += [(e.operation.at, 2, e.kind, e.operation.amount) for e in own if e.kind in _TAKE_BACK]
    story.sort()
    total = min(((one.at, one.total) for one in revisions.values()), default=(0, 0))[1]
    valid, stated, captured = False, "", 0
    for _, rank, word, amount in story:
        if rank == 0:
            total = amount
            went_back = stated == Validity.VALID and word == Validity.PENDING
            valid = word == Validity.VALID or (valid and not went_back)
            stated = word or stated
        elif rank == 1:
            captured += amount
        elif word in {"capture_failed", "dispute_lost"}:
            captured -= amount
        free = total == 0 and stated != Validity.PENDING
        covered = free or 0 < captured >= total
        valid = covered or (valid and rank != 2)  # noqa: PLR2004 - the rank of a take-back
    return valid


def _foreign(entries: list[Entry], currency: str) -> tuple[tuple[str, int, int], ...]:
    sums: dict[str, list[int]] = {}
    for entry in entries:
        operation = entry.operation
        if operation.currency != currency and entry.kind in {"captured", "refunded"}:
            pair = sums.setdefault(operation.currency, [0, 0])
            pair[entry.kind == "refunded"] += operation.amount
    others = {e.operation.currency for e in entries if e.operation.currency != currency}
    return tuple((code, *sums.get(code, [0, 0])) for code in sorted(others))  # type: ignore[misc] # a pair by construction
