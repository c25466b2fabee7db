"""The payment axis: its first-match table, and ledgers told as stories (spec model, 2 C and 8.1)."""

from itertools import product

import pytest

from domain.payment import TABLE, Sums, classify
from domain.payment_witness import COMMANDED
from domain.vocabulary import Payment
from tests.domain.builders import (
    MONEY,
    cancel,
    created,
    handed_over,
    lines_cancelled,
    method,
    money,
    placed,
    revised,
    rows,
    run,
)

CLASSES = """
due  authorized  captured  refunded  pending  disputed  flags     then
100  0           100       0         0        1         -         disputed
100  0           100       100       0        1         -         disputed
100  100         0         0         0        1         -         disputed
100  0           100       100       0        0         -         refunded
100  0           100       101       0        0         -         refunded
100  0           0         1         0        0         -         refunded
0    0           100       100       0        0         given_up  refunded
100  0           100       99        0        0         -         partially_refunded
100  0           100       1         0        0         -         partially_refunded
100  100         40        10        10       0         failed    partially_refunded
100  0           101       0         0        0         -         overpaid
0    0           1         0         0        0         given_up  overpaid
100  0           100       0         0        0         -         paid
100  50          100       0         50       0         failed    paid
0    0           0         0         0        0         free      paid
0    0           0         0         0        0         -         in_progress
0    0           0         0         0        0         manual    unpaid
100  0           99        0         0        0         -         partially_paid
100  0           1         0         0        0         -         partially_paid
100  100         1         0         0        0         -         partially_paid
0    0           0         0         0        0         given_up  unpaid
0    100         0         0         0        0         given_up  unpaid
0    0           0         0         50       0         given_up  unpaid
100  100         0         0         0        0         -         authorized
100  101         0         0         0        0         manual    authorized
0    1           0         0         0        0         -         authorized
100  99          0         0         0        0         -         partially_authorized
100  1           0         0         100      0         failed    partially_authorized
100  0           0         0         1        0         -         in_progress
100  0           0         0         100      0         failed    in_progress
100  0           0         0         100      0         manual    in_progress
100  0           0         0         0        0         failed    failed
100  0           0         0         0        0         manual    unpaid
100  0           0         0         0        0         -         in_progress
"""


def sums_of(numbers, flags):
    names = ("due", "authorized", "captured", "refunded", "pending", "disputed")
    marks = {name: name in flags for name in ("failed", "manual", "free", "given_up")}
    return Sums(**dict(zip(names, map(int, numbers), strict=True)), **marks)


@pytest.mark.parametrize("row", rows(CLASSES), ids=" ".join)
def test_the_ledger_is_classified(row):
    """
    Given the sums of a ledger, the first row that holds gives the state.
    """
    *numbers, flags, then = row

    assert TABLE[classify(sums_of(numbers, flags))][0] == then


def test_every_row_of_the_table_decides_a_case():
    """
    No row of the first-match table is without a case here, so none can be dropped unseen.
    """
    decided = {classify(sums_of(row[:6], row[6])) for row in rows(CLASSES)}

    assert decided == set(range(len(TABLE)))
    assert {row[-1] for row in rows(CLASSES)} == set(Payment)


def pay(due, authorized, captured, refunded, pending, *, manual, disputed, failed):
    """Classify as the model's own small check does."""
    if disputed:
        return "disputed"
    if refunded > 0:
        return "refunded" if captured - refunded <= 0 else "partially_refunded"
    if captured > due:
        return "overpaid"
    if captured >= due:
        return "paid"
    if captured > 0:
        return "partially_paid"
    if authorized >= due:
        return "authorized"
    if authorized > 0:
        return "partially_authorized"
    if pending > 0:
        return "in_progress"
    if failed:
        return "failed"
    return "unpaid" if manual else "in_progress"


def test_the_table_agrees_with_the_model():
    """
    Over all small ledgers with something to pay, or with nothing to pay from the start.
    """
    amounts = (0, 1, 99, 100, 101)
    truth = (False, True)

    for due, authorized, captured, refunded, pending, manual, disputed, failed in product(
        (0, 1, 100), amounts, amounts, amounts, (0, 5), truth, (0, 1), truth
    ):
        ours = Sums(
            due=due,
            authorized=authorized,
            captured=captured,
            refunded=refunded,
            pending=pending,
            disputed=disputed,
            failed=failed,
            manual=manual,
            free=due == 0 and captured == 0,
            given_up=False,
        )
        theirs = pay(
            due,
            authorized,
            captured,
            refunded,
            pending,
            manual=manual,
            disputed=disputed,
            failed=failed,
        )
        assert TABLE[classify(ours)][0] == theirs, ours


