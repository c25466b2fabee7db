"""PrestaShop: what each state becomes, what only the shop knows, one story of XML and JSON."""

import json
from datetime import UTC, datetime

import pytest

from connectors.prestashop import SOURCE
from connectors.prestashop.table import NUMBERS, STATES
from tests.connectors import kit

HEADERS = {"prestashop_currencies": "1=EUR,2=USD", "prestashop_timezone": "Europe/Madrid"}

STATE_ROWS = """
1   awaiting_check    pending  manual  -
2   paid              valid    online  -
3   processing        valid    online  order.work_started
4   shipped           valid    online  shipment.created shipment.handed_over
5   delivered         valid    online  shipment.created shipment.handed_over shipment.delivered_marked
6   canceled          -        online  order.cancelled_at_source
7   refunded          valid    online  payment.refunded
8   payment_error     pending  online  payment.failed
9   backorder_paid    valid    online  -
10  awaiting_wire     pending  manual  -
11  remote_paid       valid    online  -
12  backorder_unpaid  pending  online  -
13  awaiting_cod      pending  manual  -
"""


def rows():
    for line in STATE_ROWS.strip().splitlines():
        number, word, validity, method, *kinds = line.split()
        yield number, word, validity.strip("-"), method, [kind for kind in kinds if kind != "-"]


def order(**changes):
    return {"order": kit.sample(SOURCE, "order_paid")["order"] | changes}


def read(content, **headers):
    return kit.read(SOURCE, content, **(HEADERS | headers))


def told(reading):
    """Name the kinds beside the document and its links."""
    return [k for k in kit.kinds(reading) if k not in {"order.revised", "reference.linked"}]


@pytest.mark.rule("S4.26", "S4.27", "S4.29")
@pytest.mark.parametrize(("number", "word", "validity", "method", "expected"), list(rows()))
def test_a_state_of_a_new_shop_goes_by_its_number(number, word, validity, method, expected):
    """
    And one of the shop's own by the word that the shop gives it.
    """
    by_number = read(order(current_state=number, total_paid_real="0.000000"))
    by_word = read(
        order(current_state="99", total_paid_real="0.000000"), prestashop_states=f"99={word}"
    )

    for reading in (by_number, by_word):
        document = kit.only(reading, "order.revised").body
        assert (document.validity, document.payment_method) == (validity, method)
        assert told(reading) == expected


def test_the_table_above_is_complete():
    """
    A new row in the connector needs one here.
    """
    assert {number: word for number, word, *_ in rows()} == NUMBERS
    assert {word for _, word, *_ in rows()} == set(STATES)


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("valid", "expected"), [("1", "valid"), ("0", "unknown"), ("", "unknown")]
)
def test_a_state_that_nobody_named_is_reported(valid, expected):
    """
    The order is as valid as the shop's own flag says.
    """
    reading = read(order(current_state="31", valid=valid))

    assert kit.only(reading, "source.unknown_reported").body.value == "31"
    assert kit.only(reading, "order.revised").body.validity == expected


@pytest.mark.parametrize(
    ("headers", "field", "value"),
    [
        ({"prestashop_currencies": ""}, "id_currency", "1"),
        ({"prestashop_currencies": "2=USD"}, "id_currency", "1"),
        ({"prestashop_currencies": "EUR"}, "prestashop-currencies", "EUR"),
        ({"prestashop_currencies": "1=EUR;2=USD"}, "prestashop-currencies", "1=EUR;2=USD"),
        ({"prestashop_currencies": "1=BTC"}, "currency", "BTC"),
        ({"prestashop_timezone": ""}, "date_add", "2024-03-01 09:15:00"),
        ({"prestashop_timezone": "Europe/Atlantis"}, "prestashop-timezone", "Europe/Atlantis"),
        ({"prestashop_timezone": "../etc/passwd"}, "prestashop-timezone", "../etc/passwd"),
        ({"prestashop_states": "15=gone"}, "prestashop-states", "gone"),
    ],
)
def test_what_only_the_shop_knows_is_asked_for_and_never_guessed(headers, field, value):
    """
    Numbers of currencies and local times mean nothing outside of the shop.
    """
    reading = read(order(), **headers)

    assert reading.facts == ()
    found = [(each.field, each.value) for each in reading.quarantined]
    assert found == [(field, value)]


@pytest.mark.parametrize(
    ("local", "hour"), [("2024-03-01 09:15:00", 8), ("2024-07-01 09:15:00", 7)]
)
def test_a_local_time_is_read_by_the_shops_clock(local, hour):
    """
    An hour ahead of UTC in winter, two in summer.
    """
    document = kit.only(read(order(date_add=local, date_upd="")), "order.placed").body

    assert document.placed_at == datetime.fromisoformat(local).replace(hour=hour, tzinfo=UTC)


