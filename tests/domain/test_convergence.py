"""X.1: the same facts give the same order, in whatever order and however often they arrive."""

from functools import reduce
from itertools import combinations

import pytest
from hypothesis import given
from msgspec.structs import replace

from domain import body as bodies
from domain import fact as facts
from domain.codec import encode_message
from domain.derive import derive_all
from domain.process import _take_in as take_in
from domain.process import process
from domain.vocabulary import HoldReason, Parcel
from tests.domain.builders import (
    MONEY,
    RULES,
    cancelled_at_source,
    collected,
    created,
    handed_over,
    held,
    lines_cancelled,
    marked_delivered,
    money,
    packed,
    placed,
    released,
    returned,
    revised,
    run,
    saved,
    say,
    scan,
    start,
    voided,
)
from tests.domain.stories import deliveries, examples, histories


def final(records) -> bytes:
    """Say what an order ends as, apart from how often it changed on the way."""
    return encode_message(replace(run(records).snapshot, version=0, seq={}))


@pytest.mark.rule("X.1", "X.24")
@examples(0.8)
@given(deliveries())
def test_any_order_of_arrival_ends_in_the_same_snapshot(both):
    """
    Permuted and repeated facts, contradictions and verdicts included, give equal bytes.
    """
    first, second = both

    assert final(first) == final(second)


@pytest.mark.rule("X.1")
@examples(0.4)
@given(deliveries(*MONEY.values()))
def test_any_order_of_arrival_ends_in_the_same_ledger(both):
    """
    Money alone, so that many operations meet under one reference.
    """
    first, second = both

    assert final(first) == final(second)


@examples(0.4)
@given(histories())
def test_a_second_delivery_of_everything_says_nothing(history):
    """
    Every fact that is known already, replaced or not, is a repeat without a message.
    """
    order = run(history).order

    steps = [process(order, fact, RULES) for fact in history]

    assert [(step.repeat, step.messages) for step in steps] == [(True, ())] * len(history)
    assert all(step.order is order for step in steps)


PAYMENTS = [
    *(
        money(kind, 60, at=2 + rank, ref="pi_1" if rank % 2 else "ch_1", parent="pi_1")
        for rank, kind in enumerate(MONEY)
    ),
    money("captured", 70, at=3, ref="ch_1"),
    money("captured", 80, at=3, ref="ch_1", revision=1),
    money("captured", 80, at=4, ref="ch_1", evidence="shop"),
    money("captured", 90, at=4, ref="st_1", evidence="status"),
    money("captured", 60, at=4, ref="us_1", currency="USD"),
]

SCANS = [
    *(scan(state, at=10) for state in Parcel),
    scan("delivered", at=9, inferred=True),
    scan("delivered", at=8, inferred=True),
    scan("in_transit", at=20),
    scan("returning", at=20),
    scan("lost", at=10, code="delivered"),
]

SHIPMENTS = [
    created("f1", "1a", "Z1"),
    created("f1", "2a", "Z1 Z2"),
    created("f1", "2a", "Z2", revision=1),
    created("f2", "1a", "Z1", at=11),
    created("f3", "", "", at=12),
    replace(created("s1", "2a", "", at=13), inferred=True),
    handed_over("s1", at=14),
    packed("f1"),
    handed_over("f1"),
    handed_over("f1", at=21),
    handed_over("f2"),
    voided("f1"),
    voided("f2", at=26),
    marked_delivered("f1"),
    collected("f3"),
    scan("in_transit", number="Z2"),
    scan("delivered", at=40),
    returned("1a"),
    returned("2a"),
    say(facts.ShipmentLabelVoided, 26, bodies.ParcelRef(number="Z1")),
]

HOLDS = [
    held(at=5),
    held(at=7),
    held(at=5, reason="stock"),
    released(at=5),
    released(at=6),
    released("source", at=5),
    placed(at=6, hold=HoldReason.PAYMENT),
    placed(at=8, revision=1, hold=HoldReason.PAYMENT),
    placed(at=9, revision=1, hold=HoldReason.PAYMENT),
    handed_over(at=6),
    created(),
]

