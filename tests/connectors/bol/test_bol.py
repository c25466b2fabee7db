"""bol.com: what counts and words become, and how orders, shipments and returns tell one story."""

import pytest

from connectors.bol import SOURCE
from connectors.bol import table as bol
from domain.rma import asked_back
from tests.connectors import kit


def order(**changes):
    return kit.changed(kit.sample(SOURCE, "order_open"), changes)


def told(content):
    """Name the kinds beside the document and its links."""
    plain = {"order.placed", "order.revised", "reference.linked"}
    return [kind for kind in kit.kinds(kit.read(SOURCE, content)) if kind not in plain]


@pytest.mark.rule("S4.26")
@pytest.mark.parametrize(
    ("shipped", "cancelled", "state", "live", "due"),
    [
        (0, 0, "unfulfilled", 4, 9295),
        (1, 0, "partially_fulfilled", 4, 9295),
        (3, 0, "partially_fulfilled", 4, 9295),
        (0, 3, "unfulfilled", 1, 3298),
        (1, 2, "partially_fulfilled", 2, 5297),
    ],
)
def test_the_counts_of_an_item_say_where_its_pieces_are(shipped, cancelled, state, live, due):
    """
    Three of one article and one of another; whatever is on bol.com may be shipped.
    """
    counts = {"quantityShipped": shipped, "quantityCancelled": cancelled}
    content = order(**{f"orderItems.0.{name}": count for name, count in counts.items()})

    done = kit.story(SOURCE, content)

    goods, money = done.derived.goods, done.derived.money
    assert (goods.state, goods.live, goods.handed_over, money.due) == (state, live, shipped, due)
    assert done.derived.promise.valid


def test_an_order_whose_every_item_is_cancelled_is_cancelled():
    """
    No status says so.
    """
    assert told(kit.sample(SOURCE, "order_cancelled")) == ["order.cancelled_at_source"]


@pytest.mark.parametrize(("word", "state"), bol.TRANSPORT.items())
def test_an_event_of_a_transport_is_a_scan(word, state):
    """
    Seen by who carries it.
    """
    content = kit.sample(SOURCE, "shipment")
    event = content["transport"]["transportEvents"][0] | {"eventCode": word}
    content["transport"]["transportEvents"] = [event]

    scan = kit.only(kit.read(SOURCE, content), "shipment.scan")

    assert (scan.body.state, scan.body.code) == (state, word)


@pytest.mark.parametrize(("word", "kind"), bol.HANDLING.items())
def test_a_result_of_a_return_says_what_became_of_it(word, kind):
    """
    Received, refused, kept, expired.
    """
    content = kit.sample(SOURCE, "return_received_in_two_parts")
    item = content["returnItems"][0]
    item["processingResults"] = [item["processingResults"][0] | {"handlingResult": word}]
    content["returnItems"] = [item]

    assert told(content) == ["return.requested", kind.__struct_config__.tag]


@pytest.mark.parametrize("word", bol.PROCESS)
def test_a_job_of_the_sellers_is_understood_and_says_nothing(word):
    """
    What it did shows in the order.
    """
    content = kit.sample(SOURCE, "process_statuses")["processStatuses"][0] | {"status": word}

    reading = kit.read(SOURCE, content)

    assert (reading.facts, reading.quarantined) == ((), ())
    assert reading.ignored.startswith(word)


@pytest.mark.parametrize("word", [*bol.METHOD, "NEW"])
@pytest.mark.parametrize("status", [*bol.ITEM, "NEW"])
@pytest.mark.rule("X.21")
def test_a_new_word_is_reported_and_decides_nothing(word, status):
    """
    Who ships, and how a list calls an item.
    """
    content = order(
        **{"orderItems.0.fulfilment.method": word, "orderItems.0.fulfilmentStatus": status}
    )

    assert told(content) == ["source.unknown_reported"] * [word, status].count("NEW")


def test_the_tables_are_those_of_the_documentation():
    """
    A new row in the connector needs a look at the tests above.
    """
    assert set(bol.METHOD) == {"FBR", "FBB"}
    assert set(bol.ITEM) == {"OPEN", "SHIPPED", "CANCELLED"}
    assert set(bol.PROCESS) == {"PENDING", "SUCCESS", "FAILURE", "TIMEOUT"}
    assert (len(bol.TRANSPORT), len(bol.HANDLING)) == (8, 9)


@pytest.mark.rule("X.1")
def test_an_order_with_its_shipment_tells_one_story():
    """
    Open, in a list, shipped in part, and the shipment that holds two: two left, not three.
    """
    contents = [
        kit.sample(SOURCE, "order_open"),
        {"orders": kit.sample(SOURCE, "orders_list")["orders"][:1]},
        kit.sample(SOURCE, "order_shipped_in_part"),
        kit.sample(SOURCE, "shipment"),
    ]

    done = kit.story(SOURCE, *contents)

    goods = done.derived.goods
    assert (goods.live, goods.handed_over, goods.delivered, goods.over) == (3, 2, 2, 0)


def test_a_return_that_names_an_article_takes_its_line_back():
    """
    Shipped and delivered under the item's id, asked back and received under its EAN.
    """
    sold = kit.sample(SOURCE, "order_open")
    sent = kit.sample(SOURCE, "shipment")
    back = kit.sample(SOURCE, "return_received_in_two_parts")
    back["returnItems"] = back["returnItems"][:1]
    asked = kit.changed(back, {"returnItems.0.processingResults": []})

    waiting = kit.story(SOURCE, sold, sent, asked)
    returned = kit.story(SOURCE, sold, sent, back)

    assert asked_back(waiting) == {"2070000001": 2}
    assert (waiting.derived.goods.returned, returned.derived.goods.returned) == (0, 2)
    assert returned.derived.goods.returned_over == 0


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"orderId": 1042823870.5}, "orderId", "1042823870.5"),
        ({"orderId": "10/42"}, "orderId", "10/42"),
        ({"orderItems.0.quantity": -1}, "orderItems.0.quantity", "-1"),
        ({"orderItems.0.unitPrice": "19,99"}, "orderItems.unitPrice", "19,99"),
        ({"orderItems.0.unitPrice": -100}, "orderItems.unitPrice", "-26702"),
        (
            {"orderPlacedDateTime": "2024-02-01T09:15:00"},
            "orderPlacedDateTime",
            "2024-02-01T09:15:00",
        ),
        (
            {"orderItems.0.fulfilment.expiryDate": "7 Feb"},
            "orderItems.0.fulfilment.expiryDate",
            "7 Feb",
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


@pytest.mark.parametrize("status", [{}, [], None, 7])
def test_a_process_whose_status_is_no_word_is_quarantined(status):
    """
    Fuzzing found that an object there was looked up as if it were one.
    """
    content = kit.sample(SOURCE, "process_statuses")["processStatuses"][0] | {"status": status}

    assert [each.field for each in kit.read(SOURCE, content).quarantined] == ["status"]
