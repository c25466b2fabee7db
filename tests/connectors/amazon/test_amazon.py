"""Amazon: what each word becomes, and how its answers and notifications tell one story."""

import pytest

from connectors.amazon import SOURCE
from connectors.amazon import table as amazon
from connectors.amazon.milestone_table import MILESTONE, REASON, SUB_REASON
from tests.connectors import kit

ORDER_ROWS = """
PENDING_AVAILABILITY  PendingAvailability  pending  -            -
PENDING               Pending              pending  -            -
UNSHIPPED             Unshipped            valid    -            payment.authorized
PARTIALLY_SHIPPED     PartiallyShipped     valid    -            payment.authorized
INVOICE_UNCONFIRMED   InvoiceUnconfirmed   valid    -            payment.captured,order.marked_shipped
SHIPPED               Shipped              valid    -            payment.captured,order.marked_shipped
UNFULFILLABLE         Unfulfillable        valid    marketplace  payment.authorized
CANCELLED             Canceled             -        -            order.cancelled_at_source
"""

PACKAGE_ROWS = """
PENDING        created         -
SHIPPED        handed_over     shipment.handed_over
IN_TRANSIT     in_transit      shipment.handed_over
DELIVERED      delivered       shipment.handed_over
UNDELIVERABLE  attempt_failed  shipment.handed_over
CANCELLED      label_voided    shipment.cancelled
"""

DETAILED_ROWS = """
PENDING_SCHEDULE     PendingSchedule    created
PENDING_PICK_UP      PendingPickUp      created
PENDING_DROP_OFF     PendingDropOff     created
LABEL_CANCELLED      LabelCanceled      label_voided
PICKED_UP            PickedUp           handed_over
DROPPED_OFF          DroppedOff         handed_over
AT_ORIGIN_FC         AtOriginFC         in_transit
AT_DESTINATION_FC    AtDestinationFC    in_transit
OUT_FOR_DELIVERY     OutForDelivery     out_for_delivery
DELIVERED            Delivered          delivered
REJECTED_BY_BUYER    RejectedByBuyer    returning
UNDELIVERABLE        Undeliverable      attempt_failed
RETURNING_TO_SELLER  ReturningToSeller  returning
RETURNED_TO_SELLER   ReturnedToSeller   returned_to_sender
LOST                 Lost               lost
DAMAGED              Damaged            damaged
"""

MILESTONES = {
    "created": """BOOKING_ACCEPTED BOOKING_CONFIRMED BOOKING_RECEIVED CARRIER_ASSIGNED
        IN_TRANSIT_TO_PICKUP MANIFESTED_NOT_RECEIVED ORDER_PREPARING PICKUP_FAILED""",
    "label_voided": "BOOKING_CANCELLED ORDER_CANCELLED",
    "handed_over": """CARRIER_RECEIVED_SHIPMENT MISSING_MANIFEST PICKED_UP RECEIVED_AT_ORIGIN
        SHIPPED""",
    "in_transit": """ARRIVED ARRIVED_AT_DESTINATION_YARD ARRIVED_AT_RAIL_TERMINAL
        ARRIVED_AT_TERMINAL ARRIVED_IN_DESTINATION_COUNTRY CARRIER_TRANSFER CUSTOMER_CONTACTED
        CUSTOMS_CLEARED CUSTOMS_PROCESSING DELAYED DELIVERY_ADDRESS_UPDATED
        DELIVERY_APPOINTMENT_CONFIRMED DELIVERY_CHANGE_REQUESTED DEPARTED DEPARTED_RAIL_TERMINAL
        DEPARTED_TERMINAL DRAY_STOP_OFF LOADED LOADED_TRAIN MISSORTED READY_FOR_DELIVERY
        RECEIVED_FROM_CARRIER SORTED TRAILER_UNLOADED TRAILER_UNLOADING UNLOADED UNLOADED_TRAIN""",
    "held": """CARRIER_HOLD CUSTOMS_DELAY CUSTOMS_EXCEPTION CUSTOMS_HOLD
        CUSTOMS_HOLD_DISCHARGE_PORT CUSTOMS_PAYMENT_REQUIRED""",
    "out_for_delivery": "OUT_FOR_DELIVERY",
    "ready_for_pickup": "READY_FOR_CUSTOMER_PICKUP",
    "attempt_failed": """CUSTOMER_MOVED DELIVERY_ATTEMPTED INCORRECT_ADDRESS
        RECIPIENT_REFUSED_DELIVERY""",
    "delivered": "DELIVERED",
    "collected": "CUSTOMER_PICKUP_COMPLETED",
    "returning": "RETURN_DROPPED_OFF RETURN_IN_TRANSIT RETURN_PICKED_UP UNDELIVERABLE",
    "returned_to_sender": "RETURNED RETURN_RECEIVED",
    "lost": "LOST UNDELIVERABLE_DESTROY_IN_FIELD",
    "damaged": "DAMAGED",
    "unknown": """CONTAINERIZED CUSTOMS_DECLARATION_DISCHARGE_PORT CUSTOMS_DECLARATION_EMBARK_PORT
        CUSTOMS_IMPORT_SECURITY_FILED CUSTOMS_IMPORT_SECURITY_FILING_ACCEPTED
        DELIVERY_ESTIMATE_UPDATED DOCUMENTS_RECEIVED_DISCHARGE_PORT
        DOCUMENTS_RECEIVED_EMBARK_PORT EMPTY_RETURN""",
}