PROMISES = [
    saved(at=0),
    placed(at=1),
    placed(at=2, revision=1),
    placed(at=3, revision=1),
    placed("3a", at=3, revision=1),
    revised("1a", at=4),
    revised("1a", at=4, source_status="edited"),
    lines_cancelled("1a"),
    lines_cancelled("2a"),
    lines_cancelled("1a", cancellation_id="x2"),
    cancelled_at_source(at=9),
    say(facts.OrderCancelled, 8),
    say(facts.OrderCancelled, 7),
    say(facts.OrderMarkedShipped, 8),
    say(facts.OrderConfirmed, 2),
    say(facts.OrderCancelRequested, 4),
    say(facts.OrderCancelDeclined, 4),
    say(facts.OrderCancelRequested, 5),
]

LENGTH = 5
"""Of the sets of facts that are tried without exception."""
AXES = {
    "payment": ([placed()], PAYMENTS),
    "parcel": ([placed(), created()], SCANS),
    "shipment": ([placed()], SHIPMENTS),
    "hold": ([placed()], HOLDS),
    "promise": ([], PROMISES),
}


@pytest.mark.rule("X.1")
@pytest.mark.parametrize("axis", list(AXES))
def test_every_set_of_five_facts_of_one_axis_converges(axis):
    """
    Each set is reached from each of its subsets that lack one fact, and ends in one state.

    So every order of arrival is tried, of all of them up to that length, with one step for each
    last fact of each set in place of one for each fact of each order.
    """
    before, pool = AXES[axis]
    smaller = {(): reduce(take_in, before, start())}

    for size in range(1, LENGTH + 1):
        states = {}
        for chosen in combinations(range(len(pool)), size):
            ends = [
                replace(take_in(smaller[chosen[:last] + chosen[last + 1 :]], pool[one]), version=0)
                for last, one in enumerate(chosen)
            ]
            states[chosen] = ends[-1]
            assert all(end == ends[-1] for end in ends), [pool[one].event_id for one in chosen]
        smaller = states


@pytest.mark.parametrize("turned", [False, True])
def test_a_parcel_that_two_shipments_name_belongs_to_the_living_one(turned):
    """
    Which of them speaks for the parcel does not depend on who was heard first.
    """
    told = [
        created("f1", "1a", "Z1", carrier="UPS"),
        created("f2", "1a", "Z1", carrier="DHL"),
        voided("f2"),
    ]

    snapshot = run([placed(), *(reversed(told) if turned else told)]).snapshot

    assert [(one.number, one.shipment_id) for one in snapshot.parcels] == [("Z1", "f1")]


@pytest.mark.parametrize("turned", [False, True])
def test_a_document_told_twice_counts_from_its_first_telling(turned):
    """
    The same revision with two times is the same order, whichever telling comes first.
    """
    told = [placed(at=3, revision=7), placed(at=1, revision=7)]

    order = run(reversed(told) if turned else told).order

    assert [one.at for one in order.revisions.values()] == [order.head.at]
    assert order.head.at == run([placed(at=1)]).order.head.at


def test_a_fact_before_its_order_is_kept_and_applied():
    """
    Money and goods that are heard of first count as soon as the order comes (X.2).
    """
    early = [money("captured", 100, at=5, ref="ch_1"), created(), handed_over()]

    waiting = run(early)
    told = run([placed()], order=waiting.order)

    assert waiting.messages == []
    assert (told.snapshot.payment, told.snapshot.fulfilment) == ("paid", "fulfilled")
    assert final([*early, placed()]) == final([placed(), *early])


@pytest.mark.rule("X.24")
@pytest.mark.parametrize("turned", [False, True])
def test_equal_times_are_ordered_by_rank(turned):
    """
    Two scans of one second: the later state of the journey holds, whichever came first.
    """
    told = [scan("out_for_delivery", at=30), scan("delivered", at=30)]

    snapshot = run([placed(), created(), *(reversed(told) if turned else told)], RULES).snapshot

    assert snapshot.parcels[0].state == "delivered"


def test_an_order_that_nobody_placed_has_no_words():
    """
    Until its document is known nothing is said of an order.
    """
    assert run([], order=start()).snapshot.words == {}


@pytest.mark.rule("X.1")
@examples(0.6)
@given(histories())
def test_the_short_ways_give_what_the_whole_way_gives(history):
    """
    After each fact, what was brought up to date equals what the evidence alone gives.
    """
    order = start()

    for fact in history:
        order = process(order, fact, RULES).order
        assert order.derived == derive_all(order)
