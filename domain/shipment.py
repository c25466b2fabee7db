"""Shipments: the parcels of each folded, how far it got, and since when it is out of the house.

A cancelled shipment, or one whose labels were all voided, is left out of every "all" (X.5).
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from domain.instant import earliest
from domain.order import Order, ParcelView, Scan, Shipment
from domain.parcel import STATES, Story, fold_scans
from domain.vocabulary import PARCEL_RANK, PLAIN, Parcel

WAITING, COMMITTED, PICKED, PACKED, HANDED_OVER, CAME_BACK, DELIVERED, COLLECTED = range(8)
"""How far the pieces of a shipment got, in rank order."""
OUT: Final = frozenset({PLAIN[Parcel.CANCELLED], PLAIN[Parcel.LABEL_VOIDED]})
"""Shipment states whose pieces do not count."""

_STAGE: Final = {
    PLAIN[Parcel.DELIVERED]: DELIVERED,
    PLAIN[Parcel.COLLECTED]: COLLECTED,
    PLAIN[Parcel.RETURNED_TO_SENDER]: CAME_BACK,
}
_FAILED: Final = (Parcel.DAMAGED, Parcel.LOST, Parcel.RETURNING, Parcel.RETURNED_TO_SENDER)
_DELIVERED: Final = PARCEL_RANK[Parcel.DELIVERED]
_ADVANCE: Final = tuple(
    PARCEL_RANK[state] if state not in _FAILED else _DELIVERED - 1 for state in Parcel
)
"""How far a parcel got, by its rank: one that never arrives got no further than a failed attempt."""
_OUT_RANKS: Final = frozenset(PARCEL_RANK[state] for state in OUT)
_CANCELLED: Final = PARCEL_RANK[Parcel.CANCELLED]
_VOIDED: Final = PARCEL_RANK[Parcel.LABEL_VOIDED]
_LEFT: Final = PARCEL_RANK[Parcel.HANDED_OVER]
_NONE: Final = (_CANCELLED, _CANCELLED)
"""No live parcel."""


class Leg(Struct, frozen=True, gc=False):
    """One shipment on its way; `known` says that a statement named its pieces.

    `inferred` is a shipment that an order's own counts imply, not one that anybody named.
    """

    shipment_id: str
    lines: tuple[tuple[str, int], ...]
    stage: int
    left_at: int
    known: bool
    state: str
    inferred: bool = False


def follow(
    order: Order, shipment_id: str, shipment: Shipment, parcels: dict[str, ParcelView]
) -> Leg:
    """Fold the parcels of a shipment; the least advanced live one is where the shipment is."""
    statement = shipment.statement
    whole = f"shipment:{shipment_id}"
    by_hand = order.scans.get(whole, ())
    packages = statement.packages if statement else ()
    left_at = earliest(shipment.handed_over_at, shipment.fulfilled_at)
    least, least_out = _NONE, _CANCELLED
    carriers = {package.number: package.carrier for package in packages} or {whole: ""}
    for name, carrier in carriers.items():
        scans = _joined(order.scans.get(name, ()), by_hand) if packages else by_hand
        story = fold_scans(scans)
        rank, at = _place(shipment, story)
        parcels[name] = ParcelView(
            STATES[rank],
            at,
            shipment_id,
            carrier or (statement.carrier if statement else ""),
            story.odd,
            earliest(shipment.handed_over_at, story.moved_at),
            0 < story.arrived_at < shipment.handed_over_at,
            story.back,
        )
        if rank in _OUT_RANKS:
            least_out = min(least_out, rank)
        else:
            least = min(least, (_ADVANCE[rank], rank))
            left_at = earliest(left_at, story.moved_at)
    state = STATES[least[1] if least is not _NONE else least_out]
    return Leg(
        shipment_id,
        statement.lines if statement else (),
        stage_of(state, left_at, shipment),
        left_at,
        statement is not None,
        state,
        statement is not None and statement.inferred,
    )


def stage_of(state: str, left_at: int, shipment: Shipment) -> int:
    """Say how far the pieces of a shipment in this state got."""
    stage = _STAGE.get(state)
    if stage is not None:
        return stage
    if left_at:
        return HANDED_OVER
    if shipment.packed_at:
        return PACKED
    if shipment.picked_at:
        return PICKED
    return COMMITTED if shipment.committed_at else WAITING


def _joined(scans: tuple[Scan, ...], by_hand: tuple[Scan, ...]) -> tuple[Scan, ...]:
    """Join a parcel's own scans with what was told of its whole shipment."""
    return tuple(sorted((*scans, *by_hand))) if scans and by_hand else scans or by_hand


def _place(shipment: Shipment, story: Story) -> tuple[int, int]:
    """Say where a parcel is and since when, the shipment's own statements included."""
    if shipment.cancelled_at:
        return _CANCELLED, shipment.cancelled_at
    if shipment.handed_over_at and story.rank < _LEFT and story.rank != _VOIDED:
        return _LEFT, shipment.handed_over_at
    return story.rank, story.at


def follow_orphans(order: Order, parcels: dict[str, ParcelView]) -> None:
    """Fold parcels that no shipment names yet; they hold no pieces."""
    for name, scans in order.scans.items():
        if name not in parcels and not name.startswith("shipment:"):
            parcels[name] = _orphan(fold_scans(scans))


def _orphan(story: Story) -> ParcelView:
    return ParcelView(
        STATES[story.rank], story.at, "", "", story.odd, story.moved_at, back=story.back
    )


def cancelled_first(shipments: dict[str, Shipment]) -> Iterable[tuple[str, Shipment]]:
    """Fix who speaks last where several shipments name one parcel: the living, then by id."""
    if len(shipments) < 2:  # nobody to contradict
        return shipments.items()
    return sorted(shipments.items(), key=lambda pair: (not pair[1].cancelled_at, pair[0]))
