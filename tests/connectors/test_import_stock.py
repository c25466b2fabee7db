"""What each import rule does to the stock: orders of a shop come in, and their stock answers."""

import pytest
from msgspec.structs import replace

from domain.snapshot import take_snapshot
from tests.connectors import kit
from tests.connectors.test_import_rule import KEY, SAMPLE, order_in, ruled
from tests.domain.builders import held, released
from tests.domain.stock_builders import Room, level, received

(LINE,) = SAMPLE["line_items"]
PIECES = LINE["quantity"]
LONG_AGO = -1_500_000
"""Minutes: the shop's orders are older than those of other tests."""
STOCK = f"acme/default/{LINE['sku']}"


def imported(rule: str, on_hand: int, *contents) -> Room:
    """Import an order by a rule into a shop with so many pieces."""
    room = Room().tell(level(on_hand, at=LONG_AGO, sku=LINE["sku"]))
    for content in contents or (order_in("processing"),):
        room.tell(*kit.read(ruled({"*": rule}), content).facts)
    return room


def shown(room: Room):
    return take_snapshot(room.orders[KEY], room.rules)


OUTCOMES = [
    ("valid", "Processing", "ready", (10, PIECES)),
    ("invoice", "Processing", "ready", (10, PIECES)),
    ("hold", "On hold", "ready", (10, PIECES)),
    ("cancel", "Canceled", "struck", (10, 0)),
    ("complete", "Complete", "struck", (10 - PIECES, 0)),
    ("history", "Complete", "struck", (10, 0)),
]


@pytest.mark.rule("S4.27", "S4.28", "S4.29", "S4.31")
@pytest.mark.parametrize(("rule", "word", "style", "numbers"), OUTCOMES)
def test_a_rule_reserves_moves_or_leaves_alone(rule, word, style, numbers):
    """
    Valid and held orders reserve, complete ones take, cancelled ones and history do neither.
    """
    room = imported(rule, 10)

    assert shown(room).words["marketplace"]["order"] == word
    assert shown(room).lines[0].style == style
    assert room.vector(STOCK)[:2] == numbers


@pytest.mark.rule("S4.27")
@pytest.mark.parametrize(
    ("on_hand", "colour"), [(PIECES, "green"), (PIECES - 1, "orange"), (0, "red")]
)
def test_a_valid_order_is_sorted_by_what_is_there(on_hand, colour):
    """
    In stock, in part, or backordered.
    """
    assert shown(imported("valid", on_hand)).lines[0].colour == colour


def test_history_that_is_told_again_still_moves_nothing():
    """
    A newer document of an order that was over says the same.
    """
    room = imported("history", 10, order_in("completed", 1), order_in("completed", 2))

    assert room.vector(STOCK)[0] == 10
    assert room.movements == []


@pytest.mark.rule("S4.30")
def test_a_complete_order_whose_goods_are_there_leaves_with_them():
    """
    Complete, invoiced, shipped, and taken from the stock.
    """
    room = imported("complete", PIECES)

    end = shown(room)
    assert end.words["marketplace"]["order"] == "Complete"
    assert [(one.shipment_id, one.state) for one in end.shipments] == [("import", "handed_over")]
    assert [one.lines for one in end.invoices] == [{str(LINE["id"]): PIECES}]
    assert room.vector(STOCK) == (0, 0, 0, 0, 0)
    assert end.anomalies == ()


@pytest.mark.rule("S4.30")
@pytest.mark.parametrize("on_hand", [0, PIECES - 1])
def test_a_complete_order_that_lacks_stock_waits_on_hold(on_hand):
    """
    Imported but not completed; when stock comes in it leaves as if it had been there at first.
    """
    room = imported("complete", on_hand)

    waits = shown(room)
    assert waits.words["marketplace"]["order"] == "On hold"
    assert [one.reason for one in waits.holds] == ["stock"]
    assert waits.anomalies == ("stock_missing",)
    assert room.vector(STOCK)[0] == on_hand
    room.tell(received(PIECES - on_hand, at=50, sku=LINE["sku"]))

    end = shown(room)
    assert end.words["marketplace"]["order"] == "Complete"
    assert (end.holds, end.anomalies) == ((), ())
    assert room.vector(STOCK) == (0, 0, 0, 0, 0)


@pytest.mark.rule("S4.30")
def test_a_hold_of_somebody_else_is_waited_for():
    """
    An order that is held for another reason does not leave because its goods are there.
    """
    room = Room().tell(level(10, at=LONG_AGO, sku=LINE["sku"]))
    first, *others = kit.read(ruled({"*": "complete"}), order_in("processing")).facts

    room.tell(replace(held(at=5), order_key=KEY), first, *others)
    assert shown(room).lifecycle == "open"
    room.tell(replace(released(at=6), order_key=KEY))

    assert shown(room).lifecycle == "completed"
    assert room.vector(STOCK)[0] == 10 - PIECES


@pytest.mark.rule("S4.30")
def test_two_complete_orders_share_what_is_there():
    """
    One leaves, the other waits; nothing is taken twice and nothing is on hand below zero.
    """
    room = imported("complete", PIECES, order_in("processing"), order_in("processing", id=4712))

    words = [
        take_snapshot(order, room.rules).words["marketplace"]["order"]
        for order in room.orders.values()
    ]
    assert words == ["Complete", "On hold"]
    assert room.vector(STOCK) == (0, 0, 0, 0, 0)
