"""What an order wants of its stocks, and the movements that tell them when that changes.

A wish is the whole truth about one line in one place, computed from the order as it is. The
order remembers a digest of what it told each stock last, so it says nothing twice.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from domain.command import CommandJudged
from domain.departure import Flows, departures_of, left_to_supplier, purchases_of
from domain.envelope import Envelope
from domain.identity import digest
from domain.instant import moment
from domain.order import Item, LineUnits, Order
from domain.rules import Policy
from domain.stock_fact import StockMovement, StockWish, UnitsAt, is_stocked
from domain.stock_place import place_name, read_place, reserved_of, warehouse_of
from domain.vocabulary import PLAIN, Closure, Lifecycle, Payment

COMPLETED: Final = "completed_at_source"
"""The mark of an order that its source calls complete."""
STOCK_HOLD: Final = "stock"
"""The id of the hold of such an order while its goods are not there."""
_encode: Final = msgspec.msgpack.Encoder().encode
_NO_CLAIM: Final = frozenset(PLAIN[state] for state in (Lifecycle.DRAFT, Lifecycle.CANCELLED))


def tell_stocks(
    before: Order, order: Order, cause: Envelope, policy: Policy
) -> tuple[Order, Sequence[StockMovement]]:
    """Tell the stocks what an order wants of them now, where that differs from the last time."""
    if _is_same(before, order):
        return order, ()
    wishes = {} if order.test else dict(_wishes(order, policy))  # X.18
    for name in sorted(order.wishes.keys() - wishes.keys()):
        warehouse, sku, line_id = read_place(name)
        wishes[name] = StockWish(line_id=line_id, sku=sku, warehouse=warehouse)
    told, movements = dict(order.wishes), []
    for name, wish in wishes.items():
        mark = digest(_encode(wish))
        if told.get(name) != mark:
            told[name] = mark
            movements.append(_movement(order, cause, wish))
    return (replace(order, wishes=told), movements) if movements else (order, ())


def _is_same(before: Order, order: Order) -> bool:
    """Say whether nothing moved that a wish is made of; a scan on its way moves nothing."""
    old, new = before.derived, order.derived
    return (
        old.goods.lines is new.goods.lines
        and old.promise is new.promise
        and old.money.state == new.money.state
        and before.head is order.head
        and before.changes is order.changes
        and before.warehouses is order.warehouses
        and before.test == order.test
    )


def _wishes(order: Order, policy: Policy) -> Iterator[tuple[str, StockWish]]:
    """Compute every wish that says something; a place that never held a piece says nothing."""
    items = order.head.items if order.head else ()
    reserves = _reserves(order, policy)
    since = _since(order)
    departures, purchases = departures_of(order), purchases_of(order)
    elsewhere = left_to_supplier(order)
    for item, units in zip(items, order.derived.goods.lines, strict=True):
        here = warehouse_of(order, item)
        left = _by_warehouse(order, item, departures)
        bought = _by_warehouse(order, item, purchases)
        waiting = _waiting(units, elsewhere.get(item.line_id, 0)) if reserves else 0
        work = units.committed + units.picked + units.packed
        for warehouse in dict.fromkeys((here, *left, *bought)):
            wish = StockWish(
                line_id=item.line_id,
                sku=item.sku,
                warehouse=warehouse,
                since=since,
                wanted=waiting if warehouse == here else 0,
                committed=min(work, waiting) if warehouse == here else 0,
                departures=tuple(left.get(warehouse, ())),
                purchases=tuple(bought.get(warehouse, ())),
            )
            if is_stocked(item.sku, warehouse) and _says_something(wish):
                yield place_name(warehouse, item.sku, item.line_id), wish


def _by_warehouse(order: Order, item: Item, flows: Flows) -> dict[str, list[UnitsAt]]:
    """Give the pieces of a line to the warehouse that it had when they flowed (S4.13)."""
    found: dict[str, list[UnitsAt]] = {}
    for at, quantity in sorted(flows.get(item.line_id, {}).items()):
        told = UnitsAt(at=moment(at), quantity=quantity)
        found.setdefault(warehouse_of(order, item, at), []).append(told)
    return found


def _says_something(wish: StockWish) -> bool:
    return bool(wish.wanted or wish.departures or wish.purchases)


def _waiting(units: LineUnits, elsewhere: int) -> int:
    """Count the pieces that shall still leave our own warehouse."""
    return max(units.ordered - units.cancelled - units.handed_over - elsewhere, 0)


def _since(order: Order) -> datetime | None:
    """Say when the order came: the oldest is served first (S4.10)."""
    confirmed = order.marks.get("confirmed")
    at = order.placed_at or (confirmed.at if confirmed else 0)
    return moment(at) if at else None


class Want(NamedTuple):
    """What a line waits for, and what its stock answered; None while it did not."""

    waiting: int
    answer: int | None


def wants(order: Order) -> list[Want]:
    """List the lines of an accepted order that wait for a stock of ours."""
    items = order.head.items if order.head else ()
    elsewhere, found = left_to_supplier(order), []
    for item, units in zip(items, order.derived.goods.lines, strict=True):
        waiting = _waiting(units, elsewhere.get(item.line_id, 0))
        warehouse = warehouse_of(order, item)
        if waiting and is_stocked(item.sku, warehouse):
            answer = order.reservations.get(place_name(warehouse, item.sku, item.line_id))
            found.append(Want(waiting, answer[1] if answer else None))
    return found


def held_for(order: Order, item: Item, units: LineUnits, elsewhere: int, policy: Policy) -> int:
    """Count the pieces that the stock holds for a line: never more than it has a claim to.

    A stock does not answer a line that wants less than before, so the line sees to that itself.
    """
    if not _reserves(order, policy):
        return 0
    return min(reserved_of(order, item), _waiting(units, elsewhere))


def _reserves(order: Order, policy: Policy) -> bool:
    """Say whether the order has a claim to goods: accepted, and neither over nor closed.

    A saved order has none (S3.4), nor one that waits for money (S4.27), unless the shop takes
    orders as accepted when they are placed (S3.3). A hold keeps its claim (S4.28), so does an
    order that somebody only asks to cancel.
    """
    promise = order.derived.promise
    if not policy.stock or promise.closure != Closure.OPEN:
        return False
    if promise.saved or promise.lifecycle in _NO_CLAIM:
        return False
    if promise.confirmed or promise.working or COMPLETED in order.marks:
        return True
    if policy.initial == "open":
        return True
    paid = promise.valid or (
        policy.authorized_is_paid and order.derived.money.state == Payment.AUTHORIZED
    )
    return policy.initial == "pending" and paid


def _movement(order: Order, cause: Envelope, wish: StockWish) -> StockMovement:
    """Make the movement; a command causes it whether it is judged now or was judged before."""
    judged = cause.body.command_id if isinstance(cause, CommandJudged) else ""
    tenant, channel, _ = order.key.split("/", 2)
    place = place_name(wish.warehouse, wish.sku, wish.line_id)
    return StockMovement(
        event_id=f"{order.key}:stock:{digest(place.encode()):x}:{order.version}",
        occurred_at=cause.occurred_at,
        order_key=order.key,
        tenant=tenant,
        channel=channel,
        source="orderstream",
        revision=order.version,
        cause_id=judged or cause.event_id,
        body=wish,
    )
