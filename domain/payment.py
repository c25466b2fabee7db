"""The payment ledger: sums of what the merged operations say, and the axis that follows.

Several witnesses may tell of the same money (`Evidence`): the provider itself, the shop that
names only its own number for it, an order status that implies it. Per provider the larger of the
first two sums counts, over all providers the larger of that and what a status claims; so nothing
is counted twice, and a witness that lags behind takes nothing away. Amounts of another currency
than the order's are kept apart and never added (spec model, 1).
"""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from domain.order import Goods, Head, Money, Operation, Order, Revision
from domain.vocabulary import PLAIN, Evidence, Payment, Validity


class Entry(Struct, frozen=True, gc=False):
    """An operation with its key taken apart."""

    kind: str
    provider: str
    reference: str
    amount: int
    operation: Operation


Ledger = dict[str, list[Entry]]
"""The operations in the order's own currency, by kind."""


class Sums(Struct, frozen=True, gc=False):
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
COMMANDED: Final = "commanded"
"""The code of a refund that counts by command, until its provider tells of it (8.8)."""
_STATES: Final = tuple(PLAIN[state] for state, _, _ in TABLE)
_HOLDS: Final = tuple(holds for _, _, holds in TABLE)
_PROVIDER: Final = Evidence.PROVIDER.value
_VALID, _PENDING = Validity.VALID.value, Validity.PENDING.value


def classify(sums: Sums) -> int:
    """Find the first row of the table that holds."""
    for number, holds in enumerate(_HOLDS):
        if holds(sums):
            return number
    raise AssertionError  # pragma: no cover - the last row always holds


def derive_money(order: Order, goods: Goods) -> Money:
    """Sum the ledger of an order whose document is known."""
    head = order.head
    if head is None:
        return Money()
    plain = _plain_money(order, goods, head)
    if plain is not None:
        return plain
    return _whole_money(order, goods, head)


def _plain_money(order: Order, goods: Goods, head: Head) -> Money | None:
    """Sum a ledger that holds nothing unusual: what most orders have for all their life.

    One document, one authorisation at most, captures and refunds, all told by the provider in
    the order's currency. None for any other; `_whole_money` gives the same for these.
    """
    if len(order.revisions) > 1:
        return None
    currency = head.currency
    granted, captured, refunded, last_at = -1, 0, 0, 0
    authorization = ""
    finals: list[str] = []
    for key, operation in order.operations.items():
        if operation.evidence != _PROVIDER or operation.currency != currency:
            return None
        kind, _, name = key.partition("|")
        if kind == "captured":
            captured += operation.amount
            last_at = max(last_at, operation.at)
            if operation.final:
                finals += (name, name[: name.index("|") + 1] + operation.parent)
        elif kind == "authorized" and granted < 0:
            granted, authorization = operation.amount, name
        elif kind == "refunded":
            refunded += operation.amount
        else:
            return None
    due = _due(order, goods)
    open_authorized = 0 if authorization in finals else max(granted - captured, 0)
    given_up = _is_given_up(goods)
    free = not due and not given_up and head.total == 0 and not head.total_unknown
    sums = Sums(
        due,
        open_authorized,
        captured,
        refunded,
        0,
        0,
        failed=False,
        manual=is_manual(order),
        free=free,
        given_up=given_up,
    )
    row = classify(sums)
    valid = head.validity == _VALID or 0 < captured >= head.total
    valid = valid or (head.total == 0 and head.validity != _PENDING)
    return Money(
        _STATES[row],
        row,
        due,
        open_authorized,
        captured,
        refunded,
        valid=valid,
        last_capture_at=last_at,
    )


def _whole_money(order: Order, goods: Goods, head: Head) -> Money:
    ledger, foreign = open_ledger(order.operations, head.currency)
    if "dispute_lost" in ledger:  # A loss that was won back later is none.
        ledger["dispute_lost"] = counted(ledger, "dispute_lost", "dispute_won")
    captures = counted(ledger, "captured", "capture_failed")
    refunds = counted(ledger, "refunded", "refund_failed")
    captured = _total(captures)
    refunded = _total(refunds)
    if "refund_reversed" in ledger:
        refunded = max(refunded - _reversed_refunds(ledger["refund_reversed"], refunds), 0)
    if "dispute_lost" in ledger:
        refunded += _total(ledger["dispute_lost"])
    due = _due(order, goods)
    sums = Sums(
        due,
        _open_authorizations(ledger, captures),
        captured,
        refunded,
        _unanswered(ledger, "pending", _PENDING_ANSWERS),
        _unanswered(ledger, "disputed", _DISPUTE_ANSWERS),
        "failed" in ledger and _last_failed(ledger),
        is_manual(order),
        _is_free(order, goods, due),
        _is_given_up(goods),
    )
    row = classify(sums)
    return Money(
        _STATES[row],
        row,
        due,
        sums.authorized,
        captured,
        refunded,
        _unmet(ledger, "refund_requested"),
        sums.pending,
        sums.disputed,
        captured == 0 and "reversed" in ledger,
        _validity(order.revisions, ledger, captures),
        max([entry.operation.at for entry in captures]) if captures else 0,
        _foreign(foreign) if foreign else (),
        _unmet(ledger, "capture_requested"),
        _unmet(ledger, "reversal_requested"),
    )


