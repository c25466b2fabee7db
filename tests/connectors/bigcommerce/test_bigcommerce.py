"""BigCommerce: what hooks have fetched, what each status becomes, one story of many documents."""

from datetime import UTC, datetime

import pytest

from connectors.bigcommerce import SOURCE
from connectors.bigcommerce.source import HOOKS
from connectors.bigcommerce.table import PAYMENT, STATUSES, TRANSACTIONS
from tests.connectors import kit

STATUS_ROWS = """
0   draft    -        -
1   pending  -        -
2   valid    -        order.marked_shipped
3   valid    -        -
4   valid    -        payment.captured payment.refunded
5   -        -        order.cancelled_at_source
6   -        -        order.cancelled_at_source
7   pending  -        -
8   valid    -        order.work_started
9   valid    -        order.work_started
10  valid    -        order.marked_shipped
11  valid    -        -
12  -        manual   -
13  -        payment  -
14  valid    -        -
"""

PAYMENT_ROWS = """
-                   -
authorized          payment.authorized
captured            payment.captured
capture_pending     payment.pending
declined            payment.failed
held_for_review     payment.pending
paid                payment.captured
partially_refunded  payment.captured payment.refunded
pending             payment.pending
refunded            payment.captured payment.refunded
void                payment.reversed
void_pending        payment.authorized
"""

TRANSACTION_ROWS = """
purchase       ok     payment.captured
purchase       error  payment.failed
authorization  ok     payment.authorized
authorization  error  payment.failed
capture        ok     payment.captured
capture        error  payment.capture_failed
settled        ok     payment.captured
settled        error  payment.capture_failed
refund         ok     payment.refunded
refund         error  payment.refund_failed
void           ok     payment.reversed
void           error  -
pending        ok     payment.pending
pending        error  payment.failed
"""

ORDER = "v2/orders/518?include=consignments.line_items&consignment_structure=object"


def rows(table, width):
    for line in table.strip().splitlines():
        words = [word.strip("-") for word in line.split()]
        yield (*words[: width - 1], [word for word in words[width - 1 :] if word])


def order(**changes):
    return kit.sample(SOURCE, "order_with_lines") | changes


def told(reading):
    """Name the kinds beside the document and its links."""
    return kit.kinds(reading)[1:] and [
        kind for kind in kit.kinds(reading)[1:] if kind != "reference.linked"
    ]


@pytest.mark.rule("S4.26", "S4.27", "S4.29")
@pytest.mark.parametrize(
    ("number", "validity", "hold", "expected"), list(rows(STATUS_ROWS, 4)), ids=str
)
def test_a_status_goes_by_its_number(number, validity, hold, expected):
    """
    Shops rename statuses, numbers are stable; the shop's own name is what the document says.
    """
    changes = {"status_id": int(number), "custom_status": "Ours", "payment_status": ""}

    reading = kit.read(SOURCE, order(**changes))

    document = reading.facts[0].body
    assert (document.validity, document.hold or "") == (validity, hold)
    assert document.source_status == "Ours"
    assert told(reading) == expected


@pytest.mark.parametrize(("word", "expected"), list(rows(PAYMENT_ROWS, 2)), ids=str)
def test_a_payment_status_claims_the_whole_total(word, expected):
    """
    What was refunded stands beside it.
    """
    changes = {"payment_status": word.replace("_", " ")}
    if word == "partially_refunded":
        changes["refunded_amount"] = "22.0000"

    assert told(kit.read(SOURCE, order(**changes))) == expected


@pytest.mark.parametrize(("event", "status", "expected"), list(rows(TRANSACTION_ROWS, 3)), ids=str)
def test_a_transaction_says_what_it_did(event, status, expected):
    """
    An error of a reversal leaves the authorisation as it stands.
    """
    [first, *_] = kit.sample(SOURCE, "transactions")["data"]

    reading = kit.read(SOURCE, first | {"event": event, "status": status})

    assert [k for k in kit.kinds(reading) if k != "reference.linked"] == expected


def test_the_tables_above_are_complete():
    """
    A new row in the connector needs one here.
    """
    assert [row[0] for row in rows(STATUS_ROWS, 4)] == list(STATUSES)
    words = {row[0].replace("_", " ") for row in rows(PAYMENT_ROWS, 2)}
    assert words == set(PAYMENT)
    assert {row[0] for row in rows(TRANSACTION_ROWS, 3)} == set(TRANSACTIONS)


@pytest.mark.rule("X.21")
@pytest.mark.parametrize("field", ["status_id", "payment_status"])
def test_a_word_that_no_table_knows_is_reported(field):
    """
    The order comes in all the same.
    """
    reading = kit.read(SOURCE, order(**{field: "77"}))

    assert kit.only(reading, "source.unknown_reported").body.field == field
    expected = "unknown" if field == "status_id" else "valid"
    assert reading.facts[0].body.validity == expected