def test_xml_and_json_say_the_same():
    """
    One row is no list in XML, and all values are text with space around it.
    """
    from_xml = kit.sample(SOURCE, "order_shipped_one_row")["prestashop"]["orders"]["order"]
    [row] = order()["order"]["associations"]["order_rows"][:1]
    changes = {"current_state": "4", "shipping_number": "ES 123-456"}
    changes |= {"date_upd": "2024-03-02 11:00:00", "associations": {"order_rows": [row]}}

    as_json = kit.kinds(read(order(**changes)))
    bodies = [fact.body for fact in read(order(**changes)).facts]

    xml = next(each for each in kit.samples(SOURCE) if each.name == "order_shipped_one_row")
    assert from_xml["associations"]["order_rows"]["order_row"]["id"] == "188"
    assert (as_json, bodies) == (kit.kinds(xml.read()), [fact.body for fact in xml.read().facts])


@pytest.mark.rule("X.1")
def test_an_order_its_history_and_its_carrier_tell_one_story_in_any_order():
    """
    One shipment, one parcel, whoever tells of it first.
    """
    delivered = order(current_state="5", date_upd="2024-03-04 11:00:00")
    contents = [order(), delivered, kit.sample(SOURCE, "history"), kit.sample(SOURCE, "carrier")]

    end = kit.story(SOURCE, *contents, **HEADERS).derived

    assert (end.goods.state, end.money.state) == ("delivered", "paid")
    assert list(end.goods.parcels) == ["ES123456"]
    assert end.goods.shipments == {"order:42": "delivered"}


@pytest.mark.rule("S2.14")
@pytest.mark.parametrize(
    ("module", "expected"),
    [
        ("ps_checkpayment", "manual"),
        ("cheque", "manual"),
        ("ps_wirepayment", "manual"),
        ("bankwire", "manual"),
        ("ps_cashondelivery", "manual"),
        ("cashondelivery", "manual"),
        ("ps_checkout", "online"),
        ("", ""),
    ],
)
def test_a_module_of_payments_by_hand_is_manual(module, expected):
    """
    Cheque, transfer, cash on delivery.
    """
    assert kit.only(read(order(module=module)), "order.revised").body.payment_method == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": 1.5}, "id"),
        ({"id": None}, "id"),
        ({"id_currency": "EUR"}, "id_currency"),
        ({"current_state": ""}, "current_state"),
        ({"total_paid": "12.345000"}, "total_paid"),
        ({"total_paid": "-1.000000"}, "total_paid"),
        ({"total_paid": None}, "total_paid"),
        ({"total_paid_real": {}}, "total_paid_real"),
        ({"date_add": "0000-00-00 00:00:00"}, "date_add"),
        ({"date_add": "yesterday"}, "date_add"),
        ({"date_add": "0001-01-01 00:00:00"}, "date_add"),
        ({"date_upd": "9999-12-31 23:59:59"}, "date_upd"),
        ({"associations": "none"}, "associations"),
        ({"associations.order_rows.0.product_quantity": "-1"}, "product_quantity"),
        ({"associations.order_rows.0.product_quantity": "1.5"}, "product_quantity"),
        ({"associations.order_rows.0.product_quantity": True}, "product_quantity"),
        ({"associations.order_rows.0.id": ""}, "id"),
        ({"associations.order_rows.0.unit_price_tax_incl": []}, "unit_price_tax_incl"),
    ],
)
def test_what_is_not_understood_is_quarantined_with_its_field(changes, field):
    """
    Ids as floats, half pieces, times that are none.
    """
    content = {"order": kit.changed(order()["order"], changes)}

    reading = read(content)

    assert reading.facts == ()
    assert [each.field.rpartition(".")[2] for each in reading.quarantined] == [field]


@pytest.mark.parametrize(
    "content",
    [{}, {"errors": [{"code": 1}]}, {"order": 7}, {"orders": [7]}, {"prestashop": {}}, [7]],
    ids=json.dumps,
)
def test_what_is_no_document_is_quarantined(content):
    """
    An answer of the web service that holds no order.
    """
    assert read(content).quarantined


def test_a_slip_of_a_shop_with_two_currencies_is_quarantined():
    """
    It names none, and the order that does is another document.
    """
    [found] = read(kit.sample(SOURCE, "slip")).quarantined

    assert found.field.endswith("prestashop-currencies")


@pytest.mark.parametrize("topic", SOURCE.topics)
def test_a_bare_document_is_what_its_topic_says(topic):
    """
    A poller may take the name of the resource off.
    """
    cases = ("order_paid", "history", "carrier", "payments", "slip")
    named = kit.sample(SOURCE, dict(zip(SOURCE.topics, cases, strict=True))[topic])
    [content] = named.values()
    headers = HEADERS | {"prestashop_currencies": "1=EUR"}

    bare = kit.read(SOURCE, content, topic=topic, **headers)

    whole = kit.read(SOURCE, named, **headers)
    assert [each.body for each in bare.facts] == [each.body for each in whole.facts] != []
