"""Magento: what each state, status and count becomes, and how its documents tell one story."""

import pytest

from connectors.magento import SOURCE
from connectors.magento.table import STATES, STATUSES
from tests.connectors import kit

PAID = {"total_paid": 70.55}

STATE_ROWS = """
new              pending  -        -
pending_payment  pending  -        -
payment_review   pending  payment  -
holded           -        manual   -
processing       valid    -        -
complete         valid    -        order.marked_shipped
closed           valid    -        order.closed
canceled         -        -        order.cancelled_at_source
"""

STATUS_ROWS = """
pending                   pending  -        -
pending_payment           pending  -        -
payment_review            pending  payment  -
holded                    -        manual   -
processing                valid    -        -
complete                  valid    -        order.marked_shipped
closed                    valid    -        order.closed
canceled                  -        -        order.cancelled_at_source
fraud                     -        fraud    risk.flagged
pending_paypal            pending  -        -
paypal_reversed           -        payment  -
paypal_canceled_reversal  valid    -        -
"""


def rows(table):
    return [tuple(word.strip("-") for word in line.split()) for line in table.split("\n") if line]


def order(**changes):
    return kit.sample(SOURCE, "order_pending") | changes


def told(reading):
    """Name the kinds beside the document and its links."""
    return [k for k in kit.kinds(reading) if k not in {"order.revised", "reference.linked"}]


@pytest.mark.rule("S4.26", "S4.27", "S4.29")
@pytest.mark.parametrize(("state", "validity", "hold", "kind"), rows(STATE_ROWS))
def test_a_state_says_how_far_the_order_is(state, validity, hold, kind):
    """
    Valid, pending, on hold, complete, cancelled: by the state, whatever the shop calls it.
    """
    reading = kit.read(SOURCE, order(state=state, status="our_own_word"))

    document = kit.only(reading, "order.revised").body
    assert (document.validity, document.hold or "") == (validity, hold)
    assert document.source_status == "our_own_word"
    assert told(reading) == [kind] * bool(kind)


@pytest.mark.parametrize(("status", "validity", "hold", "kind"), rows(STATUS_ROWS))
def test_a_status_counts_where_no_state_stands_beside_it(status, validity, hold, kind):
    """
    Exports leave the state out; the default statuses say the same.
    """
    reading = kit.read(SOURCE, order(state=None, status=status))

    document = kit.only(reading, "order.revised").body
    assert (document.validity, document.hold or "") == (validity, hold)
    assert told(reading) == [kind] * bool(kind)


def test_the_tables_above_are_complete():
    """
    A new row in the connector needs one here.
    """
    assert [row[0] for row in rows(STATE_ROWS)] == list(STATES)
    assert [row[0] for row in rows(STATUS_ROWS)] == list(STATUSES)


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"state": "dreaming", "status": "pending"}, "state"),
        ({"state": "", "status": "dreaming"}, "status"),
    ],
)
def test_a_word_that_no_table_knows_is_reported(words, field):
    """
    The order comes in and its validity is unknown.
    """
    reading = kit.read(SOURCE, order(**words))

    assert kit.only(reading, "order.revised").body.validity == "unknown"
    assert kit.only(reading, "source.unknown_reported").body.field == field


@pytest.mark.parametrize(("state", "hold"), [("processing", "fraud"), ("complete", "")])
def test_suspected_fraud_is_sharper_than_the_state_until_the_order_ends(state, hold):
    """
    `fraud` is a status of two states.
    """
    reading = kit.read(SOURCE, order(state=state, status="fraud"))

    assert (kit.only(reading, "order.revised").body.hold or "") == hold


@pytest.mark.parametrize("number", ["1", "2", "3", "4"])
def test_a_numbered_state_of_an_invoice_is_open_paid_or_cancelled(number):
    """
    Anything else is reported.
    """
    reading = kit.read(SOURCE, kit.sample(SOURCE, "invoice_paid") | {"state": int(number)})

    expected = {"2": "payment.captured", "3": "invoice.voided", "4": "source.unknown_reported"}
    assert kit.kinds(reading) == ["invoice.created", *filter(None, [expected.get(number)])]


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (1, "payment.refund_requested"),
        (2, "payment.refunded"),
        (3, "payment.refund_failed"),
        (0, "source.unknown_reported"),
    ],
)
def test_a_numbered_state_of_a_credit_memo_is_open_refunded_or_cancelled(number, kind):
    """
    Anything else is reported.
    """
    content = kit.sample(SOURCE, "creditmemo_refunded") | {"state": number}

    assert kit.kinds(kit.read(SOURCE, content)) == [kind]


