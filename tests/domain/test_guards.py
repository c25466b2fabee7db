"""The guards as complete tables: every state of an order by every command, for each profile."""

from itertools import product

import pytest

from domain import fact as facts
from domain.guard import refuse
from domain.vocabulary import Closure, Lifecycle
from tests.domain.builders import (
    ask,
    cancel,
    cancelled_at_source,
    cells,
    created,
    handed_over,
    held,
    hold,
    placed,
    release,
    results,
    rules,
    run,
    saved,
    say,
)

ORDERS = {
    "unknown": [],
    "draft": [saved()],
    "pending": [placed()],
    "open": [placed(validity="valid")],
    "processing": [placed(), created("f1", "1a"), handed_over()],
    "cancel_requested": [placed(), say(facts.OrderCancelRequested, 2)],
    "held": [placed(validity="valid"), held()],
    "cancelled": [placed(), cancelled_at_source()],
    "half_sent": [placed(), created("f1", "1a"), handed_over(), cancelled_at_source(30)],
    "sent": [placed(), created(), handed_over()],
    "marked": [placed(), say(facts.OrderMarkedShipped, 9)],
    "sent_held": [placed(), created(), handed_over(), held(at=30)],
    "closed": [placed(), created(), handed_over(), say(facts.OrderClosed, 30)],
    "archived": [placed(), say(facts.OrderClosed, 8), say(facts.OrderArchived, 9)],
}

FIRST = ("confirm", "cancel", "hold", "release", "mark_shipped", "close", "archive")

STOREFRONT = """
given             confirm        cancel         hold        release     mark_shipped  close           archive
unknown           known          known          known       known       known         known           known
draft             +              +              +           held        shippable     obligations_met closed
pending           +              +              +           held        +             obligations_met closed
open              not_confirmed  +              +           held        +             obligations_met closed
processing        not_confirmed  +              +           held        +             obligations_met closed
cancel_requested  not_confirmed  +              +           held        shippable     obligations_met closed
held              not_confirmed  +              +           +           no_hold       obligations_met closed
cancelled         not_confirmed  not_cancelled  under_way   under_way   shippable     +               closed
half_sent         not_confirmed  not_cancelled  under_way   under_way   shippable     +               closed
sent              not_confirmed  all_shipped    under_way   under_way   accepted      +               closed
marked            not_confirmed  all_shipped    under_way   under_way   accepted      +               closed
sent_held         not_confirmed  all_shipped    under_way   under_way   no_hold       +               closed
closed            not_closed     not_closed     not_closed  not_closed  not_closed    not_closed_yet  +
archived          not_closed     not_closed     not_closed  not_closed  not_closed    not_closed_yet  closed
"""
"""`+` is accepted, anything else the guard that refuses."""

MARKETPLACE = STOREFRONT.replace(
    "pending           +              +              +           held        +      ",
    "pending           +              +              +           held        accepted",
)
"""As in the storefront, but what is not paid or valid cannot be marked as shipped."""

TABLES = {"storefront": STOREFRONT, "marketplace": MARKETPLACE}
SHORT = {"all_shipped": "not_completely_shipped"}

WORDS = {
    "known": "no such order is known yet",
    "shippable": "the order is a draft, cancelled, or asked to be cancelled",
    "held": "no such hold stands",
    "obligations_met": "somebody still owes an action: the order is neither completed nor cancelled",
    "closed": "only a closed order can be archived",
    "not_confirmed": "only a draft or pending order can be confirmed",
    "no_hold": "the order is on hold",
    "not_cancelled": "the order is cancelled already",
    "under_way": "the order is cancelled or completed",
    "not_completely_shipped": "everything was shipped already",
    "accepted": {
        "storefront": "the order is not pending, open or in process",
        "marketplace": "the order is not open or in process",
    },
    "not_closed": "the order is closed or archived",
    "not_closed_yet": "the order is already closed",
}
"""What an operator reads."""


def matrix():
    for profile, table in TABLES.items():
        for given, command, then in cells(table):
            yield profile, given, command, SHORT.get(then, then)


def test_the_tables_are_complete():
    """
    No cell is missing, and the orders stand in every lifecycle and closure state.
    """
    for table in TABLES.values():
        assert {(given, command) for given, command, _ in cells(table)} == set(
            product(ORDERS, FIRST)
        )
    promises = [run(records).order.derived.promise for records in ORDERS.values()]
    assert {each.lifecycle for each in promises} == set(Lifecycle)
    assert {each.closure for each in promises} == set(Closure)
    assert {then for *_, then in matrix()} == {"+", *WORDS}


@pytest.mark.parametrize(("profile", "given", "command", "then"), list(matrix()))
def test_cell(profile, given, command, then):
    """
    Given an order, the command is accepted, or refused by this guard in these words.
    """
    by = rules(profile)
    before = run(ORDERS[given], by)

    after = run([ask(command)], by, before.order)

    (result,) = results(after.messages)
    words = WORDS.get(then, "")
    words = words[profile] if isinstance(words, dict) else words
    assert (result.accepted, result.guard, result.reason) == (
        then == "+",
        then.strip("+"),
        words,
    )
    refused = refuse(before.order, ask(command), by)
    assert (refused is None) == result.accepted


@pytest.mark.parametrize(
    ("profile", "given", "command"), [row[:3] for row in matrix() if row[3] != "+"]
)
def test_a_refused_command_changes_nothing(profile, given, command):
    """
    One answer is all that a refusal leaves.
    """
    by = rules(profile)
    before = run(ORDERS[given], by)

    after = run([ask(command)], by, before.order)

    assert len(after.messages) == 1
    assert after.order.derived is before.order.derived
    assert after.snapshot.seq == before.snapshot.seq


@pytest.mark.rule("S4.20")
@pytest.mark.parametrize("given", ["sent", "marked", "cancelled"])
def test_a_finished_order_is_not_put_on_hold(given):
    """
    Neither Complete nor Canceled can be held; a pending one can.
    """
    refused = results(run([*ORDERS[given], hold()], rules("marketplace")).messages)
    taken = results(run([*ORDERS["pending"], hold()], rules("marketplace")).messages)

    assert [one.accepted for one in (*refused, *taken)] == [False, True]


BOUNDS = """
ordered  sent  cancel
1        0     +
1        1     -
2        1     +
2        2     -
"""


@pytest.mark.parametrize("row", [line.split() for line in BOUNDS.strip().splitlines()[1:]])
def test_an_order_can_be_cancelled_while_a_piece_is_left(row):
    """
    Only an order of which every piece left refuses to be cancelled.
    """
    ordered, sent, then = row
    story = [placed(f"{ordered}a")]
    if sent != "0":
        story += [created("f1", f"{sent}a"), handed_over()]

    (result,) = results(run([*story, cancel()]).messages)

    assert result.accepted == (then == "+")


def test_only_a_hold_that_stands_is_released():
    """
    By its name, or all at once.
    """
    story = [placed(), held("h1", 5), held("h2", 6)]
    asked = [release(7, hold_id="h3"), release(8, hold_id="h1"), release(9), release(10)]

    told = run([*story, *asked])

    assert [one.accepted for one in results(told.messages)] == [False, True, True, False]
    assert results(told.messages)[2].effects == ("hold.released",)
    assert told.snapshot.hold == "clear"


def test_the_first_profile_governs():
    """
    A pending order may be marked as shipped where the storefront's rules come first.
    """
    both = [("storefront", "marketplace"), ("marketplace", "storefront")]

    accepted = [
        results(run([placed(), ask("mark_shipped")], rules(*names)).messages)[0].accepted
        for names in both
    ]

    assert accepted == [True, False]
