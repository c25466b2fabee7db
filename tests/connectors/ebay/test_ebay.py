"""eBay: what each status becomes, and how orders, fulfilments and cancels tell one story."""

import pytest

from connectors.ebay import SOURCE
from connectors.ebay import table as ebay
from tests.connectors import kit

PAYMENT_ROWS = """
PENDING             pending  payment.pending
FAILED              pending  payment.failed
PAID                valid    payment.captured
PARTIALLY_REFUNDED  valid    payment.captured
FULLY_REFUNDED      valid    payment.captured,payment.refunded
"""

REQUEST_ROWS = """
REQUESTED  order.cancel_requested
REJECTED   order.cancel_requested,order.cancel_declined
COMPLETED  order.cancel_requested
"""


def rows(table):
    return [tuple(line.split()) for line in table.split("\n") if line]


def order(**changes):
    return kit.changed(kit.sample(SOURCE, "order_paid"), changes)


def told(content):
    """Name the kinds beside the document, its links and the gift message."""
    plain = {"order.revised", "reference.linked", "order.gift_message_set"}
    return [kind for kind in kit.kinds(kit.read(SOURCE, content)) if kind not in plain]


@pytest.mark.rule("S4.26")
@pytest.mark.parametrize(("word", "validity", "claims"), rows(PAYMENT_ROWS))
def test_the_payment_status_says_whether_the_order_is_valid_and_claims_its_total(
    word, validity, claims
):
    """
    What eBay lists as the payment is what the seller gets; the buyer paid the total.
    """
    content = order(orderPaymentStatus=word)

    reading = kit.read(SOURCE, content)

    assert kit.only(reading, "order.revised").body.validity == validity
    assert told(content) == claims.split(",")
    claimed = [f.body.amount for f in reading.facts if f.__struct_config__.tag in claims]
    assert set(claimed) == {26500}


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        ("NOT_STARTED", []),
        ("IN_PROGRESS", []),
        ("FULFILLED", ["order.marked_shipped"]),
    ],
)
def test_the_fulfilment_status_says_whether_all_left(word, kinds):
    """
    How many pieces left is told by lines and by fulfilments.
    """
    assert told(order(orderFulfillmentStatus=word)) == ["payment.captured", *kinds]


@pytest.mark.parametrize(
    ("word", "counts"), [("NOT_STARTED", 0), ("IN_PROGRESS", 0), ("FULFILLED", 2)]
)
def test_a_fulfilled_line_counts_all_its_pieces(word, counts):
    """
    Of a line that is under way eBay does not say how many.
    """
    content = order(**{"lineItems.0.lineItemFulfillmentStatus": word})

    done = kit.story(SOURCE, content)

    assert done.derived.goods.handed_over == counts


@pytest.mark.parametrize(
    ("word", "kinds"),
    [("NONE_REQUESTED", []), ("IN_PROGRESS", []), ("CANCELED", ["order.cancelled_at_source"])],
)
def test_the_cancel_state_says_whether_it_is_called_off(word, kinds):
    """
    Who asked stands in the requests.
    """
    assert told(order(**{"cancelStatus.cancelState": word})) == ["payment.captured", *kinds]


@pytest.mark.parametrize(("word", "kinds"), rows(REQUEST_ROWS))
def test_a_cancel_request_is_asked_and_perhaps_declined(word, kinds):
    """
    A completed one shows in the cancel state.
    """
    request = {
        "cancelRequestId": "5001",
        "cancelInitiator": "Buyer",
        "cancelReason": "ORDER_MISTAKE",
        "cancelRequestState": word,
        "cancelRequestedDate": "2024-04-02T20:00:00.000Z",
        "cancelCompletedDate": "2024-04-02T21:00:00.000Z",
    }
    content = order(**{"cancelStatus.cancelRequests": [request]})

    assert told(content) == ["payment.captured", *kinds.split(",")]


@pytest.mark.parametrize(("word", "reason"), ebay.CANCEL_REASON.items())
def test_a_reason_becomes_a_word_of_ours(word, reason):
    """
    Any other stays as it is.
    """
    request = {"cancelRequestState": "COMPLETED", "cancelReason": word}
    content = order(
        **{"cancelStatus.cancelRequests": [request], "cancelStatus.cancelState": "CANCELED"}
    )

    cancelled = kit.only(kit.read(SOURCE, content), "order.cancelled_at_source")

    assert cancelled.body.reason == reason