def open_ledger(operations: dict[str, Operation], currency: str) -> tuple[Ledger, list[Entry]]:
    """Take the keys apart; operations in another currency stand apart."""
    ledger: Ledger = {}
    foreign: list[Entry] = []
    for key, operation in operations.items():
        kind, provider, reference = key.split("|", 2)
        entry = Entry(kind, provider, reference, operation.amount, operation)
        if operation.currency != currency:
            foreign.append(entry)
        elif kind in ledger:
            ledger[kind].append(entry)
        else:
            ledger[kind] = [entry]
    return ledger, foreign


_PENDING_ANSWERS: Final = ("captured", "authorized", "failed", "reversed", "expired")
_DISPUTE_ANSWERS: Final = ("dispute_won", "dispute_lost")
_AUTHORIZATION_ENDS: Final = ("reversed", "expired")
_ANSWERS: Final[dict[str, tuple[str, ...]]] = {
    "refund_requested": ("refunded", "refund_failed"),
    "capture_requested": ("captured", "capture_failed"),
    "reversal_requested": _AUTHORIZATION_ENDS,
}


def explain_money(money: Money) -> tuple[str, dict[str, int]]:
    """Say which row of the table gave the state, and with which numbers."""
    return TABLE[money.row][1], {
        "due": money.due,
        "authorized": money.authorized,
        "captured": money.captured,
        "refunded": money.refunded,
        "disputed": money.disputed,
    }


def _total(entries: Iterable[Entry]) -> int:
    return sum([entry.amount for entry in entries])


def _of(ledger: Ledger, kinds: Iterable[str]) -> list[Entry]:
    return [entry for kind in kinds if kind in ledger for entry in ledger[kind]]


def counted(ledger: Ledger, kind: str, undone_by: str) -> list[Entry]:
    """Choose the operations that count: one witness per provider, or a status that says more."""
    standing = ledger.get(kind, [])
    if undone_by in ledger:
        undone = {
            (entry.provider, entry.reference): entry.operation.at for entry in ledger[undone_by]
        }
        standing = [
            entry
            for entry in standing
            if undone.get((entry.provider, entry.reference), -1) < entry.operation.at
        ]
    for entry in standing:
        if entry.operation.evidence != Evidence.PROVIDER:
            return _strongest(_not_sent_elsewhere(standing))
    return standing


def _not_sent_elsewhere(standing: list[Entry]) -> list[Entry]:
    """Leave out commanded refunds that were carried out at another provider (spec model, 8.8).

    Told by the same amount, sent there since; a refund that its own provider or a command there
    accounts for is another one.
    """
    asked = [entry for entry in standing if entry.operation.code == COMMANDED]
    if not asked:
        return standing
    spare: dict[str, int] = {}
    for entry in standing:
        signed = entry.amount if entry.operation.evidence == Evidence.PROVIDER else -entry.amount
        spare[entry.provider] = spare.get(entry.provider, 0) + signed
    counting = sorted(standing, key=_by_time)
    for ask in sorted(asked, key=_by_time):
        for sent in counting:
            if _was_sent(ask, sent, spare):
                spare[sent.provider] -= ask.amount
                spare[ask.provider] += ask.amount
                counting.remove(ask)
                break
    return counting


def _was_sent(ask: Entry, sent: Entry, spare: dict[str, int]) -> bool:
    return (
        sent.provider != ask.provider
        and sent.operation.evidence == Evidence.PROVIDER
        and sent.amount == ask.amount
        and sent.operation.at >= ask.operation.at
        and spare[ask.provider] <= -ask.amount
        and spare[sent.provider] >= ask.amount
    )


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
        key=lambda e: (e.amount, -e.operation.at, e.provider, e.reference),
        default=None,
    )
    if claim and claim.amount > _total(witnessed):
        return [claim]
    return witnessed


