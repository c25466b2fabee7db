"""What follows from the evidence; only the parts that a fact can move are computed again.

Most facts are scans and payments that move one part; computing the rest again would cost more
than everything else together (`bench/`). That the short ways give what the whole way gives is
tested for any order of facts (`tests/domain/test_convergence.py`).
"""

from domain.fact import Fact, ShipmentScan
from domain.fulfilment import derive_goods, follow_parcel
from domain.identity import parcel_key
from domain.order import Derived, Goods, Money, Order
from domain.payment import derive_money
from domain.promise import cancelled_at, derive_promise
from domain.touches import GOODS, MONEY, PARCEL, PROMISE


def derive(order: Order, touches: int, fact: Fact) -> Derived:
    """Say what follows after a merge of `fact` that touched these parts."""
    old = order.derived
    goods, money, promise = old.goods, old.money, old.promise
    if touches & GOODS:
        goods = derive_goods(order, cancelled_at(order))
    elif touches & PARCEL and isinstance(fact, ShipmentScan):
        name = parcel_key(fact.body.number, fact.body.shipment_id)
        goods = follow_parcel(order, name, promise.cancelled_at)
    if touches & MONEY or (goods.lines is not old.goods.lines and _moves_money(old.goods, goods)):
        money = derive_money(order, goods)
    if touches & PROMISE or money.valid != old.money.valid or _moves_promise(old.goods, goods):
        promise = derive_promise(order, money, goods)
    return Derived(money, goods, promise)


def derive_all(order: Order) -> Derived:
    """Compute everything from the evidence alone."""
    goods = derive_goods(order, cancelled_at(order))
    money: Money = derive_money(order, goods)
    return Derived(money, goods, derive_promise(order, money, goods))


def _moves_promise(old: Goods, new: Goods) -> bool:
    return new.lines is not old.lines and (
        old.handed_over != new.handed_over
        or old.live != new.live
        or old.ordered != new.ordered
        or old.packed != new.packed
        or old.picked != new.picked
        or old.committed != new.committed
    )


def _moves_money(old: Goods, new: Goods) -> bool:
    if old.ordered == old.live and new.ordered == new.live:
        return old.ordered != new.ordered
    before = [(line.line_id, line.ordered, line.cancelled) for line in old.lines]
    return before != [(line.line_id, line.ordered, line.cancelled) for line in new.lines]
