"""Requirements S1: base states, states of the shop's own, deliveries per item, payments, cancel."""

import pytest
from msgspec.structs import replace

from domain import body as bodies
from domain import fact as facts
from domain import office_body as office
from domain import office_fact as office_facts
from domain import office_request, request
from domain.document import Minor
from domain.message import ActionRequired
from domain.profile import OwnState
from tests.domain.builders import (
    actions,
    ask,
    cancel,
    captured,
    cells,
    created,
    handed_over,
    hold,
    money,
    notices,
    placed,
    release,
    results,
    rules,
    run,
    say,
    scan,
)

PLAIN = rules("configurable")
OWN = {
    "Waiting for parts": OwnState(name="Waiting for parts", base="Processing", colour="#ff0"),
    "Second look": OwnState(name="Second look", base="Fraud"),
}
CONFIGURABLE = replace(PLAIN, states=OWN)


def state(story):
    return story.snapshot.words["configurable"]["state"]


def chosen(word, at=5, **words):
    return ask("set_state", at, request.ChooseState(state=word, **words))


def answer(story):
    return results(story.messages)[-1]


ROADS = {
    "New": [placed()],
    "Processing": [placed(), ask("start", 2)],
    "Completed": [placed(), ask("mark_shipped", 2)],
    "Canceled": [placed(), cancel(2)],
    "Fraud": [placed(), ask("flag_risk", 2)],
    "Suspended": [placed(), ask("start", 1), chosen("Suspended", 2)],
    "Cancel_Requested": [placed(), ask("request_cancel", 2)],
}
"""One way into each base state."""

SET_STATE = """
from              New         Processing  Completed   Canceled    Fraud  Suspended
New               New         Processing  Completed   Canceled    Fraud  -
Processing        -           Processing  Completed   Canceled    Fraud  Suspended
Completed         -           -           -           -           Fraud* -
Canceled          -           -           -           -           -*     -
Fraud             New         Processing  -           Canceled    Fraud  Suspended
Suspended         -           Processing  -           Canceled    Suspended* Suspended
"""
"""What choosing a state leads to; `-` is refused, `*` is explained in the test."""


@pytest.mark.rule("S1.1", "S1.6", "S1.7", "S1.8", "S1.9")
@pytest.mark.parametrize("word", ROADS)
def test_a_way_into_each_base_state(word):
    """
    New at placement, Processing by work, Completed when all left, and the others by their facts.
    """
    assert state(run(ROADS[word], CONFIGURABLE)) == word.replace("_", " ")


@pytest.mark.rule("S1.7", "S1.8")
def test_work_and_hand_over_move_the_state_by_facts():
    """
    The first piece in work is Processing, the last one gone is Completed.
    """
    half = [placed("2a"), created("f1", "1a"), handed_over("f1", at=20)]
    rest = [created("f2", "1a", "Z2", at=30), handed_over("f2", at=31)]
    packed = [
        placed(),
        created(),
        say(facts.ShipmentPacked, 11, bodies.ShipmentRef(shipment_id="f1")),
    ]

    assert state(run(packed, CONFIGURABLE)) == "Processing"
    assert state(run(half, CONFIGURABLE)) == "Processing"
    assert state(run([*half, *rest], CONFIGURABLE)) == "Completed"


@pytest.mark.rule("S1.14")
@pytest.mark.parametrize(
    ("before", "wanted", "after"), [row for row in cells(SET_STATE) if "*" not in row[2]]
)
def test_an_operator_chooses_a_state(before, wanted, after):
    """
    The choice is accepted and shown, or refused with a reason and nothing changes (8.17).
    """
    road = run(ROADS[before], CONFIGURABLE)
    story = run([chosen(wanted, 9)], CONFIGURABLE, road.order)

    if after == "-":
        assert not answer(story).accepted
        assert answer(story).reason
        assert state(story) == state(road)
    else:
        assert answer(story).accepted, answer(story).reason
        assert state(story) == after


def test_an_unknown_state_is_refused_with_those_that_there_are():
    """
    No guess is made at what was meant.
    """
    refused = answer(run([placed(), chosen("Gone")], CONFIGURABLE))

    assert (refused.accepted, refused.guard) == (False, "state")
    assert "Waiting for parts" in refused.reason