def _reversed_refunds(reversals: list[Entry], refunds: list[Entry]) -> int:
    known = {(entry.provider, entry.reference): entry.amount for entry in refunds}
    return sum(
        min(entry.amount, known.get((entry.provider, entry.reference), 2**62))
        for entry in reversals
    )


def _unanswered(ledger: Ledger, kind: str, answers: tuple[str, ...]) -> int:
    """Sum the operations of a kind that got none of the answers.

    An answer names what it answers, or has the same parent and answers nothing else by name.
    A dispute that was opened again since is open.
    """
    if kind not in ledger:
        return 0
    asked = {(entry.provider, entry.reference): entry for entry in ledger[kind]}
    answered: dict[tuple[str, str], int] = {}
    siblings: dict[tuple[str, str], int] = {}
    for entry in sorted(_of(ledger, answers), key=_by_time):
        named = {(entry.provider, entry.reference), (entry.provider, entry.operation.parent)}
        told = answered if named & asked.keys() else siblings
        told |= dict.fromkeys(named, entry.operation.at)
    open_amounts = 0
    for name, entry in asked.items():
        since = entry.operation.at if kind == "disputed" else 0
        parent = (entry.provider, entry.operation.parent)
        beside = siblings.get(parent, -1) if entry.operation.parent else -1
        if max(answered.get(name, -1), beside) < since:
            open_amounts += entry.amount
    return open_amounts


def _unmet(ledger: Ledger, kind: str) -> int:
    return _total(unmet_requests(ledger, kind)) if kind in ledger else 0


def unmet_requests(ledger: Ledger, kind: str) -> list[Entry]:
    """List what was asked for and has no answer yet; each answer meets one request (8.8, 8.12).

    It names the request, or is about the same payment; of several requests it meets the one over
    its own amount, else the oldest. Money sent back at another provider meets its own amount.
    """
    waiting = sorted(ledger.get(kind, ()), key=_by_time)
    for answer in sorted(_of(ledger, _ANSWERS[kind]), key=_by_time):
        met = min(
            (ask for ask in waiting if _may_meet(answer, ask)),
            key=lambda ask: (
                not _names(answer, ask),
                ask.provider != answer.provider,
                ask.amount != answer.amount,
                _by_time(ask),
            ),
            default=None,
        )
        if met:
            waiting.remove(met)
    return waiting


def _by_time(entry: Entry) -> tuple[int, str, str, str]:
    return entry.operation.at, entry.kind, entry.provider, entry.reference


def _names(answer: Entry, ask: Entry) -> bool:
    return ask.reference in {answer.reference, answer.operation.parent}


def _may_meet(answer: Entry, ask: Entry) -> bool:
    """Say whether an answer can be about a request: same provider, same payment, not before it."""
    if answer.provider != ask.provider:
        since = answer.operation.at >= ask.operation.at
        return answer.kind == "refunded" and answer.amount == ask.amount and since
    if _names(answer, ask):
        return True
    same = ask.operation.parent in {answer.operation.parent, answer.reference, ""}
    return answer.operation.at >= ask.operation.at and (same or not answer.operation.parent)


def _open_authorizations(ledger: Ledger, captures: list[Entry]) -> int:
    """Sum what is still authorised: adjusted, less captured, ended ones left out."""
    if "authorized" not in ledger:
        return 0
    authorizations = counted(ledger, "authorized", "")
    unlinked = _total(
        capture for capture in captures if not any(belongs(capture, one) for one in authorizations)
    )
    still_open = sum(left for _, left in open_authorizations(ledger, captures))
    return max(still_open - unlinked, 0)


def open_authorizations(ledger: Ledger, captures: list[Entry]) -> list[tuple[Entry, int]]:
    """List the authorisations that did not end, each less the captures that name it."""
    ended = {
        (entry.provider, name)
        for entry in _of(ledger, _AUTHORIZATION_ENDS)
        for name in (entry.reference, entry.operation.parent)
        if name
    }
    standing = []
    for entry in counted(ledger, "authorized", ""):
        linked = [capture for capture in captures if belongs(capture, entry)]
        final = any(capture.operation.final for capture in linked)
        if not final and (entry.provider, entry.reference) not in ended:
            granted = _adjusted(ledger, entry) if "adjusted" in ledger else entry.amount
            standing.append((entry, max(granted - _total(linked), 0)))
    return standing


