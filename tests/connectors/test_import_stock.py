"""What each import rule does to the stock: orders of a shop come in, and their stock answers."""

import pytest

from domain.snapshot import take_snapshot
from tests.connectors import kit
from tests.connectors.test_import_rule import KEY, SAMPLE, order_in, ruled
from tests.domain.stock_builders import Room, level

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
