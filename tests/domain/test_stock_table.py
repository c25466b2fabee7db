"""The stock's numbers, movement by movement, and what each line is answered."""

import pytest

from domain.stock import CLAIMS_MAX, Unfit, take, unseen_stock
from domain.stock_book import ENTRIES_MAX, INSTANTS_MAX
from domain.stock_state import numbers_of
from tests.domain.builders import rows
from tests.domain.stock_builders import SKU, STOCK, Room, adjusted, level, limits, moved, received

BEGIN = [level(10), moved("2", wanted=1, since=5)]
"""Ten on hand, of which one is reserved for somebody else."""

MOVEMENTS = {
    "allocate": (None, moved(wanted=4)),
    "allocate_more": (moved(wanted=4), moved(version=2, wanted=6)),
    "commit": (moved(wanted=4), moved(version=2, wanted=4, committed=4)),
    "pick_after_commit": (
        moved(wanted=4, committed=4),
        moved(version=2, wanted=4, committed=4),
    ),
    "hand_over": (moved(wanted=4, committed=4), moved(version=2, left="4@25")),
    "hand_over_uncommitted": (moved(wanted=4), moved(version=2, left="4@25")),
    "hand_over_half": (
        moved(wanted=4, committed=4),
        moved(version=2, wanted=2, committed=2, left="2@25"),
    ),
    "uncommit": (moved(wanted=4, committed=4), moved(version=2, wanted=4)),
    "release": (moved(wanted=4), moved(version=2)),
    "release_committed": (moved(wanted=4, committed=4), moved(version=2)),
    "edit_down": (moved(wanted=4), moved(version=2, wanted=1)),
    "drop_ship": (moved(wanted=4), moved(version=2, wanted=1)),
    "receive": (moved(wanted=4), received(3)),
    "adjust_down": (moved(wanted=4), adjusted(-3)),
}
"""What stood before, and the movement itself."""

VECTORS = """
movement               on_hand allocated available committed to_pick
allocate                0        +4        -4         0         0
allocate_more           0        +2        -2         0         0
commit                  0         0         0        +4        -4
pick_after_commit       0         0         0         0         0
hand_over              -4        -4         0        -4         0
hand_over_uncommitted  -4        -4         0         0        -4
hand_over_half         -2        -2         0        -2         0
uncommit                0         0         0        -4        +4
release                 0        -4        +4         0         0
release_committed       0        -4        +4        -4        +4
edit_down               0        -3        +3         0         0
drop_ship               0        -3        +3         0         0
receive                +3         0        +3         0        +3
adjust_down            -3         0        -3         0        -3
"""
"""Handing over what was not committed commits it first: to pick falls, committed ends as before."""


@pytest.mark.rule("S3.27")
@pytest.mark.parametrize("row", rows(VECTORS), ids=lambda row: row[0])
def test_each_movement_moves_the_numbers_as_the_source_says(row):
    """
    The vector of the model, and both formulas before and after.
    """
    name, *changes = row
    before, movement = MOVEMENTS[name]
    room = Room().tell(*BEGIN, *([before] if before else []))
    stood = room.vector()

    room.tell(movement)

    moves = tuple(now - then for now, then in zip(room.vector(), stood, strict=True))
    assert moves == tuple(int(change) for change in changes)
    for on_hand, allocated, available, committed, to_pick in (stood, room.vector()):
        assert on_hand == allocated + available == committed + to_pick


def test_every_movement_of_the_model_has_a_row():
    """
    Nobody can add a movement and forget its vector.
    """
    assert [row[0] for row in rows(VECTORS)] == list(MOVEMENTS)


SHARES = """
on_hand  old   committed young  gets_old gets_young
0        3     0         3      0        0
2        3     0         3      2        0
3        3     0         3      3        0
5        3     0         3      3        2
6        3     0         3      3        3
9        3     0         3      3        3
2        3     0         0      2        0
-1       3     0         3      0        0
"""


@pytest.mark.rule("S4.10")
@pytest.mark.parametrize("row", rows(SHARES), ids=" ".join)
@pytest.mark.parametrize("turned", [False, True])
def test_the_oldest_order_is_served_first_and_never_more_than_is_there(row, turned):
    """
    Which order was heard of first does not matter, its age does.
    """
    on_hand, old, _, young, gets_old, gets_young = map(int, row)
    wishes = [moved("1", wanted=old, since=1), moved("2", wanted=young, since=2)]

    room = Room().tell(level(on_hand), *(reversed(wishes) if turned else wishes))

    believed = {one.order_key[-1]: one.body.quantity for one in room.answers}
    assert (believed.get("1", 0), believed.get("2", 0)) == (gets_old, gets_young)
    assert numbers_of(room.stocks[STOCK]).allocated == gets_old + gets_young <= max(on_hand, 0)
    assert numbers_of(room.stocks[STOCK]).backordered == old + young - gets_old - gets_young


def test_work_that_began_is_not_taken_away_for_an_older_order():
    """
    Picked pieces stay with their order, though an older one comes to light.
    """
    room = Room().tell(level(3), moved("2", wanted=3, committed=2, since=9))

    room.tell(moved("1", wanted=3, since=1))

    assert _believed(room) == {"2": 2, "1": 1}