def test_money_is_the_orders_own_and_never_the_shops_base_currency():
    """
    76.30 USD in the books is 70.55 EUR to the buyer.
    """
    document = kit.only(kit.read(SOURCE, order()), "order.revised").body

    assert (document.total, document.currency) == (7055, "EUR")


@pytest.mark.rule("S2.14")
@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("checkmo", "manual"),
        ("cashondelivery", "manual"),
        ("banktransfer", "manual"),
        ("purchaseorder", "manual"),
        ("companycredit", "manual"),
        ("free", ""),
        ("", ""),
        ("braintree", "online"),
    ],
)
def test_a_method_is_manual_where_money_changes_hands_outside(method, expected):
    """
    Cheque, cash, transfer, on account.
    """
    reading = kit.read(SOURCE, order(payment={"method": method}))

    assert kit.only(reading, "order.revised").body.payment_method == expected


def snapshot(at, **changes):
    return order(updated_at=f"2024-03-0{at} 10:00:00", **changes)


def line(**counts):
    [item] = kit.sample(SOURCE, "order_pending")["items"]
    return [item | counts]


@pytest.mark.rule("X.1")
def test_snapshots_an_invoice_and_shipments_tell_one_story_in_any_order():
    """
    Paid once, two of three pieces sent, told by the order's sums and by its documents.
    """
    paid = snapshot(2, state="processing", status="processing", **PAID)
    sent = paid | {"updated_at": "2024-03-03 10:00:00", "items": line(qty_shipped=2)}
    contents = [order(), paid, sent]
    parts = [kit.sample(SOURCE, "invoice_paid"), kit.sample(SOURCE, "shipment_two_parcels")]

    end = kit.story(SOURCE, *contents, *parts).derived

    assert (end.money.state, end.money.captured) == ("paid", 7055)
    assert (end.goods.state, end.goods.handed_over) == ("partially_fulfilled", 2)


def test_a_shipment_takes_the_place_of_the_count():
    """
    The pieces that the order counts as sent are those of the shipment that names them.
    """
    sent = snapshot(3, state="processing", items=line(qty_shipped=3))

    counted = kit.story(SOURCE, sent)
    named = kit.story(SOURCE, sent, kit.sample(SOURCE, "shipment_two_parcels"))

    assert counted.derived.goods.handed_over == named.derived.goods.handed_over == 3
    assert named.derived.goods.over == 0


@pytest.mark.rule("S4.30")
def test_a_complete_order_left_whole():
    """
    Complete is invoiced and shipped; virtual goods are never counted as shipped.
    """
    end = kit.story(SOURCE, order(), snapshot(4, state="complete", **PAID)).derived

    assert (end.promise.lifecycle, end.goods.state) == ("completed", "fulfilled")


@pytest.mark.rule("S4.7")
def test_refunded_pieces_that_never_left_are_off_the_order():
    """
    One sent and refunded, two refunded unsent: two are cancelled.
    """
    end = kit.story(SOURCE, kit.sample(SOURCE, "order_closed")).derived

    assert [(one.cancelled, one.handed_over) for one in end.goods.lines] == [(2, 1)]
    assert (end.money.state, end.promise.closure) == ("refunded", "closed")


def test_a_hold_ends_when_the_state_does():
    """
    The hold is the state's own.
    """
    held = snapshot(2, state="holded", status="holded")
    going_on = snapshot(3, state="processing", status="processing")

    assert kit.story(SOURCE, held).derived.promise.hold == "on_hold"
    assert kit.story(SOURCE, held, going_on).derived.promise.hold == "clear"


def test_two_snapshots_of_one_second_keep_the_further_one():
    """
    Invoice and shipment are often made within a second.
    """
    paid = snapshot(2, state="processing", **PAID)
    sent = paid | {"items": line(qty_shipped=1)}

    assert kit.story(SOURCE, sent, paid).derived.goods.handed_over == 1


def test_a_variant_and_its_article_are_one_line_and_a_bundle_is_its_parts_where_sent_apart():
    """
    Whoever counts both sends everything twice.
    """
    content = kit.sample(SOURCE, "order_part_shipped")
    whole = kit.changed(content, {"items.4.qty_shipped": 0})
    apart = kit.changed(whole, {"items.3.product_options": {"shipment_type": 1}})

    lines = [
        [each.line_id for each in kit.only(kit.read(SOURCE, each), "order.revised").body.lines]
        for each in (content, whole, apart)
    ]

    assert lines == [
        ["653", "660", "663", "664"],
        ["653", "660", "662"],
        ["653", "660", "663", "664"],
    ]


