"""Requirements S2: payment, fulfilment and shipment words, and what people do to orders."""

import msgspec
import pytest

from domain import body as bodies
from domain import fact as facts
from domain import office_body as office
from domain import office_fact as office_facts
from domain import office_request, request
from domain.document import Address, Document, Line, Minor, Party
from domain.message import ActionRequired, StatusChanged
from domain.process import process
from domain.vocabulary import Parcel
from tests.domain.asked import lines
from tests.domain.builders import (
    NINE,
    actions,
    ask,
    captured,
    created,
    document,
    handed_over,
    minute,
    money,
    notices,
    placed,
    refunded,
    results,
    rules,
    run,
    say,
    scan,
)

STORE = rules("storefront")


def words(story):
    return story.snapshot.words["storefront"]


def answer(story):
    return results(story.messages)[-1]


def go(*told, by=STORE):
    return run(told, by)


def ship(at=5, text="", shipment="f1", **fields):
    return ask("ship", at, request.Ship(shipment_id=shipment, lines=lines(text), **fields))


def back(at, text):
    return ask("return", at, request.ReturnLines(lines=lines(text)))


@pytest.mark.rule("S2.1")
def test_the_store_is_told_once_of_a_placed_order():
    """
    However often and in how many versions the order arrives.
    """
    story = go(placed(), placed(), placed(revision=5, note="x"))

    assert [one.template for one in notices(story.messages, "merchant")] == ["order_placed"]


@pytest.mark.rule("S2.5", "X.18")
def test_a_test_order_behaves_like_a_real_one_and_reaches_no_customer():
    """
    The store is notified, the flag is on every message, and nobody is asked to move money.
    """
    told = [placed(test=True), captured(), ask("refund", 5, request.Refund())]
    story = run(told, STORE)
    real = run([placed(), *told[1:]], STORE)

    assert words(story) == words(real)
    assert all(one.test for one in story.messages)
    assert notices(story.messages, "customer") == []
    assert len(notices(story.messages, "merchant")) == 1
    assert actions(story.messages) == {}


@pytest.mark.rule("S2.7")
def test_notes_are_added_edited_and_deleted():
    """
    A deleted note leaves a tombstone; there is none to edit any more.
    """
    write = office_request.WriteNote
    told = [
        placed(),
        ask("add_note", 2, write(text="one", note_id="n1")),
        ask("edit_note", 3, write(text="two", note_id="n1")),
        ask("delete_note", 4, office_request.ForNote(note_id="n1")),
    ]
    assert b"two" in bytes(run(told[:3], STORE).snapshot.changes["note:n1"])
    gone = run(told, STORE)
    assert bytes(gone.snapshot.changes["note:n1"]) == b'{"note_id":"n1"}'
    again = run([ask("edit_note", 5, write(text="x", note_id="n1"))], STORE, gone.order)
    assert (answer(again).accepted, answer(again).guard) == (False, "note")


@pytest.mark.rule("S2.8")
def test_another_existing_customer_takes_the_order():
    """
    One that has no id cannot be an existing one.
    """
    change = office_request.ChangeCustomer
    told = ask("change_customer", 2, change(customer=Party(customer_id="c2", name="Ida")))
    unknown = ask("change_customer", 2, change(customer=Party(name="Somebody")))

    assert b"Ida" in bytes(go(placed(), told).snapshot.changes["customer"])
    assert answer(go(placed(), unknown)).guard == "customer"


@pytest.mark.rule("S2.9")
def test_the_two_axes_do_not_move_each_other():
    """
    Money moves no goods, goods move no money.
    """
    assert words(go(placed(), captured()))["fulfilment"] == "Unfulfilled"
    assert words(go(placed(), ship()))["payment"] == "In progress"


@pytest.mark.rule("S2.10")
def test_a_customer_hears_of_each_change_once():
    """
    One intent per change and medium.
    """
    story = go(placed(), captured(), ship(), ask("mark_delivered", 9, _shipment()))

    told = [(one.axis, one.word, one.medium) for one in notices(story.messages, "customer")]
    assert len(told) == len(set(told))
    assert ("payment", "Paid", "email") in told
    assert ("fulfilment", "Delivered", "email") in told