@pytest.mark.rule("S4.10")
def test_pieces_that_come_in_go_to_the_oldest_backorder_first():
    """
    Each receipt is shared out by age; who asks is answered, then only who gets something new.
    """
    room = Room().tell(*(moved(str(n), wanted=2, since=n) for n in (3, 1, 2)))
    assert [(one.order_key[-1], one.body.quantity) for one in room.answers] == [
        ("3", 0),
        ("1", 0),
        ("2", 0),
    ]

    room.tell(received(3))
    assert _believed(room) == {"1": 2, "2": 1, "3": 0}
    room.tell(received(3, at=21))

    assert _believed(room) == {"1": 2, "2": 2, "3": 2}
    assert [one.order_key[-1] for one in room.answers[3:]] == ["1", "2", "3", "2"]


def _believed(room: Room) -> dict[str, int]:
    return {one.order_key[-1]: one.body.quantity for one in room.answers}


def _alarms(room: Room) -> list[tuple[str, str]]:
    return [(one.kind, one.change) for one in room.anomalies]


def test_an_adjustment_below_what_is_allocated_backorders_the_youngest():
    """
    Raised once, resolved when what came in covers what was lost (spec model, 8.16).
    """
    room = Room().tell(level(5), moved("1", wanted=3, since=1), moved("2", wanted=2, since=2))

    room.tell(adjusted(-3))
    assert _believed(room) == {"1": 2, "2": 0}
    assert _alarms(room) == [("stock_oversold", "raised")]
    assert room.anomalies[0].severity == "critical"
    assert room.anomalies[0].evidence["lost"] == 3
    room.tell(received(2, at=40))
    assert room.now().anomalies == ("stock_oversold",)
    room.tell(received(1, at=41))

    assert _believed(room) == {"1": 3, "2": 2}
    assert _alarms(room) == [("stock_oversold", "raised"), ("stock_oversold", "resolved")]


OVERSOLD = {
    "a backorder that was never covered": ([level(2), moved(wanted=5)], False),
    "a count that takes reservations away": ([level(9), moved(wanted=5), level(3, at=9)], True),
    "a count that takes none away": ([level(9), moved(wanted=5), level(5, at=9)], False),
    "the adjustment was there before the order": (
        [level(9), adjusted(-6, at=1), moved(wanted=5, since=2)],
        False,
    ),
    "the order went away": (
        [level(5), moved(wanted=5), adjusted(-3), moved(version=2, wanted=0)],
        False,
    ),
    "covered by an earlier receipt": (
        [level(5), moved(wanted=5), adjusted(-3), received(3)],
        False,
    ),
    "picked pieces are not there": (
        [level(5), moved(wanted=5, committed=5, since=50), adjusted(-3)],
        True,
    ),
    "more left than was there": ([level(2), moved(left="3@25")], True),
    "what left before the count": ([level(2), moved(left="3@-20")], False),
}


@pytest.mark.parametrize("name", list(OVERSOLD))
def test_a_stock_is_oversold_where_reservations_were_lost(name):
    """
    Waiting for stock is not being oversold; losing it is.
    """
    records, oversold = OVERSOLD[name]

    forth, back = Room().tell(*records), Room().tell(*reversed(records))

    assert forth.now().anomalies == back.now().anomalies
    assert (forth.now().anomalies == ("stock_oversold",)) is oversold


def test_a_count_stands_against_everything_before_it():
    """
    Receipts, corrections and departures dated before a count are in it; later ones are not.
    """
    room = Room().tell(
        received(7, at=5),
        moved(left="2@6 1@11"),
        level(20, at=10),
        adjusted(-3, at=9),
        received(4, at=12),
    )

    assert room.vector()[0] == 20 - 1 + 4


def test_at_equal_times_a_count_comes_first():
    """
    The order is fixed by rank, not by arrival (X.24).
    """
    told = [received(4, at=10), level(20, at=10), moved(left="1@10")]

    assert Room().tell(*told).vector() == Room().tell(*reversed(told)).vector()
    assert Room().tell(*told).vector()[0] == 23


def test_an_older_wish_that_comes_late_changes_nothing():
    """
    A wish is the whole truth, so the newest one is all there is to know.
    """
    room = Room().tell(level(9), moved(version=3, wanted=2, left="1@5"))
    stood = room.stocks[STOCK]

    room.tell(moved(version=2, wanted=7), moved(version=3, wanted=2, left="1@5"))

    assert room.stocks[STOCK] is stood


def test_a_settled_line_that_wants_again_is_known_again():
    """
    What was kept apart counts: nothing that left leaves twice.
    """
    room = Room().tell(level(9), moved(wanted=4), moved(version=2, left="4@5"))
    assert room.stocks[STOCK].claims == {}
    assert room.vector()[0] == 5

    room.tell(moved(version=1, wanted=4), moved(version=3, wanted=1, left="3@5"))

    assert room.vector() == (6, 1, 5, 0, 6)
    assert room.settled == {}


