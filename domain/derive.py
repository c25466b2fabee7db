"""What follows from the evidence; only the parts that a fact can move are computed again."""

from msgspec.structs import astuple, replace

from domain.fulfilment import derive_goods
from domain.merge import GOODS, MONEY
from domain.order import Derived, Goods, Order
from domain.payment import derive_money
from domain.promise import cancelled_at, derive_promise


def derive(order: Order, touches: int) -> Order:
    """Bring `derived` up to date after a merge that touched these parts."""
    old = order.derived
    goods = derive_goods(order, cancelled_at(order)) if touches & GOODS else old.goods
    stale = touches & MONEY or (touches & GOODS and _moves_money(old.goods, goods))
    money = derive_money(order, goods) if stale else old.money
    promise = derive_promise(order, money, goods)
    return replace(order, derived=Derived(money, goods, promise))


def _moves_money(old: Goods, new: Goods) -> bool:
    if old.ordered == old.live and new.ordered == new.live:
        return old.ordered != new.ordered
    return [line[:3] for line in map(astuple, old.lines)] != [
        line[:3] for line in map(astuple, new.lines)
    ]
