"""The order seen as one value per facet: what profile tables and guards look at."""

from domain.order import Derived, Order
from domain.profile import YES_OR_NO, Facets
from domain.remainder import billable, capturable, refundable, returnable, reversible
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
        "yes" if promise.saved else "no",
        *rules.facets,
        promise.state,
    )


def situation_of(order: Order, rules: Rules) -> Facets:
    """List what guards look at in the order of `profile.SITUATION`."""
    return complete(facets_of(order.derived, rules), order, rules.policy)


def complete(facets: Facets, order: Order, policy: Policy) -> Facets:
    """Turn the facets of an order into its situation: what is left for commands joins them."""
    money, goods, promise = order.derived.money, order.derived.goods, order.derived.promise
    return (
        *facets[:-1],
        YES_OR_NO[promise.known],
        YES_OR_NO[goods.live > goods.handed_over],
        YES_OR_NO[capturable(money) > 0],
        YES_OR_NO[reversible(money) > 0 and not money.capture_pending],
        YES_OR_NO[refundable(money) > 0],
        YES_OR_NO[returnable(order, policy) > 0],
        YES_OR_NO[billable(order) > 0],
    )
