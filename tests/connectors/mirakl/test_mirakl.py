"""Mirakl: what each state becomes, and how orders, shipments and returns tell one story."""

import pytest

from connectors.mirakl import SOURCE
from connectors.mirakl import table as mirakl
from tests.connectors import kit

ORDER_ROWS = """
STAGING                pending  -
WAITING_ACCEPTANCE     pending  -
WAITING_DEBIT          pending  -
WAITING_DEBIT_PAYMENT  pending  -
SHIPPING               valid    -
SHIPPED                valid    -
TO_COLLECT             valid    -
RECEIVED               valid    -
CLOSED                 valid    order.closed
REFUSED                -        order.cancelled_at_source
CANCELED               -        order.cancelled_at_source
"""

LINE_ROWS = """
STAGING                 -  0  0
WAITING_ACCEPTANCE      -  0  0
WAITING_DEBIT           -  0  0
WAITING_DEBIT_PAYMENT   -  0  0
SHIPPING                -  0  0
SHIPPED                 -  3  0
TO_COLLECT              -  3  0
RECEIVED                -  3  3
CLOSED                  -  0  0
INCIDENT_OPEN           -  0  0
INCIDENT_CLOSED         -  0  0
WAITING_REFUND          -  0  0
WAITING_REFUND_PAYMENT  -  0  0
REFUNDED                -  0  0
REFUSED                 3  0  0
CANCELED                3  0  0
"""

SERVICE_ROWS = """
WAITING_SCORING        pending  -
ORDER_PENDING          pending  -
WAITING_DEBIT          pending  -
WAITING_DEBIT_PAYMENT  pending  -
ORDER_ACCEPTED         valid    -
ORDER_CLOSED           valid    order.closed
ORDER_REFUSED          -        order.cancelled_at_source
ORDER_EXPIRED          -        order.cancelled_at_source
ORDER_CANCELLED        -        order.cancelled_at_source
"""

SHIPMENT_ROWS = """
SHIPPING           -                      -
SHIPMENT_PREPARED  shipment.packed        -
READY_FOR_PICK_UP  shipment.packed        -
SHIPPED            shipment.handed_over   -
TO_COLLECT         shipment.handed_over   ready_for_pickup
RECEIVED           shipment.handed_over   delivered
CLOSED             shipment.handed_over   -
CANCELED           shipment.cancelled     -
"""

RETURN_ROWS = """
WAITING_ACCEPTANCE  -
IN_PROGRESS         return.approved
REFUSED             return.rejected
RECEIVED            return.approved,return.received
NO_RECEPTION        return.approved,return.cancelled
CLOSED              return.approved,return.completed
CANCELED            return.cancelled
"""


def rows(table):
    return [[cell.strip("-") for cell in line.split()] for line in table.split("\n") if line]


def order(**changes):
    content = kit.sample(SOURCE, "order_waiting_acceptance")["orders"][0]
    return kit.changed(content, changes)


def first(name, **changes):
    return kit.sample(SOURCE, name)["data"][0] | changes


def told(content):
    """Name the kinds beside the document and its links."""
    plain = {"order.placed", "order.revised", "reference.linked"}
    return [kind for kind in kit.kinds(kit.read(SOURCE, content)) if kind not in plain]


@pytest.mark.rule("S4.26")
@pytest.mark.parametrize(("word", "validity", "kind"), rows(ORDER_ROWS))
def test_a_state_says_how_far_the_order_is(word, validity, kind):
    """
    What left is told by the lines.
    """
    content = order(order_state=word)

    assert kit.only(kit.read(SOURCE, content), "order.placed").body.validity == validity
    assert told(content) == [kind] * bool(kind)


@pytest.mark.parametrize(("word", "off", "left", "arrived"), rows(LINE_ROWS))
def test_a_state_of_a_line_says_where_its_pieces_are(word, off, left, arrived):
    """
    Three pieces; states after the delivery say nothing of it, the dates do.
    """
    content = order(**{"order_lines.0.order_line_state": word})

    goods = kit.story(SOURCE, content).derived.goods

    line = goods.lines[0]
    assert (line.cancelled, goods.handed_over, goods.delivered) == (
        int(off or 0),
        int(left),
        int(arrived),
    )


@pytest.mark.parametrize("word", ["CLOSED", "INCIDENT_OPEN", "INCIDENT_CLOSED", "REFUNDED"])
def test_a_line_left_where_it_has_the_date_of_it(word):
    """
    Whatever became of it then.
    """
    changes = {"order_line_state": word, "shipped_date": "2024-05-03T09:00:00Z"}
    content = order(**{f"order_lines.0.{key}": value for key, value in changes.items()})

    assert kit.story(SOURCE, content).derived.goods.handed_over == 3


@pytest.mark.parametrize("word", sorted(mirakl.AWAITS_DEBIT))
@pytest.mark.parametrize(
    ("workflow", "validity"),
    [
        ("PAY_ON_ACCEPTANCE", "pending"),
        ("PAY_ON_DELIVERY", "valid"),
        ("PAY_ON_DUE_DATE", "valid"),
        ("PAY_ON_SHIPMENT", "valid"),
        ("NO_CUSTOMER_PAYMENT_CONFIRMATION", "valid"),
    ],
)
def test_goods_wait_for_the_money_only_where_it_comes_first(word, workflow, validity):
    """
    In all other workflows the debit comes after the goods.
    """
    reading = kit.read(SOURCE, order(order_state=word, payment_workflow=workflow))

    assert kit.only(reading, "order.placed").body.validity == validity


