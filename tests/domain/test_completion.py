"""Orders that come in as complete: believed where no stock is kept, else judged by their stock."""

import pytest

from domain import fact as facts
from domain.message import Anomaly
from domain.vocabulary import Validity
from tests.domain.builders import KEY, cancelled_at_source, held, released, rules, run, say
from tests.domain.stock_builders import Room, adjusted, level, received
from tests.domain.test_stock_wish import order

COMPLETE = say(facts.OrderCompletedAtSource, 8)


def _where(room: Room) -> tuple[str, str, int]:
    promise = room.orders[KEY].derived.promise
    return promise.lifecycle, promise.hold, room.vector()[0]


@pytest.mark.rule("S4.30")
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_there_leaves_and_what_is_not_is_waited_for(turned):
    """
    Four are ordered; whichever of document and status is heard of first.
    """
    told = [order("4a"), COMPLETE]
    told = told[::-1] if turned else told

    assert _where(Room().tell(level(4), *told)) == ("completed", "clear", 0)
    assert _where(Room().tell(level(3), *told)) == ("open", "on_hold", 3)
    assert _where(Room().tell(*told, received(4))) == ("completed", "clear", 0)


def test_the_anomaly_stands_as_long_as_the_order_waits():
    """
    Raised with the hold, resolved when the goods leave.
    """
    story = run([order("4a"), COMPLETE], rules("marketplace"))
    room = Room().tell(order("4a"), COMPLETE)
    raised = room.orders[KEY].raised

    room.tell(received(4))

    assert not [one for one in story.messages if isinstance(one, Anomaly)]
    assert raised == {"stock_missing": 1}
    assert room.orders[KEY].raised == {"stock_missing": -1}


OTHERS = {
    "nobody answered yet": ([order("4a"), COMPLETE], "open"),
    "nothing of it is stocked": ([order("4a", sku=""), COMPLETE], "completed"),
    "a test order moves no stock": ([order("4a", test=True), COMPLETE], "completed"),
    "cancelled at its source": ([order("4a"), cancelled_at_source(), COMPLETE], "cancelled"),
    "closed here": ([order("4a"), say(facts.OrderClosed, 5), COMPLETE], "open"),
    "held by somebody": ([order("4a", sku=""), held(), COMPLETE], "open"),
    "held and released": ([order("4a", sku=""), held(), COMPLETE, released()], "completed"),
    "no document yet": ([COMPLETE], "draft"),
    "saved only": (
        [order("4a", sku="", kind=facts.OrderSaved, validity=Validity.UNSTATED), COMPLETE],
        "draft",
    ),
}


@pytest.mark.parametrize("name", list(OTHERS))
def test_when_an_order_that_came_in_as_complete_is(name):
    """
    With a stock that never answers.
    """
    records, lifecycle = OTHERS[name]

    assert run(records, rules("marketplace")).order.derived.promise.lifecycle == lifecycle


@pytest.mark.parametrize("turned", [False, True])
def test_where_no_stock_is_kept_the_earliest_word_counts(turned):
    """
    The source's word is believed at once, and its time does not depend on arrival.
    """
    told = [order("4a"), COMPLETE, say(facts.OrderCompletedAtSource, 6)]

    story = run(told[::-1] if turned else told, rules("storefront"))

    assert story.snapshot.lifecycle == "completed"
    assert [one.handed_over_at for one in story.snapshot.shipments] == [told[2].occurred_at]


def test_an_outcome_is_judged_once():
    """
    What left stays gone, though the stock turns out to be smaller (X.1 b).
    """
    room = Room().tell(level(4), order("4a"), COMPLETE, adjusted(-2, at=5))

    room.tell(COMPLETE)

    assert _where(room) == ("completed", "clear", -2)
    assert room.now().anomalies == ("stock_oversold",)