@pytest.mark.parametrize(("word", "kind"), ebay.REFUND.items())
def test_a_refund_is_asked_for_done_or_failed(word, kind):
    """
    Its amount is the one before it was converted for the seller.
    """
    content = kit.sample(SOURCE, "order_fulfilled_and_partly_refunded")
    [refund, _] = content["paymentSummary"]["refunds"]
    content["paymentSummary"]["refunds"] = [refund | {"refundStatus": word}]

    refunded = kit.only(kit.read(SOURCE, content), kind.__struct_config__.tag)

    assert (refunded.body.amount, refunded.body.currency) == (2000, "EUR")
    assert refunded.body.reference == "R1"


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"orderPaymentStatus": "NEW"}, "orderPaymentStatus"),
        ({"orderFulfillmentStatus": "NEW"}, "orderFulfillmentStatus"),
        ({"lineItems.0.lineItemFulfillmentStatus": "NEW"}, "lineItemFulfillmentStatus"),
        ({"cancelStatus.cancelState": "NEW"}, "cancelState"),
        (
            {"cancelStatus.cancelRequests": [{"cancelRequestState": "NEW"}]},
            "cancelRequestState",
        ),
        ({"paymentSummary.refunds": [{"refundStatus": "NEW"}]}, "refundStatus"),
    ],
)
def test_a_new_word_is_reported_and_decides_nothing(changes, field):
    """
    eBay may add a status any day.
    """
    reading = kit.read(SOURCE, order(**changes))

    unknown = kit.only(reading, "source.unknown_reported").body
    assert (unknown.field, unknown.value) == (field, "NEW")


def test_the_tables_above_are_complete():
    """
    A new row in the connector needs one here.
    """
    assert {row[0] for row in rows(PAYMENT_ROWS)} == set(ebay.PAYMENT)
    assert {row[0] for row in rows(REQUEST_ROWS)} == set(ebay.CANCEL_REQUEST)
    assert set(ebay.FULFILMENT) == {"NOT_STARTED", "IN_PROGRESS", "FULFILLED"}
    assert set(ebay.CANCEL) == {"NONE_REQUESTED", "IN_PROGRESS", "CANCELED"}


@pytest.mark.rule("X.1")
def test_an_order_and_its_fulfilments_tell_one_story():
    """
    Paid, in progress, fulfilments by themselves and in the order: in any order, twice.
    """
    paid, going, done = (
        kit.read(SOURCE, kit.sample(SOURCE, name))
        for name in ("order_paid", "order_in_progress", "order_fulfilled_and_partly_refunded")
    )
    [apart] = [each for each in kit.samples(SOURCE) if each.name == "shipping_fulfillments"]
    tellings = [paid.facts, going.facts, apart.read().facts, done.facts]

    forth = kit.order_after(fact for facts in tellings for fact in facts)
    back = kit.order_after(fact for facts in reversed(tellings) for fact in (*facts, *facts))

    assert forth == back
    assert not forth.conflicts
    assert (forth.derived.goods.handed_over, forth.derived.goods.over) == (3, 0)
    money = forth.derived.money
    assert (money.state, money.captured, money.refunded) == ("partially_refunded", 26500, 2000)


def test_what_is_awaited_by_hand_is_unpaid():
    """
    Cash on pickup: no payment is under way.
    """
    content = order(
        orderPaymentStatus="PENDING",
        **{"paymentSummary.payments": [{"paymentMethod": "CASH_ON_PICKUP"}]},
    )

    assert kit.story(SOURCE, content).derived.money.state == "unpaid"


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"orderId": 120987144550.0}, "orderId", "120987144550.0"),
        ({"lineItems.0.quantity": -1}, "lineItems.0.quantity", "-1"),
        ({"creationDate": "2024-04-02T08:26:18"}, "creationDate", "2024-04-02T08:26:18"),
        ({"pricingSummary.total.value": "-1"}, "pricingSummary.total.value", "-1"),
        ({"pricingSummary.total.currency": "USD"}, "pricingSummary.priceDiscount.currency", "EUR"),
        (
            {"paymentSummary.refunds": [{"refundStatus": "REFUNDED", "amount": {"value": "1e9"}}]},
            "paymentSummary.refunds.amount.value",
            "1e9",
        ),
    ],
)
def test_bad_input_is_quarantined_with_its_field_and_value(changes, field, value):
    """
    A wrong fact would be worse than none.
    """
    reading = kit.read(SOURCE, order(**changes))

    assert reading.facts == ()
    [quarantined] = reading.quarantined
    assert (quarantined.field, quarantined.value) == (field, value)