@pytest.mark.rule("S2.11", "X.15")
@pytest.mark.parametrize(
    ("muted", "silent"),
    [
        (("storefront.placed",), "order_confirmation"),
        (("storefront.payment",), "payment_status"),
        (("storefront.payment.Paid",), "payment_status"),
    ],
)
def test_a_trigger_that_is_switched_off_tells_nobody(muted, silent):
    """
    All of an axis, one word of it, or the placement.
    """
    by = rules("storefront", muted=muted)
    loud, quiet = go(placed(), captured()), go(placed(), captured(), by=by)

    assert silent in {one.template for one in notices(loud.messages, "customer")}
    assert silent not in {one.template for one in notices(quiet.messages, "customer")}
    assert words(loud) == words(quiet)


@pytest.mark.rule("X.15")
def test_news_of_several_parcels_wait_for_each_other_and_replace_older_ones():
    """
    Within a window they carry one name and one time to wait for; each names the one before it.
    """
    by = rules("storefront", merge_minutes=30)
    told = [
        placed("2a"),
        ship(5, "1a", "f1", number="Z1"),
        ship(6, "1a", "f2", number="Z2"),
        scan("out_for_delivery", 31, "Z1"),
        scan("out_for_delivery", 40, "Z2"),
        scan("attempt_failed", 95, "Z2"),
    ]
    heard = [one for one in notices(go(*told, by=by).messages, "customer") if one.subject]

    assert [one.subject for one in heard] == ["f1", "f2", "f2"]
    assert heard[0].merge_key == heard[1].merge_key != heard[2].merge_key
    assert heard[0].not_before == heard[1].not_before
    assert heard[0].not_before > heard[1].occurred_at
    assert heard[2].supersedes == heard[1].id
    at_once = [one for one in notices(go(*told).messages, "customer") if one.subject]
    assert {(one.merge_key, one.not_before) for one in at_once} == {("", None)}


def _shipment(shipment_id="f1"):
    return request.ForShipment(shipment_id=shipment_id)


@pytest.mark.rule("S2.12")
def test_no_command_takes_a_confirmed_step_back():
    """
    Paid, sent, delivered, returned: none of the commands makes any of it undone.
    """
    done = go(placed(), captured(), ship(), ask("mark_delivered", 9, _shipment()))
    for name in ("void_shipment", "cancel", "confirm", "start", "create_shipment"):
        body = _shipment() if name == "void_shipment" else None
        story = run([ask(name, 20, body)], STORE, done.order)
        assert not answer(story).accepted
        assert words(story) == words(done)


@pytest.mark.rule("S2.13")
@pytest.mark.parametrize(
    ("command", "body"),
    [
        ("ship", request.Ship(lines=lines("0a"))),
        ("ship", request.Ship(lines=lines("1zz"))),
        ("ship", request.Ship(lines=lines("-1a"))),
        ("return", request.ReturnLines(lines=())),
        ("edit_shipment", request.EditShipment(shipment_id="f1")),
        ("refund", request.Refund(amount=0)),
    ],
)
def test_an_action_whose_fields_are_not_filled_is_refused(command, body):
    """
    The answer names what is wrong; the order stays.
    """
    told = [placed("2a"), captured()]
    if command != "ship":
        told += [ship(), ask("mark_delivered", 9, _shipment())]
    before = go(*told)
    story = run([ask(command, 20, body)], STORE, before.order)

    assert not answer(story).accepted
    assert answer(story).reason
    assert story.order.derived == before.order.derived


