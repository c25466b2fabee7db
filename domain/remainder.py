"""What is left of an order that a command could act on: money to move, pieces to bill or take back.

Guards ask whether there is any (`facets.py`), effects how much (`effects/`). What was asked for
and has no answer yet is not left any more (spec model, 8.8 and 8.12).
"""

from domain.invoice import invoiced_lines
from domain.order import Money, Order
from domain.rma import asked_back
from domain.rules import Policy


def capturable(money: Money) -> int:
    """Say how much is authorised and neither captured, nor asked to be captured or reversed."""
    return money.authorized - money.capture_pending - money.reversal_pending


def reversible(money: Money) -> int:
    """Say how much is authorised and not asked to be reversed."""
    return money.authorized - money.reversal_pending


def refundable(money: Money) -> int:
    """Say how much was captured and neither refunded nor asked to be."""
    return money.captured - money.refunded - money.refund_pending


def returnable_lines(order: Order, policy: Policy) -> dict[str, int]:
    """Count the pieces of each line that may still come back (spec model, 8.13)."""
    waiting = asked_back(order)
    room = {}
    for line in order.derived.goods.lines:
        arrived = line.delivered + line.collected
        sent = line.handed_over if policy.returnable == "handed_over" else arrived
        room[line.line_id] = sent - line.returned - waiting.get(line.line_id, 0)
    return room


def returnable(order: Order, policy: Policy) -> int:
    """Count the pieces that may still come back: the sum of `returnable_lines`."""
    goods = order.derived.goods
    arrived = goods.delivered + goods.collected
    sent = goods.handed_over if policy.returnable == "handed_over" else arrived
    left = sent - goods.returned
    return left - _on_lines(asked_back(order), order) if order.changes else left


def billable(order: Order) -> int:
    """Count the live pieces that no invoice has: the sum of `billable_lines`."""
    live = order.derived.goods.live
    return live - _on_lines(invoiced_lines(order), order) if order.changes else live


def _on_lines(counts: dict[str, int], order: Order) -> int:
    return sum(counts.get(line.line_id, 0) for line in order.derived.goods.lines)


def billable_lines(order: Order, *, shipped: bool = False) -> dict[str, int]:
    """Count the pieces of each line that no invoice has, of all that are live or that left."""
    billed = invoiced_lines(order)
    return {
        line.line_id: (line.handed_over if shipped else line.ordered - line.cancelled)
        - billed.get(line.line_id, 0)
        for line in order.derived.goods.lines
    }
