"""The fold over a parcel's scans, sorted by time, rank and code (spec model, 2 E and 8.4)."""

from typing import Final, NamedTuple

from domain.order import Scan
from domain.vocabulary import PARCEL_RANK, Parcel

STATES: Final = tuple(Parcel)

FINAL: Final = {
    Parcel.DELIVERED: frozenset({Parcel.COLLECTED, Parcel.DAMAGED}),
    Parcel.COLLECTED: frozenset({Parcel.DAMAGED}),
    Parcel.RETURNED_TO_SENDER: frozenset[Parcel](),
    Parcel.LOST: frozenset(
        {
            Parcel.IN_TRANSIT,
            Parcel.OUT_FOR_DELIVERY,
            Parcel.DELIVERED,
            Parcel.COLLECTED,
            Parcel.RETURNING,
            Parcel.RETURNED_TO_SENDER,
        }
    ),
}
"""Final states and the only ways out of each."""

_JOURNEY_BACK: Final = frozenset({Parcel.RETURNING, Parcel.RETURNED_TO_SENDER})
_NO_NEWS: Final = frozenset({Parcel.UNKNOWN, Parcel.CREATED})
_MOVED_FROM: Final = PARCEL_RANK[Parcel.HANDED_OVER]
_MOVED_TO: Final = PARCEL_RANK[Parcel.DAMAGED]


class Story(NamedTuple):
    """Where a parcel is, since when, when it first moved, and scans that changed nothing."""

    state: Parcel
    at: int
    moved_at: int
    delivered_at: int
    odd: int
    back: bool


def fold_scans(scans: tuple[Scan, ...]) -> Story:
    """Tell a parcel's story from its scans, which must be sorted."""
    state, at, moved_at, delivered_at, odd, back = Parcel.CREATED, 0, 0, 0, 0, False
    for scan in scans:
        new = STATES[scan.rank]
        if state in FINAL and new is not state and new not in FINAL[state]:
            came_home = new in _JOURNEY_BACK and state is not Parcel.RETURNED_TO_SENDER
            back = back or came_home
            odd += not (came_home or new in _NO_NEWS)
            continue
        if new in _NO_NEWS and scan.rank < PARCEL_RANK[state]:
            continue
        if new is Parcel.LABEL_VOIDED and PARCEL_RANK[state] > scan.rank:
            odd += 1
            continue
        if new is not state or not at:
            at = scan.at
        state = new
        if not moved_at and _MOVED_FROM <= scan.rank <= _MOVED_TO:
            moved_at = scan.at
        if new in {Parcel.DELIVERED, Parcel.COLLECTED} and not delivered_at:
            delivered_at = scan.at
    return Story(state, at, moved_at, delivered_at, odd, back)
