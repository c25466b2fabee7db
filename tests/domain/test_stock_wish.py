"""What orders want of their stocks, and what the stocks' answers make of the orders."""

from functools import reduce

import pytest
from msgspec.structs import replace

from domain import body as bodies
from domain import fact as facts
from domain import office_body as office
from domain import office_fact as office_facts
from domain.document import Line
from domain.evidence import TooMany
from domain.order import ENTRIES_MAX
from domain.snapshot import take_snapshot
from domain.stock_fact import named_warehouse, plain_warehouse
from domain.stock_place import add_reservation, add_warehouse, place_name, read_place
from domain.vocabulary import HoldReason, Minor, Validity
from tests.domain.builders import (
    KEY,
    PRICE,
    cancel,
    cancelled_at_source,
    created,
    document,
    handed_over,
    held,
    lines_cancelled,
    money,
    packed,
    rows,
    rules,
    run,
    saved,
    say,
    start,
    units,
    voided,
)
from tests.domain.stock_builders import SKU, STOCK, Room, adjusted, level, received

NORTH = "acme/north/LAMP"


def order(wanted: str = "4a", at: float = 0, kind: type = facts.OrderPlaced, **fields):
    """Make an order of lamps; `warehouse` is that of every line."""
    envelope = {
        name: fields.pop(name) for name in ("order_key", "revision", "test") if name in fields
    }
    place = {name: fields.pop(name) for name in ("warehouse", "sku") if name in fields}
    lines = tuple(
        Line(
            line_id=one.line_id,
            quantity=one.quantity,
            unit_price=Minor(PRICE),
            **{"sku": SKU, **place},
        )
        for one in units(wanted)
    )
    total = sum(line.quantity * PRICE for line in lines)
    body = document("1a", total, **{"lines": lines, "validity": Validity.VALID, **fields})
    return say(kind, at, body, **envelope)


def _purchase(kind: type, wanted: str, at: float, purchase_id: str = "p1"):
    return say(kind, at, office.Purchase(purchase_id=purchase_id, lines=units(wanted)))


def _warehouse(name: str, at: float, *lines: str):
    body = office.Warehouse(warehouse=name, lines=lines)
    return say(office_facts.OrderWarehouseChanged, at, body)


def _looks(room: Room) -> str:
    return " ".join(
        f"{line}:{look.style}:{look.colour or '-'}:{look.reserved}"
        for line, look in room.lines(KEY).items()
    )


@pytest.mark.rule("S3.4", "S3.28")
def test_a_saved_order_allocates_nothing():
    """
    The stock's numbers are what they were; nothing is even asked.
    """
    room = Room().tell(level(10))
    before = room.vector()

    room.tell(order(kind=facts.OrderSaved, validity=Validity.UNSTATED))

    assert room.vector() == before == (10, 0, 10, 0, 10)
    assert room.movements == []


@pytest.mark.rule("S3.6", "S4.27")
def test_a_confirmed_order_allocates_what_is_there():
    """
    Allocated rises by what was ordered, available falls; the line turns green.
    """
    room = Room().tell(level(10), order("4a", kind=facts.OrderSaved, validity=Validity.UNSTATED))

    room.tell(say(facts.OrderConfirmed, 3))

    assert room.vector() == (10, 4, 6, 0, 10)
    assert _looks(room) == "a:ready:green:4"


@pytest.mark.rule("S4.27")
@pytest.mark.parametrize(
    ("on_hand", "looks"),
    [
        (9, "a:ready:green:4 b:ready:green:2"),
        (5, "a:ready:green:4 b:backordered:orange:1"),
        (0, "a:backordered:red:0 b:backordered:red:0"),
    ],
)
def test_a_valid_order_is_sorted_to_in_stock_partial_or_backorder(on_hand, looks):
    """
    Two lines of one article share what is there.
    """
    room = Room().tell(level(on_hand), order("4a 2b"))

    assert _looks(room) == looks


@pytest.mark.rule("S3.7")
def test_an_edit_moves_the_difference_only():
    """
    More pieces are allocated, or the rest is released.
    """
    room = Room().tell(level(10), order("4a"))
    assert room.vector() == (10, 4, 6, 0, 10)

    room.tell(order("7a", at=2, kind=facts.OrderRevised))
    assert room.vector() == (10, 7, 3, 0, 10)
    room.tell(order("2a", at=3, kind=facts.OrderRevised))

    assert room.vector() == (10, 2, 8, 0, 10)
    assert _looks(room) == "a:ready:green:2"


