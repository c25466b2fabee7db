"""Deadlines: what time alone will make happen to an order, derived from its state.

A deadline that passes becomes a `timer.fired` fact in the log, so a replay sees the same firing;
its id is made of the order, the timer and the deadline, so firing twice is one fact.
"""

from typing import Final, NamedTuple

from domain.body import TimerFired
from domain.decide import expiry_of
from domain.fact import TimerHasFired
from domain.instant import moment
from domain.order import Order
from domain.rules import HOUR, Rules

EXPIRY: Final = "expiry"
AWAITING_ORDER: Final = "awaiting_order"


class Deadline(NamedTuple):
    """When a timer of an order is due, in microseconds."""

    at: int
    timer: str


def next_deadline(order: Order, rules: Rules) -> Deadline | None:
    """Find the earliest deadline that has not fired yet."""
    if order.head is not None and not rules.policy.cancel_expired:
        return None
    return min(_deadlines(order, rules), default=None)


def _deadlines(order: Order, rules: Rules) -> list[Deadline]:
    found: list[Deadline] = []
    if order.head is None:
        found.append(
            Deadline(order.seen_at + rules.policy.await_order_hours * HOUR, AWAITING_ORDER)
        )
    elif (
        rules.policy.cancel_expired
        and order.head.ship_by
        and order.derived.promise.lifecycle in rules.policy.expirable
    ):
        found.append(Deadline(expiry_of(order, rules), EXPIRY))
    return [one for one in found if one.at and f"timer:{one.timer}:{one.at}" not in order.marks]


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