SOLD = Document(
    currency="EUR",
    total=Minor(350),
    shipping_total=Minor(50),
    lines=(
        Line(line_id="a", quantity=2, unit_price=Minor(100)),
        Line(line_id="b", quantity=1, unit_price=Minor(100)),
    ),
)
BOUGHT = [say(facts.OrderPlaced, 0, SOLD), captured(350)]
REFUNDS = [
    ({"lines": lines("1a")}, 100),
    ({"lines": lines("2a 1b"), "shipping": 50}, 350),
    ({"lines": lines("1a"), "adjustment": 20, "fee": 5}, 115),
    ({"shipping": 50}, 50),
    ({"shipping": 51}, "shipping"),
    ({"lines": lines("3a")}, "quantity"),
    ({"lines": lines("1a"), "fee": 100}, "amount"),
    ({"amount": 351}, "amount"),
    ({"amount": 350}, 350),
    ({"amount": 1, "fee": 1}, "amount"),
    ({"lines": lines("1a"), "shipping": -1}, "amount"),
    ({"amount": 10, "currency": "USD"}, "currency"),
]


@pytest.mark.rule("S2.20", "S2.21")
@pytest.mark.parametrize(("asked", "expected"), REFUNDS)
def test_what_a_refund_amounts_to(asked, expected):
    """
    Pieces at their price, shipping, adjustment, less the fee; within what was paid (S2.20).
    """
    story = run([*BOUGHT, ship(), ask("refund", 9, request.Refund(**asked))], STORE)

    if isinstance(expected, str):
        assert (answer(story).accepted, answer(story).guard) == (False, expected)
        assert story.snapshot.money.refunded == 0
    else:
        assert answer(story).accepted, answer(story).reason
        assert story.snapshot.money.refunded == expected


@pytest.mark.rule("S2.20")
def test_pieces_are_refunded_once():
    """
    What one refund named another cannot name again.
    """
    refund = request.Refund(lines=lines("2a"))
    story = run([*BOUGHT, ship(), ask("refund", 9, refund), ask("refund", 10, refund)], STORE)

    assert [one.accepted for one in results(story.messages)] == [True, True, False]
    assert answer(story).guard == "quantity"


@pytest.mark.rule("S2.22")
def test_the_money_is_sent_by_hand_and_its_fact_is_not_added_twice():
    """
    Refunded at once, with an action that names amount, provider and payment (8.8).
    """
    story = run([*BOUGHT, ask("refund", 9, request.Refund(amount=120))], STORE)

    (asked,) = [one for one in story.messages if getattr(one, "action", "") == "refund"]
    assert (asked.amount, asked.currency, asked.provider, asked.reference) == (
        120,
        "EUR",
        "stripe",
        "ch_1",
    )
    assert words(story)["payment"] == "Partially Refunded"
    settled = run([refunded(120, 20, "re_1", parent="ch_1")], STORE, story.order)
    assert settled.snapshot.money.refunded == 120
    assert words(settled)["payment"] == "Partially Refunded"


def test_a_refund_that_the_provider_never_confirms_is_an_anomaly():
    """
    After the hours that the policy gives it; and it is resolved when the fact comes.
    """
    by = rules("storefront", refund_answer_hours=48)
    refund = ask("refund", 9, request.Refund(amount=120))
    story = run([*BOUGHT, refund], by)
    from domain.deadline import fire, next_deadline

    due = next_deadline(story.order, by)
    late = run([fire(story.order, due)], by, story.order)
    (name,) = late.snapshot.anomalies
    assert name.startswith("expected_event_missing:refunded|stripe|")
    settled = run([refunded(120, 20, "re_1", parent="ch_1")], by, late.order)
    assert settled.snapshot.anomalies == ()


@pytest.mark.rule("S2.33", "S2.34", "S2.37")
def test_every_fulfil_is_a_shipment():
    """
    Two fulfils, two shipments, together no more than was bought; they show on the order.
    """
    story = go(placed("3a"), ship(5, "1a", "f1"), ship(6, "2a", "f2"))
    assert [(one.shipment_id, one.lines) for one in story.snapshot.shipments] == [
        ("f1", {"a": 1}),
        ("f2", {"a": 2}),
    ]
    assert words(story)["fulfilment"] == "Fulfilled"
    over = go(placed("3a"), ship(5, "1a", "f1"), ship(6, "3a", "f2"))
    assert (answer(over).accepted, answer(over).guard) == (False, "quantity")
    assert words(over)["fulfilment"] == "Partially Fulfilled"


