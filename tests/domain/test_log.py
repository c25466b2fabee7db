"""What is said of an order, and what a replay of its log says again."""

from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from domain.codec import (
    decode_order,
    decode_record,
    encode_message,
    encode_order,
    encode_record,
)
from domain.message import StatusChanged
from domain.process import process
from domain.vocabulary import Closure, Evidence, HoldState, Risk
from tests.domain.asked import ASKED, bodies
from tests.domain.builders import (
    COMMANDS,
    KEY,
    RULES,
    ask,
    captured,
    created,
    handed_over,
    minute,
    money,
    placed,
    refunded,
    run,
    scan,
    start,
)
from tests.domain.stories import EVENTS, FACTS, MINUTES, examples, facts_of, histories
from tests.domain.stories import value as drawn

REST = {"closure": Closure.OPEN, "hold": HoldState.CLEAR, "risk": Risk.NONE}
"""Where an axis is before anything is said of it."""

REQUESTS = st.one_of(
    [
        drawn(
            kind,
            event_id=EVENTS,
            order_key=st.just(KEY),
            occurred_at=MINUTES.map(minute),
            body=st.sampled_from(ASKED.get(name, [kind.__struct_defaults__[-1]])),
        )
        for name, kind in COMMANDS.items()
    ]
)


@st.composite
def logs(draw):
    """Draw a log: an order's facts with commands among them."""
    log = draw(histories(most=18)) + draw(st.lists(REQUESTS, max_size=5))
    return draw(st.permutations(log))


def as_told(records):
    """Process each record as it stands in the log; answer all bytes that come out."""
    order, out = start(), []
    for record in records:
        step = process(order, record, RULES)
        order = step.order
        out += [encode_message(message) for message in step.messages]
        out += [encode_record(verdict) for verdict in step.log]
    return encode_order(order), out


@pytest.mark.rule("X.13", "X.14")
@examples(0.5)
@given(logs())
def test_every_change_follows_the_one_before(log):
    """
    Per axis the numbers have no gap, `from` is the previous `to`, and each change changes.
    """
    axes = defaultdict(list)
    for one in run(log).messages:
        if isinstance(one, StatusChanged):
            axes[one.profile, one.axis, one.subject].append(one)

    for (profile, axis, _), changes in axes.items():
        words = [None if profile else REST.get(axis), *(one.after for one in changes)]
        assert [one.seq for one in changes] == list(range(1, len(changes) + 1))
        assert [one.before for one in changes] == words[:-1]
        assert all(one.before != one.after and one.because.rule for one in changes)


@examples(0.3)
@given(logs())
def test_no_message_id_is_used_twice(log):
    """
    A reader that drops ids it has seen misses nothing (X.15).
    """
    ids = Counter(one.id for one in run(log).messages)

    assert [each for each, times in ids.items() if times > 1] == []


@pytest.mark.rule("X.17")
@examples(0.4)
@given(logs())
def test_a_replay_of_the_log_says_the_same_bytes(log):
    """
    Also where the state is written down and read back between any two records.
    """
    order, out = start(), []
    for record in log:
        step = process(
            decode_order(encode_order(order)), decode_record(encode_record(record)), RULES
        )
        order = step.order
        out += [encode_message(message) for message in step.messages]
        out += [encode_record(verdict) for verdict in step.log]

    assert (encode_order(order), out) == as_told(log)


@pytest.mark.rule("X.1")
@examples(0.4)
@given(logs())
def test_verdicts_stand_in_for_their_commands(log):
    """
    The log's facts and stored verdicts alone, in any order, end in the same snapshot.
    """
    order, kept = start(), []
    for record in log:
        step = process(order, record, RULES)
        order = step.order
        kept += step.log or ([] if type(record) in COMMANDS.values() else [record])
    live = run([], order=order).snapshot

    again = run(reversed(kept)).snapshot

    assert encode_message(replace(again, version=0, seq={})) == encode_message(
        replace(live, version=0, seq={})
    )


