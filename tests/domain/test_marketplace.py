"""Requirements S4: imported orders, their lines, addresses, preparation, returns."""

import pytest

from domain import fact as facts
from domain import office_body as office
from domain import office_request, request
from domain.document import Address, Line, Minor
from tests.domain.asked import lines
from tests.domain.builders import (
    ask,
    cancel,
    captured,
    cells,
    hold,
    money,
    placed,
    release,
    results,
    returned,
    rules,
    run,
    say,
)

MARKET = rules("marketplace")


def word(story):
    return story.snapshot.words["marketplace"]["order"]


def answer(story):
    return results(story.messages)[-1]


def ship(at=5, text="", shipment="f1"):
    return ask("ship", at, request.Ship(shipment_id=shipment, lines=lines(text)))


PAID = [placed("2a"), captured()]
ROADS = {
    "Pending": [placed("2a")],
    "Processing": PAID,
    "Complete": [*PAID, ship(3)],
    "On hold": [*PAID, hold(3)],
    "Canceled": [*PAID, cancel(3)],
}


@pytest.mark.rule("S4.2", "S4.3", "S4.5", "S4.6")
@pytest.mark.parametrize("expected", ROADS)
def test_a_way_into_each_status(expected):
    """
    Pending until paid or valid, Complete when all left, and the two that people choose.
    """
    assert word(run(ROADS[expected], MARKET)) == expected


@pytest.mark.rule("S4.1")
def test_an_order_cannot_be_made_here():
    """
    The command is refused, the import is not.
    """
    made = run([ask("create", 0, request.Create(document=placed().body))], MARKET)

    assert (answer(made).accepted, answer(made).guard) == (False, "imported_only")
    assert made.snapshot.lines == ()


@pytest.mark.rule("S4.4")
def test_partly_shipped_is_still_processing():
    """
    One of two pieces left.
    """
    assert word(run([*PAID, ship(3, "1a")], MARKET)) == "Processing"


@pytest.mark.rule("S4.7")
def test_pieces_that_were_refunded_before_shipping_do_not_block_complete():
    """
    Ten ordered, five refunded unshipped, five shipped.
    """
    refund = request.Refund(lines=lines("5a"))
    story = run([placed("10a"), captured(500), ask("refund", 3, refund), ship(4, "5a")], MARKET)

    assert word(story) == "Complete"
    assert (story.snapshot.lines[0].cancelled, story.snapshot.lines[0].handed_over) == (5, 5)


def test_an_authorisation_may_count_as_paid():
    """
    For marketplaces that pay out later, by integration (6.11).
    """
    told = [placed("2a"), money("authorized", 100, 1, "pi_1")]

    assert word(run(told, MARKET)) == "Pending"
    assert word(run(told, rules("marketplace", authorized_is_paid=True))) == "Processing"


NEW = Line(line_id="n", quantity=2, unit_price=Minor(40), sku="N")


@pytest.mark.rule("S4.11", "S4.12")
def test_a_product_is_replaced_or_cancelled():
    """
    The old line is cancelled, the new one linked, the total moves; only what was not shipped.
    """
    told = ask("replace_line", 3, request.ReplaceLine(line_id="a", by=NEW))
    story = run([placed("2a"), captured(), told], MARKET)
    assert [(one.line_id, one.ordered, one.cancelled) for one in story.snapshot.lines] == [
        ("a", 2, 2),
        ("n", 2, 0),
    ]
    assert b'"replaces":"a"' in bytes(story.snapshot.order)
    assert story.snapshot.money.due == 80
    off = ask("cancel_lines", 6, request.CancelLines(lines=lines("2a")))
    half = run([*PAID, ship(3, "1a"), off], MARKET)
    assert (answer(half).accepted, answer(half).guard) == (False, "quantity")