@pytest.mark.rule("S2.35", "S2.36")
@pytest.mark.parametrize(
    ("fields", "accepted"),
    [
        ({"point": "local"}, True),
        ({"point": "pickup"}, True),
        ({"point": "international"}, False),
        ({"point": "international", "carrier": "UPS"}, False),
        ({"point": "international", "carrier": "UPS", "number": "1Z"}, True),
    ],
)
def test_where_a_manual_shipment_starts(fields, accepted):
    """
    Abroad it needs a carrier and a number.
    """
    assert answer(go(placed(), ship(**fields))).accepted == accepted


PACKAGE = bodies.Package(
    weight=500,
    customs_value=Minor(2000),
    insurance=Minor(1000),
    recipient=Address(city="Oslo"),
    shipper=Party(name="Shop"),
    origin=Address(city="Graz"),
    dangerous=True,
    signature=True,
)


@pytest.mark.rule("S2.38")
def test_what_a_carrier_must_know_is_kept():
    """
    All of it in the fact that the command brings about; abroad not without the value.
    """
    wanted = {"point": "international", "carrier": "UPS", "carrier_made": True}
    told = ship(package=PACKAGE, **wanted)
    story = go(placed(), told)

    order = run([placed()], STORE).order
    (judged,) = process(order, told, STORE).log
    assert judged.body.effects[0].body.package == PACKAGE
    kept = msgspec.json.decode(story.snapshot.changes["package:f1"], type=bodies.Package)
    assert kept == PACKAGE
    assert answer(story).accepted
    assert answer(go(placed(), ship(**wanted))).guard == "customs_value"


@pytest.mark.rule("S2.39", "S2.44")
def test_rates_are_quoted_and_a_label_is_bought():
    """
    Buying the label makes the shipment, and says where the label is kept.
    """
    rate = office.Rate(rate_id="r1", carrier="UPS", amount=Minor(900), currency="EUR")
    quoted = say(
        office_facts.ShipmentRatesQuoted, 3, office.RatesQuoted(shipment_id="f1", rates=(rate,))
    )
    label = request.BuyLabel(
        shipment_id="f1", number="1Z9", rate_id="r1", carrier="UPS", label="labels/1Z9.pdf"
    )
    story = go(placed(), quoted, ask("buy_label", 4, label))

    assert story.snapshot.shipments[0].parcels == ("1Z9",)
    assert b"labels/1Z9.pdf" in bytes(story.snapshot.changes["label:1Z9"])
    assert b'"r1"' in bytes(story.snapshot.changes["rates:f1"])
    assert words(story)["shipment"] == {"f1": "Awaiting Shipment"}


@pytest.mark.rule("S2.40", "S2.41")
def test_a_manual_shipment_is_edited_and_a_carriers_is_not():
    """
    Carrier, number, status, arrival; and from then on whether the customer hears of it.
    """
    edit = request.EditShipment(
        shipment_id="f1",
        carrier="DPD",
        number="D1",
        status=Parcel.OUT_FOR_DELIVERY,
        expected_at=NINE,
        notify_customer=False,
    )
    story = go(placed(), ship(number="Z1"), ask("edit_shipment", 8, edit))
    (shown,) = story.snapshot.shipments
    assert (shown.carrier, shown.parcels, shown.expected_at) == ("DPD", ("D1",), NINE)
    assert words(story)["shipment"] == {"f1": "Out for delivery"}
    told = [one for one in notices(story.messages, "customer") if one.axis == "shipment"]
    assert told == []
    back_again = request.EditShipment(shipment_id="f1", status=Parcel.IN_TRANSIT)
    again = run([ask("edit_shipment", 9, back_again)], STORE, story.order)
    assert words(again)["shipment"] == {"f1": "In transit"}
    arrived = run([scan("delivered", 10, "D1")], STORE, story.order)
    taken_back = run([ask("edit_shipment", 11, back_again)], STORE, arrived.order)
    assert words(arrived)["shipment"] == {"f1": "Delivered"}
    assert words(taken_back)["shipment"] == {"f1": "In transit"}

    carrier_made = go(
        placed(), ship(carrier_made=True, number="Z1"), ask("edit_shipment", 8, edit)
    )
    assert (answer(carrier_made).accepted, answer(carrier_made).guard) == (False, "manual")