@pytest.mark.rule("S3.24", "S3.28")
def test_expected_counts_what_was_bought_and_did_not_come_in():
    """
    A receipt takes off what was bought before it; it never falls below zero.
    """
    room = Room().tell(level(0), moved(wanted=5, bought="5@10"))
    assert (room.now().expected, room.now().backordered) == (5, 5)

    room.tell(received(3, at=20))
    assert (room.now().expected, room.now().backordered) == (2, 2)
    room.tell(received(4, at=30), moved("2", bought="6@40", since=9))

    assert room.now().expected == 6


HEALTH = """
on_hand wanted bought balance health
0       0      0       0      out
0       3      0      -3      out
0       3      5       2      out
5       1      0       4      healthy
5       3      0       2      low
9       1      0       8      excess
8       3      4       9      healthy
"""


@pytest.mark.rule("S3.29")
@pytest.mark.parametrize("row", rows(HEALTH), ids=" ".join)
def test_missing_and_excess_follow_from_the_numbers_and_the_limits(row):
    """
    Missing or excess is on hand, less what orders want, and expected; limits are 3 and 6.
    """
    on_hand, wanted, bought, balance = map(int, row[:4])

    room = Room().tell(level(on_hand), limits(3, 6, at=1), limits(0, 0, at=0))
    room.tell(moved(wanted=wanted, bought=f"{bought}@3"))

    assert (room.now().balance, room.now().health) == (balance, row[4])


def test_one_receipt_that_two_tell_of_counts_once():
    """
    Its own number is its name, whoever tells of it; without one the event is.
    """
    room = Room().tell(
        received(5, event_id="e1", receipt_id="r1"),
        received(5, event_id="e2", receipt_id="r1"),
        received(5, event_id="e3"),
        received(5, event_id="e3"),
        adjusted(-1, event_id="e4", adjustment_id="r1"),
    )

    assert room.vector()[0] == 9


@pytest.mark.parametrize("turned", [False, True])
def test_two_tales_of_one_receipt_are_a_conflict(turned):
    """
    The greater counts, in whatever order they come, and somebody is told.
    """
    told = [received(5, receipt_id="r1"), received(6, event_id="e2", receipt_id="r1")]

    room = Room().tell(*(reversed(told) if turned else told))

    assert room.vector()[0] == 6
    assert room.now().anomalies == ("conflicting_duplicate:received:r1",)
    assert _alarms(room) == [("conflicting_duplicate", "raised")]


@pytest.mark.rule("X.18")
def test_a_test_never_touches_stock():
    """
    Neither a test order's wish nor a test fact counts.
    """
    room = Room().tell(level(5))
    stood = room.stocks[STOCK]

    room.tell(moved(wanted=3, test=True))

    assert room.stocks[STOCK] is stood


def test_a_stock_remembers_so_many_facts_one_by_one():
    """
    Past the bound the oldest are one sum; what is dated before it cannot be told any more.
    """
    facts = [received(1, at=n) for n in range(1, ENTRIES_MAX + 60)]
    room = Room().tell(moved(left="1@3 1@900"), *facts)
    book = room.stocks[STOCK].book

    assert len(book.entries) <= ENTRIES_MAX
    assert room.vector()[0] == len(facts) - 2
    with pytest.raises(Unfit, match="older than"):
        room.tell(received(1, at=2, event_id="late"))


def test_departures_that_are_corrected_after_they_were_folded_still_count():
    """
    An order may say other things of old pieces for ever; a count in between covers them.
    """
    instants = " ".join(f"1@{n}" for n in range(100, 100 + INSTANTS_MAX + 1))
    room = Room().tell(level(9_000, at=50), moved("2", left=instants))
    assert room.stocks[STOCK].book.horizon
    on_hand = room.vector()[0]

    room.tell(moved("1", left="3@60"))
    assert room.vector()[0] == on_hand - 3
    room.tell(moved("1", version=2, left="1@60 5@40"))

    assert room.vector()[0] == on_hand - 1


def test_so_many_lines_may_wait_for_one_stock():
    """
    One more is refused by name; those that wait may still change their wish.
    """
    stock = unseen_stock(moved())
    full = {f"acme/shop/{n} a": claim for n, claim in enumerate(_claims(CLAIMS_MAX))}
    stock = type(stock)(stock.tenant, stock.warehouse, stock.sku, claims=full)

    with pytest.raises(Unfit, match=SKU):
        take(stock, moved("new", wanted=1))
    assert len(take(stock, moved("7", version=2, wanted=3)).stock.claims) == CLAIMS_MAX


def _claims(number: int):
    (claim,) = take(unseen_stock(moved()), moved(wanted=1)).stock.claims.values()
    return [claim] * number


@pytest.mark.parametrize(
    "record",
    [
        moved(wanted=1, order_key="other/shop/1"),
        moved(wanted=1, order_key=None),
        received(1, sku="two\nlines"),
        received(1, warehouse="two\nlines"),
    ],
)
def test_what_names_no_stock_of_its_tenant_is_unfit(record):
    """
    The stock is as if it had never come.
    """
    with pytest.raises(Unfit):
        take(unseen_stock(record), record)
