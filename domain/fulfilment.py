"""Goods: every piece of an order in one unit bucket, and the fulfilment axis that follows.

Shipments carry pieces, parcels carry shipments, scans move parcels. A cancelled shipment, or one
whose labels were all voided, is left out of every "all" (X.5). After a cancel only what was
handed over before it counts (X.8, spec model 8.15).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from msgspec.structs import replace

from domain.article import by_line, sum_movements
from domain.order import Goods, Item, LineUnits, Order, ParcelView
from domain.shipment import (
    CAME_BACK,
    COLLECTED,
    COMMITTED,
    DELIVERED,
    HANDED_OVER,
    OUT,
    PACKED,
    PICKED,
    Leg,
    cancelled_first,
    follow,
    follow_orphans,
    stage_of,
)
from domain.unit_bucket import NOTHING, distribute, taken_off
from domain.vocabulary import PLAIN, Fulfilment, Parcel


class Pieces(NamedTuple):
    """The sums that the first-match table below looks at (L, K, F, D, U, R of the model)."""

    ordered: int
    live: int
    packed: int
    handed_over: int
    delivered: int
    collected: int
    returned: int


Row = tuple[Fulfilment, str, Callable[[Pieces], bool]]

TABLE: Final[tuple[Row, ...]] = (
    (Fulfilment.CANCELLED, "no piece is left to deliver", lambda p: p.ordered > 0 == p.live),
    (Fulfilment.RETURNED, "every live piece came back", lambda p: 0 < p.returned == p.live),
    (Fulfilment.PARTIALLY_RETURNED, "some pieces came back", lambda p: p.returned > 0),
    (Fulfilment.COLLECTED, "every live piece was collected", lambda p: 0 < p.collected == p.live),
    (
        Fulfilment.DELIVERED,
        "every live piece was delivered",
        lambda p: 0 < p.delivered + p.collected == p.live,
    ),
    (
        Fulfilment.FULFILLED,
        "every live piece was handed over",
        lambda p: 0 < p.handed_over == p.live,
    ),
    (Fulfilment.PARTIALLY_FULFILLED, "some pieces were handed over", lambda p: p.handed_over > 0),
    (Fulfilment.DISPATCHED, "every live piece is packed", lambda p: 0 < p.packed == p.live),
    (Fulfilment.UNFULFILLED, "no piece left yet", lambda _: True),
)
"""First match wins (spec model, 2 D)."""
_STATES: Final = tuple(PLAIN[state] for state, _, _ in TABLE)


@lru_cache(maxsize=65_536)
def classify(pieces: Pieces) -> int:
    """Find the first row of the table that holds."""
    for number, (_, _, holds) in enumerate(TABLE):
        if holds(pieces):
            return number
    raise AssertionError  # pragma: no cover - the last row always holds


def explain_goods(goods: Goods) -> tuple[str, dict[str, int]]:
    """Say which row of the table gave the state, and with which numbers."""
    return TABLE[goods.row][1], {
        "ordered": goods.ordered,
        "live": goods.live,
        "packed": goods.packed,
        "handed_over": goods.handed_over,
        "delivered": goods.delivered,
        "collected": goods.collected,
        "returned": goods.returned,
    }


def derive_goods(order: Order, cancelled_at: int) -> Goods:
    """Put every piece in its bucket; `cancelled_at` is when the whole order was cancelled."""
    parcels: dict[str, ParcelView] = {}
    states: dict[str, str] = {}
    legs: list[Leg] = []
    after_cancel = 0
    for shipment_id, shipment in cancelled_first(order.shipments):
        leg = follow(order, shipment_id, shipment, parcels)
        states[shipment_id] = leg.state
        if leg.state in OUT:
            continue
        if cancelled_at and (not leg.left_at or leg.left_at > cancelled_at):
            after_cancel += leg.left_at > 0
            if not leg.left_at:
                states[shipment_id] = _CANCELLED  # what had not left is removed (S3.15)
            continue
        legs.append(leg)
    if order.scans:
        follow_orphans(order, parcels)
    return _count(order, legs, parcels, states, cancelled_at, after_cancel)


def follow_parcel(order: Order, name: str, cancelled_at: int) -> Goods:
    """Take in a scan of one parcel: the pieces are counted again only if it moved them."""
    old = order.derived.goods
    view = old.parcels.get(name)
    if view is None or not view.shipment_id or cancelled_at or len(order.shipments) > 1:
        return derive_goods(order, cancelled_at)
    shipment_id = view.shipment_id
    shipment = order.shipments[shipment_id]
    parcels = dict(old.parcels)
    leg = follow(order, shipment_id, shipment, parcels)
    before = old.shipments[shipment_id]
    stage = stage_of(before, view.left_at, shipment)
    if leg.stage != stage or leg.left_at != view.left_at or {leg.state, before} & OUT:
        legs = [] if leg.state in OUT else [leg]
        return _count(order, legs, parcels, {shipment_id: leg.state}, cancelled_at, 0)
    shipments = old.shipments if leg.state == before else {shipment_id: leg.state}
    return replace(old, parcels=parcels, shipments=shipments)


def _count(
    order: Order,
    legs: list[Leg],
    parcels: dict[str, ParcelView],
    states: dict[str, str],
    cancelled_at: int,
    after_cancel: int,
) -> Goods:
    items = order.head.items if order.head else ()
    wanted_off = taken_off(order, items)
    came_home = by_line(sum_movements(order.returns), items) if order.returns else {}
    buckets, over = distribute(order, legs, cancelled_at, wanted_off)
    rows = []
    returned_over = 0
    for item in items:
        line_id = item.line_id
        counts = buckets.get(line_id, NOTHING)
        room = item.quantity - sum(counts[HANDED_OVER:])
        off = room
        if not cancelled_at:
            off = min(wanted_off[line_id], room)
            over += wanted_off[line_id] - off
        home = 0
        if came_home:
            back = came_home.get(line_id, 0)
            home = min(back, counts[DELIVERED] + counts[COLLECTED])
            returned_over += back - home
        rows.append(_line_units(item, counts, room, off, home))
    return _sum_up(tuple(rows), parcels, states, over, returned_over, after_cancel)


def _line_units(item: Item, counts: Sequence[int], room: int, off: int, home: int) -> LineUnits:
    """Put the pieces of one line in their buckets; what was taken off is in no shipment."""
    inside = room - off
    packed = min(counts[PACKED], inside)
    picked = min(counts[PICKED], inside - packed)
    return LineUnits(
        item.line_id,
        item.quantity,
        off,
        packed,
        item.quantity - room,
        counts[DELIVERED],
        counts[COLLECTED],
        counts[CAME_BACK],
        home,
        min(counts[COMMITTED], inside - packed - picked),
        picked,
    )


def _sum_up(
    rows: tuple[LineUnits, ...],
    parcels: dict[str, ParcelView],
    states: dict[str, str],
    over: int,
    returned_over: int,
    after_cancel: int,
) -> Goods:
    pieces, came_back, committed, picked = _pieces(rows)
    row = classify(pieces)
    return Goods(
        _STATES[row],
        row,
        rows,
        pieces.ordered,
        pieces.live,
        pieces.packed,
        pieces.handed_over,
        pieces.delivered,
        pieces.collected,
        came_back,
        pieces.returned,
        parcels,
        states,
        over,
        returned_over,
        after_cancel,
        committed,
        picked,
    )


def _pieces(rows: tuple[LineUnits, ...]) -> tuple[Pieces, int, int, int]:
    """Sum the lines: what the table looks at; what came back, is committed, is picked."""
    ordered = live = packed = gone = delivered = collected = came_back = returned = 0
    committed = picked = 0
    for line in rows:
        ordered += line.ordered
        live += line.ordered - line.cancelled
        packed += line.packed
        gone += line.handed_over
        delivered += line.delivered
        collected += line.collected
        came_back += line.came_back
        returned += line.returned
        committed += line.committed
        picked += line.picked
    pieces = Pieces(ordered, live, packed, gone, delivered, collected, returned)
    return pieces, came_back, committed, picked


_CANCELLED: Final = PLAIN[Parcel.CANCELLED]