@pytest.mark.rule("S2.43")
def test_the_scans_of_a_shipment_can_be_followed():
    """
    Each movement is a change of the parcel's axis, in order.
    """
    story = go(placed(), ship(number="Z1"), scan("in_transit", 20), scan("out_for_delivery", 30))

    followed = [
        one.after
        for one in story.messages
        if isinstance(one, StatusChanged) and one.axis == "parcel" and one.subject == "Z1"
    ]
    assert followed == ["created", "in_transit", "out_for_delivery"]


@pytest.mark.rule("S2.45")
def test_a_void_shipment_gives_its_pieces_back():
    """
    Manual ones only; a carrier's label is the carrier's.
    """
    sent = go(placed(), ship(number="Z1"))
    assert words(sent)["fulfilment"] == "Fulfilled"
    void = run([ask("void_shipment", 9, _shipment())], STORE, sent.order)
    assert words(void) == {
        "payment": "In progress",
        "fulfilment": "Unfulfilled",
        "shipment": {"f1": "Canceled"},
    }
    made = go(placed(), ship(number="Z1", carrier_made=True), ask("void_shipment", 9, _shipment()))
    assert (answer(made).accepted, answer(made).guard) == (False, "manual")


@pytest.mark.rule("S2.47")
def test_a_shipment_waits_until_the_carrier_has_it():
    """
    Fulfilled counts the pieces at once; the shipment is shipped by an edit or a scan (8.9).
    """
    waiting = go(placed(), ship(number="Z1"))
    assert (words(waiting)["fulfilment"], words(waiting)["shipment"]) == (
        "Fulfilled",
        {"f1": "Awaiting Shipment"},
    )
    edit = request.EditShipment(shipment_id="f1", status=Parcel.HANDED_OVER)
    shipped = run([ask("edit_shipment", 8, edit)], STORE, waiting.order)
    assert words(shipped)["shipment"] == {"f1": "Shipped"}
    scanned = run([scan("in_transit", 20)], STORE, waiting.order)
    assert words(scanned)["shipment"] == {"f1": "In transit"}


@pytest.mark.rule("S2.30", "S2.31", "S2.48")
def test_only_what_arrived_can_come_back():
    """
    Some pieces, then all; never more than arrived.
    """
    sent = go(placed("2a"), ship(), back(8, "1a"))
    assert (answer(sent).accepted, answer(sent).guard) == (False, "returnable")
    arrived = go(placed("2a"), ship(), ask("mark_delivered", 9, _shipment()), back(10, "1a"))
    assert words(arrived)["fulfilment"] == "Partially Returned"
    over = run([back(11, "2a")], STORE, arrived.order)
    assert (answer(over).accepted, answer(over).guard) == (False, "quantity")
    whole = run([back(12, "1a")], STORE, arrived.order)
    assert words(whole)["fulfilment"] == "Returned"


@pytest.mark.rule("S2.29", "S2.42")
def test_delivered_and_collected_are_said_by_hand():
    """
    Delivered when all arrived; collected at the pickup point is its own word.
    """
    half = go(placed("2a"), ship(5, "1a", "f1"), ask("mark_delivered", 9, _shipment()))
    assert words(half)["fulfilment"] == "Partially Fulfilled"
    rest = [ship(10, "1a", "f2"), ask("mark_delivered", 11, _shipment("f2"))]
    assert words(run(rest, STORE, half.order))["fulfilment"] == "Delivered"
    picked_up = go(placed(), ship(point="pickup"), ask("collect", 9, _shipment()))
    assert words(picked_up)["fulfilment"] == "Picked Up"


