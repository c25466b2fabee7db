"""What does not fit together: raised once, with its evidence, and gone when it fits again."""

from datetime import date, timedelta

import pytest

from domain import body as bodies
from domain import fact as facts
from domain.deadline import Deadline, fire, next_deadline
from domain.decide import expiry_of
from domain.evidence import TooMany
from domain.instant import micros
from domain.message import Anomaly
from domain.order import (
    ENTRIES_MAX,
    OPERATIONS_MAX,
    REVISIONS_MAX,
    SCANS_MAX,
    SHIPMENTS_MAX,
)
from domain.rules import HOUR
from tests.domain.builders import (
    NINE,
    RULES,
    actions,
    anomalies,
    cancel,
    cancelled_at_source,
    captured,
    created,
    handed_over,
    held,
    lines_cancelled,
    minute,
    money,
    packed,
    placed,
    refunded,
    released,
    returned,
    revised,
    rules,
    run,
    say,
    scan,
    start,
    voided,
)

SENT = [placed(), captured(), created(), handed_over()]
UNKNOWN = say(facts.UnknownWasReported, 5, bodies.UnknownReported(field="status", value="melted"))
MISSING = fire(start(), next_deadline(start(), RULES))

RAISED = {
    "conflicting_duplicate:captured|stripe|ch_1": ([placed(), captured(100), captured(90)], []),
    "conflicting_duplicate:order|7": ([placed(revision=7), placed("3a", revision=7)], []),
    "conflicting_duplicate:cancellations|x1": (
        [placed("3a"), lines_cancelled("1a"), lines_cancelled("2a")],
        [],
    ),
    "conflicting_duplicate:returns|r1": (
        [*SENT, scan("delivered", 40), returned("1a"), returned("2a")],
        [],
    ),
    f"conflicting_duplicate:scan|Z1|{micros(minute(30))}|x": (
        [*SENT, scan("in_transit", 30, code="x"), scan("held", 30, code="x")],
        [],
    ),
    "currency_mismatch:USD": (
        [placed(), captured(100, currency="USD")],
        [revised(currency="USD")],
    ),
    "refund_exceeds_capture": (
        [placed(), refunded(30)],
        [captured(100)],
    ),
    "money_after_cancel": (
        [placed(), cancelled_at_source(5), captured(100, at=6)],
        [refunded(100, at=7)],
    ),
    "quantity_exceeds_order": (
        [placed(), captured(), created(wanted="3a")],
        [revised("3a", at=30)],
    ),
    "return_exceeds_delivery": ([*SENT, returned("1a")], [scan("delivered", 40)]),
    "shipped_after_cancel": (
        [placed(), created(), cancelled_at_source(19), handed_over()],
        [voided()],
    ),
    "scan_after_final:Z1": (
        [*SENT, scan("delivered", 40), scan("in_transit", 41)],
        [],
    ),
    "delivered_before_shipped:Z1": (
        [placed(), created(), handed_over(at=50), scan("delivered", 40)],
        [handed_over(at=30)],
    ),
    "parcel_came_back:Z1": ([*SENT, scan("returned_to_sender", 40)], []),
    "shipped_while_held:Z1:fraud": (
        [placed(), held(at=5), created(), handed_over()],
        [released(at=19)],
    ),
    "unknown_code:shop:status=melted": ([placed(), UNKNOWN], []),
    "expected_event_missing:order": ([captured(), MISSING], [placed()]),
}
"""By its name: a story that raises it, and what makes it fit again, if anything does."""

KINDS = {
    "conflicting_duplicate",
    "currency_mismatch",
    "refund_exceeds_capture",
    "money_after_cancel",
    "quantity_exceeds_order",
    "return_exceeds_delivery",
    "shipped_after_cancel",
    "scan_after_final",
    "delivered_before_shipped",
    "parcel_came_back",
    "shipped_while_held",
    "unknown_code",
    "expected_event_missing",
}


@pytest.mark.parametrize("name", list(RAISED))
def test_what_does_not_fit_is_raised_once(name):
    """
    One message with its kind, however often the facts are told.
    """
    story, _ = RAISED[name]

    told = run([*story, *story])

    assert told.snapshot.anomalies == (name,)
    assert anomalies(told.messages) == [(name.split(":")[0], "raised")]


@pytest.mark.parametrize("name", [name for name, (_, cure) in RAISED.items() if cure])
def test_what_fits_again_is_resolved(name):
    """
    The cure says so once, and nothing stands any more.
    """
    story, cure = RAISED[name]
    before = run(story)

    after = run(cure, order=before.order)

    assert after.snapshot.anomalies == ()
    assert anomalies(after.messages) == [(name.split(":")[0], "resolved")]