@pytest.mark.rule("S4.13", "S4.14", "S4.16", "S4.22")
def test_what_may_be_changed_before_everything_is_shipped():
    """
    Warehouse, address, gift message and shipping method; afterwards none of them.
    """
    asked = {
        "change_warehouse": office_request.ChangeWarehouse(warehouse="north", lines=("a",)),
        "change_address": office_request.ChangeAddress(ship_to=Address(city="Graz")),
        "set_gift_message": office.GiftMessage(text="Happy birthday"),
        "change_shipping_method": office_request.ChangeShippingMethod(method="express"),
    }
    told = [ask(name, 5 + n, body) for n, (name, body) in enumerate(asked.items())]
    early, late = run([*PAID, *told], MARKET), run([*PAID, ship(3), *told], MARKET)

    assert all(one.accepted for one in results(early.messages))
    (line,) = early.snapshot.lines
    assert (line.warehouse, line.shipping_method) == ("north", "express")
    assert b"Graz" in bytes(early.snapshot.changes["ship_to"])
    assert b"Happy birthday" in bytes(early.snapshot.changes["gift_message"])
    assert [one.guard for one in results(late.messages)[1:]] == ["unshipped"] * 4


def ask_back(at, text, return_id="r1", **fields):
    wanted = request.ReturnLines(lines=lines(text), return_id=return_id, **fields)
    return ask("request_return", at, wanted)


@pytest.mark.rule("S4.17")
def test_a_return_names_no_more_than_was_shipped():
    """
    Shipped counts here, not delivered (8.13); what is on a return already does not count twice.
    """
    sent = [*PAID, ship(3, "1a")]
    assert answer(run([*sent, ask_back(5, "1a")], MARKET)).accepted
    assert answer(run([*sent, ask_back(5, "2a")], MARKET)).guard == "quantity"
    twice = run([*sent, ask_back(5, "1a"), ask_back(6, "1a", "r2")], MARKET)
    assert [one.accepted for one in results(twice.messages)[1:]] == [True, False]
    assert not answer(run([*PAID, ask_back(5, "1a")], MARKET)).accepted


@pytest.mark.rule("S4.20", "S4.21")
def test_hold_and_cancel_from_the_order():
    """
    Not from Complete or Canceled; released, the facts say what it is.
    """
    for before in ("Complete", "Canceled"):
        assert not answer(run([*ROADS[before], hold(9)], MARKET)).accepted
    assert word(run([*ROADS["On hold"], release(9)], MARKET)) == "Processing"
    assert word(run([placed(), hold(3), release(9)], MARKET)) == "Pending"


STEPS = """
status      ship   create_invoice
Pending     -      -
Processing  +      +
Complete    -      +
On_hold     -      -
Canceled    -      -
"""


@pytest.mark.rule("S4.23")
@pytest.mark.parametrize(("before", "command", "expected"), cells(STEPS))
def test_shipments_and_invoices_by_hand(before, command, expected):
    """
    A shipment in Processing, an invoice in Processing or Complete.
    """
    got = answer(run([*ROADS[before.replace("_", " ")], ask(command, 9)], MARKET))

    assert got.accepted == (expected == "+"), got


@pytest.mark.rule("S4.24")
def test_preparation_has_its_states_and_its_batch():
    """
    New, picked, packed, shipped; the batch stays with them.
    """
    told = [
        ask("prepare", 5 + n, office_request.Prepare(state=state, batch="b7"))
        for n, state in enumerate(("new", "picked", "packed", "shipped"))
    ]
    story = run([*PAID, *told], MARKET)
    assert bytes(story.snapshot.changes["preparation"]) == b'{"state":"shipped","batch":"b7"}'


RMA = """
state      approve_return  reject_return  receive_return  complete_return  cancel_return
draft      -               rejected       -               -                cancelled
requested  approved        rejected       received        -                cancelled
approved   -               rejected       received        -                cancelled
received   -               -              -               completed        -
completed  -               -              -               -                -
rejected   -               -              -               -                -
"""
TO = {
    "draft": [ask_back(5, "1a", draft=True)],
    "requested": [ask_back(5, "1a")],
}
TO["approved"] = [*TO["requested"], ask("approve_return", 6, request.ForReturn(return_id="r1"))]
TO["received"] = [
    *TO["requested"],
    ask("receive_return", 6, request.ReceiveReturn(return_id="r1")),
]
TO["completed"] = [*TO["received"], ask("complete_return", 7, request.ForReturn(return_id="r1"))]
TO["rejected"] = [*TO["requested"], ask("reject_return", 6, request.ForReturn(return_id="r1"))]