@pytest.mark.rule("S2.49")
def test_one_snapshot_carries_all():
    """
    Items, customer, notes, shipments.
    """
    order = document("1a", customer=Party(name="Ida Berg"))
    note = ask("add_note", 2, office_request.WriteNote(text="fragile", note_id="n1"))
    snapshot = go(say(facts.OrderPlaced, 0, order), note, ship()).snapshot

    assert [one.line_id for one in snapshot.lines] == ["a"]
    assert b"Ida Berg" in bytes(snapshot.order)
    assert "note:n1" in snapshot.changes
    assert [one.shipment_id for one in snapshot.shipments] == ["f1"]


@pytest.mark.rule("S2.40", "S2.46")
@pytest.mark.parametrize("before", ["in_transit", "delivered"])
def test_an_operator_puts_a_shipment_back_to_shipped(before):
    """
    The newer statement about it (8.7), whatever was said or scanned before.
    """
    told = [placed(), ship(number="Z1"), scan(before, 10)]
    shipped = request.EditShipment(shipment_id="f1", status=Parcel.HANDED_OVER)
    story = go(*told, ask("edit_shipment", 20, shipped))

    assert words(story)["shipment"] == {"f1": "Shipped"}


@pytest.mark.rule("S2.39", "S2.40", "S2.45")
def test_a_label_puts_a_planned_shipment_in_its_carriers_hands():
    """
    Its parcel is the label's, the rate says when it arrives, and people edit or void it no more.
    """
    rates = office.RatesQuoted(
        shipment_id="f1",
        rates=(
            office.Rate(rate_id="r1", carrier="UPS", expected_at=minute(900)),
            office.Rate(rate_id="r2", carrier="DHL", expected_at=minute(2000)),
        ),
    )
    label = request.BuyLabel(shipment_id="f1", number="1Z9", rate_id="r2", carrier="DHL")
    told = [
        placed(),
        ask("create_shipment", 2, request.Ship(shipment_id="f1")),
        say(office_facts.ShipmentRatesQuoted, 3, rates),
        ask("buy_label", 4, label),
    ]
    story = go(*told, scan("in_transit", 30, "1Z9"))

    (shown,) = story.snapshot.shipments
    assert (shown.parcels, shown.carrier, shown.expected_at) == (("1Z9",), "DHL", minute(2000))
    assert words(story)["shipment"] == {"f1": "In transit"}
    edit = ask("edit_shipment", 9, request.EditShipment(shipment_id="f1", carrier="X"))
    assert answer(go(*told, edit)).guard == "manual"
    void = ask("void_shipment", 9, request.ForShipment(shipment_id="f1"))
    assert answer(go(*told, void)).guard == "manual"


def test_a_cancelled_shipment_gets_no_label():
    """
    Its pieces are free again for another.
    """
    told = [
        placed(),
        ask("create_shipment", 2, request.Ship(shipment_id="f1")),
        ask("void_shipment", 3, request.ForShipment(shipment_id="f1")),
    ]
    label = request.BuyLabel(shipment_id="f1", number="1Z9")

    assert answer(go(*told, ask("buy_label", 4, label))).guard == "shipment"


@pytest.mark.rule("S2.20")
def test_shipping_is_given_back_once():
    """
    Five were paid for it: three go back, then at most two.
    """
    paid = [placed("2a", total=105, shipping_total=5), captured(105)]

    def shipping(at, amount):
        return ask("refund", at, request.Refund(shipping=amount))

    assert answer(go(*paid, shipping(5, 3), shipping(6, 3))).guard == "shipping"
    assert answer(go(*paid, shipping(5, 3), shipping(6, 2))).accepted


@pytest.mark.rule("S2.20", "S4.7")
def test_a_refund_of_what_came_back_cancels_nothing_that_is_still_to_be_sent():
    """
    Two of three were sent and came back; refunding two leaves the third to be sent.
    """
    told = [placed("3a"), captured(150), ship(text="2a", number="Z1"), scan("delivered", 20)]
    story = go(*told, back(30, "2a"), ask("refund", 31, request.Refund(lines=lines("2a"))))
    assert (story.snapshot.lines[0].cancelled, story.snapshot.money.refunded) == (0, 100)
    more = run([ask("refund", 32, request.Refund(lines=lines("1a")))], STORE, story.order)
    assert more.snapshot.lines[0].cancelled == 1


