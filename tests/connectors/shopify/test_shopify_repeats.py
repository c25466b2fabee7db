"""Shopify: snapshots and single deliveries tell one story, however often and in which order."""

from functools import partial
from itertools import permutations

import pytest

from connectors.shopify import SOURCE
from tests.connectors import kit

sample = partial(kit.sample, SOURCE)


def facts_of(content):
    return kit.read(SOURCE, content).facts


def order_after(*contents):
    return kit.order_after(fact for content in contents for fact in facts_of(content))


def ids(content, kind=""):
    return {f.event_id for f in facts_of(content) if f.__struct_config__.tag.startswith(kind)}


def test_the_same_snapshot_twice_is_the_same_facts():
    """Nothing in a fact depends on its delivery but the delivery's own name."""
    assert ids(sample("order_part_fulfilled")) == ids(sample("order_part_fulfilled"))
    assert len(ids(sample("order_part_fulfilled"))) == len(
        facts_of(sample("order_part_fulfilled"))
    )


def test_a_fulfilment_is_the_same_inside_its_order_and_by_itself():
    """The webhook of the fulfilment adds nothing to the order's snapshot."""
    inside = facts_of(sample("order_part_fulfilled"))
    alone = facts_of(sample("fulfillment"))

    bodies = {fact.event_id: fact.body for fact in inside}
    assert {fact.event_id: fact.body for fact in alone}.items() <= bodies.items()


def test_a_refund_is_the_same_inside_its_order_and_by_itself():
    """So is each of its transactions."""
    content = sample("order_refunded_then_cancelled")
    [refund] = content["refunds"]
    [transaction] = refund["transactions"]

    assert ids(refund) <= ids(content)
    assert ids(transaction) <= ids(refund)


@pytest.mark.rule("X.1")
def test_snapshots_and_parts_converge_in_any_order():
    """Four deliveries of one order, in all orders, twice: one order."""
    contents = [
        sample("order_paid"),
        sample("order_part_fulfilled"),
        sample("fulfillment_event"),
        sample("transactions")["transactions"][1],
    ]
    expected = order_after(*contents)

    for arrival in permutations(contents):
        assert order_after(*arrival, *arrival) == expected
    assert not expected.conflicts
    assert expected.derived.money.captured == 5800


def test_two_snapshots_of_one_second_keep_the_further_one():
    """`updated_at` has whole seconds, and a checkout sends `pending` and `paid` in one."""
    paid = sample("order_paid")
    pending = paid | {"financial_status": "pending"}

    assert order_after(paid, pending).head.validity == "valid"
    assert order_after(pending, paid).head.validity == "valid"
    assert not order_after(pending, paid).conflicts


def test_a_shipment_status_that_is_repeated_is_one_scan():
    """Each later snapshot of a fulfilment repeats it with a later time."""
    later = sample("fulfillment") | {"updated_at": "2024-05-04T08:00:00+02:00"}

    order = order_after(sample("fulfillment"), later)

    [scans] = order.scans.values()
    assert len(scans) == 1
    assert order == order_after(later, sample("fulfillment"))


def test_money_told_as_a_claim_and_as_a_transaction_counts_once():
    """The order says paid, the transaction says captured: 58.00, not 116.00."""
    order = order_after(sample("order_paid"), sample("transactions")["transactions"][1])

    assert (order.derived.money.captured, order.derived.money.state) == (5800, "paid")


def test_an_authorisation_that_a_snapshot_voids_is_gone():
    """Both are claims of the whole order and know each other."""
    authorized = sample("order_paid") | {"financial_status": "authorized"}
    voided = authorized | {"financial_status": "voided", "updated_at": "2024-05-03T10:00:00Z"}

    assert order_after(authorized).derived.money.authorized == 5800
    assert order_after(authorized, voided).derived.money.authorized == 0
    assert order_after(voided, authorized).derived.money.authorized == 0


@pytest.mark.rule("S2.14")
def test_cash_on_delivery_is_unpaid_and_not_in_progress():
    """With the order alone, and with the pending sale that Shopify writes for it."""
    pending = sample("transactions")["transactions"][4]

    assert order_after(sample("order_cash_on_delivery")).derived.money.state == "unpaid"
    both = order_after(sample("order_cash_on_delivery"), pending)
    assert both.derived.money.state == "unpaid"


def test_a_refund_before_its_cancel_gives_a_refunded_cancelled_order():
    """Shopify sends refund, close and cancel within two seconds, in this order."""
    content = sample("order_refunded_then_cancelled")
    [refund] = content["refunds"]

    order = order_after(sample("order_paid"), refund, content)

    assert order.derived.money.state == "refunded"
    assert (order.derived.money.captured, order.derived.money.refunded) == (5800, 5800)
    assert order.derived.goods.live == 0
    assert order.derived.promise.cancelled_at > 0


def test_an_order_edited_down_after_payment_is_overpaid():
    """The taken-off line is cancelled once, and what is due is what Shopify says."""
    order = order_after(sample("order_paid"), sample("order_edited_down"))

    assert (order.derived.money.due, order.derived.money.captured) == (4300, 5800)
    assert order.derived.money.state == "overpaid"
    assert (order.derived.goods.ordered, order.derived.goods.live) == (3, 2)


def test_a_returned_piece_is_not_a_cancelled_one():
    """`current_quantity` falls for both; the refund says which it was."""
    content = sample("order_part_fulfilled")
    content["current_total_price"] = "38.00"
    content["line_items"][0]["current_quantity"] = 1
    content["refunds"] = [sample("refund_of_returned_goods")]

    document = facts_of(content)[0].body

    assert [line.cancelled for line in document.lines] == [0, 0]
    assert document.total == 5800


@pytest.mark.rule("S4.7")
def test_pieces_refunded_before_shipping_do_not_block_completion():
    """Ten ordered, five refunded unshipped and not restocked, five shipped: all live ones left."""
    content = sample("order_part_fulfilled")
    content["financial_status"] = "partially_refunded"
    [line, _] = content["line_items"]
    content["line_items"] = [
        line | {"quantity": 10, "current_quantity": 5, "fulfillable_quantity": 0}
    ]
    content["fulfillments"][0]["line_items"][0]["quantity"] = 5
    refund = sample("refund_of_returned_goods")
    refund["refund_line_items"] = [
        {"line_item_id": line["id"], "quantity": 5, "restock_type": "no_restock"}
    ]
    content["refunds"] = [refund]

    goods = order_after(content).derived.goods

    assert (goods.live, goods.handed_over, goods.state) == (5, 5, "fulfilled")


def test_an_older_snapshot_after_a_newer_one_changes_nothing():
    """The newer document stays."""
    newer = order_after(sample("order_part_fulfilled"))

    both = order_after(sample("order_part_fulfilled"), sample("order_paid"))

    assert both.head == newer.head
    assert both.derived == newer.derived