def belongs(capture: Entry, authorization: Entry) -> bool:
    """Say whether an operation names an authorisation, or another one, as what it acts on."""
    return capture.provider == authorization.provider and (
        authorization.reference in (capture.operation.parent, capture.reference)
    )


def _adjusted(ledger: Ledger, authorization: Entry) -> int:
    adjustments = [
        entry.operation for entry in ledger["adjusted"] if belongs(entry, authorization)
    ]
    latest = max(adjustments, key=lambda one: (one.revision, one.at, one.amount), default=None)
    return latest.amount if latest else authorization.amount


def _last_failed(ledger: Ledger) -> bool:
    attempts = _of(ledger, ("failed", "pending"))
    return max((entry.operation.at, entry.kind == "failed") for entry in attempts)[1]


def is_manual(order: Order) -> bool:
    """Say whether the buyer means to pay by hand: the newest choice, else the document's."""
    manual, online = order.marks.get("method:manual"), order.marks.get("method:online")
    if manual or online:
        return (manual.at if manual else -1) > (online.at if online else -1)
    return order.head is not None and order.head.method == "manual"


def _is_given_up(goods: Goods) -> bool:
    return goods.ordered > 0 == goods.live


def _is_free(order: Order, goods: Goods, due: int) -> bool:
    """Say whether nothing was ever to pay: placed with a total of zero (spec model, 8.1)."""
    unknown = order.head is not None and order.head.total_unknown
    if due or unknown or _is_given_up(goods):
        return False
    return min(((one.at, one.total) for one in order.revisions.values()), default=(0, 1))[1] == 0


def _due(order: Order, goods: Goods) -> int:
    head = order.head
    if head is None:
        return 0
    if _is_given_up(goods):
        return 0
    if goods.ordered == goods.live:
        return max(head.total, 0)
    prices = {item.line_id: (item.unit_price, item.cancelled) for item in head.items}
    taken_off = sum(
        prices[line.line_id][0] * max(line.cancelled - prices[line.line_id][1], 0)
        for line in goods.lines
        if line.cancelled and line.line_id in prices
    )
    return max(head.total - taken_off, 0)


_TAKE_BACK: Final = ("failed", "reversed", "capture_failed", "dispute_lost")
_STATED, _CAPTURED, _TAKEN_BACK = range(3)


def _validity(revisions: dict[int, Revision], ledger: Ledger, captures: list[Entry]) -> bool:
    """Walk the order's story in time: valid once its source says so or once it was fully paid.

    A failed or reversed payment, a lost dispute, or a source that goes back to pending take it
    back unless the money still covers the total (spec model, 8.2).
    """
    if len(revisions) == 1 and not any(kind in ledger for kind in _TAKE_BACK):
        [only] = revisions.values()
        paid = 0 < _total(captures) >= only.total
        free = only.total == 0 and only.validity != Validity.PENDING
        return paid or free or only.validity == Validity.VALID
    stated = [(one.at, one.total) for one in revisions.values()]
    total = min(stated)[1] if stated else 0
    story: list[tuple[int, int, str, int]] = [
        (one.at, _STATED, one.validity, one.total) for _, one in sorted(revisions.items())
    ]
    story += [(e.operation.at, _CAPTURED, "captured", e.amount) for e in captures]
    story += [(e.operation.at, _TAKEN_BACK, e.kind, e.amount) for e in _of(ledger, _TAKE_BACK)]
    story.sort()
    valid, word_before, captured = False, "", 0
    for _, rank, word, amount in story:
        if rank == _STATED:
            total = amount
            went_back = word_before == Validity.VALID and word == Validity.PENDING
            valid = word == Validity.VALID or (valid and not went_back)
            word_before = word or word_before
        elif rank == _CAPTURED:
            captured += amount
        elif word == "dispute_lost":  # a capture that failed is not among the captures at all
            captured -= amount
        free = total == 0 and word_before != Validity.PENDING
        covered = free or 0 < captured >= total
        valid = covered or (valid and rank != _TAKEN_BACK)
    return valid


def _foreign(entries: list[Entry]) -> tuple[tuple[str, int, int], ...]:
    """Sum what was captured and refunded per foreign currency."""
    sums: dict[str, list[int]] = {}
    for entry in entries:
        pair = sums.setdefault(entry.operation.currency, [0, 0])
        if entry.kind in ("captured", "refunded"):
            pair[entry.kind == "refunded"] += entry.amount
    return tuple((code, pair[0], pair[1]) for code, pair in sorted(sums.items()))