@pytest.mark.rule("S4.33")
@pytest.mark.parametrize(("before", "command", "after"), cells(RMA))
def test_the_steps_of_a_return(before, command, after):
    """
    Each step follows those that it may follow; every one has its time.
    """
    road = run([*PAID, ship(3, "1a"), *TO[before]], MARKET)
    assert road.snapshot.returns[0].state == before
    kind = request.ReceiveReturn if command == "receive_return" else request.ForReturn
    story = run([ask(command, 20, kind(return_id="r1"))], MARKET, road.order)

    assert answer(story).accepted == (after != "-"), answer(story)
    assert story.snapshot.returns[0].state == (before if after == "-" else after)
    assert answer(story).accepted == (
        len(story.snapshot.returns[0].steps) > len(road.snapshot.returns[0].steps)
    )


@pytest.mark.rule("S4.33")
def test_pieces_come_back_in_their_condition():
    """
    Unharmed and damaged ones are back; short and wrong ones are not what was sent.
    """
    arrived = (request.ArrivedUnits(line_id="a", quantity=1, condition=office.Condition.DAMAGED),)
    wrong = (request.ArrivedUnits(line_id="a", quantity=1, condition=office.Condition.WRONG),)
    road = [
        *PAID,
        ship(3),
        say(facts.ShipmentDeliveredMarked, 4, facts.bodies.ShipmentRef(shipment_id="f1")),
    ]
    for received, count in ((arrived, 1), (wrong, 0)):
        body = request.ReceiveReturn(return_id="r1", lines=received)
        story = run([*road, ask_back(5, "1a"), ask("receive_return", 6, body)], MARKET)
        assert story.snapshot.lines[0].returned == count


@pytest.mark.rule("S4.33")
def test_staff_and_customer_hear_of_each_step_of_a_return():
    """
    A draft is for staff only; every later step is told to both, once.
    """
    story = run([*PAID, ship(3, "1a"), *TO["draft"]], MARKET)
    heard = [
        (one.audience, one.word)
        for one in story.messages
        if getattr(one, "template", "") == "return_status"
    ]
    assert heard == [("admin", "draft")]
    told = run([ask_back(8, "1a"), TO["approved"][-1]], MARKET, story.order)
    heard = [
        (one.audience, one.word)
        for one in told.messages
        if getattr(one, "template", "") == "return_status"
    ]
    assert heard == [
        ("admin", "requested"),
        ("customer", "requested"),
        ("admin", "approved"),
        ("customer", "approved"),
    ]


@pytest.mark.rule("S4.1")
def test_a_copy_is_not_made_here_either():
    """
    It would be an order that nobody imported.
    """
    story = run([*PAID, ask("duplicate", 5, office_request.Duplicate(order_id="9"))], MARKET)

    assert (answer(story).accepted, answer(story).guard) == (False, "imported_only")


@pytest.mark.rule("S4.23")
@pytest.mark.parametrize("command", ["create_shipment", "buy_label"])
def test_no_shipment_is_made_while_the_order_is_on_hold(command):
    """
    On hold is not Processing.
    """
    label = request.BuyLabel(shipment_id="f1", number="Z1")
    body = {"buy_label": label}.get(command, request.Ship())
    story = run([*PAID, hold(3), ask(command, 5, body)], MARKET)

    assert (answer(story).accepted, answer(story).guard) == (False, "no_hold")
    assert answer(run([ask(command, 5, body)], MARKET, run(PAID, MARKET).order)).accepted


@pytest.mark.rule("S4.11", "S4.12")
def test_a_line_that_was_cut_down_before_is_replaced_whole():
    """
    One of two pieces was taken off; the other makes room for the new line, and nothing is twice.
    """
    off = ask("cancel_lines", 3, request.CancelLines(lines=lines("1a")))
    by = Line(line_id="b", quantity=1, unit_price=Minor(80))
    story = run(
        [*PAID, off, ask("replace_line", 5, request.ReplaceLine(line_id="a", by=by))], MARKET
    )

    assert [(one.ordered, one.cancelled) for one in story.snapshot.lines] == [(2, 2), (1, 0)]
    assert story.snapshot.money.due == 80


@pytest.mark.rule("S4.17", "X.10")
@pytest.mark.parametrize(("back", "anomalies"), [("1a", ()), ("2a", ("return_exceeds_delivery",))])
def test_pieces_may_come_back_that_nobody_reported_delivered(back, anomalies):
    """
    What left is enough for a return here (8.13); more than left is not.
    """
    story = run([placed("2a"), captured(), ship(3, "1a"), returned(back)], MARKET)

    assert story.snapshot.anomalies == anomalies
