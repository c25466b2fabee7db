"""The order seen as one value per facet: what profile tables and guards look at."""

from domain.invoice import invoiced_lines
from domain.order import Derived, Order
from domain.profile import YES_OR_NO, Facets
from domain.rma import asked_back
from domain.rules import Policy, Rules


def facets_of(derived: Derived, rules: Rules) -> Facets:
    """List the facets in the order of `profile.FACETS`, and the shop's own state at the end."""
    money, goods, promise = derived.money, derived.goods, derived.promise
    if not goods.handed_over:
        handed_over = "none"
    else:
        handed_over = "all" if goods.handed_over == goods.live else "some"
    return (
        promise.lifecycle,
        promise.closure,
        promise.hold,
        promise.risk,
        money.state,
        goods.state,
        handed_over,
        "yes" if promise.valid else "no",
        "yes" if promise.confirmed else "no",
        "yes" if promise.working else "no",
        "yes" if promise.suspended else "no",
        "yes" if promise.marked_shipped else "no",
        *rules.facets,
        promise.state,
    )


def situation_of(order: Order, rules: Rules) -> Facets:
    """List what guards look at in the order of `profile.SITUATION`."""
    derived = order.derived
    money, goods = derived.money, derived.goods
    authorized = money.authorized - money.capture_pending - money.reversal_pending
    refundable = money.captured - money.refunded - money.refund_pending
    return (
        *facets_of(derived, rules)[:-1],
        YES_OR_NO[derived.promise.known],
        YES_OR_NO[goods.live > goods.handed_over],
        YES_OR_NO[authorized > 0],
        YES_OR_NO[authorized > 0 and not money.capture_pending],
        YES_OR_NO[refundable > 0],
        YES_OR_NO[returnable(order, rules.policy) > 0],
        YES_OR_NO[invoiceable(order) > 0],
    )


def returnable(order: Order, policy: Policy) -> int:
    """Count the pieces that may still come back (spec model, 8.13)."""
    goods = order.derived.goods
    arrived = goods.delivered + goods.collected
    sent = goods.handed_over if policy.returnable == "handed_over" else arrived
    return sent - goods.returned - sum(asked_back(order).values())


def invoiceable(order: Order) -> int:
    """Count the pieces that no invoice covers yet."""
    return order.derived.goods.live - sum(invoiced_lines(order).values())