def rows(table):
    return [tuple(cell.strip("-") for cell in line.split()) for line in table.split("\n") if line]


def read(content):
    return kit.read(SOURCE, content)


def order(**changes):
    return kit.changed(kit.sample(SOURCE, "order_unshipped"), changes)


def order_v0(**changes):
    return kit.sample(SOURCE, "order_v0_with_items") | {"OrderItems": []} | changes


def news(name, **changes):
    """Give a notification with its content changed."""
    content = kit.sample(SOURCE, name)
    [inner] = content["Payload"].values()
    inner |= changes
    return content


def told(reading):
    """Name the kinds beside the document and its links."""
    return [k for k in kit.kinds(reading) if k not in {"order.revised", "reference.linked"}]


@pytest.mark.parametrize(("word", "word_v0", "validity", "hold", "implied"), rows(ORDER_ROWS))
def test_a_status_says_how_far_the_order_is_in_both_versions(
    word, word_v0, validity, hold, implied
):
    """
    The same words, spelled differently, say the same of an order.
    """
    readings = (
        read(order(**{"order.fulfillment.fulfillmentStatus": word})),
        read(order_v0(OrderStatus=word_v0)),
    )

    for reading in readings:
        document = kit.only(reading, "order.revised").body
        assert (document.validity, document.hold or "") == (validity, hold)
        assert document.source_status in {word, word_v0}
        assert told(reading) == [kind for kind in implied.split(",") if kind]