@pytest.mark.parametrize("name", [name for name, (_, cure) in RAISED.items() if cure])
def test_what_was_cured_before_it_was_ill_is_never_raised(name):
    """
    The set of standing anomalies depends on the facts alone.
    """
    story, cure = RAISED[name]

    assert run([*cure, *story]).snapshot.anomalies == ()


def test_every_kind_is_raised_by_a_story():
    """
    No finder of anomalies is without a story.
    """
    assert {name.split(":")[0] for name in RAISED} == KINDS


def test_an_anomaly_that_returns_has_a_new_id():
    """
    Raised, resolved, raised again: three messages with three ids.
    """
    story = [placed(), captured(), created(wanted="3a"), revised("3a", at=30), revised(at=31)]

    told = [one for one in run(story).messages if isinstance(one, Anomaly)]

    assert [one.change for one in told] == ["raised", "resolved", "raised"]
    assert len({one.id for one in told}) == 3


@pytest.mark.parametrize(
    ("story", "severity", "evidence", "proposed"),
    [
        (
            [placed(), refunded(30)],
            "critical",
            {"captured": 0, "refunded": 30},
            "",
        ),
        (
            [placed(), captured(60, currency="USD")],
            "critical",
            {"captured": 60, "refunded": 0, "currency": "USD"},
            "",
        ),
        ([placed(), created(wanted="3a")], "warning", {"pieces": 1}, ""),
        (
            RAISED["parcel_came_back:Z1"][0],
            "warning",
            {"parcel": "Z1", "shipment": "f1"},
            "reship_or_refund",
        ),
        (
            RAISED["money_after_cancel"][0],
            "critical",
            {"captured": 100, "refunded": 0},
            "refund",
        ),
    ],
)
def test_an_anomaly_carries_its_evidence(story, severity, evidence, proposed):
    """
    The numbers that do not fit, how bad it is, and what may be done.
    """
    (told,) = [one for one in run(story).messages if isinstance(one, Anomaly)]

    assert (told.severity, told.evidence, told.proposed) == (severity, evidence, proposed)


HARMLESS = {
    "the same capture from two witnesses": [placed(), captured(), captured(evidence="shop")],
    "a newer statement with a revision": [placed(), captured(90), captured(100, revision=1)],
    "a shipment before its order": [created(), handed_over()],
    "a journey back after delivery": [*SENT, scan("delivered", 40), scan("returning", 50)],
    "no news after delivery": [*SENT, scan("delivered", 40), scan("unknown", 50)],
    "sent before it was held": [*SENT, held(at=30)],
    "sent after the hold was lifted": [placed(), held(at=5), released(at=6), *SENT[2:]],
    "packed while held": [placed(), held(at=5), created(), packed()],
    "captured after the cancel for what was sent": [
        placed(),
        created("f1", "1a"),
        handed_over(),
        cancelled_at_source(30),
        captured(50, at=40),
    ],
    "captured before the cancel": [placed(), captured(at=2), cancelled_at_source(5)],
    "refunded in full": [placed(), captured(), refunded()],
    "refused on an unknown order": [cancel()],
}


@pytest.mark.parametrize("case", list(HARMLESS))
def test_what_fits_raises_nothing(case):
    """
    None of these is worth a person's time.
    """
    told = run(HARMLESS[case])

    assert (told.snapshot.anomalies, anomalies(told.messages)) == ((), [])


def test_a_third_statement_does_not_raise_a_conflict_again():
    """
    Whatever else is said of an operation that is contradicted already.
    """
    told = run([placed(), captured(100), captured(90), captured(80), captured(80, revision=2)])

    assert anomalies(told.messages) == [("conflicting_duplicate", "raised")]
    assert told.snapshot.money.captured == 80


@pytest.mark.parametrize("turned", [False, True])
def test_a_statement_with_a_revision_hides_no_contradiction(turned):
    """
    Two statements without one contradict each other, whenever the revised one comes.
    """
    story = [captured(100), captured(100, revision=2), captured(90)]

    snapshot = run([placed(), *(reversed(story) if turned else story)]).snapshot

    assert snapshot.anomalies == ("conflicting_duplicate:captured|stripe|ch_1",)
    assert snapshot.money.captured == 100


def test_an_unknown_code_is_told_and_changes_nothing():
    """
    A word of a source that we do not know is an anomaly, never a guess.
    """
    before = run([placed(), created()])

    after = run([UNKNOWN, scan("unknown", 30)], order=before.order)

    assert anomalies(after.messages) == [("unknown_code", "raised")]
    assert after.order.derived.promise == before.order.derived.promise
    assert after.snapshot.parcels[0].state == "created"


