"""What the ledger makes of Stripe's payloads, in whatever order and how often they come."""

from datetime import UTC, datetime
from functools import partial
from itertools import permutations

import pytest

from connectors.stripe import SOURCE
from domain.derive import derive_all
from domain.document import Document, Line
from domain.fact import OrderPlaced
from domain.merge import merge
from domain.process import unseen
from domain.vocabulary import Minor
from tests.connectors import kit

PLACED_AT = datetime(2023, 11, 14, tzinfo=UTC)
PLACED = OrderPlaced(
    event_id="placed",
    occurred_at=PLACED_AT,
    order_key="acme/web/1001",
    body=Document(
        currency="EUR",
        total=Minor(5000),
        lines=(Line(line_id="a", quantity=1, unit_price=Minor(5000)),),
    ),
)


payload = partial(kit.sample, SOURCE)


def read(value):
    return kit.read(SOURCE, value).facts


def facts(name):
    """A sample's facts; `object of NAME` is the same object as a later sync would bring it."""
    if name.startswith("object of "):
        return read(payload(name.removeprefix("object of "))["data"]["object"])
    return read(payload(name))


def order_of(told):
    order = unseen("acme/web/1001", PLACED_AT)
    for fact in (PLACED, *told):
        order, _ = merge(order, fact)
    return order


def captured_and_refunded(told):
    money = derive_all(order_of(told)).money
    return money.captured, money.refunded


def ledger(names):
    order = order_of(fact for name in names for fact in facts(name))
    money = derive_all(order).money
    return (
        *(str(money.state), money.authorized, money.captured, money.refunded, money.pending),
        *(money.disputed, order.conflicts),
    )


STORIES = {
    "paid at once": (
        ["intent_requires_action", "charge_succeeded", "intent_succeeded", "session_completed"],
        ("paid", 0, 5000, 0, 0, 0, ()),
    ),
    "failed first": (
        ["intent_failed", "charge_failed", "charge_succeeded", "object of intent_succeeded"],
        ("paid", 0, 5000, 0, 0, 0, ()),
    ),
    "failed": (
        ["intent_requires_action", "intent_failed", "charge_failed"],
        ("failed", 0, 0, 0, 0, 0, ()),
    ),
    "authorised": (
        ["charge_authorized", "intent_requires_capture", "object of charge_authorized"],
        ("authorized", 5000, 0, 0, 0, 0, ()),
    ),
    "captured in part": (
        ["charge_authorized", "intent_requires_capture", "charge_captured_in_part"],
        ("partially_paid", 0, 4000, 0, 0, 0, ()),
    ),
    "captured in part before basil": (
        ["charge_authorized", "charge_captured_in_part_before_basil"],
        ("partially_paid", 0, 4000, 0, 0, 0, ()),
    ),
    "authorisation ran out": (
        ["charge_authorized", "intent_requires_capture", "charge_expired"],
        ("in_progress", 0, 0, 0, 0, 0, ()),
    ),
    "cancelled": (
        ["charge_authorized", "charge_cancelled_before_basil", "intent_canceled"],
        ("in_progress", 0, 0, 0, 0, 0, ()),
    ),
    "refunded, told three ways": (
        [
            "charge_succeeded",
            "charge_refunded_without_list",
            "refund_created",
            "object of charge_refunded_in_two",
        ],
        ("partially_refunded", 0, 5000, 1200, 0, 0, ()),
    ),
    "refund failed after all": (
        ["charge_succeeded", "refund_created", "refund_failed_after_all"],
        ("paid", 0, 5000, 0, 0, 0, ()),
    ),
    "disputed": (
        ["intent_succeeded", "dispute_created", "object of dispute_created"],
        ("disputed", 0, 5000, 0, 0, 5000, ()),
    ),
    "dispute won": (
        ["intent_succeeded", "dispute_created", "dispute_won"],
        ("paid", 0, 5000, 0, 0, 0, ()),
    ),
    "dispute lost": (
        ["intent_succeeded", "dispute_created", "dispute_lost"],
        ("refunded", 0, 5000, 5000, 0, 0, ()),
    ),
    "bank debit under way": (
        ["session_unpaid_yet", "charge_pending_bank_debit"],
        ("in_progress", 0, 0, 0, 5000, 0, ()),
    ),
}


@pytest.mark.rule("X.1")
@pytest.mark.parametrize("story", STORIES)
def test_every_order_of_arrival_and_every_repeat_ends_in_the_same_ledger(story):
    """Events late, twice, or met by a sync: the money is the same and nothing contradicts."""
    names, then = STORIES[story]

    assert {ledger(each) for each in permutations(names)} == {then}
    assert ledger(names + names) == then


def test_two_captures_of_one_order_add_up():
    """Two charges are two operations, whatever else tells of either."""
    other = payload("charge_succeeded")
    other["data"]["object"] |= {"id": "ch_2", "payment_intent": "pi_2"}

    assert captured_and_refunded([*facts("charge_succeeded"), *read(other)]) == (10_000, 0)


@pytest.mark.parametrize("turned", [False, True])
def test_the_refund_object_of_a_release_counts_for_nothing_once_its_charge_is_known(turned):
    """By itself it looks like any refund; its charge says that it never was one."""
    whole = payload("charge_captured_in_part_before_basil")
    alone = whole["data"]["object"]["refunds"]["data"][0]
    told = [read(whole), read(alone)]

    assert captured_and_refunded(sum(told[:: -1 if turned else 1], ())) == (4000, 0)