HOOK_ROWS = [
    ("store/order/created", [ORDER]),
    ("store/order/updated", [ORDER]),
    ("store/order/statusUpdated", [ORDER]),
    ("store/order/archived", [ORDER]),
    ("store/order/refund/created", [ORDER, "v3/orders/518/transactions"]),
    ("store/order/transaction/created", ["v3/orders/518/transactions"]),
    ("store/order/transaction/updated", ["v3/orders/518/transactions"]),
    ("store/order/message/created", []),
    ("store/order/metafield/created", []),
    ("store/order/metafield/updated", []),
    ("store/order/metafield/deleted", []),
    ("store/shipment/created", ["v2/orders/518/shipments/12"]),
    ("store/shipment/updated", ["v2/orders/518/shipments/12"]),
    ("store/shipment/deleted", []),
]


@pytest.mark.parametrize(("scope", "expected"), HOOK_ROWS, ids=str)
def test_a_hook_names_the_documents_to_fetch(scope, expected):
    """
    It holds ids alone; the paths are ours, never an address of the payload.
    """
    name = "hook_shipment_created" if "shipment" in scope else "hook_order_created"

    reading = kit.read(SOURCE, kit.sample(SOURCE, name) | {"scope": scope})

    assert [each.path for each in reading.wanted] == expected
    assert {each.account for each in reading.wanted} <= {kit.ACCOUNT}


def test_every_hook_stands_in_the_table_above():
    """
    A new one needs a row.
    """
    assert [scope for scope, _ in HOOK_ROWS] == list(HOOKS)


def test_a_hook_of_one_channel_tells_the_same():
    """It names its channel in the scope, and the order as `order_id`."""
    hook = kit.sample(SOURCE, "hook_order_created")
    of_channel = hook | {
        "scope": "store/channel/664179/order/updated",
        "data": {"order_id": hook["data"]["id"]},
    }

    assert kit.read(SOURCE, of_channel).wanted == kit.read(SOURCE, hook).wanted


def test_a_remark_about_an_order_needs_nothing_of_it():
    """A metafield's hook names the order as `resource_id`, as text."""
    hook = kit.sample(SOURCE, "hook_order_created")
    remark = {"scope": "store/order/metafield/created", "data": {"resource_id": "270"}}

    reading = kit.read(SOURCE, hook | remark)
    assert (reading.ignored, reading.quarantined) == ("a message or a remark about an order", ())


@pytest.mark.parametrize("scope", ["store/product/updated", "store/cart/lineItem/created"])
def test_hooks_about_other_things_are_ignored(scope):
    """
    One receiver may get them all.
    """
    assert kit.read(SOURCE, kit.sample(SOURCE, "hook_order_created") | {"scope": scope}).ignored


def test_a_hook_is_dated_by_its_own_seconds():
    """
    A deleted shipment is off; an order that was put away is archived.
    """
    at = datetime(2024, 3, 1, 8, 15, 5, tzinfo=UTC)
    deleted = kit.read(SOURCE, kit.sample(SOURCE, "hook_shipment_deleted"))
    archived = kit.read(SOURCE, kit.sample(SOURCE, "hook_order_archived"))

    assert kit.only(deleted, "shipment.cancelled").occurred_at == at
    assert kit.only(archived, "order.archived").occurred_at == at


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"scope": "store/order/teleported"}, "scope"),
        ({"scope": 7}, "scope"),
        ({"data": None}, "data"),
        ({"data.id": 1.5}, "data"),
        ({"data.id": "../../admin"}, "data"),
        ({"created_at": "2024-03-01"}, "created_at"),
        ({"created_at": 1709280905000}, "created_at"),
        ({"created_at": True}, "created_at"),
    ],
)
def test_a_hook_that_is_not_understood_is_quarantined(changes, field):
    """
    Nothing is fetched for it.
    """
    reading = kit.read(SOURCE, kit.changed(kit.sample(SOURCE, "hook_order_created"), changes))

    assert reading.wanted == ()
    assert [each.field for each in reading.quarantined] == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": 1.5}, "id"),
        ({"id": None}, "id"),
        ({"status_id": "x"}, "status_id"),
        ({"default_currency_code": "BTC"}, "currency"),
        ({"total_inc_tax": "12.3456"}, "total_inc_tax"),
        ({"total_inc_tax": "-1.0000"}, "total_inc_tax"),
        ({"total_inc_tax": None}, "total_inc_tax"),
        ({"total_inc_tax": 10**30}, "body"),
        ({"total_tax": []}, "total_tax"),
        ({"refunded_amount": "x"}, "refunded_amount"),
        ({"date_created": ""}, "date_created"),
        ({"date_created": "Fri, 99 Mar 2024"}, "date_created"),
        ({"date_modified": 5}, "date_modified"),
        ({"billing_address": "Kade 3"}, "billing_address"),
        ({"consignments": "none"}, "consignments"),
        ({"consignments.shipping.0.line_items.0.quantity": -1}, "line_items.quantity"),
        ({"consignments.shipping.0.line_items.0.quantity": 1.5}, "line_items.quantity"),
        ({"consignments.shipping.0.line_items.0.total_inc_tax": {}}, "products.total_inc_tax"),
        ({"payment_status": "partially refunded"}, "refunded_amount"),
    ],
)
def test_what_is_not_understood_is_quarantined_with_its_field(changes, field):
    """
    Ids as floats, half pieces, amounts between two cents, a refund without its amount.
    """
    reading = kit.read(SOURCE, kit.changed(order(), changes))

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


