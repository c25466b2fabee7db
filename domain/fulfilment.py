"""Goods: every piece of an order in one unit bucket, and the fulfilment axis that follows.

Shipments carry pieces, parcels carry shipments, scans move parcels. A cancelled shipment, or one
whose labels were all voided, is left out of every "all" (X.5). After a cancel only what was
handed over before it counts (X.8, spec model 8.15).
"""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from domain.identity import parcel_key
from domain.instant import earliest
from domain.order import Goods, LineUnits, Movement, Order, ParcelView, Shipment
from domain.parcel import Story, fold_scans
from domain.vocabulary import PARCEL_RANK, Fulfilment, Parcel


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
    (Fulfilment.FULFILLED, "every live piece was handed over", lambda p: 0 < p.handed_over == p.live),
    (Fulfilment.PARTIALLY_FULFILLED, "some pieces were handed over", lambda p: p.handed_over > 0),
    (Fulfilment.DISPATCHED, "every live piece is packed", lambda p: 0 < p.packed == p.live),
    (Fulfilment.UNFULFILLED, "no piece left yet", lambda _: True),
)
"""First match wins (spec model, 2 D)."""


def classify(pieces: Pieces) -> tuple[Fulfilment, str]:
    """Find the first row that holds: the state and its rule in words."""
    for state, rule, holds in TABLE:
        if holds(pieces):
            return state, rule
    raise AssertionError  # pragma: no cover - the last row always holds


def explain_goods(goods: Goods) -> tuple[str, dict[str, int]]:
    """Say which row of the table gave the state, and with which numbers."""
    pieces = _pieces(goods)
    numbers = {
        "ordered": goods.ordered,
        "live": goods.live,
        "packed": goods.packed,
        "handed_over": goods.handed_over,
        "delivered": goods.delivered,
        "collected": goods.collected,
        "returned": goods.returned,
    }
    return classify(pieces)[1], numbers


def _pieces(goods: Goods) -> Pieces:
    return Pieces(
        goods.ordered,
        goods.live,
        goods.packed,
        goods.handed_over,
        goods.delivered,
        goods.collected,
        goods.returned,
    )


class _Leg(NamedTuple):
    """One shipment on its way: how far its pieces got, and since when they left."""

    shipment_id: str
    lines: tuple[tuple[str, int], ...]
    stage: int
    left_at: int
    known: bool


_WAITING, _PACKED, _HANDED_OVER, _CAME_BACK, _DELIVERED, _COLLECTED = range(6)
_NAMES: Final = ("", "packed", "handed_over", "came_back", "delivered", "collected")
_STAGE: Final = {
    Parcel.DELIVERED: _DELIVERED,
    Parcel.COLLECTED: _COLLECTED,
    Parcel.RETURNED_TO_SENDER: _CAME_BACK,
}
_OUT: Final = frozenset({Parcel.CANCELLED, Parcel.LABEL_VOIDED})


def derive_goods(order: Order, cancelled_at: int) -> Goods:
    """Put every piece in its bucket; `cancelled_at` is when the whole order was cancelled."""
    parcels: dict[str, ParcelView] = {}
    states: dict[str, str] = {}
    legs: list[_Leg] = []
    after_cancel = 0
    for shipment_id, shipment in _cancelled_first(order.shipments):
        leg, state = _follow(order, shipment_id, shipment, parcels)
        states[shipment_id] = state
        if state in _OUT:
            continue
        if cancelled_at and (not leg.left_at or leg.left_at > cancelled_at):
            after_cancel += leg.left_at > 0
            continue
        legs.append(leg)
    _follow_orphans(order, parcels)
    return _count(order, legs, parcels, states, cancelled_at, after_cancel)


def _cancelled_first(shipments: dict[str, Shipment]) -> Iterable[tuple[str, Shipment]]:
    """Fix who speaks last where several shipments name one parcel: the living, then by id."""
    if len(shipments) < 2:  # noqa: PLR2004 - nobody to contradict
        return shipments.items()
    return sorted(shipments.items(), key=lambda pair: (not pair[1].cancelled_at, pair[0]))


def _follow(
    order: Order, shipment_id: str, shipment: Shipment, parcels: dict[str, ParcelView]
) -> tuple[_Leg, str]:
    """Fold the parcels of a shipment; the least advanced live one is where the shipment is."""
    statement = shipment.statement
    whole = parcel_key("", shipment_id)
    by_hand = order.scans.get(whole, ())
    names = [package.number for package in statement.packages] if statement else []
    stories: list[Story] = []
    for name in names or [whole]:
        scans = order.scans.get(name, ()) if names else ()
        story = fold_scans(tuple(sorted((*scans, *by_hand))) if by_hand and scans else scans or by_hand)
        if shipment.cancelled_at:
            story = story._replace(state=Parcel.CANCELLED, at=shipment.cancelled_at)
        elif shipment.handed_over_at and PARCEL_RANK[story.state] < PARCEL_RANK[Parcel.HANDED_OVER]:
            if story.state is not Parcel.LABEL_VOIDED:
                story = story._replace(state=Parcel.HANDED_OVER, at=shipment.handed_over_at)
        carrier = statement.carrier if statement else ""
        parcels[name] = _view(story, shipment_id, carrier, shipment.handed_over_at)
        stories.append(story)
    live = [story for story in stories if story.state not in _OUT]
    state = min((live or stories), key=lambda story: PARCEL_RANK[story.state]).state
    left_at = shipment.handed_over_at
    for story in live:
        left_at = earliest(left_at, story.moved_at)
    stage = _STAGE.get(state, _HANDED_OVER if left_at else _PACKED if shipment.packed_at else 0)
    lines = statement.lines if statement else ()
    return _Leg(shipment_id, lines, stage, left_at, statement is not None), state