@pytest.mark.rule("S3.11")
def test_work_on_a_shipment_commits_its_pieces_once():
    """
    Commit, pick and pack raise committed by the first of them only.
    """
    room = Room().tell(level(10), order("4a"), created("f1", "3a", ""))
    assert room.vector() == (10, 4, 6, 0, 10)

    for kind in (
        office_facts.ShipmentCommitted,
        office_facts.ShipmentPicked,
        facts.ShipmentPacked,
    ):
        room.tell(say(kind, 15, bodies.ShipmentRef(shipment_id="f1")))
        assert room.vector() == (10, 4, 6, 3, 7)
    room.tell(voided("f1", at=16))

    assert room.vector() == (10, 4, 6, 0, 10)


@pytest.mark.rule("S3.14", "S3.22")
def test_cancelling_a_half_shipped_order_releases_the_rest():
    """
    What left stays gone; allocated and committed fall by the rest, what can be picked rises.
    """
    room = Room(rules("allocation")).tell(
        level(10),
        order("5a"),
        created("f1", "2a", "", at=10),
        handed_over("f1", at=11),
        created("f2", "2a", "", at=12),
        packed("f2", at=13),
    )
    assert room.vector() == (8, 3, 5, 2, 6)

    room.tell(cancel(at=40))

    assert room.vector() == (8, 0, 8, 0, 8)
    assert _looks(room) == "a:struck:-:0"
    shown = take_snapshot(room.orders[KEY], room.rules)
    assert shown.words["allocation"]["status"] == "Cancelled"


@pytest.mark.rule("S3.17")
def test_what_left_before_a_cancel_comes_back_by_hand_only():
    """
    On hand is not moved by the cancel, but by the adjustment that somebody makes.
    """
    room = Room().tell(level(10), order("5a"), created("f1", "2a", ""), handed_over("f1"))

    room.tell(cancel(at=40))
    assert room.vector()[0] == 8
    room.tell(adjusted(2, at=50))

    assert room.vector() == (10, 0, 10, 0, 10)


@pytest.mark.rule("S4.10")
def test_a_backordered_line_turns_green_when_stock_comes_in_oldest_first():
    """
    Red, then orange, then green; the younger order waits until the older one is served.
    """
    young = "acme/shop/2002"
    room = Room().tell(order("3a", at=2, order_key=young), order("3a", at=1))
    assert _looks(room) == "a:backordered:red:0"

    room.tell(received(2, at=20))
    assert _looks(room) == "a:backordered:orange:2"
    room.tell(received(2, at=21))

    assert _looks(room) == "a:ready:green:3"
    assert room.lines(young)["a"].colour == "orange"


@pytest.mark.rule("S4.28")
def test_a_hold_keeps_what_is_reserved():
    """
    Imported on hold, or put on hold later.
    """
    room = Room().tell(level(10), order("4a", hold=HoldReason.MARKETPLACE))
    assert room.vector() == (10, 4, 6, 0, 10)

    room.tell(held(at=5))

    assert room.vector() == (10, 4, 6, 0, 10)
    assert room.orders[KEY].derived.promise.hold == "on_hold"


@pytest.mark.rule("S4.29")
def test_an_order_that_comes_in_cancelled_reserves_nothing():
    """
    Whichever of the two is heard of first.
    """
    told = [order("4a"), cancelled_at_source(at=1)]

    for records in (told, told[::-1]):
        assert Room().tell(level(10), *records).vector() == (10, 0, 10, 0, 10)


@pytest.mark.rule("S4.13")
def test_another_warehouse_takes_over_what_did_not_leave():
    """
    The reservation moves; the shipped pieces stay with the warehouse that sent them.
    """
    room = Room().tell(
        level(10),
        level(5, event_id="n", warehouse="north"),
        order("4a"),
        created("f1", "1a", "", at=10),
        handed_over("f1", at=11),
    )

    room.tell(_warehouse("north", 20))

    assert room.vector(STOCK) == (9, 0, 9, 0, 9)
    assert room.vector(NORTH) == (5, 3, 2, 0, 5)
    assert _looks(room) == "a:ready:green:3"
    room.tell(created("f2", "3a", "", at=30), handed_over("f2", at=31))
    assert room.vector(STOCK)[0] == 9
    assert room.vector(NORTH) == (2, 0, 2, 0, 2)


def test_one_line_may_move_alone():
    """
    A change of one line stands beside a change of all; the newest about a line counts.
    """
    room = Room().tell(level(9), level(9, event_id="n", warehouse="north"), order("1a 2b 3c"))

    room.tell(_warehouse("north", 20, "a", "b"), _warehouse("default", 21, "a"))

    assert (room.vector(STOCK)[1], room.vector(NORTH)[1]) == (4, 2)


@pytest.mark.rule("S4.25")
def test_one_warehouse_exists_by_default():
    """
    An order and a count that name none mean the same one.
    """
    room = Room().tell(level(5), order("2a"))

    assert list(room.stocks) == [STOCK]
    assert room.now().warehouse == "default"
    assert room.vector()[1] == 2


