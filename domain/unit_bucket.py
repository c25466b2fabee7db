"""Unit buckets: how far the pieces of each line got, going by the shipments that carry them."""

from collections.abc import Iterable
from typing import Final

from domain.article import sum_movements
from domain.order import Item, Order
from domain.shipment import CAME_BACK, HANDED_OVER, Leg

NOTHING: Final = (0,) * 8


def distribute(
    order: Order, legs: list[Leg], cancelled_at: int, wanted_off: dict[str, int]
) -> tuple[dict[str, list[int]], int]:
    """Give each shipment its pieces, most advanced first; more than was ordered is cut off.

    An inferred one counts pieces that left, so it only adds to what the named ones say of them.
    """
    buckets: dict[str, list[int]] = {}
    shipped = order.marks.get("marked_shipped")
    if order.head is None or (not legs and shipped is None):
        return buckets, 0
    room = {item.line_id: item.quantity for item in order.head.items}
    over = 0
    if len(legs) > 1:
        legs.sort(
            key=lambda leg: (
                not leg.lines,
                leg.inferred,
                -leg.stage,
                leg.left_at,
                leg.shipment_id,
            )
        )
    for leg in legs:
        if not leg.known:
            continue
        for line_id, said in leg.lines or _all_but_cancelled(room, wanted_off):
            quantity = said
            if leg.inferred and line_id in buckets:
                quantity = _not_told_by_name(buckets[line_id], said, leg.stage)
            fits = min(quantity, room.get(line_id, 0))
            over += quantity - fits
            if fits:
                room[line_id] -= fits
                if line_id not in buckets:
                    buckets[line_id] = [0] * 8
                buckets[line_id][leg.stage] += fits
    if shipped and not 0 < cancelled_at < shipped.at:
        _hand_over_rest(buckets, room, wanted_off)
    return buckets, over


def _not_told_by_name(counts: list[int], said: int, stage: int) -> int:
    """Move pieces of named shipments on to where a count has them; give those it has beyond.

    The count is of the same pieces, so what a named shipment brings later does not go back first.
    """
    if stage < HANDED_OVER:
        return max(said - sum(counts), 0)
    missing = max(said - sum(counts[stage:]) - (counts[CAME_BACK] if stage > CAME_BACK else 0), 0)
    for before in range(stage - 1, -1, -1):
        if before != CAME_BACK:
            moved = min(missing, counts[before])
            counts[before] -= moved
            counts[stage] += moved
            missing -= moved
    return missing


def _all_but_cancelled(room: dict[str, int], wanted_off: dict[str, int]) -> list[tuple[str, int]]:
    """List what a shipment without lines carries: all that is left and that nobody took off."""
    return [(line_id, max(left - wanted_off[line_id], 0)) for line_id, left in room.items()]


def taken_off(order: Order, items: Iterable[Item]) -> dict[str, int]:
    """Count the pieces of each line that somebody took off, in the document or beside it."""
    off = {item.line_id: item.cancelled for item in items}
    if order.cancellations:
        for line_id, quantity in sum_movements(order.cancellations).items():
            if line_id in off:
                off[line_id] = max(off[line_id], quantity)
    return off


def _hand_over_rest(
    buckets: dict[str, list[int]], room: dict[str, int], wanted_off: dict[str, int]
) -> None:
    """Marked as shipped: whatever has not left, and nobody took off, left by hand."""
    for line_id, off in wanted_off.items():
        counts = buckets.setdefault(line_id, [0] * 8)
        inside = sum(counts[:HANDED_OVER])
        counts[HANDED_OVER] += max(room[line_id] + inside - off, 0)
        counts[:HANDED_OVER] = [0] * HANDED_OVER