@pytest.mark.rule("S1.2", "S1.3", "X.23")
def test_a_state_of_the_shops_own_stands_on_its_base():
    """
    It is shown as long as the facts say its base, and is gone when they say another.
    """
    waiting = run([placed(), chosen("Waiting for parts")], CONFIGURABLE)
    assert state(waiting) == "Waiting for parts"
    assert waiting.order.derived.promise.lifecycle == "processing"

    sent = run([created(), handed_over()], CONFIGURABLE, waiting.order)
    assert state(sent) == "Completed"
    assert state(run([placed(), ask("start", 2)], CONFIGURABLE)) == "Processing"
    back = run([placed(), chosen("Waiting for parts"), chosen("Processing", 8)], CONFIGURABLE)
    assert state(back) == "Processing"


@pytest.mark.rule("S1.11", "S1.12")
def test_suspended_is_left_for_what_the_facts_say():
    """
    From Processing or Fraud only; released, the order is there again.
    """
    worked = [placed(), ask("start", 1)]
    suspended = run([*worked, hold(3, reason="suspended")], CONFIGURABLE)
    assert state(suspended) == "Suspended"
    assert state(run([release(5)], CONFIGURABLE, suspended.order)) == "Processing"

    fraud = run([placed(), ask("flag_risk", 2), hold(3, reason="suspended")], CONFIGURABLE)
    assert state(fraud) == "Suspended"
    assert state(run([release(5)], CONFIGURABLE, fraud.order)) == "Fraud"
    cleared = run([release(5), ask("clear_risk", 6)], CONFIGURABLE, fraud.order)
    assert state(cleared) == "New"

    for road in ("New", "Completed", "Canceled"):
        story = run([*ROADS[road], hold(3, reason="suspended")], CONFIGURABLE)
        assert not answer(story).accepted
        assert state(story) == road


@pytest.mark.rule("S1.10")
def test_fraud_stops_goods_and_captures():
    """
    Flagged by a fact or by an operator; commands are refused, facts would still be folded.
    """
    flagged = say(facts.RiskWasFlagged, 3, bodies.RiskFlagged(level="confirmed"))
    authorised = [placed(), money("authorized", 100, 1, "pi_1"), flagged]
    story = run(authorised, CONFIGURABLE)
    assert state(story) == "Fraud"
    for command in ("ship", "capture", "mark_shipped"):
        refused = answer(run([ask(command, 9)], CONFIGURABLE, story.order))
        assert (refused.accepted, refused.guard) == (False, "no_fraud")


@pytest.mark.rule("S1.13")
def test_a_request_to_cancel_is_accepted_or_declined():
    """
    Asked, the order waits; declined it goes on, cancelled it ends.
    """
    asked = run(ROADS["Cancel_Requested"], CONFIGURABLE)

    assert state(run([ask("decline_cancel", 9)], CONFIGURABLE, asked.order)) == "New"
    assert state(run([cancel(9)], CONFIGURABLE, asked.order)) == "Canceled"


@pytest.mark.rule("S1.16", "S1.17")
def test_an_invoice_number_and_notes_are_kept():
    """
    The number may change, the log keeps both; a note has its author and time.
    """
    number = office.InvoiceNumber
    told = [
        placed(),
        ask("set_invoice_number", 2, number(number="7")),
        ask("set_invoice_number", 3, number(number="8")),
        ask("add_note", 4, office_request.WriteNote(text="call first", note_id="n1")),
    ]
    story = run(told, CONFIGURABLE)

    assert b'"8"' in bytes(story.snapshot.changes["invoice_number"])
    assert b"call first" in bytes(story.snapshot.changes["note:n1"])
    assert [(one.actor, one.effects) for one in results(story.messages)][-1] == (
        "clerk",
        ("order.note_added",),
    )


def shipment_words(story):
    return story.snapshot.words["configurable"]["delivery"]


