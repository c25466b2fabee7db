"""Requirements S0: the five statuses of the simple profile, and every edge between them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain import fact as facts
from domain.deadline import next_deadline
from domain.facets import situation_of
from domain.guard import allowed_commands
from domain.instant import moment
from domain.message import StatusChanged
from tests.domain.builders import (
    anomalies,
    ask,
    cancel,
    captured,
    cells,
    created,
    handed_over,
    hold,
    placed,
    results,
    rules,
    run,
    say,
    scan,
    start,
    timer,
)

SIMPLE = rules("simple")
ROADS = {
    "Open": [placed()],
    "Shipped": [placed(), ask("mark_shipped", 2)],
    "Cancelled": [placed(), cancel(2)],
    "Closed": [placed(), ask("close", 2)],
    "Archived": [placed(), ask("close", 2), ask("archive", 3)],
}
"""One way into each status."""

EDGES = """
from       cancel     mark_shipped  close   archive
Open       Cancelled  Shipped       Closed  -
Shipped    -          -             Closed  -
Cancelled  -          -             Closed  -
Closed     -          -             -       Archived
Archived   -          -             -       -
"""
"""Where a command leads; `-` is refused."""


def status(story):
    return story.snapshot.words["simple"]["status"]


@pytest.mark.rule("S0.1")
def test_there_are_five_statuses_and_an_order_has_one():
    """
    Each has a way that leads there, and no other word is ever shown.
    """
    ((_, _, word_of),) = SIMPLE.profiles[0].order_words
    assert word_of is not None
    assert {status(run(road, SIMPLE)) for road in ROADS.values()} == set(ROADS)
    rows = SIMPLE.profiles[0].profile.words["status"].rows
    assert {row.show for row in rows} == set(ROADS)


@pytest.mark.rule("S0.2")
def test_a_new_order_is_open():
    """
    However it came: saved, placed, paid or not.
    """
    assert status(run([placed()], SIMPLE)) == "Open"
    assert status(run([placed(), captured()], SIMPLE)) == "Open"


@pytest.mark.rule(
    "S0.3", "S0.4", "S0.11", "S0.12", "S0.14", "S0.15", "S0.16", "S0.17", "S0.18", "S0.13"
)
@pytest.mark.parametrize(("before", "command", "after"), cells(EDGES))
def test_edge(before, command, after):
    """
    A command leads where the table says, by one change; or it is refused and nothing changes.
    """
    road = run(ROADS[before], SIMPLE)
    assert status(road) == before

    story = run([ask(command, 9)], SIMPLE, road.order)

    (result,) = results(story.messages)
    changes = [
        (one.before, one.after)
        for one in story.messages
        if isinstance(one, StatusChanged) and one.profile == "simple"
    ]
    if after == "-":
        assert not result.accepted
        assert result.guard
        assert result.reason
        assert (status(story), changes) == (before, [])
    else:
        assert result.accepted
        assert (status(story), changes) == (after, [(before, after)])


@pytest.mark.rule("S0.17")
def test_nothing_is_possible_any_more_after_the_archive():
    """
    Every command is refused, and the order can still be read.
    """
    archived = run(ROADS["Archived"], SIMPLE)

    assert allowed_commands(situation_of(archived.order, SIMPLE), SIMPLE) == ()
    assert archived.snapshot.lines


@pytest.mark.rule("S0.20")
@pytest.mark.parametrize("before", ROADS)
def test_what_is_allowed_is_what_would_be_accepted(before):
    """
    `allowed` in the snapshot names exactly those of the four commands that the table accepts.
    """
    story = run(ROADS[before], SIMPLE)

    expected = {to for one, to, after in cells(EDGES) if one == before and after != "-"}
    four = {"cancel", "mark_shipped", "close", "archive"}
    assert set(story.snapshot.allowed) & four == expected


@pytest.mark.rule("S0.5")
@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("cannot_fulfil", "cannot_fulfil"),
        ("buyer_asked", "buyer_asked"),
        ("moved to Mars", "moved to Mars"),
        ("", "unspecified"),
    ],
)
def test_a_cancellation_has_its_cause(reason, told):
    """
    Words of the vocabulary and any other are kept; none is `unspecified`.
    """
    assert run([placed(), cancel(2, reason=reason)], SIMPLE).snapshot.cancel_reason == told


ZONE = ZoneInfo("Europe/Berlin")
SHIP_BY = date(2026, 1, 6)
DUE = datetime(2026, 1, 7, 0, 0, tzinfo=ZONE)


@pytest.mark.rule("S0.6", "S0.7", "S0.8", "S0.9", "S0.10")
def test_an_expired_order_is_cancelled_where_that_is_wished():
    """
    At the first moment of the day after, in the organisation's zone, by the system, once.
    """
    on = rules("simple", zone=ZONE, cancel_expired=True)
    off = rules("simple", zone=ZONE)
    order = [placed(ship_by=SHIP_BY)]

    deadline = next_deadline(run(order, on).order, on)
    assert deadline is not None
    assert moment(deadline.at) == DUE
    assert next_deadline(run(order, off).order, off) is None
    expired = run([*order, timer("expiry", DUE)], on)
    assert status(expired) == "Cancelled"
    assert expired.snapshot.cancel_reason == "expired"
    assert [one.actor for one in results(expired.messages)] == ["system"]
    assert status(run([*order, timer("expiry", DUE)], off)) == "Open"
    shipped = run([*order, ask("mark_shipped", 2), timer("expiry", DUE)], on)
    assert status(shipped) == "Shipped"


@pytest.mark.rule("S0.10")
def test_another_target_and_other_statuses_may_be_chosen():
    """
    One organisation closes what expired, another lets only pending orders expire.
    """
    closing = rules("simple", zone=ZONE, cancel_expired=True, expire_to="closed")
    pending = rules("simple", zone=ZONE, cancel_expired=True, expirable=("pending",))
    order = [placed(ship_by=SHIP_BY)]
    valid = [placed(ship_by=SHIP_BY, validity="valid")]

    assert status(run([*order, timer("expiry", DUE)], closing)) == "Closed"
    assert status(run([*order, timer("expiry", DUE)], pending)) == "Cancelled"
    assert status(run([*valid, timer("expiry", DUE)], pending)) == "Open"


@pytest.mark.rule("S0.13")
def test_a_shipped_order_is_closed_by_policy_some_days_after_its_delivery():
    """
    Off by default; with seven days the deadline is seven days after the last scan.
    """
    weekly = rules("simple", close_after_days=7)
    done = [placed(), created(), handed_over(at=20), scan("delivered", 60)]

    assert next_deadline(run(done, SIMPLE).order, SIMPLE) is None
    deadline = next_deadline(run(done, weekly).order, weekly)
    assert deadline is not None
    closed = run([*done, timer("close", moment(deadline.at))], weekly)
    assert status(closed) == "Closed"
    assert (moment(deadline.at) - scan("delivered", 60).occurred_at).days == 7


@pytest.mark.rule("S0.21")
@pytest.mark.parametrize("before", ["Cancelled", "Closed", "Archived"])
@pytest.mark.parametrize(
    ("late", "kind"),
    [
        ([captured(100, 50)], "money_after_cancel"),
        ([created(at=50), handed_over(at=51)], "shipped_after_cancel"),
    ],
)
def test_what_comes_after_the_end_changes_no_status(before, late, kind):
    """
    The facts are kept; where they contradict a cancellation, that is an anomaly.
    """
    story = run([*ROADS[before], *late], SIMPLE)

    assert status(story) == before
    if before == "Cancelled":
        assert (kind, "raised") in anomalies(story.messages)
    elif kind == "shipped_after_cancel":
        assert ("scan_after_close", "raised") in anomalies(story.messages)


@pytest.mark.rule("S0.21")
def test_a_parcel_that_moves_after_people_closed_the_order_is_an_anomaly():
    """
    Only where somebody here declared it over: a shop's own closing says nothing of the carrier.
    """
    sent = [placed(), created(), handed_over(at=20)]
    late = scan("delivered", 90)
    closed = run([*sent, ask("close", 60), late], SIMPLE)
    assert (status(closed), closed.snapshot.anomalies) == ("Closed", ("scan_after_close:Z1",))
    assert run([*sent, ask("close", 99), late], SIMPLE).snapshot.anomalies == ()
    at_source = run([*sent, say(facts.OrderClosed, 60), late], SIMPLE)
    assert (status(at_source), at_source.snapshot.anomalies) == ("Closed", ())


def test_goods_that_are_gone_or_a_hold_refuse_a_cancellation():
    """
    Cancel is allowed from Open only, which is no promise that it succeeds (spec model, 8.6).
    """
    strict = rules("simple", auto_ship=False)
    gone = run([placed(), created(), handed_over(), cancel(90)], strict)
    held = run([placed(), hold(3), cancel(4)], strict)

    assert (status(gone), results(gone.messages)[-1].guard) == ("Open", "not_completely_shipped")
    assert (status(held), results(held.messages)[-1].guard) == ("Open", "no_hold")
    marked = run([ask("mark_shipped", 95)], strict, gone.order)
    assert status(marked) == "Shipped"


def test_goods_that_all_left_ship_an_order_unless_people_want_to_say_so():
    """
    `auto_ship` follows the facts, without it only the command counts (spec model, 6.1).
    """
    sent = [placed(), created(), handed_over()]

    assert status(run(sent, SIMPLE)) == "Shipped"
    assert status(run(sent, rules("simple", auto_ship=False))) == "Open"


def test_the_order_of_saved_and_unknown():
    """
    What nobody placed yet has no status at all, a saved order is open.
    """
    assert run([captured()], SIMPLE, start()).snapshot.words == {}
    assert status(run([say(facts.OrderSaved, 0, placed().body)], SIMPLE)) == "Open"
