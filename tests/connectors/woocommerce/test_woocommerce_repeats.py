"""WooCommerce: snapshots tell one story, however often and in which order they come."""

from functools import partial
from itertools import permutations

import pytest

from connectors.woocommerce import SOURCE
from tests.connectors import kit

sample = partial(kit.sample, SOURCE)


def facts_of(content):
    return kit.read(SOURCE, content).facts


def order_after(*contents):
    return kit.order_after(fact for content in contents for fact in facts_of(content))


def test_the_same_snapshot_twice_is_the_same_facts():
    """Every fact has a name of its own, and the same one each time."""
    names = [fact.event_id for fact in facts_of(sample("order_partly_refunded"))]

    assert names == [fact.event_id for fact in facts_of(sample("order_partly_refunded"))]
    assert len(names) == len(set(names))


@pytest.mark.rule("X.1")
def test_snapshots_converge_in_any_order():
    """Placed, paid, completed, partly refunded: in all orders, twice, one order."""
    paid = sample("order_partly_refunded") | {"status": "processing", "refunds": []}
    paid |= {"date_modified_gmt": "2024-03-01T08:15:04", "date_completed_gmt": None}
    completed = sample("order_partly_refunded") | {"refunds": []}
    completed |= {"date_modified_gmt": "2024-03-02T10:00:00"}
    contents = [sample("order_pending"), paid, completed, sample("order_partly_refunded")]
    expected = order_after(*contents)

    for arrival in permutations(contents):
        assert order_after(*arrival, *arrival) == expected
    assert not expected.conflicts
    money = expected.derived.money
    assert (money.captured, money.refunded, money.state) == (6490, 2020, "partially_refunded")


def test_two_snapshots_of_one_second_keep_the_further_one():
    """Times have whole seconds, and a checkout goes from pending to processing within one."""
    processing = sample("order_paid_by_stripe")
    pending = processing | {"status": "pending", "date_paid_gmt": None}

    assert order_after(processing, pending).head.validity == "valid"
    assert order_after(pending, processing).head.validity == "valid"
    assert not order_after(pending, processing).conflicts


def test_completed_is_the_merchants_word_and_no_delivery():
    """No shipment, no scan; the goods left, nobody saw them arrive."""
    order = order_after(sample("order_completed_on_delivery"))

    assert (order.scans, order.shipments) == ({}, {})
    assert order.derived.goods.delivered == 0
    assert "marked_shipped" in order.marks


@pytest.mark.rule("S2.14")
def test_a_transfer_that_is_awaited_is_unpaid():
    """On hold for payment, by hand."""
    order = order_after(sample("order_on_hold_for_transfer"))

    assert order.derived.money.state == "unpaid"
    assert order.head.hold == "payment"


def test_a_cancel_keeps_the_time_of_its_first_snapshot():
    """Later snapshots of a cancelled order have later times."""
    first = sample("order_cancelled")
    later = first | {"date_modified_gmt": "2024-03-09T08:00:00"}

    assert (
        order_after(first, later).derived.promise.cancelled_at
        == order_after(later, first).derived.promise.cancelled_at
        == order_after(first).derived.promise.cancelled_at
    )


def test_a_failed_payment_that_succeeds_later_is_paid():
    """The failure stays in the history and decides nothing any more."""
    order = order_after(sample("order_failed"), sample("order_paid_by_stripe"))

    assert order.derived.money.state == "paid"