@examples(0.6)
@given(histories())
def test_every_piece_is_in_one_bucket(history):
    """
    Whatever is told, no line holds more or fewer pieces than were ordered.
    """
    order = run(history).order

    for line in order.derived.goods.lines:
        assert min(astuple(line)[1:]) >= 0
        assert line.cancelled + line.packed + line.handed_over <= line.ordered
        assert line.delivered + line.collected + line.came_back <= line.handed_over
        assert line.returned <= line.delivered + line.collected
    goods = order.derived.goods
    assert goods.live == sum(line.ordered - line.cancelled for line in goods.lines)
    assert goods.handed_over == sum(line.handed_over for line in goods.lines)


PLAIN_OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["captured", "refunded", "authorized", "failed"]),
        st.sampled_from([0, 1, 50, 99, 100, 101]),
        st.sampled_from(["EUR", "USD", "JPY"]),
    ),
    max_size=8,
)


@given(PLAIN_OPERATIONS)
def test_money_is_kept_per_currency(operations):
    """
    The ledger sums what the operations say, each currency for itself.
    """
    told = [
        money(kind, amount, at=number, ref=f"op_{number}", currency=currency)
        for number, (kind, amount, currency) in enumerate(operations, 1)
    ]

    ledger = run([placed(), *told]).order.derived.money

    sums = Counter()
    for kind, amount, currency in operations:
        sums[kind, currency] += amount
    assert ledger.captured == sums["captured", "EUR"]
    assert ledger.refunded == sums["refunded", "EUR"]
    assert ledger.foreign == tuple(
        (code, sums["captured", code], sums["refunded", code])
        for code in ("JPY", "USD")
        if any(currency == code for _, _, currency in operations)
    )


@given(st.permutations(list(Evidence)), st.permutations([60, 40, 30]))
def test_witnesses_of_one_payment_are_never_added(evidences, amounts):
    """
    Provider, shop and status may each tell of the same money; the most that one says counts.
    """
    told = [
        captured(amount, at=number, ref=f"{evidence}_1", evidence=evidence)
        for number, (evidence, amount) in enumerate(zip(evidences, amounts, strict=True), 1)
    ]

    assert run([placed(), *told]).snapshot.money.captured == 60


@pytest.mark.rule("X.14")
def test_a_snapshot_that_is_sent_again_says_nothing():
    """
    A shop that sends the whole order at each touch makes no noise.
    """
    story = [placed(revision=1), captured(), created(), handed_over(), scan("delivered", 40)]
    order = run(story).order

    again = run([placed(at=50, revision=1), *story], order=order)

    assert again.messages == []


@pytest.mark.rule("X.13")
def test_a_change_names_the_word_before_and_why():
    """
    Paid, then refunded in part: two numbered changes with the numbers they looked at.
    """
    messages = run([placed(), captured(100), refunded(30)]).messages

    changes = [
        (one.seq, one.before, one.after, one.because.numbers.get("captured"))
        for one in messages
        if isinstance(one, StatusChanged) and one.axis == "payment" and not one.profile
    ]
    assert changes == [
        (1, None, "in_progress", 0),
        (2, "in_progress", "paid", 100),
        (3, "paid", "partially_refunded", 100),
    ]


@pytest.mark.rule("X.19")
def test_two_tenants_with_equal_ids_do_not_meet():
    """
    The key carries tenant and channel, so every id made of it differs.
    """
    ours = run([placed(), captured()]).messages
    theirs = run([placed(), captured()], order=start("other/shop/1001")).messages

    assert {one.id for one in ours} & {one.id for one in theirs} == set()
    assert len(theirs) == len(ours)


@given(facts_of(*FACTS))
def test_every_fact_is_read_as_it_was_written(fact):
    """
    JSON keeps each kind with all of its fields.
    """
    assert decode_record(encode_record(fact)) == fact


def test_every_command_is_read_as_it_was_written():
    """
    JSON keeps each command.
    """
    asked = [ask(name, body=body) for name in COMMANDS for body in bodies(name)]

    assert [decode_record(encode_record(each)) for each in asked] == asked
