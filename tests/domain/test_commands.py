"""What accepted commands bring about, once each, and what a cancel leaves to give back."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from domain.codec import decode_order, encode_message, encode_order
from domain.command import Verdict
from domain.deadline import fire, next_deadline
from domain.instant import micros
from domain.message import ActionRequired, Notification
from domain.order import VERDICTS_MAX
from domain.process import process
from domain.vocabulary import HoldReason, Validity
from tests.domain.builders import (
    KEY,
    RULES,
    actions,
    anomalies,
    ask,
    cancel,
    cancelled_at_source,
    captured,
    created,
    handed_over,
    held,
    hold,
    judged,
    money,
    notices,
    placed,
    refunded,
    release,
    results,
    rules,
    run,
    saved,
    scan,
    start,
    timer,
    told,
)

SENT = [placed(), created(), handed_over()]

EFFECTS = """
command       before     effect              axis       word
confirm       placed     order.confirmed     lifecycle  open
cancel        placed     order.cancelled     lifecycle  cancelled
hold          placed     hold.placed         hold       on_hold
release       held       hold.released       hold       clear
mark_shipped  placed     order.marked_shipped  lifecycle  completed
close         sent       order.closed        closure    closed
archive       closed     order.archived      closure    archived
"""

BEFORE = {
    "placed": [placed()],
    "held": [placed(), held()],
    "sent": SENT,
    "closed": [*SENT, ask("close", 35)],
}


@pytest.mark.parametrize(
    ("command", "before", "effect", "axis", "word"),
    [line.split() for line in EFFECTS.strip().splitlines()[1:]],
)
def test_an_accepted_command_has_its_effect(command, before, effect, axis, word):
    """
    One verdict with one fact goes to the log, one answer and one change come out.
    """
    step = process(run(BEFORE[before]).order, ask(command), RULES)

    (verdict,) = step.log
    (result,) = results(step.messages)
    assert (verdict.body.accepted, verdict.cause_id) == (True, f"{command}@40")
    assert [one.__struct_config__.tag for one in verdict.body.effects] == [effect]
    assert (result.command, result.effects, result.actor) == (command, (effect,), "clerk")
    assert told(step.messages, axis) == [word]


def test_a_command_is_judged_once_by_its_id():
    """
    The same id again, or another command under it, is a repeat.
    """
    order = run([placed(), hold(event_id="c1")]).order

    again = process(order, hold(event_id="c1"), RULES)
    other = process(order, cancel(event_id="c1"), RULES)

    assert (again.repeat, again.messages, again.log) == (True, (), ())
    assert (other.repeat, other.order) == (True, order)


def test_a_refused_command_stays_refused():
    """
    Its id was answered; a new try needs a new id.
    """
    story = [placed(), release(event_id="c1"), held(at=6), release(at=42, event_id="c1")]

    told_once = run(story)

    assert [one.accepted for one in results(told_once.messages)] == [False]
    assert told_once.snapshot.hold == "on_hold"


@pytest.mark.rule("X.1")
def test_a_stored_verdict_is_not_judged_again():
    """
    A cancel that today's guards would refuse is applied as it was judged then.
    """
    accepted = process(run([placed()]).order, cancel(event_id="c1"), RULES).log[0]

    after = run([*SENT, accepted, cancel(event_id="c1")])

    assert after.snapshot.lifecycle == "cancelled"
    assert [one.accepted for one in results(after.messages)] == [True]


def test_a_stored_refusal_is_not_judged_again():
    """
    A cancel that was refused stays refused, though nothing would refuse it now.
    """
    refused = judged("c1", "cancel", accepted=False, guard="known", refusal="no such order")

    after = run([placed(), refused, cancel(event_id="c1")])

    assert after.snapshot.lifecycle == "pending"
    assert [(one.accepted, one.reason) for one in results(after.messages)] == [
        (False, "no such order")
    ]


def test_a_verdict_follows_its_command_in_the_log():
    """
    Live, the command was judged and applied already: its verdict is a repeat then.
    """
    step = process(run([placed()]).order, cancel(), RULES)

    again = process(step.order, step.log[0], RULES)

    assert (again.repeat, again.messages, again.order) == (True, (), step.order)


def test_only_so_many_verdicts_are_remembered():
    """
    The oldest is forgotten first, so an order's state is bounded.
    """
    asked = [hold(at=each, event_id=f"c{each}") for each in range(VERDICTS_MAX + 1)]

    verdicts = run([placed(), *asked]).order.verdicts

    assert len(verdicts) == VERDICTS_MAX
    assert "c0" not in verdicts
    assert f"c{VERDICTS_MAX}" in verdicts


MONEY_BACK = """
story                                refund  reverse
-                                    0       0
captured:100                         100     0
captured:60                          60      0
captured:100 refunded:30             70      0
captured:100 refunded:100            0       0
captured:100 refund_requested:30     70      0
captured:150                         150     0
authorized:100                       0       100
authorized:100 captured:40           40      60
captured:100 half_sent               50      0
captured:50 half_sent                0       0
authorized:100 half_sent             0       100
captured:100 half_sent refunded:50   0       0
"""


def story_of(words):
    for at, word in enumerate(words, 1):
        kind, _, amount = word.partition(":")
        if kind == "half_sent":
            yield from (created("f1", "1a"), handed_over())
        else:
            parent = "pi" if kind == "captured" else ""
            ref = "pi" if kind == "authorized" else f"{kind}_1"
            yield money(kind, int(amount), at, ref, parent)


@pytest.mark.parametrize(
    ("story", "refund", "reverse"),
    [
        ([word for word in words if word != "-"], int(refund), int(reverse))
        for *words, refund, reverse in (
            line.split() for line in MONEY_BACK.strip().splitlines()[1:]
        )
    ],
)
def test_a_cancel_says_what_is_to_give_back(story, refund, reverse):
    """
    The answer carries both amounts, and each that is not zero asks a person to act.
    """
    messages = run([placed(), *story_of(story), cancel()]).messages

    (result,) = results(messages)
    assert result.amounts == {"refund": refund, "reverse": reverse}
    assert result.currency == "EUR"
    assert actions(messages) == {
        name: amount for name, amount in (("refund", refund), ("reverse", reverse)) if amount
    }


def test_what_is_to_give_back_is_asked_for_once():
    """
    The verdict in the log asks nobody a second time.
    """
    step = process(run([placed(), captured()]).order, cancel(), RULES)

    again = process(step.order, step.log[0], RULES)

    assert len([one for one in step.messages if isinstance(one, ActionRequired)]) == 1
    assert list(again.messages) == []


@pytest.mark.rule("S0.5")
@pytest.mark.parametrize(
    ("given", "kept"),
    [("cannot_fulfil", "cannot_fulfil"), ("rained", "rained"), ("", "unspecified")],
)
def test_a_cancel_has_a_reason(given, kept):
    """
    A word of the vocabulary, another word, or `unspecified` when none is given.
    """
    step = process(run([placed()]).order, cancel(reason=given), RULES)

    (fact,) = step.log[0].body.effects
    assert fact.body.reason == kept
    assert run([], order=step.order).snapshot.cancel_reason == kept


@pytest.mark.rule("S1.33")
@pytest.mark.parametrize("notify", [True, False])
def test_a_clerk_chooses_whether_the_buyer_hears_of_a_cancel(notify):
    """
    Opted out, no message goes to the customer.
    """
    order = run([placed()]).order

    messages = run([cancel(notify_customer=notify)], order=order).messages

    assert bool(notices(messages, "customer")) == notify
    assert notices(messages, "merchant")


def test_a_replayed_cancel_keeps_the_choice():
    """
    The verdict remembers that the buyer is not told.
    """
    order = run([placed()]).order
    verdict = process(order, cancel(notify_customer=False), RULES).log[0]

    assert notices(run([verdict], order=order).messages, "customer") == []


@pytest.mark.rule("X.18")
def test_no_customer_hears_of_a_test_order():
    """
    The merchant does, and every message is marked.
    """
    story = [placed(test=True), captured(), *SENT[1:], scan("out_for_delivery", 40)]

    messages = run([*story, hold(), refunded(at=50)]).messages

    assert notices(messages, "customer") == []
    assert notices(messages, "merchant")
    assert all(one.test for one in messages)


@pytest.mark.rule("X.18")
def test_a_cancelled_test_order_moves_no_money():
    """
    Nobody is asked to give test money back.
    """
    messages = run([placed(test=True), captured(), cancel()]).messages

    assert actions(messages) == {}


@pytest.mark.rule("S2.1")
def test_the_store_hears_of_a_new_order_once():
    """
    However often the order is sent.
    """
    story = [placed(revision=1), placed(at=2, revision=2), placed(revision=1)]

    messages = run(story, rules("storefront")).messages

    templates = [one.template for one in notices(messages, "merchant")]
    assert templates == ["order_placed"]


def test_a_draft_is_no_new_order():
    """
    The store hears of it when it is placed.
    """

    draft = run([saved()], rules("storefront"))
    order = run([placed(at=5)], rules("storefront"), draft.order)

    assert notices(draft.messages, "merchant") == []
    assert [one.template for one in notices(order.messages, "merchant")] == ["order_placed"]


@pytest.mark.rule("S2.10")
def test_the_customer_hears_of_each_change_once():
    """
    One message per change of payment and goods that the profile names.
    """
    story = [placed(), captured(), *SENT[1:], scan("out_for_delivery", 40), scan("delivered", 50)]

    messages = run([*story, *story], rules("storefront")).messages

    assert [(one.axis, one.word) for one in notices(messages, "customer")] == [
        ("", ""),
        ("payment", "Paid"),
        ("fulfilment", "Fulfilled"),
        ("shipment", "Out for delivery"),
        ("fulfilment", "Delivered"),
    ]


@pytest.mark.rule("S2.41")
def test_a_shipment_may_ask_for_silence():
    """
    Its own changes are not told to the customer from then on.
    """
    story = [placed(), created(notify_customer=False), handed_over()]

    messages = run([*story, scan("out_for_delivery", 40)], rules("storefront")).messages

    assert [one for one in notices(messages, "customer") if one.axis == "shipment"] == []
    assert told(messages, "shipment", "storefront", "f1")[-1] == "Out for delivery"


def test_messages_to_people_have_ids_of_their_own():
    """
    Two media, two audiences, two changes: never one id.
    """
    messages = run([placed(), captured(), refunded(40), refunded(60, ref="re_2")]).messages

    ids = [one.id for one in messages if isinstance(one, Notification)]
    assert len(ids) == len(set(ids)) > 3


def test_a_hold_is_named_by_its_reason_unless_it_has_a_name():
    """
    So one reason holds once.
    """
    story = [placed(), hold(1, reason=HoldReason.STOCK), hold(2, reason=HoldReason.STOCK)]

    snapshot = run([*story, hold(3, hold_id="vip")]).snapshot

    assert [(one.hold_id, one.reason) for one in snapshot.holds] == [
        ("stock", "stock"),
        ("vip", "manual"),
    ]


BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 1, 5)
LAST_MINUTE = datetime(2026, 1, 5, 23, 59, tzinfo=BERLIN)
MIDNIGHT = datetime(2026, 1, 6, tzinfo=BERLIN)


def expiring(*records, **policy):
    """Tell a story of an order to be sent by DAY and fire its deadline if it has one."""
    by = rules(zone=BERLIN, **{"cancel_expired": True, **policy})
    story = run([placed(payment_method="online", ship_by=DAY), *records], by)
    deadline = next_deadline(story.order, by)
    fired = [fire(story.order, deadline)] if deadline else []
    return deadline, run(fired, by, story.order)


@pytest.mark.rule("S0.6", "S0.9")
def test_an_order_expires_when_its_last_day_is_over():
    """
    Not at 23:59 of the day, at 0:00 of the next, in the organisation's own zone.
    """
    deadline, after = expiring()

    assert micros(LAST_MINUTE) < deadline.at == micros(MIDNIGHT)
    assert after.snapshot.lifecycle == "cancelled"
    assert after.snapshot.cancel_reason == "expired"
    assert after.snapshot.cancelled_at == MIDNIGHT.astimezone(UTC)
    (result,) = results(after.messages)
    assert (result.actor, result.accepted) == ("system", True)


@pytest.mark.parametrize("zone", [UTC, BERLIN, timezone(timedelta(hours=-11))])
def test_a_timer_of_another_time_expires_nothing(zone):
    """
    A minute early, or for a day that was moved since, the timer finds nothing due.
    """
    by = rules(zone=zone, cancel_expired=True)
    order = placed(payment_method="online", ship_by=DAY)
    midnight = datetime(2026, 1, 6, tzinfo=zone).astimezone(UTC)

    early = run([order, timer("expiry", midnight - timedelta(minutes=1))], by)
    moved = placed(payment_method="online", at=1, ship_by=DAY + timedelta(days=1))
    later = run([order, moved, timer("expiry", midnight)], by)
    due = run([order, timer("expiry", midnight)], by)

    assert [one.snapshot.lifecycle for one in (early, later, due)] == [
        "pending",
        "pending",
        "cancelled",
    ]


@pytest.mark.rule("S0.7")
def test_expiry_is_off_unless_somebody_asks_for_it():
    """
    Without the policy there is no deadline, and a timer that fires does nothing.
    """
    deadline, _ = expiring(cancel_expired=False)
    fired = run(
        [placed(payment_method="online", ship_by=DAY), timer("expiry", MIDNIGHT)],
        rules(zone=BERLIN),
    )

    assert deadline is None
    assert fired.snapshot.lifecycle == "pending"


@pytest.mark.rule("S0.8")
@pytest.mark.parametrize(
    ("records", "lifecycle"),
    [
        ([created(), handed_over()], "completed"),
        ([created("f1", "1a"), handed_over()], "processing"),
        ([ask("cancel", 2)], "cancelled"),
    ],
)
def test_what_is_on_its_way_does_not_expire(records, lifecycle):
    """
    Expiry meets the same guards, and only the states that the policy names.
    """
    deadline, after = expiring(*records)

    assert (deadline, after.snapshot.lifecycle) == (None, lifecycle)


@pytest.mark.rule("S0.10")
def test_which_states_expire_is_policy():
    """
    One shop cancels pending orders only, another also those in work.
    """
    valid = placed(at=1, payment_method="online", ship_by=DAY, validity="valid")

    by_default = expiring(valid)[1].snapshot.lifecycle
    narrowed = expiring(valid, expirable=("pending",))[1].snapshot.lifecycle
    widened = expiring(created("f1", "1a"), handed_over(), expirable=("processing",))[
        1
    ].snapshot.lifecycle

    assert (by_default, narrowed, widened) == ("cancelled", "open", "cancelled")


@pytest.mark.rule("X.9")
def test_offline_payments_do_not_expire():
    """
    Unless the shop says that they do.
    """
    manual = placed(at=1, payment_method="manual", ship_by=DAY)

    assert expiring(manual)[1].snapshot.lifecycle == "pending"
    assert expiring(manual, expiry_exempt_methods=())[1].snapshot.lifecycle == "cancelled"


@pytest.mark.rule("X.9")
def test_a_payment_under_way_blocks_expiry():
    """
    Unless the shop goes by the date alone; a payment that failed blocks nothing.
    """
    pending = money("pending", 100, 2, "p1")
    failed = money("failed", 100, 3, "p1")

    assert expiring(pending)[1].snapshot.lifecycle == "pending"
    assert expiring(pending, failed)[1].snapshot.lifecycle == "cancelled"
    by_date = expiring(pending, expiry_waits_for_pending=False)
    assert by_date[1].snapshot.lifecycle == "cancelled"


def test_an_expiry_is_one_fact_however_often_it_fires():
    """
    Its id is made of the order, the timer and the deadline.
    """
    by = rules(zone=BERLIN, cancel_expired=True)
    order = run([placed(payment_method="online", ship_by=DAY)], by).order
    fired = fire(order, next_deadline(order, by))

    once = run([fired], by, order)
    twice = run([fired], by, once.order)

    assert fired.event_id == f"{KEY}:timer:expiry:{micros(MIDNIGHT)}"
    assert (twice.messages, twice.order) == ([], once.order)
    assert next_deadline(once.order, by) is None


def test_an_expiry_gives_money_back_like_any_cancel():
    """
    Part of the money came in: it is to be sent back.
    """
    _, after = expiring(captured(40))

    assert actions(after.messages) == {"refund": 40}


def test_a_log_without_verdicts_is_judged_the_same_again():
    """
    A crash between the state and the verdict loses nothing: judging is deterministic.
    """
    order = run([placed(), captured()]).order
    again = decode_order(encode_order(order))

    first, second = process(order, cancel(), RULES), process(again, cancel(), RULES)

    assert first.log == second.log
    assert [encode_message(one) for one in first.messages] == [
        encode_message(one) for one in second.messages
    ]


@pytest.mark.rule("X.8")
def test_what_left_after_the_cancel_is_recorded_apart():
    """
    The order stays cancelled in every profile, and somebody is told with a remedy.
    """
    story = run([placed(), created(), cancel(at=40), handed_over(at=45)])

    anomaly = next(
        one for one in story.messages if getattr(one, "kind", "") == "shipped_after_cancel"
    )
    assert anomaly.proposed == "return"
    assert story.snapshot.lifecycle == "cancelled"
    assert story.snapshot.words["storefront"]["fulfilment"] == "Canceled"
    assert story.snapshot.words["marketplace"]["order"] == "Canceled"


def test_a_cancel_at_the_source_needs_no_command():
    """
    It is a fact, so nothing refuses it, and no command is answered.
    """
    story = run([*SENT, cancelled_at_source(50)])

    assert (story.snapshot.lifecycle, results(story.messages)) == ("cancelled", [])


def test_a_verdict_says_all_that_a_replay_needs():
    """
    Command, guard, words and effects stand in the record itself.
    """
    refused = process(start(), cancel(), RULES).log[0].body

    assert refused == Verdict(
        command_id="cancel@40",
        command="cancel",
        accepted=False,
        guard="known",
        refusal="no such order is known yet",
    )


def test_a_hold_that_was_released_can_be_placed_again():
    """
    The newest of placing and releasing counts, by its time.
    """
    story = [placed(), hold(5), release(6), hold(7)]

    assert run(story).snapshot.hold == "on_hold"
    assert run([*story, release(8)]).snapshot.hold == "clear"


@pytest.mark.rule("X.7")
def test_money_taken_before_a_cancellation_but_told_after_it_is_asked_back():
    """
    A capture that comes to light late is owed to the buyer, whatever its date.
    """
    story = run([placed(), cancel(at=30), captured(at=20)])

    assert story.snapshot.lifecycle == "cancelled"
    assert actions(story.messages) == {"refund": 100}


@pytest.mark.rule("X.9")
def test_an_expiry_that_a_pending_payment_blocked_cancels_when_the_payment_fails():
    """
    The deadline passed while money was on its way; it did not come.
    """
    by = rules(cancel_expired=True)
    order = placed("2a", ship_by=date(2026, 1, 6), validity=Validity.VALID)
    due = timer("expiry", datetime(2026, 1, 7, tzinfo=UTC))
    waiting = run([order, money("pending", ref="pi_1", at=5), due], by=by)
    assert waiting.snapshot.lifecycle != "cancelled"

    after = run([money("failed", ref="pi_1", at=60 * 48)], by=by, order=waiting.order)

    assert after.snapshot.lifecycle == "cancelled"
    assert after.snapshot.cancel_reason == "expired"


@pytest.mark.rule("S2.32")
def test_who_asked_for_the_cancellation_is_kept():
    """
    The requester stands in the snapshot, beside the reason.
    """
    story = run([placed(), cancel(requester="customer", reason="buyer_asked")])

    assert story.snapshot.cancel_requester == "customer"
    assert story.snapshot.cancel_reason == "buyer_asked"


@pytest.mark.rule("X.1")
def test_a_hand_over_that_was_told_too_late_to_stop_a_cancel_is_an_anomaly():
    """
    The verdict stays, but somebody must know that the goods were gone.
    """
    story = run(
        [placed("2a"), cancel(at=40), created("f1", "2a", at=10), handed_over("f1", at=20)]
    )

    assert ("cancelled_though_shipped", "raised") in anomalies(story.messages)