LEDGERS = """
story                                                              state                 A    C    R    RP
-                                                                  in_progress           0    0    0    0
pending:60:p1                                                      in_progress           0    0    0    0
pending:60:p1 failed:60:p1                                         failed                0    0    0    0
failed:60:p1                                                       failed                0    0    0    0
failed:60:p1 pending:60:p2                                         in_progress           0    0    0    0
failed:60:p1 pending:60:p2 captured:100:p2                         paid                  0    100  0    0
failed:60:p1 captured:100:p2                                       paid                  0    100  0    0
authorized:100:pi                                                  authorized            100  0    0    0
authorized:99:pi                                                   partially_authorized  99   0    0    0
authorized:60:pi authorized:40:pj                                  authorized            100  0    0    0
authorized:60:pi adjusted:100:ad<pi                                authorized            100  0    0    0
authorized:60:pi adjusted:100:ad<pi adjusted:30:ae<pi              partially_authorized  30   0    0    0
authorized:100:pi adjusted:80:pi                                   partially_authorized  80   0    0    0
authorized:100:pi captured:40:ch<pi                                partially_paid        60   40   0    0
authorized:100:pi captured:40:ch<pi captured:60:ci<pi              paid                  0    100  0    0
authorized:100:pi captured:40:ch<pi!                               partially_paid        0    40   0    0
authorized:60:pi authorized:40:pj captured:60:ch<pi                partially_paid        40   60   0    0
authorized:100:pi captured:30:ch                                   partially_paid        70   30   0    0
authorized:100:pi captured:100:pi                                  paid                  0    100  0    0
authorized:100:pi reversed:100:rv<pi                               in_progress           0    0    0    0
authorized:100:pi reversed:100:pi                                  in_progress           0    0    0    0
authorized:60:pi authorized:40:pj reversed:60:pi                   partially_authorized  40   0    0    0
authorized:100:pi expired:100:ex<pi                                in_progress           0    0    0    0
authorized:100:pi captured:40:ch<pi expired:60:pi                  partially_paid        0    40   0    0
captured:100:ch                                                    paid                  0    100  0    0
marked_paid:100:ch                                                 paid                  0    100  0    0
marked_paid:100:ch captured:100:ch                                 paid                  0    100  0    0
captured:100:ch capture_failed:100:ch                              in_progress           0    0    0    0
capture_failed:100:ch captured:100:ch                              paid                  0    100  0    0
captured:60:ch captured:60:ci                                      overpaid              0    120  0    0
captured:100:ch refund_requested:30:re                             paid                  0    100  0    30
captured:100:ch refund_requested:30:re refunded:30:re              partially_refunded    0    100  30   0
captured:100:ch refund_requested:30:re refund_failed:30:re         paid                  0    100  0    0
captured:100:ch refunded:30:re refund_failed:30:re                 paid                  0    100  0    0
captured:100:ch refunded:30:re refund_reversed:30:re               paid                  0    100  0    0
captured:100:ch refunded:30:re refund_reversed:10:re               partially_refunded    0    100  20   0
captured:100:ch refunded:30:re refund_reversed:90:re               paid                  0    100  0    0
captured:100:ch refunded:30:re refunded:70:rf                      refunded              0    100  100  0
captured:60:ch refunded:60:re                                      refunded              0    60   60   0
captured:100:ch refunded:60:re                                     partially_refunded    0    100  60   0
captured:100:ch refund_requested:30:q1<ch refund_requested:20:q2<ch refunded:30:q1<ch  partially_refunded  0  100  30  20
captured:100:ch refund_requested:30:q1<ch refunded:30:re<ch        partially_refunded    0    100  30   0
captured:100:ch disputed:100:dp<ch                                 disputed              0    100  0    0
captured:100:ch disputed:100:dp<ch dispute_won:100:dp              paid                  0    100  0    0
captured:100:ch disputed:100:dp<ch dispute_lost:100:dp             refunded              0    100  100  0
captured:100:ch disputed:40:dp<ch dispute_lost:40:dp               partially_refunded    0    100  40   0
captured:100:ch disputed:40:dp<ch dispute_lost:40:dp dispute_won:40:dp  paid             0    100  0    0
captured:100:ch disputed:40:dp<ch dispute_won:40:dp dispute_lost:40:dp  partially_refunded  0  100  40  0
captured:100:ch disputed:40:dp<ch disputed:60:dq<ch dispute_won:40:dp  disputed          0    100  0    0
captured:100:ch disputed:40:dp<ch dispute_won:40:dp disputed:40:dp<ch  disputed          0    100  0    0
captured:100:ch disputed:40:dp<ch dispute_won:40:dp disputed:40:dp<ch dispute_won:40:dp  paid  0  100  0    0
captured:100:ch disputed:40:dp<ch dispute_lost:40:dp disputed:40:dp<ch  disputed         0    100  40   0
captured:100:ch disputed:40:dp<ch dispute_lost:40:dp disputed:40:dp<ch dispute_won:40:dp  paid  0  100  0    0
captured:60:ch captured:40:cb@bank refund_requested:30:q1<ch refunded:30:rb@bank  partially_refunded  0  100  30  0
captured:60:ch captured:40:cb@bank refund_requested:30:q1<ch refunded:20:rb@bank  partially_refunded  0  100  20  30
captured:60:ch captured:40:cb@bank refunded:30:rb@bank refund_requested:30:q1<ch  partially_refunded  0  100  30  30
captured:60:ch captured:40:cb@bank refunded:30:rc@commanded refunded:30:rb@bank  partially_refunded  0  100  30  0
captured:60:ch captured:40:cb@bank refunded:30:rc@commanded refunded:30:rb@bank refunded:30:re  partially_refunded  0  100  60  0
captured:60:ch captured:40:cb@bank refunded:30:rc@commanded refunded:20:rb@bank  partially_refunded  0  100  50  0
captured:60:ch captured:40:cb@bank refunded:30:rb@bank refunded:30:rc@commanded  partially_refunded  0  100  60  0
captured:60:ch captured:40:cb@bank refunded:30:rs@shop refunded:30:rb@bank  partially_refunded  0  100  60  0
captured:60:ch captured:40:cb@bank refunded:30:rc@commanded refunded:20:rd@commanded refunded:30:rb@bank refunded:20:re  partially_refunded  0  100  50  0
captured:100:ch captured:100:sh@shop                               paid                  0    100  0    0
captured:60:ch captured:100:sh@shop                                paid                  0    100  0    0
captured:100:ch captured:60:sh@shop                                paid                  0    100  0    0
captured:40:s1@shop captured:60:s2@shop                            paid                  0    100  0    0
captured:100:st@status                                             paid                  0    100  0    0
captured:100:ch captured:100:st@status                             paid                  0    100  0    0
captured:40:ch captured:100:st@status                              paid                  0    100  0    0
captured:100:st@status captured:99:su@status                       paid                  0    100  0    0
captured:40:ch captured:60:b1@bank                                 paid                  0    100  0    0
captured:100:ch refunded:30:re refunded:30:rs@shop                 partially_refunded    0    100  30   0
captured:100:us$                                                   in_progress           0    0    0    0
captured:60:ch captured:40:us$                                     partially_paid        0    60   0    0
"""
"""A word is `kind:amount:reference`, then `<parent`, `!` final, `@` witness, `$` dollars."""


