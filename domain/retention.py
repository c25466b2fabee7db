"""When an order may leave the hot state: it is over, nothing is awaited, nobody spoke of it lately."""

from collections.abc import Iterator
from itertools import chain
from typing import Final

from domain.deadline import is_delivered, next_deadline
from domain.order import Order
from domain.promise import standing_holds
from domain.rma import OVER, rmas
from domain.rules import Rules
from domain.vocabulary import PLAIN, Closure, Lifecycle, Payment

_ENDED: Final = frozenset(PLAIN[state] for state in (Lifecycle.CANCELLED, Lifecycle.COMPLETED))


def may_leave(order: Order, rules: Rules) -> bool:
    """Tell whether the order is over and nothing stands that somebody, or time, must still end."""
    if not rules.policy.retention_days or order.head is None:
        return False
    derived = order.derived
    money, promise = derived.money, derived.promise
    closed = promise.closure != Closure.OPEN
    ended = promise.lifecycle in _ENDED and is_delivered(order)
    waiting = money.pending or money.refund_pending or money.capture_pending
    return (
        (closed or ended)
        and not (waiting or money.reversal_pending or money.state == Payment.DISPUTED)
        and not standing_holds(order)
        and all(one.state in OVER for one in rmas(order).values())
        and next_deadline(order, rules) is None
    )


def quiet_since(order: Order) -> int:
    """Give the last moment that the order's evidence speaks of, whenever that was heard."""
    return max(_instants(order))


def _instants(order: Order) -> Iterator[int]:
    yield order.placed_at
    yield from (revision.at for revision in order.revisions.values())
    yield from (operation.at for operation in order.operations.values())
    yield from (mark.at for mark in order.marks.values())
    moved = chain(order.cancellations.values(), order.returns.values())
    yield from (movement.at for movement in moved)
    yield from (scan.at for scans in order.scans.values() for scan in scans)
    yield from (at for at, _ in order.changes.values())
    for hold in order.holds.values():
        yield max(hold.placed_at, hold.released_at)
    for one in order.shipments.values():
        yield max(one.packed_at, one.handed_over_at, one.cancelled_at, one.fulfilled_at)
        yield one.statement.at if one.statement else 0