@pytest.mark.parametrize(("word", "validity", "kind"), rows(SERVICE_ROWS))
def test_a_state_says_how_far_an_order_of_a_service_is(word, validity, kind):
    """
    One line, one price.
    """
    content = first("service_orders", state=word, refunds=[])

    assert kit.only(kit.read(SOURCE, content), "order.revised").body.validity == validity
    assert told(content) == [kind] * bool(kind)


@pytest.mark.parametrize(("word", "kind"), mirakl.REFUND.items())
def test_a_refund_is_asked_for_or_done(word, kind):
    """
    With the taxes that its amount leaves out.
    """
    content = kit.sample(SOURCE, "order_closed_after_a_refund")
    refund = content["order_lines"][0]["refunds"][0] | {"refund_state": word}
    content["order_lines"][0]["refunds"] = [refund]

    refunded = kit.only(kit.read(SOURCE, content), kind.__struct_config__.tag)

    assert (refunded.body.amount, refunded.body.reference) == (2050, "1106")


@pytest.mark.parametrize(("word", "kind", "state"), rows(SHIPMENT_ROWS))
def test_a_shipment_is_packed_leaves_or_is_called_off(word, kind, state):
    """
    Two of its states are news of the parcel.
    """
    content = first("shipments", status=word, tracking=None)

    reading = kit.read(SOURCE, content)

    moved = [each for each in told(content) if each not in {"shipment.created", "shipment.scan"}]
    assert moved == [kind] * bool(kind)
    states = [f.body.state for f in reading.facts if f.__struct_config__.tag == "shipment.scan"]
    assert states == [state] * bool(state)


@pytest.mark.parametrize(("word", "state"), mirakl.MILESTONE.items())
def test_a_milestone_is_a_scan_of_its_shipment(word, state):
    """
    At a time with its offset; one without is no time.
    """
    when = {"date": "2024-05-06", "time": "14:00:00", "offset": "+02:00"}
    tracking = {"milestones": [{"type": word, "occurrence_date": when}]}

    scan = kit.only(
        kit.read(SOURCE, first("shipments", status="SHIPPED", tracking=tracking)),
        "shipment.scan",
    )

    assert (scan.body.state, scan.body.code, scan.occurred_at.hour) == (state, word, 12)


@pytest.mark.parametrize(("word", "kinds"), rows(RETURN_ROWS))
def test_a_return_is_requested_and_goes_its_way(word, kinds):
    """
    What was received may not be what was sent.
    """
    content = first("returns", state=word)

    assert told(content) == ["return.requested", *filter(None, kinds.split(","))]


def test_the_tables_above_are_complete():
    """
    A new row in the connector needs one here.
    """
    tables = (
        (ORDER_ROWS, mirakl.ORDER),
        (LINE_ROWS, mirakl.LINE),
        (SERVICE_ROWS, mirakl.SERVICE),
        (SHIPMENT_ROWS, mirakl.SHIPMENT),
        (RETURN_ROWS, mirakl.RETURN),
    )
    for table, words in tables:
        assert {row[0] for row in rows(table)} == set(words)


@pytest.mark.rule("X.21")
def test_new_words_are_reported_and_decide_nothing():
    """
    Mirakl says that it may add values any day.
    """
    reported = {
        (fact.body.field, fact.body.value)
        for name in ("orders_page", "shipments", "returns")
        for fact in kit.read(SOURCE, kit.sample(SOURCE, name)).facts
        if fact.__struct_config__.tag == "source.unknown_reported"
    }

    assert reported == {
        ("order_state", "TELEPORTING"),
        ("order_line_state", "HOVERING"),
        ("refund_state", "EATEN"),
        ("shipment.milestones.type", "SWALLOWED"),
        ("shipment.status", "LOITERING"),
        ("return.state", "DANCING"),
    }


@pytest.mark.rule("X.1")
def test_an_order_with_its_shipment_and_return_tells_one_story():
    """
    Waiting, shipping with a line refused, shipped, closed; and what is told apart from it.
    """
    names = (
        "order_waiting_acceptance",
        "order_shipping_with_a_refused_line",
        "order_shipped",
        "order_closed_after_a_refund",
    )
    apart = [first("shipments"), first("returns")]

    done = kit.story(SOURCE, *(kit.sample(SOURCE, name) for name in names), apart)

    goods, money = done.derived.goods, done.derived.money
    assert (goods.ordered, goods.live, goods.handed_over, goods.over) == (4, 2, 2, 0)
    assert (goods.delivered, goods.returned) == (2, 1)
    assert (money.due, money.captured, money.refunded, money.refund_pending) == (
        4750,
        4750,
        2050,
        500,
    )


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"order_id": 200}, "order_id", "200"),
        ({"order_lines.0.quantity": 1.5}, "order_lines.0.quantity", "1.5"),
        ({"order_lines.0.quantity": kit.DELETE}, "order_lines.0.quantity", None),
        ({"created_date": "2024-05-02"}, "created_date", "2024-05-02"),
        ({"order_lines.0.total_price": -200}, "order_lines.total_price", "-15900"),
        ({"order_lines.0.total_price": 1.005}, "order_lines.total_price", "1.005"),
        ({"currency_iso_code": "BTC"}, "currency_iso_code", "BTC"),
        ({"currency_iso_code": "", "order_lines": []}, "currency_iso_code", ""),
    ],
)
def test_bad_input_is_quarantined_with_its_field_and_value(changes, field, value):
    """
    A wrong fact would be worse than none.
    """
    reading = kit.read(SOURCE, order(**changes))

    assert reading.facts == ()
    [quarantined] = reading.quarantined
    assert quarantined.field == field
    assert value is None or quarantined.value == value