def test_an_order_that_does_not_come_is_missed():
    """
    After the hours that the policy names, counted from the first record about it.
    """
    by = rules(await_order_hours=5)
    early = run([captured()], by)

    deadline = next_deadline(early.order, by)
    fired = run([fire(early.order, deadline)], by, early.order)

    assert deadline == Deadline(micros(NINE) + 5 * HOUR, "awaiting_order")
    assert anomalies(fired.messages) == [("expected_event_missing", "raised")]
    assert next_deadline(fired.order, by) is None


def test_an_order_that_came_is_not_waited_for():
    """
    No deadline stands for it, and one that fires late raises nothing.
    """
    order = run([placed()]).order

    assert next_deadline(order, RULES) is None
    assert anomalies(run([MISSING], order=order).messages) == []
    assert MISSING.occurred_at == NINE + timedelta(hours=72)


def many(count, make):
    return [make(number) for number in range(count)]


LIMITS = {
    "revisions": (REVISIONS_MAX, lambda n: placed(revision=n + 1)),
    "payment operations": (OPERATIONS_MAX, lambda n: captured(ref=f"ch_{n}")),
    "shipments": (SHIPMENTS_MAX, lambda n: created(f"f{n}", "", "")),
    "scans": (SCANS_MAX, lambda n: scan("in_transit", n)),
    "parcels": (SHIPMENTS_MAX, lambda n: scan("in_transit", 1, f"Z{n}")),
    "holds": (ENTRIES_MAX, lambda n: held(f"h{n}")),
    "cancellations": (ENTRIES_MAX, lambda n: lines_cancelled("", 1, f"x{n}")),
    "returns": (ENTRIES_MAX, lambda n: returned("", 1, f"r{n}")),
    "changes": (
        ENTRIES_MAX,
        lambda n: say(facts.OrderNoteAdded, 1, bodies.Note(note_id=f"n{n}"), event_id=f"n{n}"),
    ),
    "marks": (
        ENTRIES_MAX,
        lambda n: say(
            facts.UnknownWasReported, 1, bodies.UnknownReported(field="f", value=f"{n}")
        ),
    ),
}


@pytest.mark.parametrize("what", list(LIMITS))
def test_an_order_remembers_so_much_and_no_more(what):
    """
    The fact past the bound names it; what is known already still comes in.
    """
    bound, make = LIMITS[what]
    order = run(many(bound, make)).order

    with pytest.raises(TooMany) as stopped:
        run([make(bound)], order=order)

    assert (stopped.value.what, stopped.value.bound) == (what, bound)
    assert run([make(0)], order=order).order == order


def test_a_known_parcel_takes_scans_however_many_parcels_there_are():
    """
    The bound on parcels stops new parcels, not news of known ones.
    """
    order = run(many(SHIPMENTS_MAX, lambda n: scan("in_transit", 1, f"Z{n}"))).order

    after = run([scan("delivered", 2, "Z0")], order=order)

    assert len(after.order.scans["Z0"]) == 2


@pytest.mark.rule("X.6")
def test_money_alone_moves_no_lifecycle_but_by_validity():
    """
    A refund, a dispute or an over-payment leaves the order where it is.
    """
    story = [placed(validity="valid"), captured(150), refunded(150), money("disputed", 10, 9, "d")]

    changes = [run(story[:count]).snapshot.lifecycle for count in range(1, 5)]

    assert changes == ["open"] * 4


@pytest.mark.rule("X.7")
def test_money_after_a_cancel_is_to_be_sent_back():
    """
    It is recorded, the order stays cancelled, and somebody is asked to refund it.
    """
    story = [placed(), created("f1", "1a"), handed_over(), cancelled_at_source(30)]

    told = run([*story, captured(80, at=40)])

    assert told.snapshot.money.captured == 80
    assert (told.snapshot.lifecycle, told.snapshot.anomalies) == (
        "cancelled",
        ("money_after_cancel",),
    )
    assert actions(told.messages) == {"refund": 30}


def test_a_parcel_that_came_back_asks_for_a_decision():
    """
    Send it again or give the money back (spec model, 8.4); not for a test order.
    """
    story = RAISED["parcel_came_back:Z1"][0]

    real = run(story).messages
    test = run([placed(test=True), *story[1:]]).messages

    assert (actions(real), actions(test)) == ({"reship_or_refund": 0}, {})


@pytest.mark.parametrize("ship_by", [None, date.max])
def test_an_order_without_a_last_day_never_expires(ship_by):
    """
    Nor one whose last day is the last of the calendar.
    """
    by = rules(cancel_expired=True)
    order = run([placed(ship_by=ship_by)], by).order

    assert (expiry_of(order, by), next_deadline(order, by)) == (0, None)
