"""Etsy: what statuses and flags of a receipt become, and how its snapshots tell one story."""

import pytest

from connectors.etsy import SOURCE
from connectors.etsy.table import PAID_BY_HAND, REFUND, STATUS
from tests.connectors import kit

STATUS_ROWS = """
Open                valid    payment.captured
Payment-Processing  pending  payment.captured
Paid                valid    payment.captured
Completed           valid    payment.captured,order.marked_shipped
Partially-Refunded  valid    payment.captured
Fully-Refunded      valid    payment.captured,payment.refunded
Canceled            -        payment.captured,order.cancelled_at_source
Cancelled           -        payment.captured,order.cancelled_at_source
"""


def rows(table):
    return [line.split() for line in table.split("\n") if line]


def receipt(**changes):
    return kit.changed(kit.sample(SOURCE, "receipt_paid"), changes)


def told(content):
    """Name the kinds beside the document, its link and the gift message."""
    plain = {"order.revised", "reference.linked", "order.gift_message_set"}
    return [kind for kind in kit.kinds(kit.read(SOURCE, content)) if kind not in plain]


@pytest.mark.rule("S4.26")
@pytest.mark.parametrize(("word", "validity", "kinds"), rows(STATUS_ROWS))
def test_a_status_says_how_far_the_receipt_is(word, validity, kinds):
    """
    In title case, as it comes, and in lower case, as it is documented.
    """
    for written in (word.replace("-", " "), word.replace("-", " ").lower()):
        content = receipt(status=written)

        document = kit.only(kit.read(SOURCE, content), "order.revised").body

        assert (document.validity or "-") == validity
        assert told(content) == kinds.split(",")


@pytest.mark.parametrize(
    ("status", "validity", "kinds"),
    [
        ("Open", "pending", []),
        ("Payment Processing", "pending", ["payment.pending"]),
        ("Canceled", "", ["order.cancelled_at_source"]),
    ],
)
def test_what_was_not_paid_claims_no_money(status, validity, kinds):
    """
    The flag decides, not the status.
    """
    content = receipt(status=status, is_paid=False)

    assert kit.only(kit.read(SOURCE, content), "order.revised").body.validity == validity
    assert told(content) == kinds


def test_the_tables_above_are_complete():
    """
    A new row in the connector needs one here.
    """
    assert {row[0].replace("-", " ").lower() for row in rows(STATUS_ROWS)} == set(STATUS)
    assert set(REFUND) == {"SUCCESS"}


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "New"}, "status"),
        (
            {
                "refunds": [
                    {
                        "status": "New",
                        "amount": {"amount": 1, "divisor": 100, "currency_code": "USD"},
                        "created_timestamp": 1709300000,
                    }
                ]
            },
            "refunds.status",
        ),
    ],
)
def test_a_new_word_is_reported_and_decides_nothing(changes, field):
    """
    Etsy's own payloads hold words that its documentation does not.
    """
    unknown = kit.only(kit.read(SOURCE, receipt(**changes)), "source.unknown_reported").body

    assert (unknown.field, unknown.value) == (field, "New")


@pytest.mark.rule("S2.14")
@pytest.mark.parametrize("word", sorted(PAID_BY_HAND))
def test_a_transfer_or_a_cheque_that_is_awaited_is_unpaid(word):
    """
    By hand, so nothing is under way.
    """
    content = receipt(status="Open", is_paid=False, payment_method=word)

    assert kit.story(SOURCE, content).derived.money.state == "unpaid"


@pytest.mark.rule("X.1")
def test_the_snapshots_of_a_receipt_tell_one_story():
    """
    Paid, one line shipped, completed, refunded: in any order, twice.
    """
    names = (
        "receipt_paid",
        "receipt_with_one_line_shipped",
        "receipt_completed",
        "receipt_fully_refunded_but_shipped",
    )

    done = kit.story(SOURCE, *(kit.sample(SOURCE, name) for name in names))

    goods, money = done.derived.goods, done.derived.money
    assert (goods.live, goods.handed_over, goods.over) == (3, 3, 0)
    assert (money.state, money.captured, money.refunded) == ("refunded", 8300, 8300)
    assert done.marks["marked_shipped"].at < done.head.at


def test_one_shipment_holds_what_left_so_far():
    """
    It names no lines; those that left do.
    """
    done = kit.story(SOURCE, kit.sample(SOURCE, "receipt_with_one_line_shipped"))

    assert (done.derived.goods.state, done.derived.goods.handed_over) == (
        "partially_fulfilled",
        2,
    )


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ({"amount": 8300, "divisor": 100, "currency_code": "USD"}, 8300),
        ({"amount": 83, "divisor": 1, "currency_code": "USD"}, 8300),
        ({"amount": 83000, "divisor": 1000, "currency_code": "USD"}, 8300),
    ],
)
def test_an_amount_is_divided_exactly(amount, expected):
    """
    Etsy says by what.
    """
    reading = kit.read(SOURCE, receipt(grandtotal=amount))

    assert kit.only(reading, "order.revised").body.total == expected


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"receipt_id": 3300000001.5}, "receipt_id", "3300000001.5"),
        ({"transactions.0.quantity": -1}, "transactions.0.quantity", "-1"),
        ({"created_timestamp": 1709280000000}, "created_timestamp", "1709280000000"),
        ({"grandtotal.amount": -1}, "grandtotal.amount", "-1"),
        ({"grandtotal.amount": 83.5}, "grandtotal.amount", "83.5"),
        ({"grandtotal.divisor": 0}, "grandtotal.divisor", "0"),
        ({"grandtotal.divisor": 3}, "grandtotal.amount", "2766.666666666666666666666667"),
        ({"discount_amt.currency_code": "EUR"}, "discount_amt.currency_code", "EUR"),
    ],
)
def test_bad_input_is_quarantined_with_its_field_and_value(changes, field, value):
    """
    A wrong fact would be worse than none.
    """
    reading = kit.read(SOURCE, receipt(**changes))

    assert reading.facts == ()
    [quarantined] = reading.quarantined
    assert (quarantined.field, quarantined.value) == (field, value)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"event_type": "order.eaten", "resource_url": ""}, "unknown event"),
        (
            {
                "event_type": "order.paid",
                "resource_url": "https://etsy.com/v3/application/shops/1",
            },
            "names no receipt",
        ),
        ({"error": "invalid_token"}, "is no payload of Etsy"),
    ],
)
def test_what_tells_of_no_receipt_says_why(content, reason):
    """
    Events of another kind, answers that failed.
    """
    assert [each.reason for each in kit.read(SOURCE, content).quarantined] == [reason]