def told(story):
    for number, word in enumerate(story.split(), 1):
        kind, amount, rest = word.split(":")
        more = {}
        if rest.endswith("$"):
            rest, more["currency"] = rest[:-1], "USD"
        if rest.endswith("!"):
            rest, more["final"] = rest[:-1], True
        rest, _, witness = rest.partition("@")
        if witness == "bank":
            more["provider"] = "bank"
        elif witness == "commanded":
            more |= {"evidence": "shop", "code": COMMANDED}
        elif witness:
            more["evidence"] = witness
        reference, _, more["parent"] = rest.partition("<")
        name = {"adjusted": "authorization_adjusted", "expired": "authorization_expired"}
        yield money(name.get(kind, kind), int(amount), number, reference, **more)


def ledgers():
    for line in LEDGERS.strip().splitlines()[1:]:
        *story, state, authorized, captured, refunded, asked = line.split()
        yield " ".join(story).strip("-"), state, [authorized, captured, refunded, asked]


@pytest.mark.rule("S1.28")
@pytest.mark.parametrize(("story", "state", "sums"), list(ledgers()))
def test_the_ledger_sums_its_story(story, state, sums):
    """
    Given an online order of 100, the story leaves this state: authorised, captured, refunded.
    """
    snapshot = run([placed(payment_method="online"), *told(story)]).snapshot

    ledger = snapshot.money
    found = [ledger.authorized, ledger.captured, ledger.refunded, ledger.refund_pending]
    assert (snapshot.payment, [str(each) for each in found]) == (state, sums)


