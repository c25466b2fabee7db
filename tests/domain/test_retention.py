"""Which orders may leave the hot state, and what becomes of facts while one is away."""

import pytest
from msgspec.structs import replace

from domain.absence import (
    PARKED_BYTES_MAX,
    PARKED_MAX,
    Parked,
    Stub,
    is_answered,
    park,
    put_away,
    settled,
)
from domain.archive import recalled, stored
from domain.codec import decode_record, encode_record
from domain.evidence import TooMany
from domain.instant import micros
from domain.process import process
from domain.retention import may_leave, quiet_since
from tests.domain.builders import (
    KEY,
    NINE,
    RULES,
    ask,
    cancelled_at_source,
    captured,
    created,
    handed_over,
    held,
    marked_delivered,
    minute,
    money,
    placed,
    refunded,
    released,
    rules,
    run,
    scan,
    start,
)

BY = rules(retention_days=30)
DELIVERED = (placed(), captured(), created(), handed_over(), scan("delivered"))
LONG_AGO_MS = micros(NINE) // 1000


@pytest.mark.parametrize(
    ("story", "leaves"),
    [
        pytest.param(DELIVERED, True, id="delivered"),
        pytest.param(DELIVERED[:4], False, id="on its way"),
        pytest.param((*DELIVERED[:4], marked_delivered()), True, id="delivered by hand"),
        pytest.param((placed(), captured()), False, id="paid only"),
        pytest.param((placed(), cancelled_at_source()), True, id="cancelled"),
        pytest.param((cancelled_at_source(),), False, id="of which the order never came"),
        pytest.param((*DELIVERED, held()), False, id="on hold"),
        pytest.param((*DELIVERED, held(), released()), True, id="no longer on hold"),
        pytest.param((*DELIVERED[:4], ask("close")), True, id="closed while its parcel is away"),
        pytest.param((*DELIVERED, money("refund_requested", 10)), False, id="refund under way"),
        pytest.param(
            (*DELIVERED, money("refund_requested", 10, ref="re_1"), refunded(10, at=9)),
            True,
            id="refund done",
        ),
        pytest.param((*DELIVERED, money("disputed", 100, 50, "dp_1")), False, id="disputed"),
    ],
)
def test_an_order_leaves_when_nothing_of_it_is_awaited(story, leaves):
    order = run(story, BY).order

    assert may_leave(order, BY) is leaves
    assert not may_leave(order, RULES)


def test_a_deadline_that_is_still_to_come_keeps_an_order():
    by = rules(retention_days=30, close_after_days=3)

    assert not may_leave(run(DELIVERED, by).order, by)


def test_an_order_is_quiet_since_the_last_moment_that_its_facts_speak_of():
    order = run((*DELIVERED, refunded(10, at=77)), BY).order

    assert quiet_since(order) == micros(minute(77))
    assert quiet_since(replace(order, seen_at=micros(minute(999)))) == micros(minute(77))


def test_where_a_state_is_says_nothing_about_its_order():
    """
    No version, no message, no other byte of state; and the records are read as they are written.
    """
    order = run(DELIVERED, BY).order
    for told in (stored(KEY, 7, 3, LONG_AGO_MS), recalled(KEY, 7, 3, LONG_AGO_MS, b"\x00state")):
        step = process(order, told, BY)

        assert (step.order, step.messages, step.repeat) == (order, (), True)
        assert decode_record(encode_record(told)) == told
        assert told.occurred_at == NINE


@pytest.mark.parametrize(
    ("version", "stub", "kept"),
    [
        (7, None, Stub(7, 3)),
        (8, None, None),
        (6, None, None),
        (7, Stub(7, 2), Stub(7, 3)),
        (7, Stub(7, 5), Stub(7, 5)),
        (8, Stub(8, 5), None),
    ],
)
def test_only_the_version_that_stands_is_put_away_and_the_newest_place_counts(version, stub, kept):
    assert put_away(version, stub, stored(KEY, 7, 3, LONG_AGO_MS)) == kept


def test_a_stub_takes_records_in_their_order_up_to_its_bounds():
    stub = Stub(7, 3)
    for number in range(PARKED_MAX):
        stub = park(stub, Parked(b"%d" % number))

    assert [one.value for one in stub.parked] == [b"%d" % number for number in range(PARKED_MAX)]
    with pytest.raises(TooMany):
        park(stub, Parked(b"one more"))
    with pytest.raises(TooMany):
        park(Stub(7, 3), Parked(b"x" * (PARKED_BYTES_MAX + 1)))
    assert park(Stub(7, 3), Parked(b"x" * PARKED_BYTES_MAX))


def test_a_state_is_taken_back_once_and_only_if_something_waits_for_it():
    waiting = park(Stub(7, 3), Parked(b"x"))
    answer = recalled(KEY, 7, 3, LONG_AGO_MS, b"state")

    assert is_answered(waiting, answer)
    assert not is_answered(Stub(7, 3), answer)
    assert not is_answered(waiting, recalled(KEY, 6, 3, LONG_AGO_MS, b"state"))


def test_what_changed_nothing_leaves_the_stub_as_it_was():
    waiting = park(Stub(7, 3), Parked(b"x"))

    assert settled(waiting, 7) == Stub(7, 3)
    assert settled(waiting, 8) is None


def test_an_order_of_which_nothing_is_known_stays_unknown():
    assert not may_leave(start(), BY)
