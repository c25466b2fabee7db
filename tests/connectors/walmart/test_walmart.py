"""Walmart: what the status of so many pieces becomes, and how snapshots tell one story."""

import pytest

from connectors.walmart import SOURCE
from connectors.walmart.table import CANCEL_REASON, LINE
from tests.connectors import kit

STATUS_ROWS = """
OnHold        pending  payment  -
Created       valid    -        -
Acknowledged  valid    -        order.confirmed
Shipped       valid    -        payment.captured,shipment.created,shipment.handed_over
Delivered     valid    -        payment.captured,shipment.created,shipment.handed_over,shipment.scan
Refund        valid    -        payment.captured,shipment.created,shipment.handed_over
Cancelled     -        -        order.cancelled_at_source
Canceled      -        -        order.cancelled_at_source
"""


def rows(table):
    return [[cell.strip("-") for cell in line.split()] for line in table.split("\n") if line]


def order(**changes):
    content = kit.sample(SOURCE, "webhook_order_created")["payload"]
    return kit.changed(content, changes)


def of_line(field, value):
    return order(**{f"orderLines.orderLine.0.{field}": value})


def told(reading):
    """Name the kinds beside the document and its links."""
    plain = {"order.placed", "order.revised", "reference.linked"}
    return [kind for kind in kit.kinds(reading) if kind not in plain]


@pytest.mark.rule("S4.26")
@pytest.mark.parametrize(("word", "validity", "hold", "kinds"), rows(STATUS_ROWS))
def test_a_status_says_how_far_its_pieces_are(word, validity, hold, kinds):
    """
    An order of one line, so its status is the order's.
    """
    reading = kit.read(SOURCE, of_line("orderLineStatuses.orderLineStatus", [{"status": word}]))

    document = kit.only(reading, "order.placed").body
    assert (document.validity, document.hold or "") == (validity, hold)
    assert told(reading) == [kind for kind in kinds.split(",") if kind]


def test_the_table_above_is_complete():
    """
    A new row in the connector needs one here.
    """
    assert {row[0] for row in rows(STATUS_ROWS)} == set(LINE)


@pytest.mark.parametrize(("word", "reason"), CANCEL_REASON.items())
def test_a_reason_becomes_a_word_of_ours(word, reason):
    """
    Any other stays as it is.
    """
    status = {"status": "Cancelled", "cancellationReason": word}
    reading = kit.read(SOURCE, of_line("orderLineStatuses.orderLineStatus", status))

    assert kit.only(reading, "order.cancelled_at_source").body.reason == reason


@pytest.mark.rule("X.21")
def test_a_new_word_is_reported_and_decides_nothing():
    """
    Walmart may add a status any day.
    """
    reading = kit.read(SOURCE, of_line("orderLineStatuses.orderLineStatus", [{"status": "New"}]))

    unknown = kit.only(reading, "source.unknown_reported").body
    assert (unknown.field, unknown.value) == ("orderLineStatus.status", "New")
    assert kit.only(reading, "order.placed").body.validity == "unknown"


@pytest.mark.rule("X.1")
def test_the_snapshots_of_an_order_tell_one_story():
    """
    Created, acknowledged, shipped in part with a piece called off, delivered and refunded.
    """
    names = (
        "order_created",
        "order_acknowledged",
        "order_shipped_in_part",
        "order_delivered_and_refunded",
    )

    done = kit.story(SOURCE, *(kit.sample(SOURCE, name) for name in names))

    goods, money = done.derived.goods, done.derived.money
    assert (goods.ordered, goods.live, goods.handed_over, goods.delivered) == (4, 3, 3, 2)
    assert (money.due, money.captured, money.refunded) == (5149, 5149, 2649)


def test_a_line_in_three_parts_is_counted_piece_by_piece():
    """
    One shipped, one acknowledged, one cancelled: the buyer is charged for what shipped.
    """
    done = kit.story(SOURCE, kit.sample(SOURCE, "order_shipped_in_part"))

    goods, money = done.derived.goods, done.derived.money
    assert (goods.state, goods.live, goods.handed_over) == ("partially_fulfilled", 3, 2)
    assert (money.state, money.due, money.captured) == ("partially_paid", 5149, 4099)


def test_an_order_whose_every_line_is_cancelled_is_cancelled():
    """
    Priced at nothing by then, which does not make it paid.
    """
    content = kit.sample(SOURCE, "orders_list")["list"]["elements"]["order"][0]

    done = kit.story(SOURCE, content)

    assert done.derived.promise.lifecycle == "cancelled"
    assert done.derived.money.state == "unpaid"


@pytest.mark.parametrize(
    ("content", "field", "value"),
    [
        (order(purchaseOrderId=1796330000001), "purchaseOrderId", "1796330000001"),
        (order(orderDate=1709280000), "orderDate", "1709280000"),
        (
            of_line("orderLineQuantity.amount", "1.5"),
            "orderLines.orderLine.0.orderLineQuantity.amount",
            "1.5",
        ),
        (
            of_line("orderLineQuantity.amount", "-1"),
            "orderLines.orderLine.0.orderLineQuantity.amount",
            "-1",
        ),
        (
            of_line("charges.charge.0.chargeAmount.amount", None),
            "charges.charge.chargeAmount.amount",
            "None",
        ),
        (
            of_line("charges.charge.0.chargeAmount.amount", -100),
            "charges",
            "-9450",
        ),
        (
            of_line("charges.charge", []),
            "charges.charge.chargeAmount.currency",
            "",
        ),
        (
            of_line("charges.charge.1.chargeAmount.currency", "CAD"),
            "charges.charge.chargeAmount.currency",
            "CAD",
        ),
    ],
)
def test_bad_input_is_quarantined_with_its_field_and_value(content, field, value):
    """
    A wrong fact would be worse than none.
    """
    reading = kit.read(SOURCE, content)

    assert reading.facts == ()
    [quarantined] = reading.quarantined
    assert (quarantined.field, quarantined.value) == (field, value)


def test_an_answer_that_failed_says_why():
    """
    No order in it.
    """
    reading = kit.read(SOURCE, {"errors": {"error": [{"code": "UNAUTHORIZED"}]}})

    assert [each.reason for each in reading.quarantined] == ["is no payload of Walmart"]
