"""The numbers of a stock: what lies there, what is expected, who gets which pieces.

Everything here is computed from what was told, sorted by time, so the order of arrival means
nothing (X.1). Old entries are folded into an opening balance; then nothing older can be told.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from itertools import accumulate
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

ENTRIES_MAX: Final = 200
"""Facts from outside that one stock remembers one by one; a feed's delay is far shorter."""
INSTANTS_MAX: Final = 1_000
"""Instants at which pieces left, or were bought, that one stock remembers one by one."""

LEVEL, RECEIVED, ADJUSTED = range(3)
"""Kinds of entries, in rank order: at equal times a count stands before what changed it (X.24)."""


class Entry(Struct, frozen=True, array_like=True, gc=False):
    """One fact from outside; a count's quantity is what lay there, the others' what changed."""

    at: int
    rank: int
    revision: int
    quantity: int


class Claim(Struct, frozen=True, array_like=True, gc=False):
    """What one order line wants of the stock; `believed` is what the order was last answered.

    Below zero it was never answered.
    """

    version: int
    since: int
    wanted: int
    committed: int
    departures: tuple[tuple[int, int], ...] = ()
    purchases: tuple[tuple[int, int], ...] = ()
    believed: int = -1


class Book(Struct, frozen=True, array_like=True, gc=False):
    """What was told of the stock; flows of all orders are summed by instant.

    Up to `horizon` everything is in the two opening balances; `counted` is when the last count in
    them was made. Entries are by their business id.
    """

    horizon: int = 0
    counted: int = 0
    opening: int = 0
    opening_expected: int = 0
    entries: dict[str, Entry] = {}
    departures: dict[int, int] = {}
    purchases: dict[int, int] = {}


class Tally(NamedTuple):
    """What follows from the book; `lost` reservations were taken away and not covered since."""

    on_hand: int
    expected: int
    lost: int


Claims = Mapping[str, Claim]


def by_time(entries: Mapping[str, Entry]) -> list[tuple[int, int, int, str, Entry]]:
    """Sort entries by time, rank, revision, and name."""
    return sorted((one.at, one.rank, one.revision, name, one) for name, one in entries.items())


def tally(book: Book, claims: Claims) -> Tally:
    """Walk through the book by time.

    Pieces that left are taken off before anything else: whoever waits now was never served with
    them. So a count is corrected by what left since, and `free` ends as what is on hand.
    """
    waiting = sorted((claim.since, claim.wanted) for claim in claims.values() if claim.wanted)
    left_since = _sum_since(book.departures)
    free = book.opening - left_since(0)
    asked = demand = lost = 0
    for at, rank, _, _, entry in by_time(book.entries):
        while asked < len(waiting) and waiting[asked][0] <= at:
            demand += waiting[asked][1]
            asked += 1
        before = free
        if rank == LEVEL:
            free = entry.quantity - left_since(at)
        else:
            free += entry.quantity
        covered, now_covered = min(demand, max(before, 0)), min(demand, max(free, 0))
        lost = max(lost + covered - now_covered, 0)
    return Tally(free, _expected(book), lost)


def _sum_since(flows: dict[int, int]) -> Callable[[int], int]:
    """Make the function from an instant to the pieces that flowed then or later."""
    instants = sorted(flows)
    sums = [0, *accumulate(flows[at] for at in reversed(instants))]
    return lambda at: sums[len(instants) - bisect_left(instants, at)]


def _expected(book: Book) -> int:
    """Count what was bought and did not come in yet, in order of time."""
    flows = [(at, 0, quantity) for at, quantity in book.purchases.items()]
    flows += [(one.at, 1, -one.quantity) for one in book.entries.values() if one.rank == RECEIVED]
    expected = book.opening_expected
    for _, _, quantity in sorted(flows):
        expected = max(expected + quantity, 0)
    return expected


def grant(on_hand: int, claims: Claims) -> dict[str, int]:
    """Share out what lies there, never more: work begun first, then the oldest order (S4.10)."""
    queue = sorted(claims.items(), key=lambda pair: (pair[1].since, pair[0]))
    left = max(on_hand, 0)
    granted = {}
    for name, claim in queue:
        granted[name] = min(claim.committed, left)
        left -= granted[name]
    for name, claim in queue:
        more = min(claim.wanted - granted[name], left)
        granted[name] += more
        left -= more
    return granted


def with_flows(book: Book, old: Claim | None, new: Claim) -> Book:
    """Replace what one claim did to the stock by what it says now."""
    gone, bought = (old.departures, old.purchases) if old else ((), ())
    if gone == new.departures and bought == new.purchases:
        return book
    horizon = book.horizon
    departures, off = _exchanged(book.departures, gone, new.departures, horizon, book.counted)
    purchases, more = _exchanged(book.purchases, bought, new.purchases, horizon)
    return replace(
        book,
        opening=book.opening - off,
        opening_expected=max(book.opening_expected + more, 0),
        departures=departures,
        purchases=purchases,
    )


def _exchanged(
    sums: dict[int, int],
    old: Iterable[tuple[int, int]],
    new: Iterable[tuple[int, int]],
    horizon: int,
    counted: int = 0,
) -> tuple[dict[int, int], int]:
    """Take old flows out of the sums and new ones in; also give the change before the horizon.

    What flowed before the last count there was counted.
    """
    sums, before = dict(sums), 0
    for sign, flows in ((-1, old), (1, new)):
        for at, quantity in flows:
            if at > horizon:
                sums[at] = sums.get(at, 0) + sign * quantity
            elif at >= counted:
                before += sign * quantity
    return {at: quantity for at, quantity in sums.items() if quantity}, before


def compacted(book: Book) -> Book:
    """Fold the oldest quarter into the opening balances where the book is full."""
    horizon = max(
        _overflow([one.at for one in book.entries.values()], ENTRIES_MAX),
        _overflow(book.departures, INSTANTS_MAX),
        _overflow(book.purchases, INSTANTS_MAX),
    )
    if not horizon:
        return book
    old = replace(
        book,
        entries={name: one for name, one in book.entries.items() if one.at <= horizon},
        departures={at: n for at, n in book.departures.items() if at <= horizon},
        purchases={at: n for at, n in book.purchases.items() if at <= horizon},
    )
    folded = tally(old, {})
    counts = [one.at for one in old.entries.values() if one.rank == LEVEL]
    return Book(
        horizon,
        max(counts, default=book.counted),
        folded.on_hand,
        folded.expected,
        {name: one for name, one in book.entries.items() if one.at > horizon},
        {at: n for at, n in book.departures.items() if at > horizon},
        {at: n for at, n in book.purchases.items() if at > horizon},
    )


def _overflow(instants: Iterable[int], most: int) -> int:
    """Say up to which instant to fold, 0 for not at all."""
    ordered = sorted(instants)
    return ordered[len(ordered) // 4] if len(ordered) > most else 0