def test_every_kind_of_operation_stands_in_a_story():
    """
    A kind that no story tells would be summed unseen.
    """
    short = {"authorization_adjusted": "adjusted", "authorization_expired": "expired"}
    words = {word.split(":")[0] for story, _, _ in ledgers() for word in story.split()}

    assert words == {short.get(kind, kind) for kind in MONEY}


ORDERS = """
case                                payment      due
online                              in_progress  100
manual                              unpaid       100
manual_then_online                  in_progress  100
online_then_manual                  unpaid       100
free                                paid         0
free_but_dearer_later               in_progress  150
revised_to_nothing                  in_progress  0
cancelled                           unpaid       0
manual_cancelled                    unpaid       0
free_cancelled                      unpaid       0
authorised_cancelled                unpaid       0
reversed_cancelled                  unpaid       0
captured_cancelled                  overpaid     0
captured_refunded_cancelled         refunded     0
half_cancelled_paid                 overpaid     50
half_cancelled_half_paid            paid         50
half_sent_cancelled                 overpaid     50
dearer_after_payment                partially_paid  150
cheaper_after_payment               overpaid     50
"""

AUTHORISED = money("authorized", ref="pi")
CAPTURED = money("captured", ref="ch")
STORIES = {
    "online": [placed(payment_method="online")],
    "manual": [placed(payment_method="manual")],
    "manual_then_online": [placed(payment_method="manual"), method("online")],
    "online_then_manual": [placed(), method("online", 1), method("manual", 2)],
    "free": [placed(total=0)],
    "free_but_dearer_later": [placed(total=0), revised("3a")],
    "revised_to_nothing": [placed(), revised(total=0)],
    "cancelled": [placed(payment_method="online"), cancel()],
    "manual_cancelled": [placed(payment_method="manual"), cancel()],
    "free_cancelled": [placed(total=0), cancel()],
    "authorised_cancelled": [placed(), AUTHORISED, cancel()],
    "reversed_cancelled": [placed(), AUTHORISED, cancel(), money("reversed", 100, 50, "pi")],
    "captured_cancelled": [placed(), CAPTURED, cancel()],
    "captured_refunded_cancelled": [placed(), CAPTURED, cancel(), money("refunded", at=50)],
    "half_cancelled_paid": [placed(), CAPTURED, lines_cancelled("1a")],
    "half_cancelled_half_paid": [placed(), money("captured", 50), lines_cancelled("1a")],
    "half_sent_cancelled": [placed(), CAPTURED, created("f1", "1a"), handed_over(), cancel()],
    "dearer_after_payment": [placed(), CAPTURED, revised("3a")],
    "cheaper_after_payment": [placed(), CAPTURED, revised("1a")],
}


@pytest.mark.rule("S2.14", "S2.17", "X.11")
@pytest.mark.parametrize(("case", "payment", "due"), rows(ORDERS))
def test_what_is_due_follows_the_order(case, payment, due):
    """
    Cancelled and edited pieces change what is due, and with it the state, at once.
    """
    snapshot = run(STORIES[case]).snapshot

    assert (snapshot.payment, snapshot.money.due) == (payment, int(due))


def test_an_authorisation_that_was_reversed_is_flagged():
    """
    Nothing was captured and the authorisation is gone: voided (spec model, 8.1).
    """
    voided = run(STORIES["reversed_cancelled"]).snapshot.money
    captured = run([*STORIES["captured_cancelled"], money("reversed", 1, 60, "pi")]).snapshot.money

    assert (voided.voided, voided.authorized, captured.voided) == (True, 0, False)


@pytest.mark.rule("S1.26")
def test_the_whole_history_of_money_is_shown():
    """
    The snapshot lists every operation in order of occurrence.
    """
    snapshot = run([placed(), *told("captured:40:ch captured:60:ci refunded:10:re")]).snapshot

    shown = [(one.kind, one.amount, one.reference) for one in snapshot.operations]
    assert shown == [("captured", 40, "ch"), ("captured", 60, "ci"), ("refunded", 10, "re")]
    assert snapshot.payment == "partially_refunded"


def test_a_webhook_and_a_later_sync_are_one_capture():
    """
    The provider's reference names the operation, its event only the delivery (model, 8.11).
    """
    both = [money("captured", 60, 1, "ch_1", event_id=name) for name in ("webhook", "sync")]

    assert run([placed(), *both]).snapshot.money.captured == 60


def test_operations_without_a_reference_are_told_apart_by_their_events():
    """
    Where the provider gives none, each event is an operation.
    """
    both = [money("captured", 60, 1, event_id=name) for name in ("first", "second")]

    assert run([placed(), *both]).snapshot.money.captured == 120
