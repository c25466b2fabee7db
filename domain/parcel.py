"""The fold over a parcel's scans, sorted by time, rank and code (spec model, 2 E and 8.4)."""

from typing import Final

from msgspec import Struct

from domain.order import Scan
from domain.vocabulary import PARCEL_RANK, PLAIN, Parcel

STATES: Final = tuple(PLAIN[state] for state in Parcel)
"""The states' words by rank."""

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

EDITED: Final = "edited:"
"""Begins the code of an operator's word about a shipment, which may move it back (spec 8.7)."""
_ESCAPES: Final = {
    PARCEL_RANK[state]: frozenset({PARCEL_RANK[way] for way in ways} | {PARCEL_RANK[state]})
    for state, ways in FINAL.items()
}
"""The same by rank, staying where one is included: the fold compares numbers."""
_BACK: Final = frozenset({PARCEL_RANK[Parcel.RETURNING], PARCEL_RANK[Parcel.RETURNED_TO_SENDER]})
_ARRIVED: Final = frozenset({PARCEL_RANK[Parcel.DELIVERED], PARCEL_RANK[Parcel.COLLECTED]})
_UNKNOWN: Final = PARCEL_RANK[Parcel.UNKNOWN]
_CREATED: Final = PARCEL_RANK[Parcel.CREATED]
_VOIDED: Final = PARCEL_RANK[Parcel.LABEL_VOIDED]
_HANDED_OVER: Final = PARCEL_RANK[Parcel.HANDED_OVER]
_RETURNED: Final = PARCEL_RANK[Parcel.RETURNED_TO_SENDER]
_DAMAGED: Final = PARCEL_RANK[Parcel.DAMAGED]


class Story(Struct, frozen=True, gc=False):
    """Where a parcel is (by rank), since when, when it first moved and arrived.

    `odd` counts scans that a final state kept out, `back` says that it travels home again.
    """

    rank: int
    at: int
    moved_at: int
    arrived_at: int
    odd: int
    back: bool

    @property
    def state(self) -> str:
        """The state's word."""
        return STATES[self.rank]


NO_STORY: Final = Story(_CREATED, 0, 0, 0, 0, back=False)


def fold_scans(scans: tuple[Scan, ...]) -> Story:
    """Tell a parcel's story from its scans, which must be sorted."""
    if not scans:
        return NO_STORY
    for scan in scans:
        if scan.code.startswith(EDITED):
            return _fold(*_from_last_edit(scans))
    return _fold(_CREATED, 0, 0, scans)


def _fold(current: int, at: int, moved_at: int, scans: tuple[Scan, ...]) -> Story:
    arrived_at, odd, back = 0, 0, False
    for scan in scans:
        rank = scan.rank
        ways = _ESCAPES.get(current)
        if ways is not None and rank not in ways:
            if rank in _BACK and current != _RETURNED:
                back = True
            elif rank > _CREATED:
                odd += 1
            continue
        if rank < current and rank <= _VOIDED:
            odd += rank == _VOIDED
            continue
        if rank != current or not at:
            at = scan.at
        current = rank
        if not moved_at and _HANDED_OVER <= rank <= _DAMAGED:
            moved_at = scan.at
        if not arrived_at and rank in _ARRIVED:
            arrived_at = scan.at
    return Story(current, at, moved_at, arrived_at, odd, back)


def _from_last_edit(scans: tuple[Scan, ...]) -> tuple[int, int, int, tuple[Scan, ...]]:
    """Begin where an operator put the parcel last; give its first movement, and what came after."""
    last = max(n for n, scan in enumerate(scans) if scan.code.startswith(EDITED))
    moved = [scan.at for scan in scans[: last + 1] if _HANDED_OVER <= scan.rank <= _DAMAGED]
    return scans[last].rank, scans[last].at, min(moved, default=0), scans[last + 1 :]