def _follow_orphans(order: Order, parcels: dict[str, ParcelView]) -> None:
    """Fold parcels that no shipment names yet; they hold no pieces."""
    for name, scans in order.scans.items():
        if name not in parcels and not name.startswith("shipment:"):
            story = fold_scans(scans)
            parcels[name] = _view(story, "", "", 0)


def _view(story: Story, shipment_id: str, carrier: str, handed_over_at: int) -> ParcelView:
    return ParcelView(
        story.state,
        story.at,
        shipment_id,
        carrier,
        story.odd,
        earliest(handed_over_at, story.moved_at),
        0 < story.delivered_at < handed_over_at,
        story.back,
    )


def _count(
    order: Order,
    legs: list[_Leg],
    parcels: dict[str, ParcelView],
    states: dict[str, str],
    cancelled_at: int,
    after_cancel: int,
) -> Goods:
    items = order.head.items if order.head else ()
    taken_off = _sum_movements(order.cancellations) if order.cancellations else {}
    came_home = _sum_movements(order.returns) if order.returns else {}
    buckets, over = _distribute(order, legs, cancelled_at)
    rows: list[LineUnits] = []
    sums = [0] * 8
    returned_over = 0
    for item in items:
        counts = buckets.get(item.line_id, _NOTHING)
        gone = counts[_HANDED_OVER] + counts[_CAME_BACK] + counts[_DELIVERED] + counts[_COLLECTED]
        wanted = max(item.cancelled, taken_off.get(item.line_id, 0))
        cancelled = item.quantity - gone if cancelled_at else min(wanted, item.quantity - gone)
        over += max(wanted - (item.quantity - gone), 0) if not cancelled_at else 0
        packed = min(counts[_PACKED], item.quantity - gone - cancelled)
        back = came_home.get(item.line_id, 0)
        returned = min(back, counts[_DELIVERED] + counts[_COLLECTED])
        returned_over += back - returned
        row = (
            item.quantity,
            cancelled,
            packed,
            gone,
            counts[_DELIVERED],
            counts[_COLLECTED],
            counts[_CAME_BACK],
            returned,
        )
        rows.append(LineUnits(item.line_id, *row))
        sums = [total + one for total, one in zip(sums, row, strict=True)]
    ordered, cancelled, packed, gone, delivered, collected, came_back, returned = sums
    pieces = Pieces(ordered, ordered - cancelled, packed, gone, delivered, collected, returned)
    return Goods(
        state=classify(pieces)[0],
        lines=tuple(rows),
        ordered=ordered,
        live=pieces.live,
        packed=packed,
        handed_over=gone,
        delivered=delivered,
        collected=collected,
        came_back=came_back,
        returned=returned,
        parcels=parcels,
        shipments=states,
        over=over,
        returned_over=returned_over,
        after_cancel=after_cancel,
    )


_NOTHING: Final = (0, 0, 0, 0, 0, 0)


def _sum_movements(movements: dict[str, Movement]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for movement in movements.values():
        for line_id, quantity in movement.lines:
            sums[line_id] = sums.get(line_id, 0) + quantity
    return sums


def _distribute(
    order: Order, legs: list[_Leg], cancelled_at: int
) -> tuple[dict[str, list[int]], int]:
    """Give each shipment its pieces, most advanced first; more than was ordered is cut off."""
    items = order.head.items if order.head else ()
    room = {item.line_id: item.quantity for item in items}
    buckets: dict[str, list[int]] = {}
    over = 0
    legs.sort(key=lambda leg: (not leg.lines, -leg.stage, leg.left_at, leg.shipment_id))
    for leg in legs:
        if not leg.known:
            continue
        for line_id, quantity in leg.lines or tuple(room.items()):
            fits = min(quantity, room.get(line_id, 0))
            over += quantity - fits
            if fits:
                room[line_id] -= fits
                buckets.setdefault(line_id, [0] * 6)[leg.stage] += fits
    shipped = order.marks.get("marked_shipped")
    if shipped and not 0 < cancelled_at < shipped.at:
        _hand_over_rest(buckets, room, order)
    return buckets, over


def _hand_over_rest(buckets: dict[str, list[int]], room: dict[str, int], order: Order) -> None:
    """Marked as shipped: whatever no shipment carried, and nobody took off, left by hand."""
    taken_off = _sum_movements(order.cancellations)
    for item in order.head.items if order.head else ():
        wanted = max(item.cancelled, taken_off.get(item.line_id, 0))
        counts = buckets.setdefault(item.line_id, [0] * 6)
        rest = max(room[item.line_id] - wanted, 0) + counts[_WAITING] + counts[_PACKED]
        counts[_WAITING] = counts[_PACKED] = 0
        counts[_HANDED_OVER] += rest
