"""Money: sums of what the ledger's operations say, and the payment axis that follows.

Which operations count is in `payment_witness.py`, what is still asked for or under way in
`payment_answer.py`, what is still authorised in `authorization.py`.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from domain.authorization import still_authorized
from domain.ledger import Entry, Ledger, amount_of, of_kinds, open_ledger
from domain.order import Goods, Head, Money, Operation, Order
from domain.payment_answer import DISPUTE_ANSWERS, PENDING_ANSWERS, unanswered, unmet
from domain.payment_validity import is_valid
from domain.payment_witness import counted
from domain.vocabulary import PLAIN, Evidence, Payment, Validity


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

    One document, and operations of which `_plain_flow` makes sums. None for any other;
    `_whole_money` gives the same for these.
    """
    flow = _plain_flow(order.operations, head.currency) if len(order.revisions) <= 1 else None
    if flow is None:
        return None
    open_authorized, captured, refunded, last_at = flow
    due = _due(order, goods)
    given_up = _is_given_up(goods)
    sums = Sums(
        due,
        open_authorized,
        captured,
        refunded,
        0,
        0,
        failed=False,
        manual=is_manual(order),
        free=not due and not given_up and head.total == 0 and not head.total_unknown,
        given_up=given_up,
    )
    row = classify(sums)
    valid = head.validity == _VALID or 0 < captured >= head.total
    valid = valid or (head.total == 0 and head.validity != _PENDING)
    state = _STATES[row]
    return Money(
        state, row, due, open_authorized, captured, refunded, valid=valid, last_capture_at=last_at
    )


def _plain_flow(
    operations: dict[str, Operation], currency: str
) -> tuple[int, int, int, int] | None:
    """Sum what is authorised still, captured and refunded, and say when the last capture was.

    None unless there is one authorisation at most, and captures and refunds, all told by the
    provider in the order's currency.
    """
    granted, captured, refunded, last_at = -1, 0, 0, 0
    authorization = ""
    finals: list[str] = []
    for key, operation in operations.items():
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
    return (
        0 if authorization in finals else max(granted - captured, 0),
        captured,
        refunded,
        last_at,
    )


def _whole_money(order: Order, goods: Goods, head: Head) -> Money:
    ledger, foreign = open_ledger(order.operations, head.currency)
    if "dispute_lost" in ledger:  # A loss that was won back later is none.
        ledger["dispute_lost"] = counted(ledger, "dispute_lost", "dispute_won")
    captures = counted(ledger, "captured", "capture_failed")
    captured = amount_of(captures)
    refunded = _refunded(ledger)
    due = _due(order, goods)
    sums = Sums(
        due,
        still_authorized(ledger, captures),
        captured,
        refunded,
        unanswered(ledger, "pending", PENDING_ANSWERS),
        unanswered(ledger, "disputed", DISPUTE_ANSWERS),
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
        unmet(ledger, "refund_requested"),
        sums.pending,
        sums.disputed,
        captured == 0 and "reversed" in ledger,
        is_valid(order.revisions, ledger, captures),
        max([entry.operation.at for entry in captures]) if captures else 0,
        _foreign(foreign) if foreign else (),
        unmet(ledger, "capture_requested"),
        unmet(ledger, "reversal_requested"),
    )


def explain_money(money: Money) -> tuple[str, dict[str, int]]:
    """Say which row of the table gave the state, and with which numbers."""
    return TABLE[money.row][1], {
        "due": money.due,
        "authorized": money.authorized,
        "captured": money.captured,
        "refunded": money.refunded,
        "disputed": money.disputed,
    }


def _refunded(ledger: Ledger) -> int:
    """Sum what went back: refunds that stand, and disputes that were lost."""
    refunds = counted(ledger, "refunded", "refund_failed")
    refunded = amount_of(refunds)
    if "refund_reversed" in ledger:
        refunded = max(refunded - _reversed_refunds(ledger["refund_reversed"], refunds), 0)
    if "dispute_lost" in ledger:
        refunded += amount_of(ledger["dispute_lost"])
    return refunded


def _reversed_refunds(reversals: list[Entry], refunds: list[Entry]) -> int:
    known = {(entry.provider, entry.reference): entry.amount for entry in refunds}
    return sum(
        min(entry.amount, known.get((entry.provider, entry.reference), 2**62))
        for entry in reversals
    )


def _last_failed(ledger: Ledger) -> bool:
    attempts = of_kinds(ledger, ("failed", "pending"))
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


def _foreign(entries: list[Entry]) -> tuple[tuple[str, int, int], ...]:
    """Sum what was captured and refunded per foreign currency."""
    sums: dict[str, list[int]] = {}
    for entry in entries:
        pair = sums.setdefault(entry.operation.currency, [0, 0])
        if entry.kind in ("captured", "refunded"):
            pair[entry.kind == "refunded"] += entry.amount
    return tuple((code, pair[0], pair[1]) for code, pair in sorted(sums.items()))