@pytest.mark.rule("S3.25")
def test_drop_shipped_pieces_leave_the_own_allocation():
    """
    When asked of the supplier, not only when sent; they never touch what is on hand.
    """
    room = Room().tell(level(10), order("4a"))
    assert room.vector() == (10, 4, 6, 0, 10)

    room.tell(_purchase(office_facts.DropshipWasRequested, "3a", 10))
    assert room.vector() == (10, 1, 9, 0, 10)
    assert _looks(room) == "a:ready:green:1"
    room.tell(_purchase(office_facts.DropshipWasShipped, "3a", 20))

    assert room.vector() == (10, 1, 9, 0, 10)


def test_what_was_over_before_it_came_here_moves_no_stock():
    """
    Neither by the shipment that stands for its history, nor by those that its source names.
    """
    room = Room().tell(
        level(10),
        created("dropship:import", "4a", ""),
        handed_over("dropship:import"),
        created("f1", "1a", "Z1"),
        handed_over("f1"),
        order("4a"),
    )

    assert room.orders[KEY].derived.goods.state == "fulfilled"
    assert room.vector() == (10, 0, 10, 0, 10)


@pytest.mark.rule("S3.24")
def test_a_backorder_raises_what_is_expected():
    """
    Pieces bought for the order are expected until they come in, and then serve it.
    """
    room = Room().tell(level(1), order("4a"))

    room.tell(_purchase(office_facts.BackorderWasCreated, "3a", 10))
    assert (room.now().expected, room.now().backordered) == (3, 3)
    room.tell(received(3, at=20))

    assert (room.now().expected, room.now().backordered) == (0, 0)
    assert _looks(room) == "a:ready:green:4"


@pytest.mark.rule("S4.12")
def test_cancelled_pieces_are_released():
    """
    Only those that did not leave.
    """
    room = Room().tell(level(10), order("4a"), created("f1", "3a", ""), handed_over("f1"))

    room.tell(lines_cancelled("4a", at=30))

    assert room.vector() == (7, 0, 7, 0, 7)


@pytest.mark.rule("X.18")
def test_a_test_order_asks_for_nothing():
    """
    Known as a test only later, it takes back what it asked for.
    """
    assert Room().tell(level(5), order("2a", test=True)).movements == []
    room = Room().tell(level(5), order("2a"))

    room.tell(order("2a", at=1, kind=facts.OrderRevised, test=True))

    assert room.vector() == (5, 0, 5, 0, 5)


OTHERS = {
    "marked as shipped by hand": ([say(facts.OrderMarkedShipped, 9)], (6, 0, 6, 0, 6)),
    "closed though open": ([say(facts.OrderClosed, 9)], (10, 0, 10, 0, 10)),
    "asked to cancel": ([say(facts.OrderCancelRequested, 9)], (10, 4, 6, 0, 10)),
    "another article": ([order(at=1, sku="DESK", revision=2)], (10, 0, 10, 0, 10)),
    "pending again": ([order(at=1, validity=Validity.PENDING, revision=2)], (10, 0, 10, 0, 10)),
}


@pytest.mark.parametrize("name", list(OTHERS))
def test_what_else_an_order_can_do_to_its_claim(name):
    """
    Goods that left are gone; a claim stands as long as the order stands to be delivered.
    """
    records, vector = OTHERS[name]

    assert Room().tell(level(10), order("4a", revision=1), *records).vector() == vector


CLAIMS = """
profile      initial  paid_later facts       allocated
allocation   open     no         placed              4
allocation   saved    no         placed              0
allocation   saved    no         valid               0
allocation   saved    no         confirmed           4
allocation   open     no         saved               0
marketplace  pending  no         placed              0
marketplace  pending  no         valid               4
marketplace  pending  no         confirmed           4
marketplace  pending  no         authorized          0
marketplace  pending  yes        authorized          4
marketplace  pending  no         captured            4
marketplace  pending  no         asked_to_cancel     0
marketplace  pending  no         work                4
"""

TOLD = {
    "placed": [order("4a", validity=Validity.UNSTATED)],
    "valid": [order("4a")],
    "saved": [order("4a", kind=facts.OrderSaved, validity=Validity.UNSTATED)],
    "confirmed": [order("4a", validity=Validity.UNSTATED), say(facts.OrderConfirmed, 3)],
    "authorized": [order("4a", validity=Validity.UNSTATED), money("authorized", 200)],
    "captured": [order("4a", validity=Validity.UNSTATED), money("captured", 200)],
    "asked_to_cancel": [
        order("4a", validity=Validity.UNSTATED),
        say(facts.OrderCancelRequested, 3),
    ],
    "work": [order("4a", validity=Validity.UNSTATED), say(facts.OrderWorkStarted, 3)],
}


