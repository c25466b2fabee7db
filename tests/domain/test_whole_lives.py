"""Whole lives of an order in which everything happens in part, told in any order and repeated.

What is expected is reckoned here from the amounts and pieces alone, not by the folds.
"""

import random
from itertools import product
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from tests.domain.builders import (
    PRICE,
    created,
    lines_cancelled,
    money,
    placed,
    returned,
    run,
    scan,
)

TOTAL = 2 * PRICE


class Life(NamedTuple):
    captured: int
    refunded: int
    sent: int
    delivered: bool
    returned: bool
    cancelled: bool
    dispute: str


LIVES = [
    life
    for life in map(
        Life._make,
        product(
            (0, TOTAL - 10, TOTAL),
            (0, 15),
            (0, 1, 2),
            (False, True),
            (False, True),
            (False, True),
            ("", "won", "lost"),
        ),
    )
    if (life.sent or not life.delivered)
    and (life.delivered or not life.returned)
    and (life.captured or not (life.refunded or life.dispute))
]
"""Two pieces at 50; captured and sent in part or whole, one piece returned, one taken off."""


def story_of(life):
    yield placed("2a")
    yield money("authorized", TOTAL, 1, "pi")
    if life.captured:
        yield money("captured", life.captured, 2, "c1", parent="pi")
    if life.refunded:
        yield money("refunded", life.refunded, 3, "r1", parent="c1")
    if life.sent:
        yield created("f1", f"{life.sent}a", "Z1", at=4)
        yield scan("in_transit", 6)
    if life.delivered:
        yield scan("delivered", 8)
    if life.returned:
        yield returned("1a", 12, "q1")
    if life.cancelled:
        yield lines_cancelled("1a", 14, "x1")
    if life.dispute:
        yield money("disputed", 20, 15, "d1", parent="c1")
        yield money(f"dispute_{life.dispute}", 20, 16, "d1", parent="c1")


def payment_of(life):
    taken_off = life.cancelled and life.sent < 2
    due = TOTAL - PRICE * taken_off
    back = life.refunded + 20 * (life.dispute == "lost")
    if back:
        return "refunded" if back >= life.captured else "partially_refunded"
    if life.captured > due:
        return "overpaid"
    if life.captured:
        return "paid" if life.captured == due else "partially_paid"
    return "authorized"


def fulfilment_of(life):
    live = 2 - (life.cancelled and life.sent < 2)
    if life.returned:
        return "returned" if live == 1 else "partially_returned"
    if life.sent == live:
        return "delivered" if life.delivered else "fulfilled"
    return "partially_fulfilled" if life.sent else "unfulfilled"


@pytest.mark.rule("X.1", "X.10", "S2.18", "S2.19", "S2.27", "S2.31")
@pytest.mark.parametrize("sent", [0, 1, 2])
def test_everything_may_happen_in_part(sent):
    """
    Money and goods each follow their own amounts; what was taken off too late is said.
    """
    for life in (one for one in LIVES if one.sent == sent):
        snapshot = run(story_of(life)).snapshot
        odd = ("quantity_exceeds_order",) if life.cancelled and life.sent == 2 else ()

        found = (snapshot.payment, snapshot.fulfilment, snapshot.anomalies)
        assert found == (payment_of(life), fulfilment_of(life), odd), life


@pytest.mark.rule("X.1")
@pytest.mark.parametrize("seed", range(3))
def test_no_life_depends_on_how_it_was_told(seed):
    """
    Shuffled, reversed and with repeats: the same snapshot, but for what was said on the way.
    """
    chance = random.Random(seed)
    for life in LIVES:
        story = list(story_of(life))
        straight = run(story).snapshot
        told = [*story, *chance.choices(story, k=3)]
        chance.shuffle(told)
        for way in (story[::-1], told):
            ended = run(way).snapshot
            assert replace(ended, version=0, seq={}) == replace(straight, version=0, seq={}), life