@pytest.mark.parametrize("word", amazon.ORDER_V0)
def test_a_changed_status_implies_the_same_without_the_money(word):
    """
    ORDER_CHANGE knows no amounts; the whole order is asked for.
    """
    content = news("order_change_cancel_asked", OrderChangeType="OrderStatusChange")
    summary = content["Payload"]["OrderChangeNotification"]["Summary"]
    summary |= {"OrderStatus": word, "OrderItems": []}

    reading = read(content)

    expected = {"shipped": ["order.marked_shipped"], "cancelled": ["order.cancelled_at_source"]}
    assert told(reading) == expected.get(amazon.ORDER[amazon.ORDER_V0[word]].happened, [])
    assert [each.id for each in reading.wanted] == ["304-7711001-4455002"]


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("content", "field"),
    [
        (order(**{"order.fulfillment.fulfillmentStatus": "NEW_WORD"}), "fulfillmentStatus"),
        (order_v0(OrderStatus="NEW_WORD"), "fulfillmentStatus"),
        (order_v0(EasyShipShipmentStatus="NEW_WORD"), "EasyShipShipmentStatus"),
        (news("order_change_cancel_asked", OrderChangeType="NEW_WORD"), "OrderChangeType"),
        (
            news("fulfilment_order_shipped", FulfillmentOrderStatus="NEW_WORD"),
            "FulfillmentOrderStatus",
        ),
        (news("onsite_shipment_cancelled", ShipmentStatus="NEW_WORD"), "ShipmentStatus"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_new_word_is_reported_and_decides_nothing(content, field):
    """
    Amazon may add a status any day.
    """
    reading = read(content)

    unknown = kit.only(reading, "source.unknown_reported").body
    assert (unknown.field, unknown.value) == (field, "NEW_WORD")


@pytest.mark.parametrize(("word", "state", "moved"), rows(PACKAGE_ROWS))
def test_a_package_says_where_it_is_and_whether_it_left(word, state, moved):
    """
    Without its detailed status the plain one counts.
    """
    content = kit.sample(SOURCE, "order_shipped_in_packages")
    del content["order"]["packages"][1:]
    content["order"]["packages"][0]["packageStatus"] = {"status": word}

    reading = read(content)

    assert kit.only(reading, "shipment.scan").body.state == state
    assert [kind for kind in kit.kinds(reading) if kind in amazon_moves] == [moved] * bool(moved)


amazon_moves = {"shipment.handed_over", "shipment.cancelled"}


@pytest.mark.parametrize(("word", "easy_ship", "state"), rows(DETAILED_ROWS))
def test_a_detailed_status_says_more_and_easy_ship_says_it_in_version_0(word, easy_ship, state):
    """
    Sixteen words, the same in both versions but for their spelling.
    """
    content = kit.sample(SOURCE, "order_shipped_in_packages")
    del content["order"]["packages"][1:]
    content["order"]["packages"][0]["packageStatus"]["detailedStatus"] = word

    of_package = kit.only(read(content), "shipment.scan").body
    of_easy_ship = kit.only(read(order_v0(EasyShipShipmentStatus=easy_ship)), "shipment.scan").body

    assert (of_package.state, of_easy_ship.state) == (state, state)
    assert of_package.code == of_easy_ship.code == word


@pytest.mark.parametrize(
    ("state", "code"),
    [(state, code) for state, codes in MILESTONES.items() for code in codes.split()],
)
def test_a_milestone_says_where_the_parcel_is(state, code):
    """
    Seventy-four codes of the Tracking API; those that move nothing are unknown and not reported.
    """
    content = kit.sample(SOURCE, "milestones")
    detail = content["payload"]["shipmentTrackingMilestoneChangedNotification"]["trackingDetail"]
    detail |= {"milestoneHistory": [], "trackingEstimates": []}
    detail["latestMilestone"]["status"] = {"code": code, "description": ""}

    reading = read(content)

    assert kit.kinds(reading) == ["shipment.scan"]
    scan = reading.facts[0].body
    assert (scan.state, scan.code, scan.reason) == (state, code, REASON.get(code, ""))


@pytest.mark.parametrize(("word", "kind"), amazon.FULFILMENT_ORDER.items())
def test_a_fulfilment_order_starts_work_or_holds_the_order(word, kind):
    """
    Amazon's own statuses; what left is told by the shipments.
    """
    content = news(
        "fulfilment_order_returned", FulfillmentOrderStatus=word, FulfillmentReturnItem=None
    )

    expected = {"work_started": ["order.work_started"], "held": ["hold.placed"], "": []}
    assert kit.kinds(read(content)) == expected[kind]


@pytest.mark.parametrize(("word", "moved"), amazon.FULFILMENT_SHIPMENT.items())
def test_a_shipment_of_a_fulfilment_order_leaves_or_is_called_off(word, moved):
    """
    Pending and processed ones wait.
    """
    content = news("fulfilment_order_shipped", FulfillmentOrderStatus="RECEIVED")
    content["Payload"]["FulfillmentOrderStatusNotification"]["FulfillmentShipment"][
        "FulfillmentShipmentStatus"
    ] = word

    kinds = [kind for kind in kit.kinds(read(content)) if kind != "reference.linked"]

    expected = {"handed_over": ["shipment.handed_over"], "cancelled": ["shipment.cancelled"]}
    assert kinds == ["shipment.created", *expected.get(moved, [])]


def test_the_tables_above_are_complete():
    """
    A new row in the connector needs one here.
    """
    assert {row[0]: row[1] for row in rows(ORDER_ROWS)} == {
        word: old for old, word in amazon.ORDER_V0.items()
    }
    assert set(amazon.ORDER) == set(amazon.ORDER_V0.values())
    assert (
        {row[0] for row in rows(PACKAGE_ROWS)} == set(amazon.PACKAGE) == set(amazon.PACKAGE_STATE)
    )
    assert {row[1]: row[0] for row in rows(DETAILED_ROWS)} == amazon.EASY_SHIP
    assert {code for codes in MILESTONES.values() for code in codes.split()} == set(MILESTONE)
    assert len(MILESTONE) == 74
    assert set(amazon.DETAILED) == set(amazon.EASY_SHIP.values())


def test_reasons_are_words_of_the_common_list():
    """
    Lower case and underscores, as all carriers' reasons are.
    """
    assert all(each.replace("_", "").islower() for each in (REASON | SUB_REASON).values())


@pytest.mark.rule("X.1")
def test_the_snapshots_of_an_order_and_its_news_tell_one_story():
    """
    Unshipped, shipped in packages, the change on a bus: in any order, twice.
    """
    names = ("order_unshipped", "order_shipped_in_packages", "order_change_on_a_bus")

    done = kit.story(SOURCE, *(kit.sample(SOURCE, name) for name in names))

    goods, money = done.derived.goods, done.derived.money
    assert (goods.live, goods.handed_over, goods.delivered) == (4, 4, 2)
    assert (money.state, money.captured, money.authorized) == ("paid", 6480, 0)
    assert done.head.source_status == "SHIPPED"


def test_a_snapshot_without_lines_does_not_take_them_away():
    """
    getOrders comes hourly and knows no lines; the document that knows them stays.
    """
    whole = kit.sample(SOURCE, "order_v0_with_items")
    later = kit.sample(SOURCE, "order_v0_without_items")["payload"] | {
        "LastUpdateDate": "2024-03-01T00:00:00Z"
    }

    done = kit.story(SOURCE, whole, later)

    assert [item.line_id for item in done.head.items] == ["05220001", "05220002"]


@pytest.mark.rule("S4.2")
def test_a_pending_order_is_known_before_its_total():
    """
    Placed and not paid: nothing is due yet, and nothing is free.
    """
    pending = order(**{"order.lastUpdatedTime": "2025-06-02T08:00:00Z"})
    pending["order"] |= {"proceeds": None, "payment": None}
    pending["order"]["fulfillment"]["fulfillmentStatus"] = "PENDING"
    for item in pending["order"]["orderItems"]:
        del item["proceeds"]
        item["product"].pop("price", None)

    waiting = kit.story(SOURCE, pending)
    ready = kit.story(SOURCE, pending, order())

    assert (waiting.derived.promise.lifecycle, waiting.derived.money.state) == (
        "pending",
        "in_progress",
    )
    assert [item.quantity for item in waiting.head.items] == [3, 1]
    assert (ready.derived.promise.lifecycle, ready.derived.money.state, ready.head.total) == (
        "open",
        "authorized",
        6480,
    )


def test_a_total_that_is_gone_when_the_order_is_called_off_is_kept():
    """
    A cancelled order has no proceeds; the cancel is told, the document stays.
    """
    cancelled = order(**{"order.lastUpdatedTime": "2025-06-03T08:00:00Z"})
    cancelled["order"]["proceeds"] = {}
    cancelled["order"]["fulfillment"]["fulfillmentStatus"] = "CANCELLED"

    done = kit.story(SOURCE, order(), cancelled)

    assert (done.derived.promise.lifecycle, done.head.total) == ("cancelled", 6480)


@pytest.mark.parametrize(("marketplace", "currency"), amazon.CURRENCY.items())
def test_a_marketplace_has_its_currency(marketplace, currency):
    """
    Of those that are not known, a pending order waits for its total.
    """
    content = order_v0(MarketplaceId=marketplace, OrderStatus="Pending", OrderTotal=None)

    assert kit.only(read(content), "order.revised").body.currency == currency
    assert told(read(content | {"MarketplaceId": "NEW"})) == []


def test_counted_pieces_give_way_to_packages():
    """
    One of three counted, then two packages that hold all four: four pieces, not five.
    """
    shipped = kit.sample(SOURCE, "order_shipped_in_packages")
    counted = order(**{"order.lastUpdatedTime": "2025-06-03T16:00:00Z"})
    counted["order"]["fulfillment"]["fulfillmentStatus"] = "PARTIALLY_SHIPPED"
    counted["order"]["orderItems"][0]["fulfillment"]["quantityFulfilled"] = 2

    before = kit.story(SOURCE, counted)
    after = kit.story(SOURCE, counted, shipped)

    assert before.derived.goods.handed_over == 2
    assert (after.derived.goods.handed_over, after.derived.goods.over) == (4, 0)


def test_a_refused_wish_to_cancel_is_not_asked_for_again_by_each_snapshot():
    """
    A snapshot does not know when the buyer asked; ORDER_CHANGE does.
    """
    snapshot = read(kit.sample(SOURCE, "order_partly_shipped_by_amazon"))
    change = read(kit.sample(SOURCE, "order_change_cancel_asked"))

    assert kit.only(snapshot, "order.cancel_requested").occurred_at.hour == 8
    assert kit.only(change, "order.cancel_requested").occurred_at.hour == 10


def test_paid_by_hand_is_no_claim_of_money():
    """
    Cash on delivery: nobody authorised anything.
    """
    reading = read(order_v0(OrderStatus="Shipped", PaymentMethod="COD"))

    assert kit.only(reading, "order.revised").body.payment_method == "manual"
    assert told(reading) == ["order.marked_shipped"]


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"order.orderId": 3047711001.5}, "order.orderId", "3047711001.5"),
        ({"order.orderId": "304 7711001"}, "order.orderId", "304 7711001"),
        ({"order.orderItems.0.quantityOrdered": -1}, "order.orderItems.0.quantityOrdered", "-1"),
        ({"order.lastUpdatedTime": "2025-06-02"}, "order.lastUpdatedTime", "2025-06-02"),
        ({"order.proceeds.grandTotal.amount": "-1"}, "order.proceeds.grandTotal.amount", "-1"),
        (
            {"order.proceeds.grandTotal.currencyCode": "USD"},
            "order.orderItems.product.price.unitPrice.currencyCode",
            "EUR",
        ),
    ],
)
def test_bad_input_is_quarantined_with_its_field_and_value(changes, field, value):
    """
    A wrong fact would be worse than none.
    """
    reading = read(order(**changes))

    assert reading.facts == ()
    [quarantined] = reading.quarantined
    assert (quarantined.field, quarantined.value) == (field, value)


def test_notifications_about_other_things_than_orders_are_ignored():
    """
    One queue may bring all that an account has asked for.
    """
    report = {"notificationType": "REPORT_PROCESSING_FINISHED", "payload": {}}

    for topic in ("", "REPORT_PROCESSING_FINISHED"):
        reading = kit.read(SOURCE, report, topic=topic)
        assert reading.ignored == "REPORT_PROCESSING_FINISHED: no order needs it"
        assert reading.quarantined == ()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            {"errors": [{"code": "QuotaExceeded", "message": "slow down"}]},
            "is no payload of Amazon",
        ),
        (
            {"NotificationType": "A_NEW_ONE", "Payload": {}},
            "unknown notification",
        ),
        ({"NotificationType": "ORDER_CHANGE", "Payload": {}}, "notification without its content"),
        ({"trackingDetail": {"identifier": {}, "milestoneHistory": []}}, "names no parcel"),
        ({"orders": {"orderId": "1"}}, "is no order id of Amazon"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_tells_of_no_order_says_why(content, reason):
    """
    Answers that failed, other notifications, halves of them.
    """
    reading = read(content)

    assert reading.facts == ()
    assert [each.reason for each in reading.quarantined] == [reason]
