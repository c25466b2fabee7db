"""The order seen as one value per facet: what profile tables and narrowed guards look at."""

from domain.order import Derived
from domain.profile import Facets


def facets_of(derived: Derived) -> Facets:
    """List the facets in the order of `profile.FACETS`."""
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
    )