@pytest.mark.rule("S1.18", "S1.24")
def test_each_item_has_its_own_delivery():
    """
    Two lines, two methods, two shipments, two numbers; one number for both is refused.
    """
    by = office_request.ChangeShippingMethod
    told = [
        placed("1a 1b"),
        ask("change_shipping_method", 2, by(method="express", lines=("a",))),
        ask("change_shipping_method", 3, by(method="ground", lines=("b",))),
        ask("create_shipment", 4, _one("a", "f1", "N1")),
        ask("create_shipment", 5, _one("b", "f2", "N2")),
        scan("in_transit", 30, "N1"),
    ]
    story = run(told, CONFIGURABLE)

    assert {one.line_id: one.shipping_method for one in story.snapshot.lines} == {
        "a": "express",
        "b": "ground",
    }
    assert shipment_words(story) == {"f1": "Shipped", "f2": "Awaiting Delivery"}
    twice = run([*told[:4], ask("create_shipment", 5, _one("b", "f2", "N1"))], CONFIGURABLE)
    assert (answer(twice).accepted, answer(twice).guard) == (False, "number")


@pytest.mark.rule("S1.24")
@pytest.mark.parametrize("second", ["ground", ""])
def test_lines_of_different_methods_belong_to_different_shipments(second):
    """
    One goes express, the other by another method or as usual: no shipment takes both.
    """
    by = office_request.ChangeShippingMethod
    told = [placed("1a 1b"), ask("change_shipping_method", 2, by(method="express", lines=("a",)))]
    if second:
        told.append(ask("change_shipping_method", 3, by(method=second, lines=("b",))))

    both = run([*told, ask("ship", 5)], CONFIGURABLE)
    assert (answer(both).accepted, answer(both).guard) == (False, "method")
    apart = run([*told, ask("ship", 5, _one("a", "f1", "N1"))], CONFIGURABLE)
    assert answer(apart).accepted
    same = run([*told, ask("change_shipping_method", 4, by(method="air")), ask("ship", 5)])
    assert answer(same).accepted


def _one(line_id, shipment_id, number):
    lines = (request.AskedUnits(line_id=line_id, quantity=1),)
    return request.Ship(shipment_id=shipment_id, lines=lines, number=number, carrier="UPS")


DELIVERY = """
state             ship  create_shipment  mark_delivered  change_shipping_method
New               +     +                sent            +
Processing        +     +                sent            +
Completed         -     -                -               -
Canceled          -     -                -               -
Fraud             -     -                -               -
Suspended         -     -                -               -
"""


@pytest.mark.rule("S1.19", "S1.20")
@pytest.mark.parametrize(("before", "command", "expected"), cells(DELIVERY))
def test_delivery_changes_only_while_the_order_is_new_or_in_process(before, command, expected):
    """
    In every other state the command is refused, whoever asks.
    """
    body = {
        "mark_delivered": request.ForShipment(shipment_id="f1"),
        "change_shipping_method": office_request.ChangeShippingMethod(method="express"),
    }.get(command)
    got = answer(run([*ROADS[before], ask(command, 9, body)], CONFIGURABLE))

    assert got.accepted == (expected == "+")
    if expected not in {"+", "-"}:
        assert got.guard == expected


@pytest.mark.rule("S1.19")
def test_a_carriers_scan_is_folded_in_any_state():
    """
    What happened outside is a fact, and odd is an anomaly, not a refusal.
    """
    held = [*ROADS["Suspended"], created("f1", "2a"), scan("handed_over", 30)]

    assert shipment_words(run(held, CONFIGURABLE)) == {"f1": "Shipped"}


@pytest.mark.rule("S1.21")
def test_a_number_is_added_once_the_line_is_confirmed_for_delivery():
    """
    Refused for a new order; once work began, or a shipment has the line, the parcel is known.
    """
    tracking = ask("add_tracking", 5, request.AddTracking(line_id="a", number="N7"))
    early = run([placed(), tracking], CONFIGURABLE)
    assert (answer(early).accepted, answer(early).guard) == (False, "confirmed_for_delivery")

    started = run([placed(), ask("start", 2), tracking], CONFIGURABLE)
    assert [one.number for one in started.snapshot.parcels] == ["N7"]
    shipped = run([placed(), created("f1", "2a", ""), tracking], CONFIGURABLE)
    assert shipped.snapshot.shipments[0].parcels == ("N7",)


@pytest.mark.rule("S1.22", "S1.23", "S1.25")
def test_a_method_is_changed_for_all_or_for_some_at_once():
    """
    Atomic: one unknown line and nothing changes; the reason is kept, the snapshot shows it.
    """
    by = office_request.ChangeShippingMethod
    everything = [placed("1a 1b"), ask("change_shipping_method", 2, by(method="express"))]
    some = ask("change_shipping_method", 3, by(method="van", lines=("b",), reason="vendor"))
    wrong = ask("change_shipping_method", 4, by(method="bike", lines=("a", "zz")))
    story = run([*everything, some, wrong], CONFIGURABLE)

    assert [one.shipping_method for one in story.snapshot.lines] == ["express", "van"]
    assert (answer(story).accepted, answer(story).guard) == (False, "line")
    assert b'"vendor"' in bytes(story.snapshot.changes["shipping_method:b"])


