"""Deadlines: what time alone will make happen to an order, derived from its state.

A deadline that passes becomes a `timer.fired` fact in the log, so a replay sees the same firing;
its id is made of the order, the timer and the deadline, so firing twice is one fact. Some timers
decide something (`decide.py`), the others only raise an anomaly that stands while what was
awaited is still missing (`anomaly.py`); those carry in their name what they were set by.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from domain.body import TimerFired
from domain.decide import CLOSE, EXPIRY, HOLD, ended_at, expiry_of
from domain.fact import TimerHasFired
from domain.instant import NEVER, moment
from domain.order import Order
from domain.promise import standing_holds
from domain.rules import DAY, HOUR, Rules
from domain.vocabulary import PLAIN, Closure, Evidence, Lifecycle, Parcel

AWAITING_ORDER: Final = "awaiting_order"
PROMISE: Final = "promise"
SILENT: Final = "silent"
REFUND: Final = "refund"
AUTHORIZATION: Final = "authorization"

_TIMER_CHARACTERS_MAX: Final = 256
"""What the body of `timer.fired` takes; a longer reference is not watched over."""

ON_ITS_WAY: Final = frozenset(
    PLAIN[state]
    for state in (
        Parcel.HANDED_OVER,
        Parcel.IN_TRANSIT,
        Parcel.HELD,
        Parcel.OUT_FOR_DELIVERY,
        Parcel.READY_FOR_PICKUP,
        Parcel.ATTEMPT_FAILED,
        Parcel.RETURNING,
    )
)
"""Parcel states in which a carrier should be heard of again."""


class Deadline(NamedTuple):
    """When a timer of an order is due, in microseconds."""

    at: int
    timer: str


def next_deadline(order: Order, rules: Rules) -> Deadline | None:
    """Find the earliest deadline that has not fired yet."""
    head = order.head
    if head is not None and not (rules.timed or order.holds or head.promised_at):
        return None
    marks = order.marks
    waiting = [
        one
        for one in _deadlines(order, rules)
        if one.at
        and len(one.timer) <= _TIMER_CHARACTERS_MAX
        and f"timer:{one.timer}:{one.at}" not in marks
    ]
    return min(waiting, default=None)


def _deadlines(order: Order, rules: Rules) -> Iterator[Deadline]:
    policy, head = rules.policy, order.head
    if head is None:
        yield Deadline(order.seen_at + policy.await_order_hours * HOUR, AWAITING_ORDER)
        return
    promise = order.derived.promise
    if promise.closure == Closure.OPEN:
        if policy.cancel_expired and head.ship_by and promise.lifecycle in policy.expirable:
            yield Deadline(expiry_of(order, rules), EXPIRY)
        if policy.close_after_days and (ended := ended_at(order)):
            yield Deadline(ended + policy.close_after_days * DAY, CLOSE)
    for name, hold in standing_holds(order).items():
        if hold.until:
            yield Deadline(hold.until, f"{HOLD}:{name}")
    yield from _awaited(order, rules)


def _awaited(order: Order, rules: Rules) -> Iterator[Deadline]:
    policy, head = rules.policy, order.head
    if head and head.promised_at and not is_delivered(order):
        yield Deadline(head.promised_at, f"{PROMISE}:{head.promised_at}")
    if policy.silent_parcel_days:
        for number, parcel in order.derived.goods.parcels.items():
            if parcel.state in ON_ITS_WAY and (heard := heard_of(order, number)):
                due = heard + policy.silent_parcel_days * DAY
                yield Deadline(due, f"{SILENT}:{number}@{heard}")
    if policy.refund_answer_hours:
        for key, operation in unanswered_refunds(order):
            due = operation + policy.refund_answer_hours * HOUR
            yield Deadline(due, f"{REFUND}:{key}")
    if policy.authorization_days and order.derived.money.authorized:
        for key, one in order.operations.items():
            if key.startswith("authorized|"):
                due = one.at + policy.authorization_days * DAY
                yield Deadline(due, f"{AUTHORIZATION}:{key[len('authorized|') :]}")


def heard_of(order: Order, number: str) -> int:
    """Say when a parcel was heard of last: a scan, or what its shipment says; NEVER if not."""
    scans = order.scans.get(number, ())
    return max(order.derived.goods.parcels[number].at, scans[-1].at if scans else NEVER)


def is_delivered(order: Order) -> bool:
    """Say whether nothing is left to arrive, be it delivered, collected or cancelled."""
    goods = order.derived.goods
    return goods.delivered + goods.collected >= goods.live or bool(
        order.derived.promise.lifecycle == Lifecycle.CANCELLED
    )


def unanswered_refunds(order: Order) -> Iterator[tuple[str, int]]:
    """Give refunds that count by command only, until the provider tells of them (8.8)."""
    told = [
        (key, operation)
        for key, operation in order.operations.items()
        if key.startswith("refunded|")
    ]
    confirmed = _confirmed_refunds(order)
    for key, operation in sorted(told, key=lambda pair: (pair[1].at, pair[0])):
        if operation.evidence != Evidence.SHOP:
            continue
        confirmed -= operation.amount
        if confirmed < 0:
            yield key, operation.at


def unconfirmed_refunds(order: Order) -> int:
    """Sum what commands asked to be sent back, less what providers told that they sent."""
    asked = sum(
        one.amount
        for key, one in order.operations.items()
        if key.startswith("refund_requested|")
        or (key.startswith("refunded|") and one.evidence == Evidence.SHOP)
    )
    return max(asked - _confirmed_refunds(order), 0)


def _confirmed_refunds(order: Order) -> int:
    return sum(
        one.amount
        for key, one in order.operations.items()
        if key.startswith("refunded|")
        and one.evidence == Evidence.PROVIDER
        and not _failed_since(order, key, one.at)
    )


def _failed_since(order: Order, key: str, at: int) -> bool:
    failed = order.operations.get(key.replace("refunded|", "refund_failed|", 1))
    return failed is not None and failed.at >= at


def fire(order: Order, deadline: Deadline) -> TimerHasFired:
    """Make the fact that a deadline passed; it happened when it was due, not when we looked."""
    at = moment(deadline.at)
    tenant, channel, _ = order.key.split("/", 2)
    return TimerHasFired(
        event_id=f"{order.key}:timer:{deadline.timer}:{deadline.at}",
        order_key=order.key,
        tenant=tenant,
        channel=channel,
        source="orderstream",
        actor="system",
        occurred_at=at,
        test=order.test,
        body=TimerFired(timer=deadline.timer, deadline=at),
    )