@pytest.mark.rule("S2.22", "S2.23")
def test_a_refund_goes_back_to_where_the_money_came_from():
    """
    Sixty by card, forty by another provider: each gets its own, and the facts are not added.
    """
    paid = [
        placed(),
        captured(60, 1, "ch_1"),
        captured(40, 2, "pp_1", provider="paypal"),
    ]
    story = go(*paid, ask("refund", 5, request.Refund(amount=90)))
    asked = [
        (one.provider, one.reference, one.amount)
        for one in story.messages
        if isinstance(one, ActionRequired)
    ]
    assert asked == [("paypal", "pp_1", 40), ("stripe", "ch_1", 50)]
    told = [
        refunded(50, 8, "re_1", parent="ch_1"),
        refunded(40, 9, "pr_1", parent="pp_1", provider="paypal"),
    ]
    settled = run(told, STORE, story.order)
    assert (settled.snapshot.money.refunded, settled.snapshot.anomalies) == (90, ())
    rest = run([ask("refund", 12, request.Refund())], STORE, settled.order)
    assert actions(rest.messages) == {"refund": 10}
    assert rest.snapshot.payment == "refunded"


@pytest.mark.rule("S2.22")
@pytest.mark.parametrize("went_first", [True, False])
def test_money_that_did_not_go_back_is_asked_for_again(went_first):
    """
    The provider refuses it at once, or after it said that it went.
    """
    gone = [refunded(50, 8, "re_1", parent="ch_1")] if went_first else []
    failed = money("refund_failed", 50, 9, "re_1", parent="ch_1")
    told = [placed(), captured(), ask("refund", 5, request.Refund(amount=50)), *gone]
    before = go(*told)
    story = run([failed, failed], STORE, before.order)

    assert [one.amount for one in story.messages if isinstance(one, ActionRequired)] == [50]
    again = run([refunded(50, 20, "re_2", parent="ch_1"), failed], STORE, before.order)
    assert actions(again.messages) == {}


@pytest.mark.rule("X.14", "X.15")
def test_a_customer_hears_once_of_pieces_that_left_by_count_and_then_by_name():
    """
    The order does not fall back to Unfulfilled in between.
    """
    counted = msgspec.structs.replace(created("count", "1a", "", at=2), inferred=True)
    told = [placed(), counted, handed_over("count", 3), created("f1", "1a", "Z1", at=4)]

    story = go(*told, scan("in_transit", 5, "Z1"))

    said = [
        n.word for n in notices(story.messages, "customer") if n.trigger == "storefront.fulfilment"
    ]
    assert said == ["Partially Fulfilled"]
    assert words(story)["fulfilment"] == "Partially Fulfilled"


@pytest.mark.rule("S2.22")
def test_a_refund_that_was_sent_from_another_provider_counts_once():
    """
    Commanded where the money came last, sent by hand where it came first; told by its amount.
    """
    paid = [money("captured", 50, 1, "c1"), money("captured", 50, 2, "p1", provider="paypal")]
    asked = ask("refund", 5, request.Refund(amount=40))

    story = go(placed(), *paid, asked, money("refunded", 40, 9, "re1"))

    assert story.snapshot.money.refunded == 40
    asked = [one for one in story.messages if isinstance(one, ActionRequired)]
    assert [(one.amount, one.provider) for one in asked] == [(40, "paypal")]


def test_lines_are_not_edited_down_to_what_was_cancelled():
    """
    Nothing would be left of the order: that is a cancellation.
    """
    story = go(
        placed("2a"),
        ask("cancel_lines", 3, request.CancelLines(lines=lines("1a"))),
        ask("edit_lines", 5, request.EditLines(lines=lines("1a"))),
    )

    assert (answer(story).guard, story.snapshot.lifecycle) == ("quantity", "pending")