@pytest.mark.rule("S1.26", "S1.27")
def test_a_synced_history_adds_what_is_missing_and_never_doubles():
    """
    The provider's own list meets the events that came before it under the same references.
    """
    history = office.Synced(
        provider="stripe",
        operations=(
            _synced("captured", 60, "ch_1", 2),
            _synced("captured", 40, "ch_2", 3),
        ),
    )
    told = [placed(), captured(60, 2, "ch_1"), say(office_facts.PaymentSynced, 9, history)]
    story = run([*told, told[-1]], CONFIGURABLE)

    assert story.snapshot.money.captured == 100
    assert [(one.reference, one.amount) for one in story.snapshot.operations] == [
        ("ch_1", 60),
        ("ch_2", 40),
    ]
    differs = office.Synced(provider="stripe", operations=(_synced("captured", 70, "ch_1", 2),))
    flagged = run([*told[:2], say(office_facts.PaymentSynced, 9, differs)], CONFIGURABLE)
    assert "conflicting_duplicate:captured|stripe|ch_1" in flagged.snapshot.anomalies


def _synced(kind, amount, reference, at):
    return office.SyncedOperation(
        kind=kind,
        amount=Minor(amount),
        currency="EUR",
        reference=reference,
        occurred_at=captured(at=at).occurred_at,
    )


@pytest.mark.rule("S1.27")
def test_a_sync_is_asked_for():
    """
    Nothing changes here; whoever can ask the provider is told to.
    """
    asked = run([placed(), ask("sync_payments", 2)], CONFIGURABLE)

    assert answer(asked).accepted
    assert actions(asked.messages) == {"sync_payments": 0}


AUTHORISED = [placed(), money("authorized", 100, 1, "pi_1")]


@pytest.mark.rule("S1.28", "S1.29")
@pytest.mark.parametrize(
    ("amounts", "accepted"),
    [
        ([100], [True]),
        ([None], [True]),
        ([60, 40], [True, True]),
        ([60, 41], [True, False]),
        ([0], [False]),
        ([-5], [False]),
        ([101], [False]),
        ([100, 1], [True, False]),
    ],
)
def test_what_may_be_captured(amounts, accepted):
    """
    More than zero, together no more than is authorised: what is asked for counts (8.12).
    """
    asked = [
        ask("capture", 5 + n, request.Capture(amount=amount)) for n, amount in enumerate(amounts)
    ]
    story = run([*AUTHORISED, *asked], CONFIGURABLE)

    assert [one.accepted for one in results(story.messages)] == accepted


@pytest.mark.rule("S1.30", "S1.28")
def test_a_capture_shows_when_the_provider_says_so():
    """
    Asked for, nothing is captured; done, it is; failed, it may be asked for again.
    """
    asked = run([*AUTHORISED, ask("capture", 5, request.Capture(amount=60))], CONFIGURABLE)
    assert (asked.snapshot.money.captured, asked.snapshot.money.capture_pending) == (0, 60)
    assert actions(asked.messages) == {"capture": 60}

    done = run([captured(60, 6, "ch_1", parent="pi_1")], CONFIGURABLE, asked.order)
    assert (done.snapshot.money.captured, done.snapshot.money.capture_pending) == (60, 0)
    failed = money("capture_failed", 60, 6, "ch_1", parent="pi_1")
    again = run([failed], CONFIGURABLE, asked.order)
    assert (again.snapshot.money.captured, again.snapshot.money.capture_pending) == (0, 0)
    assert [one.kind for one in again.snapshot.operations][-1] == "capture_failed"


