"""X.1 for stocks and the orders that want of them: any order, any repeats, any delay, one end."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain import body as bodies
from domain import fact as facts
from domain import office_body as office
from domain import office_fact as office_facts
from domain.codec import encode_message
from domain.document import Line
from domain.snapshot import take_snapshot
from domain.stock_state import numbers_of
from domain.vocabulary import Minor, Validity
from tests.domain.builders import (
    PRICE,
    created,
    document,
    handed_over,
    held,
    lines_cancelled,
    packed,
    say,
    voided,
)
from tests.domain.stock_builders import SKU, Room, adjusted, level, limits, moved, received
from tests.domain.stories import examples

NUMBERS = st.sampled_from([0, 1, 2, 3, 5])
MINUTES = st.sampled_from([-5, 1, 2, 3, 5, 8, 13])
IDS = st.sampled_from(["e1", "e2", "e3"])
FLOWS = st.dictionaries(MINUTES, NUMBERS, max_size=2).map(
    lambda flows: " ".join(f"{n}@{at}" for at, n in sorted(flows.items()))
)
WISHES = st.builds(
    moved,
    order=st.sampled_from(["1", "2", "3"]),
    version=st.integers(1, 4),
    wanted=NUMBERS,
    committed=NUMBERS,
    left=FLOWS,
    bought=FLOWS,
    since=st.sampled_from([1, 2]),
)
OUTSIDE = st.one_of(
    st.builds(level, NUMBERS, MINUTES, IDS),
    st.builds(received, NUMBERS, MINUTES, IDS),
    st.builds(adjusted, NUMBERS.map(lambda n: 2 - n), MINUTES, IDS),
    st.builds(limits, NUMBERS, NUMBERS, MINUTES),
)


def _once(records):
    """Leave one wish per order and version: an order says one thing at a time."""
    said = {}
    for one in records:
        said.setdefault((one.event_id, one.body) if one.order_key is None else one.event_id, one)
    return list(said.values())


RECORDS = st.lists(st.one_of(WISHES, WISHES, OUTSIDE), min_size=1, max_size=12).map(_once)


@st.composite
def deliveries(draw, told):
    """Draw records and two ways in which they arrive, some of them more than once."""
    records = draw(told)
    again = st.lists(st.sampled_from(records), max_size=6)
    return [draw(st.permutations([*records, *draw(again)])) for _ in range(2)]


def _believed(room: Room) -> dict[tuple[str, str], int]:
    """Give what each line that waits believes to have."""
    newest: dict[str, tuple[int, int]] = {}
    for one in room.answers:
        known = newest.get(one.order_key, (0, 0))
        newest[one.order_key] = max(known, (one.revision, one.body.quantity))
    return {
        (key, name): min(newest.get(name.split(" ")[0], (0, 0))[1], claim.wanted)
        for key, stock in room.stocks.items()
        for name, claim in sorted(stock.claims.items())
    }


def _end(room: Room) -> tuple:
    """Say where every stock stands; one that was only thought of on the way is as if never."""
    shown = {key: (numbers_of(stock), stock.limits) for key, stock in room.stocks.items()}
    shown = {key: numbers for key, numbers in shown.items() if any(numbers[0])}
    standing = {key: room.now(key).anomalies for key in shown}
    return sorted(shown.items()), sorted(standing.items()), sorted(_believed(room).items())


@pytest.mark.rule("X.1", "S3.27")
@examples(1)
@given(deliveries(RECORDS))
def test_any_order_of_arrival_ends_in_the_same_stock(both):
    """
    Numbers, standing anomalies and what orders believe do not depend on arrival or repeats.
    """
    first, second = (Room().tell(*records) for records in both)

    assert _end(first) == _end(second)


@pytest.mark.rule("S3.27")
@examples(1)
@given(RECORDS)
def test_pieces_are_kept(records):
    """
    After every record: both formulas, nothing granted that is not there, all demand somewhere.
    """
    room = Room()
    for record in records:
        room.tell(record)
        for stock in room.stocks.values():
            n = numbers_of(stock)
            wanted = sum(claim.wanted for claim in stock.claims.values())
            granted = wanted - n.backordered
            assert n.on_hand == n.allocated + n.available == n.committed + n.available_to_pick
            assert 0 <= granted <= max(n.on_hand, 0)
            assert granted == sum(_believed(room).values())
            assert n.backordered == 0 or granted == max(n.on_hand, 0)
            assert max(granted, n.committed) <= n.allocated <= granted + n.committed
            assert n.expected >= 0


def _of(record, order: str):
    return replace(record, order_key=f"acme/shop/{order}")


def _placed(order: str, at: float, pieces: int, validity=Validity.VALID, revision: int = 0):
    line = Line(line_id="a", quantity=pieces, unit_price=Minor(PRICE), sku=SKU)
    body = document("1a", total=PRICE, lines=(line,), validity=validity)
    told = say(facts.OrderPlaced, at, body, revision=revision, event_id=f"{order}:{revision}:{at}")
    return _of(told, order)


def _warehouse(name: str, at: float):
    return say(office_facts.OrderWarehouseChanged, at, office.Warehouse(warehouse=name))


def _bought(kind: type, at: float, pieces: int):
    lines = (bodies.Units(line_id="a", quantity=pieces),)
    return say(kind, at, office.Purchase(purchase_id="p1", lines=lines))


LIFE = [
    created("f1", "1a", "", at=10),
    created("f2", "2a", "", at=11),
    packed("f1", at=12),
    packed("f2", at=12),
    handed_over("f1", at=13),
    handed_over("f2", at=17),
    voided("f2", at=15),
    lines_cancelled("1a", at=9),
    held(at=6),
    say(facts.OrderCancelled, 16),
    say(facts.OrderMarkedShipped, 18),
    say(facts.OrderClosed, 19),
    _warehouse("north/1", 8),
    _warehouse("default", 14),
    _bought(office_facts.BackorderWasCreated, 7, 2),
    _bought(office_facts.DropshipWasRequested, 7, 1),
    _bought(office_facts.DropshipWasShipped, 20, 1),
]
ORDERS = st.sampled_from(["1", "2", "3"])
ORDER_FACTS = st.one_of(
    st.builds(_of, st.sampled_from(LIFE), ORDERS),
    st.builds(
        _placed,
        ORDERS,
        st.sampled_from([1, 2, 3]),
        st.sampled_from([1, 2, 4]),
        st.sampled_from([Validity.VALID, Validity.VALID, Validity.PENDING]),
        st.sampled_from([0, 1, 2]),
    ),
)


def _apart(records):
    """Leave one fact per order and id."""
    return list({(one.order_key, one.event_id, one.body): one for one in records}.values())


STORIES = st.tuples(
    st.lists(st.builds(_placed, ORDERS, st.sampled_from([1, 2]), NUMBERS), max_size=3),
    st.lists(st.one_of(ORDER_FACTS, ORDER_FACTS, OUTSIDE), max_size=18),
).map(lambda parts: _apart([level(6), *parts[0], *parts[1]]))


def _snapshots(room: Room) -> list[bytes]:
    return sorted(
        encode_message(replace(take_snapshot(order, room.rules), version=0, seq={}))
        for order in room.orders.values()
    )


@pytest.mark.rule("X.1")
@examples(0.6)
@given(deliveries(STORIES), st.integers(0, 2**32))
def test_orders_and_stocks_come_to_one_end_whatever_is_delayed(both, seed):
    """
    Facts, wishes and answers overtake each other by chance; the last snapshots are equal.
    """
    chance = random.Random(seed)

    first, second = (Room().scatter(records, chance) for records in both)

    assert _snapshots(first) == _snapshots(second)
    assert _end(first)[:2] == _end(second)[:2]


@examples(0.4)
@given(STORIES)
def test_what_an_order_shows_is_what_its_stock_holds_for_it(story):
    """
    When all is delivered, reserved pieces on lines are granted pieces in stocks.
    """
    room = Room().tell(*story)

    shown = sum(look.reserved for key in room.orders for look in room.lines(key).values())
    granted = 0
    for stock in room.stocks.values():
        wanted = sum(claim.wanted for claim in stock.claims.values())
        granted += wanted - numbers_of(stock).backordered
    assert shown == granted


@examples(0.4)
@given(STORIES)
def test_stocks_that_hear_everything_again_say_nothing(story):
    """
    All movements a second time, forwards and backwards, change no stock and answer nobody.
    """
    room = Room().tell(*story)
    stood, answered = dict(room.stocks), len(room.answers)
    outside = [one for one in story if one.order_key is None]

    room.tell(*room.movements, *reversed(room.movements), *outside)

    assert room.stocks == stood
    assert len(room.answers) == answered