@pytest.mark.parametrize("what", ["order", "invoice", "shipment", "creditmemo"])
def test_an_event_that_only_names_its_document_has_it_fetched(what):
    """
    Below the address of the shop's REST interface, and nowhere that the payload says.
    """
    topic = f"com.adobe.commerce.observer.sales_{what}_save_after"
    topic = topic.replace("sales_", "sales_order_" if what != "order" else "sales_")

    reading = kit.read(SOURCE, {"event": {"data": {"value": {"entity_id": "5"}}}}, topic=topic)

    [wanted] = reading.wanted
    folder = {"order": "orders", "invoice": "invoices"}.get(what, what)
    assert (wanted.what, wanted.id, wanted.path) == (what, "5", f"{folder}/5")
    assert wanted.topic in SOURCE.topics
    assert reading.facts == ()


@pytest.mark.parametrize(
    ("quantity", "pieces", "reported"),
    [
        (1.5, 2, "1.5"),
        ("1.5000", 2, "1.5000"),
        (0.25, 1, "0.25"),
        ("2.0000", 2, ""),
        (2.0, 2, ""),
        (None, 0, ""),
    ],
)
def test_parts_of_a_piece_count_as_a_piece_and_are_reported(quantity, pieces, reported):
    """
    Cloth by the metre: one piece more is owed, never less.
    """
    changes = {"items.0.qty_ordered": quantity}
    order = kit.changed(kit.sample(SOURCE, "order_pending"), changes)

    document, *others = kit.read(SOURCE, order).facts

    assert document.body.lines[0].quantity == pieces
    unknown = [each.body for each in others if hasattr(each.body, "field")]
    assert [each.value.partition(" of line ")[0] for each in unknown] == [reported] * bool(
        reported
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"entity_id": 1.5}, "entity_id"),
        ({"entity_id": None}, "entity_id"),
        ({"order_currency_code": "BTC"}, "currency"),
        ({"order_currency_code": None}, "currency"),
        ({"grand_total": "12.345"}, "grand_total"),
        ({"grand_total": -1}, "grand_total"),
        ({"grand_total": None}, "grand_total"),
        ({"grand_total": 1e300}, "grand_total"),
        ({"total_paid": {}}, "total_paid"),
        ({"created_at": "0000-00-00 00:00:00"}, "created_at"),
        ({"created_at": 1709280900}, "created_at"),
        ({"items": {"0": {}}}, "items"),
        ({"items.0.item_id": None}, "items.0.item_id"),
        ({"items.0.qty_ordered": -0.5}, "items.0.qty_ordered"),
        ({"items.0.qty_ordered": "NaN"}, "items.0.qty_ordered"),
        ({"items.0.qty_ordered": "Infinity"}, "items.0.qty_ordered"),
        ({"items.0.qty_ordered": -1}, "items.0.qty_ordered"),
        ({"items.0.qty_shipped": True}, "items.0.qty_shipped"),
        ({"items.0.qty_ordered": "many"}, "items.0.qty_ordered"),
        ({"items.0.row_total": []}, "items.row_total"),
        ({"billing_address": "Kade 3"}, "billing_address"),
        ({"payment.amount_authorized": "x"}, "payment.amount_authorized"),
    ],
)
def test_what_is_not_understood_is_quarantined_with_its_field(changes, field):
    """
    Ids as floats, currencies that are none, negative pieces, times that are none.
    """
    reading = kit.read(SOURCE, kit.changed(kit.sample(SOURCE, "order_pending"), changes))

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"entity_id": "x", "increment_id": "1"}, "entity_id"),
        ({"entity_id": 5}, "body"),
        ({"entity_id": 5, "order_id": 7}, "body"),
        ({"search_criteria": {}, "items": [7]}, "items.0"),
        ({"track_number": "1"}, "parent_id"),
    ],
)
def test_what_is_no_document_is_quarantined(content, field):
    """
    It says neither what it is nor what it is about.
    """
    assert [each.field for each in kit.read(SOURCE, content).quarantined] == [field]


def test_an_unknown_topic_is_quarantined_by_name():
    """
    A new one is for a person to look at.
    """
    [found] = kit.read(SOURCE, order(), topic="observer.sales_quote_save_after").quarantined

    assert (found.field, found.value) == ("topic", "observer.sales_quote_save_after")