@pytest.mark.rule("S3.4", "S3.6", "S4.27")
@pytest.mark.parametrize("row", rows(CLAIMS), ids=" ".join)
def test_an_order_has_a_claim_once_it_is_accepted(row):
    """
    What accepted means is the shop's policy; a saved order, or one that is pending, has none.
    """
    profile, initial, paid_later, told, allocated = row
    by = rules(profile, initial=initial, authorized_is_paid=paid_later == "yes")

    room = Room(by).tell(level(10), *TOLD[told])

    assert room.vector() == (10, int(allocated), 10 - int(allocated), 0, 10)


@pytest.mark.parametrize("turned", [False, True])
def test_the_newest_answer_of_a_stock_counts(turned):
    """
    Its own number says which that is, not when it was heard.
    """
    answers = [_answer(7, 3), _answer(8, 1)]

    room = Room().tell(order("4a"), *(reversed(answers) if turned else answers))

    assert _looks(room) == "a:backordered:orange:1"


def _answer(number: int, pieces: int):
    body = office.LineReserved(line_id="a", sku=SKU, warehouse="default", quantity=pieces)
    return say(office_facts.LineWasReserved, 5, body, revision=number)


def test_an_order_remembers_so_many_warehouses_and_answers():
    """
    One more is a dead letter; what is known already is a repeat.
    """
    moves = [_warehouse(f"w{n}", n) for n in range(ENTRIES_MAX + 1)]
    told = reduce(
        lambda known, move: add_warehouse(known, move, 1 + int(move.body.warehouse[1:])),
        moves[:-1],
        start(),
    )
    assert add_warehouse(told, moves[0], 1) is told
    with pytest.raises(TooMany, match="warehouse"):
        add_warehouse(told, moves[-1], ENTRIES_MAX + 1)

    answers = [
        replace(_answer(1, 1), body=office.LineReserved(line_id=str(n), sku=SKU))
        for n in range(ENTRIES_MAX + 1)
    ]
    told = reduce(lambda known, one: add_reservation(known, one, 0), answers[:-1], start())
    assert add_reservation(told, answers[0], 0) is told
    with pytest.raises(TooMany, match="reservations"):
        add_reservation(told, answers[-1], 0)


def test_a_line_without_a_claim_shows_nothing_reserved():
    """
    The stock does not say so again; the line knows that it wants less than before.
    """
    room = Room().tell(level(10), order("4a", revision=1))
    assert _looks(room) == "a:ready:green:4"

    room.tell(order("4a", at=1, validity=Validity.PENDING, revision=2))
    assert _looks(room) == "a:backordered:red:0"
    room.tell(order("3a", at=2, revision=3))

    assert _looks(room) == "a:ready:green:3"


def test_an_article_without_a_number_is_in_no_stock():
    """
    Nor is one whose number cannot be printed.
    """
    assert Room().tell(order("4a", sku=""), order("4a", at=1, sku="two\nlines")).movements == []


def test_nothing_is_asked_of_stocks_that_nobody_keeps():
    """
    Off by default: no movement, and lines without a look.
    """
    story = run([order("4a")], rules("storefront"))

    assert not [one for one in story.messages if type(one).__name__ == "StockMovement"]
    assert [(one.style, one.reserved) for one in story.snapshot.lines] == [("", 0)]


def test_keeping_no_stock_any_more_releases_what_was_reserved():
    """
    The next change of the order says so; what left stays gone.
    """
    room = Room().tell(level(9), order("4a"), created("f1", "1a", ""), handed_over("f1"))

    room.rules = rules("marketplace", stock=False)
    room.tell(say(facts.OrderCancelRequested, 40))

    assert room.vector() == (8, 0, 8, 0, 8)


def test_a_scan_on_its_way_says_nothing_to_stocks():
    """
    Only what changes a wish is told, and each wish once.
    """
    room = Room().tell(level(9), order("4a"), created("f1", "4a", "Z1"), handed_over("f1"))
    told = len(room.movements)

    body = bodies.Scan(state="in_transit", number="Z1", code="x")
    room.tell(say(facts.ShipmentScan, 50, body), saved("1z", at=-5))

    assert len(room.movements) == told


@pytest.mark.parametrize("name", ["north", "north/1", "50%", "a%2Fb", ""])
def test_a_place_is_read_back_as_it_was_written(name):
    """
    No two warehouses share a name, whatever stands in theirs.
    """
    assert named_warehouse(plain_warehouse(name)) == name
    assert read_place(place_name(name, "x/y", "line\n1")) == (name, "x/y", "line\n1")
