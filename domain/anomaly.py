"""Anomalies: facts that do not fit together, found in the evidence and gone when they fit again.

Each finder looks at the order alone, so the set of standing anomalies is the same for the same
facts in any order (X.1); what was raised before is compared with it, and the difference is said.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple

from domain.article import by_line, sum_movements
from domain.deadline import (
    AUTHORIZATION,
    ON_ITS_WAY,
    PROMISE,
    REFUND,
    SILENT,
    heard_of,
    is_delivered,
    unanswered_refunds,
)
from domain.order import Order
from domain.promise import standing_holds
from domain.rules import Policy
from domain.stock_wish import COMPLETED, STOCK_HOLD
from domain.vocabulary import PLAIN, Closure

Severity = Literal["info", "warning", "critical"]


class Finding(NamedTuple):
    """One anomaly that stands now; `about` tells findings of one kind apart."""

    kind: str
    about: str
    severity: Severity
    evidence: dict[str, Any]
    proposed: str


def find_anomalies(order: Order, policy: Policy) -> dict[str, Finding]:
    """Collect what does not fit, by `kind` or `kind:about`."""
    if _is_plain(order):
        return _NONE
    found: dict[str, Finding] = {}
    for finder in _FINDERS:
        for finding in finder(order):
            name = f"{finding.kind}:{finding.about}" if finding.about else finding.kind
            found[name] = finding
    if "return_exceeds_delivery" in found and not _returned_unsent(order, policy):
        del found["return_exceeds_delivery"]
    return found


_NONE: Final[dict[str, Finding]] = {}
_OPEN: Final = PLAIN[Closure.OPEN]
_NOTED: Final = ("unknown:", "timer:")


def _is_plain(order: Order) -> bool:
    """Say quickly that no finder can find anything: most orders are plain for all their life."""
    derived = order.derived
    money, goods = derived.money, derived.goods
    if (
        order.conflicts
        or order.holds
        or money.foreign
        or money.refunded > money.captured
        or goods.over
        or goods.returned_over
        or goods.after_cancel
        or (goods.handed_over and order.operations and not money.captured)
        or derived.promise.cancelled_at
        or derived.promise.closure != _OPEN
        or (order.head is not None and order.head.hold)
    ):
        return False
    for parcel in goods.parcels.values():
        if parcel.odd or parcel.early or parcel.state == "returned_to_sender":
            return False
    for name in order.marks:  # noqa: SIM110 - a generator for each fact costs more than its loop
        if name.startswith(_NOTED):
            return False
    return True


def _conflicts(order: Order) -> Iterator[Finding]:
    for key in order.conflicts:
        yield Finding("conflicting_duplicate", key, "warning", {"fact": key}, "")


def _money(order: Order) -> Iterator[Finding]:
    money, cancelled_at = order.derived.money, order.derived.promise.cancelled_at
    for currency, captured, refunded in money.foreign:
        numbers = {"captured": captured, "refunded": refunded, "currency": currency}
        yield Finding("currency_mismatch", currency, "critical", numbers, "")
    if money.refunded > money.captured:
        numbers = {"captured": money.captured, "refunded": money.refunded}
        yield Finding("refund_exceeds_capture", "", "critical", numbers, "")
    if 0 < cancelled_at < money.last_capture_at and money.captured - money.refunded > money.due:
        numbers = {"captured": money.captured, "refunded": money.refunded}
        yield Finding("money_after_cancel", "", "critical", numbers, "refund")


def _unpaid_goods(order: Order) -> Iterator[Finding]:
    """Find goods that left after their authorisation had expired, and no money came (X.12)."""
    money = order.derived.money
    if money.captured or money.authorized or not order.derived.goods.handed_over:
        return
    ends = [one.at for key, one in order.operations.items() if key.startswith("expired|")]
    left = [parcel.left_at for parcel in order.derived.goods.parcels.values() if parcel.left_at]
    if ends and left and min(ends) < max(left):
        evidence = {"expired_at": min(ends), "left_at": max(left), "due": money.due}
        yield Finding("shipped_without_authorization", "", "critical", evidence, "capture")


def _goods(order: Order) -> Iterator[Finding]:
    goods = order.derived.goods
    if order.head is None:
        return
    if goods.over:
        yield Finding("quantity_exceeds_order", "", "warning", {"pieces": goods.over}, "")
    if goods.returned_over:
        evidence = {"pieces": goods.returned_over}
        yield Finding("return_exceeds_delivery", "", "warning", evidence, "")
    if "cancelled" in order.marks and 0 < goods.handed_over == goods.ordered:
        evidence = {"pieces": goods.handed_over}
        yield Finding("cancelled_though_shipped", "", "critical", evidence, "return")
    if goods.after_cancel:
        evidence = {"shipments": goods.after_cancel}
        yield Finding("shipped_after_cancel", "", "critical", evidence, "return")


def _parcels(order: Order) -> Iterator[Finding]:
    for number, parcel in order.derived.goods.parcels.items():
        if parcel.odd:
            yield Finding("scan_after_final", number, "info", {"scans": parcel.odd}, "")
        if parcel.early:
            yield Finding("delivered_before_shipped", number, "info", {}, "")
        if parcel.state == "returned_to_sender":
            evidence = {"parcel": number, "shipment": parcel.shipment_id}
            yield Finding("parcel_came_back", number, "warning", evidence, "reship_or_refund")


def _returned_unsent(order: Order, policy: Policy) -> bool:
    """Say whether more came back than may: than arrived, or than left where that is enough (8.13)."""
    if policy.returnable != "handed_over" or order.head is None:
        return True
    back = by_line(sum_movements(order.returns), order.head.items)
    return any(back.get(line.line_id, 0) > line.handed_over for line in order.derived.goods.lines)


def _after_closing(order: Order) -> Iterator[Finding]:
    """Find parcels that moved after people had declared the order over (S0.21).

    A source's own closing promises nothing: shops close orders that are still on their way.
    """
    ends = [mark for name in ("closed", "archived") if (mark := order.marks.get(name))]
    over = min((mark.at for mark in ends if mark.actor), default=0)
    if not over:
        return
    for number in order.derived.goods.parcels:
        latest = heard_of(order, number)
        if latest > over:
            evidence = {"parcel": number, "closed_at": over, "scanned_at": latest}
            yield Finding("scan_after_close", number, "warning", evidence, "")


def _holds(order: Order) -> Iterator[Finding]:
    if not order.holds and (order.head is None or not order.head.hold):
        return
    holds = {**order.holds, **standing_holds(order)}
    for number, parcel in order.derived.goods.parcels.items():
        for name, hold in holds.items():
            lifted = hold.released_at if hold.released_at > hold.placed_at else 2**62
            if 0 < hold.placed_at < parcel.left_at < lifted:
                evidence = {"parcel": number, "hold": name}
                yield Finding("shipped_while_held", f"{number}:{name}", "warning", evidence, "")


def _words(order: Order) -> Iterator[Finding]:
    for name, mark in order.marks.items():
        if name.startswith("unknown:"):
            yield Finding("unknown_code", name[8:], "warning", {"code": name[8:]}, "")
        elif name.startswith("timer:awaiting_order") and order.head is None:
            evidence = {"event": "order.placed", "since": mark.at}
            yield Finding("expected_event_missing", "order", "warning", evidence, "")


def _awaited(order: Order) -> Iterator[Finding]:
    """Find what a timer waited for in vain, as long as it is still missing (`deadline.py`)."""
    for name in order.marks:
        if not name.startswith("timer:"):
            continue
        timer, _, about = name.removeprefix("timer:").rpartition(":")[0].partition(":")
        finder = _MISSING.get(timer)
        if finder and (found := finder(order, about)):
            yield found


def _undelivered(order: Order, about: str) -> Finding | None:
    if order.head is None or is_delivered(order) or str(order.head.promised_at) != about:
        return None
    evidence = {"event": "delivery", "promised_at": order.head.promised_at}
    return Finding("expected_event_missing", "delivery", "warning", evidence, "")


def _silent(order: Order, about: str) -> Finding | None:
    number, _, at = about.rpartition("@")
    parcel = order.derived.goods.parcels.get(number)
    if parcel is None or parcel.state not in ON_ITS_WAY or str(heard_of(order, number)) != at:
        return None
    evidence = {"event": "shipment.scan", "parcel": number, "since": int(at)}
    return Finding("expected_event_missing", number, "warning", evidence, "")


def _unrefunded(order: Order, about: str) -> Finding | None:
    if about not in dict(unanswered_refunds(order)):
        return None
    evidence = {"event": "payment.refunded", "refund": about}
    return Finding("expected_event_missing", about, "critical", evidence, "refund")


def _uncaptured(order: Order, about: str) -> Finding | None:
    if not order.derived.money.authorized or f"authorized|{about}" not in order.operations:
        return None
    evidence = {"authorization": about, "amount": order.derived.money.authorized}
    return Finding("authorization_old", about, "warning", evidence, "capture")


_MISSING: Final = {
    PROMISE: _undelivered,
    SILENT: _silent,
    REFUND: _unrefunded,
    AUTHORIZATION: _uncaptured,
}
"""What to look for by the timer that fired."""


def _stock(order: Order) -> Iterator[Finding]:
    complete = order.marks.get(COMPLETED)
    if complete and STOCK_HOLD in standing_holds(order):
        yield Finding("stock_missing", "", "warning", {"since": complete.at}, "replenish")


_FINDERS: Final = (
    _conflicts,
    _money,
    _unpaid_goods,
    _goods,
    _parcels,
    _after_closing,
    _holds,
    _words,
    _awaited,
    _stock,
)
