"""Rules that hold for every profile: parcels of two orders, clipping, authorisations, links."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from domain import request
from domain.body import ReferenceLinked
from domain.deadline import fire, next_deadline
from domain.fact import ReferenceWasLinked
from domain.instant import Misdated, micros
from domain.process import process
from domain.reference import Entry, resolve
from domain.rules import Policy
from tests.domain.builders import (
    NINE,
    anomalies,
    ask,
    captured,
    created,
    handed_over,
    marked_delivered,
    minute,
    money,
    placed,
    refunded,
    returned,
    rules,
    run,
    scan,
    start,
)

DAY = 24 * 60


def link(number, order, at):
    return ReferenceWasLinked(
        event_id=f"{order}@{at}",
        occurred_at=minute(at),
        order_key=order,
        tenant="acme",
        body=ReferenceLinked(reference=f"parcel:{number}"),
    )


@pytest.mark.rule("X.4", "S1.21")
@pytest.mark.parametrize(("days", "found"), [(0, True), (89, True), (90, False), (400, False)])
def test_a_tracking_number_of_two_orders(days, found):
    """
    Within the window an anomaly that names both, once, whichever link came first; else no word.
    """
    links = [link("Z1", "acme/shop/1", 0), link("Z1", "acme/shop/2", days * DAY)]
    told = []
    for way in (links, links[::-1]):
        entry, raised = Entry(), []
        for fact in [*way, *way]:
            resolved = resolve(entry, fact, seen_at=micros(NINE))
            entry = resolved.entry
            raised += resolved.anomalies
        told.append([(one.id, one.kind, one.order_key) for one in raised])
    assert told[0] == told[1]
    assert len(told[0]) == found
    for _, kind, key in told[0]:
        assert (kind, key) == ("tracking_number_reused", "acme/shop/2")


@pytest.mark.rule("X.4")
def test_a_second_parcel_adds_and_the_same_twice_is_one():
    """
    Two numbers are two parcels, one number told by two shipments is one.
    """
    two = run([placed(), created("f1", "2a", "Z1 Z2")])
    assert [one.number for one in two.snapshot.parcels] == ["Z1", "Z2"]
    twice = run([placed(), created("f1", "1a", "Z1"), created("f2", "1a", "z1")])
    assert [one.number for one in twice.snapshot.parcels] == ["Z1"]


@pytest.mark.rule("X.10")
def test_more_than_there_was_is_clipped_and_kept():
    """
    Delivered counts what was ordered, returned what arrived; each raises its anomaly.
    """
    told = [placed("1a"), captured(50), created("f1", "3a"), handed_over(), marked_delivered()]
    story = run([*told, returned("2a"), refunded(80)])
    (line,) = story.snapshot.lines

    assert (line.delivered, line.returned) == (1, 1)
    kinds = {kind for kind, _ in anomalies(story.messages)}
    assert {"quantity_exceeds_order", "return_exceeds_delivery", "refund_exceeds_capture"} <= kinds
    assert {one.kind: one.amount for one in story.snapshot.operations}["refunded"] == 80
    assert story.snapshot.payment == "refunded"


@pytest.mark.rule("X.12")
def test_authorisations_expire_and_goods_that_left_on_them_are_an_anomaly():
    """
    Expired before the goods left, and nothing captured: somebody must ask for money again.
    """
    expired = money("authorization_expired", 100, 5, "pi_1")
    told = [placed(validity="valid"), money("authorized", 100, 1, "pi_1"), expired]
    sent = [created(), handed_over(at=20)]
    story = run([*told, *sent])
    assert story.snapshot.money.authorized == 0
    assert ("shipped_without_authorization", "raised") in anomalies(story.messages)
    paid = run([captured(100, 30)], order=story.order)
    assert ("shipped_without_authorization", "resolved") in anomalies(paid.messages)
    early = run([told[0], told[1], created(), handed_over(at=4), expired])
    assert anomalies(early.messages) == []


@pytest.mark.rule("X.12")
def test_an_old_authorisation_is_said_by_time():
    """
    Seven days after it, unless it was captured meanwhile.
    """
    by = rules("storefront", authorization_days=7)
    story = run([placed(), money("authorized", 100, 1, "pi_1")], by)
    late = run([fire(story.order, next_deadline(story.order, by))], by, story.order)
    assert anomalies(late.messages) == [("authorization_old", "raised")]
    done = run([captured(100, 9, "ch_1", parent="pi_1")], by, late.order)
    assert anomalies(done.messages) == [("authorization_old", "resolved")]


def test_a_parcel_named_by_a_command_is_linked():
    """
    The carrier's scans know the number only, so the order must be found by it.
    """
    order = run([placed()]).order
    step = process(order, ask("ship", 5, request.Ship(number="Z9")), rules("storefront"))

    (made,) = [one for one in step.log if isinstance(one, ReferenceWasLinked)]
    assert (made.body.reference, made.order_key) == ("parcel:Z9", order.key)


def test_a_parcel_that_nobody_scans_is_missed_and_found():
    """
    Three silent days raise, the next scan resolves.
    """
    by = rules("storefront", silent_parcel_days=3)
    story = run([placed(), created(), scan("in_transit", 30)], by)
    late = run([fire(story.order, next_deadline(story.order, by))], by, story.order)
    assert anomalies(late.messages) == [("expected_event_missing", "raised")]
    for state in ("in_transit", "out_for_delivery"):
        found = run([scan(state, 40, place="Graz")], by, late.order)
        assert anomalies(found.messages) == [("expected_event_missing", "resolved")]


def test_a_scan_that_moves_nothing_was_heard():
    """
    The silence is counted from the last scan, whatever it said.
    """
    by = rules("storefront", silent_parcel_days=3)
    order = run([placed(), created(), scan("in_transit", 30), scan("in_transit", 90)], by).order

    assert next_deadline(order, by).at == micros(minute(90 + 3 * DAY))


def test_a_hold_with_an_end_is_lifted_by_time():
    """
    By the system, at its time; a hold that was placed anew stays.
    """
    by = rules("storefront")
    until = minute(60)
    hold = ask("hold", 5, request.PlaceHold(until=until))
    story = run([placed(), hold], by)
    due = next_deadline(story.order, by)
    lifted = run([fire(story.order, due)], by, story.order)
    assert lifted.snapshot.hold == "clear"
    longer = ask("hold", 6, request.PlaceHold(until=minute(90)))
    kept = run([longer, fire(story.order, due)], by, story.order)
    assert kept.snapshot.hold == "on_hold"


def test_a_hold_that_was_over_when_it_was_placed_is_lifted_at_once():
    """
    Its end lies before its beginning, so the release is dated at the beginning.
    """
    by = rules("storefront")
    story = run([placed(), ask("hold", 5, request.PlaceHold(until=minute(1)))], by)
    lifted = run([fire(story.order, next_deadline(story.order, by))], by, story.order)

    assert (story.snapshot.hold, lifted.snapshot.hold) == ("on_hold", "clear")
    assert next_deadline(lifted.order, by) is None


@pytest.mark.parametrize(
    "at",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))),
        datetime(1969, 12, 31, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, tzinfo=timezone(timedelta(hours=-12))),
    ],
)
def test_a_time_centuries_away_is_told_apart_from_a_time(at):
    """
    A fact of it cannot be taken in; the order is as it was.
    """
    order = run([placed()]).order
    with pytest.raises(Misdated, match="not between the years 1970 and 2199"):
        process(order, replace(captured(), occurred_at=at), rules("storefront"))
    with pytest.raises(Misdated):
        process(order, ask("hold", 5, request.PlaceHold(until=at)), rules("storefront"))


def test_policies_have_bounds():
    """
    The defaults watch over nothing, so that nobody hears of what was not asked for.
    """
    policy = Policy()
    assert (policy.silent_parcel_days, policy.refund_answer_hours, policy.close_after_days) == (
        0,
        0,
        0,
    )
    assert start().head is None