def test_money_is_in_the_currency_that_the_buyer_pays_in():
    """
    Prices were shown in dollars and are due in euros.
    """
    document = kit.read(SOURCE, order()).facts[0].body

    assert (document.currency, document.total, document.discount_total) == ("EUR", 6995, 500)


@pytest.mark.rule("S2.14")
def test_cash_that_is_awaited_is_no_authorisation():
    """
    The shop says `authorized` as soon as a manual method is chosen.
    """
    end = kit.story(SOURCE, kit.sample(SOURCE, "order_pickup_cash"))

    assert end.derived.money.state == "unpaid"


@pytest.mark.rule("X.1")
def test_orders_shipments_and_transactions_tell_one_story_in_any_order():
    """
    Paid by Stripe, two of three pieces sent, one refunded unsent.
    """
    names = ("order_with_lines", "order_part_shipped", "order_partially_refunded")
    contents = [kit.sample(SOURCE, name) for name in names]
    [parcel, _] = kit.sample(SOURCE, "shipments")
    transactions = kit.sample(SOURCE, "transactions")["data"][:2]

    end = kit.story(SOURCE, *contents, parcel, transactions).derived

    money = end.money
    assert (money.captured, money.refunded, money.state) == (6995, 2200, "partially_refunded")
    assert (end.goods.handed_over, end.goods.live, end.goods.state) == (2, 2, "fulfilled")


def test_an_order_whose_lines_are_elsewhere_takes_nothing_from_one_that_has_them():
    """
    A later list without lines would take the goods away until the lines are fetched again.
    """
    later = order(consignments=None, date_modified="Sat, 09 Mar 2024 10:00:00 +0000")

    end = kit.story(SOURCE, order(), later)

    assert [item.line_id for item in end.head.items] == ["188", "189"]
    assert [each.path for each in kit.read(SOURCE, later).wanted] == [ORDER]


def test_a_shipment_that_gets_its_number_later_is_one_shipment():
    """
    An edited shipment keeps its date.
    """
    [numbered, _] = kit.sample(SOURCE, "shipments")
    before = kit.sample(SOURCE, "shipment_before_its_number")

    end = kit.story(SOURCE, order(), before, numbered)

    assert list(end.derived.goods.parcels) == ["EJ958083578US"]
    assert end.derived.goods.handed_over == 2


def test_what_settles_a_transaction_is_that_transaction():
    """
    Purchased and later settled is captured once.
    """
    [first, *_] = kit.sample(SOURCE, "transactions")["data"]
    purchase = first | {"event": "purchase", "gateway": "klarna"}
    settled = purchase | {"id": 71, "event": "settled", "reference_transaction_id": 70}

    assert (
        kit.story(SOURCE, order(payment_status=""), purchase, settled).derived.money.captured
        == 6995
    )


@pytest.mark.parametrize(
    "content",
    [{"data": [{"id": 1}]}, {"id": 5}, {"order_id": 5}, [7], {"data": 7, "meta": {}}],
    ids=str,
)
def test_what_is_no_document_is_quarantined(content):
    """
    It says neither what it is nor what it is about.
    """
    assert kit.read(SOURCE, content).quarantined


@pytest.mark.parametrize("order_id", [None, 1.5, "x/../y"])
def test_a_line_of_no_order_has_nothing_fetched(order_id):
    """
    Ids are digits, so no path leads elsewhere.
    """
    [line, _] = kit.sample(SOURCE, "products")

    reading = kit.read(SOURCE, line | {"order_id": order_id})

    assert (reading.wanted, [each.field for each in reading.quarantined]) == ((), ["order_id"])