@pytest.mark.rule("S1.31")
def test_the_stages_of_a_payment_have_their_order():
    """
    No capture before an authorisation, no reversal after the full capture, no refund before it.
    """
    stages = {
        "nothing": ([placed()], {"choose_method"}),
        "authorised": (AUTHORISED, {"choose_method", "capture", "reverse"}),
        "captured": (
            [*AUTHORISED, captured(100, 3, "ch_1", parent="pi_1")],
            {"choose_method", "refund"},
        ),
    }
    for told, allowed in stages.values():
        story = run(told, CONFIGURABLE)
        money_commands = {"choose_method", "capture", "reverse", "refund"}
        assert money_commands & set(story.snapshot.allowed) == allowed


@pytest.mark.rule("S1.32", "S1.33")
def test_whether_the_customer_is_told_of_a_cancellation_is_chosen():
    """
    One e-mail, or none.
    """
    told = run([placed(), cancel(2)], CONFIGURABLE)
    quiet = run([placed(), cancel(2, notify_customer=False)], CONFIGURABLE)

    assert [one.medium for one in notices(told.messages, "customer")] == ["email"]
    assert notices(quiet.messages, "customer") == []
    assert state(quiet) == "Canceled"


@pytest.mark.rule("S1.34", "S1.35")
def test_a_cancellation_gives_back_all_that_was_taken_and_says_how_much():
    """
    Captured 60 of which 10 went back already, 40 still authorised: refund 50, reverse 40.
    """
    story = run(
        [
            *AUTHORISED,
            captured(60, 2, "ch_1", parent="pi_1"),
            money("refunded", 10, 3, "re_1", parent="ch_1"),
            cancel(9),
        ],
        CONFIGURABLE,
    )

    assert actions(story.messages) == {"refund": 50, "reverse": 40}
    assert answer(story).amounts == {"refund": 50, "reverse": 40}
    back = [money("refunded", 50, 11, "re_2", parent="ch_1"), money("reversed", 40, 12, "pi_1")]
    settled = run(back, CONFIGURABLE, story.order)
    assert settled.snapshot.money.refunded == 60
    assert settled.snapshot.money.authorized == 0


@pytest.mark.rule("S1.35")
def test_a_cancellation_by_its_states_name_says_how_much_it_gives_back():
    """
    Choosing Canceled is cancelling.
    """
    story = run([placed(), captured(100), chosen("Canceled", 9)], CONFIGURABLE)

    assert answer(story).amounts == {"refund": 100, "reverse": 0}


@pytest.mark.rule("S1.36")
@pytest.mark.parametrize("before", ROADS)
def test_cancel_is_for_open_states_only(before):
    """
    From Completed and Canceled it is refused.
    """
    story = run([*ROADS[before], cancel(9)], CONFIGURABLE)

    assert answer(story).accepted == (before not in {"Completed", "Canceled"})


@pytest.mark.rule("S1.31", "S1.34")
def test_each_authorisation_is_captured_and_reversed_at_its_own_provider():
    """
    Sixty by card and forty by another provider; seventy are captured, the rest is reversed.
    """
    paid = [
        placed(),
        money("authorized", 60, 1, "pi_1"),
        money("authorized", 40, 2, "pp_1", provider="paypal"),
    ]
    story = run(
        [*paid, ask("capture", 5, request.Capture(amount=70)), ask("reverse", 6)], CONFIGURABLE
    )
    asked = [
        (one.action, one.provider, one.reference, one.amount)
        for one in story.messages
        if isinstance(one, ActionRequired)
    ]

    assert asked == [("capture", "paypal", "pp_1", 40), ("capture", "stripe", "pi_1", 30)]
    assert answer(story).guard == "reversible"
    back = run([*paid, ask("reverse", 6)], CONFIGURABLE)
    assert [one.amount for one in back.messages if isinstance(one, ActionRequired)] == [40, 60]


@pytest.mark.rule("S1.35")
def test_a_refund_that_fails_after_a_cancellation_is_asked_for_again():
    """
    Once: whether the money went first and came back, or never went.
    """
    cancelled = run([placed(), captured(), cancel(9)], CONFIGURABLE)
    failed = money("refund_failed", 100, 12, "re_1", parent="ch_1")

    never_went = run([failed], CONFIGURABLE, cancelled.order)
    assert actions(never_went.messages) == {"refund": 100}
    went = run([money("refunded", 100, 11, "re_1", parent="ch_1")], CONFIGURABLE, cancelled.order)
    assert actions(went.messages) == {}
    came_back = run([failed], CONFIGURABLE, went.order)
    assert [one.amount for one in came_back.messages if isinstance(one, ActionRequired)] == [100]
