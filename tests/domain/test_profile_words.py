"""The words of the profiles over the canonical states, as complete tables (spec model, 4)."""

from itertools import product

import pytest

from domain.facets import facets_of
from domain.order import Derived
from domain.profile import FACETS
from domain.vocabulary import Fulfilment, Lifecycle, Parcel, Payment
from tests.domain.builders import (
    PROFILES,
    RULES,
    cancel,
    cancelled_at_source,
    captured,
    collected,
    created,
    handed_over,
    held,
    lines_cancelled,
    marked_delivered,
    money,
    packed,
    placed,
    refunded,
    released,
    returned,
    rows,
    run,
    scan,
    voided,
)

PAYMENT = """
payment               word
disputed              Paid
refunded              Refunded
partially_refunded    Partially_Refunded
overpaid              Paid
paid                  Paid
partially_paid        Partially_Paid
authorized            In_progress
partially_authorized  In_progress
in_progress           In_progress
failed                In_progress
unpaid                Unpaid
"""

FULFILMENT = """
fulfilment           open                 cancelled
cancelled            Canceled             Canceled
returned             Returned             Returned
partially_returned   Partially_Returned   Partially_Returned
collected            Picked_Up            Picked_Up
delivered            Delivered            Delivered
fulfilled            Fulfilled            Fulfilled
partially_fulfilled  Partially_Fulfilled  Partially_Fulfilled
dispatched           Dispatched           Canceled
unfulfilled          Unfulfilled          Canceled
"""

SHIPMENT = """
parcel              word
unknown             Awaiting_Shipment
created             Awaiting_Shipment
label_voided        Canceled
handed_over         Shipped
in_transit          In_transit
held                In_transit
out_for_delivery    Out_for_delivery
ready_for_pickup    Out_for_delivery
attempt_failed      Delivery_Failed
delivered           Delivered
collected           Delivered
returning           Delivery_Failed
returned_to_sender  Delivery_Failed
lost                Delivery_Failed
damaged             Delivery_Failed
cancelled           Canceled
"""

ORDER = """
handed_over  lifecycle         hold     valid  word
all          *                 *        *      Complete
none         cancelled         *        *      Canceled
some         cancelled         *        *      Canceled
none         completed         *        *      Complete
some         completed         *        *      Complete
none         draft             on_hold  *      On_hold
none         pending           on_hold  *      On_hold
none         open              on_hold  *      On_hold
none         processing        on_hold  *      On_hold
none         cancel_requested  on_hold  *      On_hold
some         draft             on_hold  *      On_hold
some         pending           on_hold  *      On_hold
some         open              on_hold  *      On_hold
some         processing        on_hold  *      On_hold
some         cancel_requested  on_hold  *      On_hold
none         draft             clear    yes    Processing
none         pending           clear    yes    Processing
none         open              clear    yes    Processing
none         processing        clear    yes    Processing
none         cancel_requested  clear    yes    Processing
some         draft             clear    yes    Processing
some         pending           clear    yes    Processing
some         open              clear    yes    Processing
some         processing        clear    yes    Processing
some         cancel_requested  clear    yes    Processing
none         draft             clear    no     Pending
none         pending           clear    no     Pending
none         open              clear    no     Pending
none         processing        clear    no     Pending
none         cancel_requested  clear    no     Pending
some         draft             clear    no     Pending
some         pending           clear    no     Pending
some         open              clear    no     Pending
some         processing        clear    no     Pending
some         cancel_requested  clear    no     Pending
"""
"""For an order of which some pieces are live; `*` is any value."""

REST = dict(zip((*FACETS, "state"), facets_of(Derived(), RULES), strict=True))
"""The facets of an order of which nothing is known yet."""


def table(text):
    return [[*row[:-1], row[-1].replace("_", " ")] for row in rows(text)]


def word(profile, axis, **given):
    facets = tuple({**REST, **given}.values())
    return {each[0]: each[-1] for each in PROFILES[profile].order_words}[axis](facets)


@pytest.mark.parametrize(("payment", "shown"), table(PAYMENT))
def test_storefront_payment_word(payment, shown):
    """
    Whatever else is true of the order, the payment's state alone gives the word.
    """
    assert word("storefront", "payment", payment=payment) == shown
    assert word("storefront", "payment", payment=payment, lifecycle="cancelled") == shown


@pytest.mark.parametrize(
    ("fulfilment", "shown", "cancelled"),
    [[one, two.replace("_", " "), three] for one, two, three in table(FULFILMENT)],
)
def test_storefront_fulfilment_word(fulfilment, shown, cancelled):
    """
    A cancelled order shows what was sent, and Canceled if nothing was (spec model, 8.15).
    """
    assert word("storefront", "fulfilment", fulfilment=fulfilment) == shown
    for lifecycle in Lifecycle:
        expected = cancelled if lifecycle == "cancelled" else shown
        found = word("storefront", "fulfilment", fulfilment=fulfilment, lifecycle=lifecycle)
        assert found == expected


@pytest.mark.rule("S2.46")
@pytest.mark.parametrize(("parcel", "shown"), table(SHIPMENT))
def test_storefront_shipment_word(parcel, shown):
    """
    Each of the canonical states has one of the seven words.
    """
    ((*_, words_of),) = PROFILES["storefront"].shipment_words

    assert words_of[parcel] == shown


@pytest.mark.parametrize(("handed_over", "lifecycle", "hold", "valid", "shown"), table(ORDER))
def test_marketplace_order_word(handed_over, lifecycle, hold, valid, shown):
    """
    Goods first, then the cancel, the hold, and whether the order is valid.
    """
    for one_hold in FACETS["hold"] if hold == "*" else [hold]:
        for one_valid in FACETS["valid"] if valid == "*" else [valid]:
            for one_lifecycle in Lifecycle if lifecycle == "*" else [lifecycle]:
                given = {
                    "handed_over": handed_over,
                    "lifecycle": one_lifecycle,
                    "hold": one_hold,
                    "valid": one_valid,
                }
                assert word("marketplace", "order", **given) == shown
                assert word("marketplace", "order", **given, fulfilment="cancelled") == "Canceled"


def test_the_tables_are_complete():
    """
    No state is without its word, and every word of the sources is shown by some state.
    """
    assert {row[0] for row in table(PAYMENT)} == set(Payment)
    assert {row[0] for row in table(FULFILMENT)} == set(Fulfilment)
    assert {row[0] for row in table(SHIPMENT)} == set(Parcel)
    assert {tuple(row[:2]) for row in table(ORDER)} >= set(product(("none", "some"), Lifecycle))
    assert {row[-1] for row in table(PAYMENT)} == {
        "Unpaid",
        "Partially Paid",
        "In progress",
        "Paid",
        "Refunded",
        "Partially Refunded",
    }
    assert {row[-1] for row in table(SHIPMENT)} == {
        "Awaiting Shipment",
        "Shipped",
        "In transit",
        "Out for delivery",
        "Delivered",
        "Delivery Failed",
        "Canceled",
    }
    assert {row[-1] for row in table(ORDER)} == {
        "Pending",
        "Processing",
        "On hold",
        "Complete",
        "Canceled",
    }


SENT = [placed(), created(), handed_over()]


def words(*records):
    return run(records).snapshot.words


@pytest.mark.parametrize(
    ("story", "shown"),
    [
        pytest.param(
            [placed(payment_method="manual")],
            "Unpaid",
            marks=pytest.mark.rule("S2.14"),
            id="manual",
        ),
        pytest.param(
            [placed(), captured(1)],
            "Partially Paid",
            marks=pytest.mark.rule("S2.15"),
            id="one cent",
        ),
        pytest.param(
            [placed(), captured(99)],
            "Partially Paid",
            marks=pytest.mark.rule("S2.15"),
            id="one short",
        ),
        pytest.param(
            [placed(payment_method="online"), money("pending", 100)],
            "In progress",
            marks=pytest.mark.rule("S2.16"),
            id="under way",
        ),
        pytest.param([placed(), captured()], "Paid", marks=pytest.mark.rule("S2.17"), id="online"),
        pytest.param(
            [placed(payment_method="manual"), captured()],
            "Paid",
            marks=pytest.mark.rule("S2.17"),
            id="manual received",
        ),
        pytest.param(
            [placed(), captured(), refunded()],
            "Refunded",
            marks=pytest.mark.rule("S2.18"),
            id="all",
        ),
        pytest.param(
            [placed(), captured(60), refunded(60)],
            "Refunded",
            marks=pytest.mark.rule("S2.18"),
            id="all of what was captured",
        ),
        pytest.param(
            [placed(), captured(), refunded(1)],
            "Partially Refunded",
            marks=pytest.mark.rule("S2.19"),
            id="a cent back",
        ),
        pytest.param(
            [placed(), captured(), refunded(99)],
            "Partially Refunded",
            marks=pytest.mark.rule("S2.19"),
            id="all but a cent",
        ),
        pytest.param(
            [placed(), captured(), refunded(40), refunded(60, ref="re_2")],
            "Refunded",
            marks=pytest.mark.rule("S2.23"),
            id="two parts",
        ),
    ],
)
def test_storefront_payment_story(story, shown):
    """
    Given what happened to the money, the shop shows its word.
    """
    assert words(*story)["storefront"]["payment"] == shown


@pytest.mark.parametrize(
    ("story", "shown"),
    [
        pytest.param([placed()], "Unfulfilled", marks=pytest.mark.rule("S2.24"), id="placed"),
        pytest.param(
            [placed(), created(), packed()],
            "Dispatched",
            marks=pytest.mark.rule("S2.25"),
            id="all packed",
        ),
        pytest.param(
            [placed(), created(wanted="1a"), packed()],
            "Unfulfilled",
            marks=pytest.mark.rule("S2.25"),
            id="part packed",
        ),
        pytest.param(SENT, "Fulfilled", marks=pytest.mark.rule("S2.26"), id="sent"),
        pytest.param(
            [placed(), created(wanted="1a"), handed_over()],
            "Partially Fulfilled",
            marks=pytest.mark.rule("S2.27"),
            id="part sent",
        ),
        pytest.param(
            [*SENT, marked_delivered()],
            "Delivered",
            marks=pytest.mark.rule("S2.28"),
            id="delivered",
        ),
        pytest.param(
            [placed(), created(pickup=True), handed_over(), collected()],
            "Picked Up",
            marks=pytest.mark.rule("S2.29"),
            id="collected",
        ),
        pytest.param(
            [*SENT, marked_delivered(), returned("2a")],
            "Returned",
            marks=pytest.mark.rule("S2.30", "S2.48"),
            id="all back",
        ),
        pytest.param(
            [*SENT, marked_delivered(), returned("1a")],
            "Partially Returned",
            marks=pytest.mark.rule("S2.31", "S2.48"),
            id="part back",
        ),
        pytest.param(
            [*SENT, returned("1a")],
            "Fulfilled",
            marks=pytest.mark.rule("S2.30"),
            id="nothing delivered, nothing returned",
        ),
        pytest.param([placed(), cancel(requester="buyer")], "Canceled", id="cancelled"),
        pytest.param(
            [placed(), created("f1", "1a"), handed_over(), cancel()],
            "Fulfilled",
            id="rest cancelled",
        ),
    ],
)
def test_storefront_fulfilment_story(story, shown):
    """
    Given what happened to the goods, the shop shows its word.
    """
    assert words(*story)["storefront"]["fulfilment"] == shown


@pytest.mark.parametrize(
    ("story", "shown"),
    [
        pytest.param([placed()], "Pending", marks=pytest.mark.rule("S4.2"), id="placed"),
        pytest.param(
            [placed(), captured()], "Processing", marks=pytest.mark.rule("S4.3"), id="paid"
        ),
        pytest.param(
            [placed(validity="valid")], "Processing", marks=pytest.mark.rule("S4.3"), id="valid"
        ),
        pytest.param([placed(), captured(99)], "Pending", id="not all paid"),
        pytest.param([placed(), captured(), refunded(30)], "Processing", id="valid is kept"),
        pytest.param(
            [placed(), captured(), created(wanted="1a"), handed_over()],
            "Processing",
            marks=pytest.mark.rule("S4.4"),
            id="part sent",
        ),
        pytest.param(
            [placed(), captured(), created(), handed_over()],
            "Complete",
            marks=pytest.mark.rule("S4.5"),
            id="all sent",
        ),
        pytest.param([placed(), cancelled_at_source()], "Canceled", id="cancelled"),
        pytest.param([placed(), lines_cancelled("2a")], "Canceled", id="every line off"),
        pytest.param([placed(), captured(), held()], "On hold", id="held"),
        pytest.param(
            [placed(validity="valid", hold="payment")], "On hold", id="held by its source"
        ),
        pytest.param(
            [placed(), captured(), held(), created(), handed_over()],
            "Complete",
            id="sent while held",
        ),
    ],
)
def test_marketplace_order_story(story, shown):
    """
    Given what happened to an imported order, it shows its word.
    """
    assert words(*story)["marketplace"]["order"] == shown


VALIDITY = """
story                                        valid
placed:pending                               no
placed:                                      no
placed:valid                                 yes
placed:pending revised:valid                 yes
placed:valid revised:pending                 no
placed:valid revised:                        yes
placed:valid revised:unknown                 yes
placed: captured:100                         yes
placed: captured:99                          no
placed: captured:60 captured:40              yes
placed: captured:100 refunded:40             yes
placed:valid captured:50 refunded:20         yes
placed: captured:150                         yes
placed:pending captured:100                  yes
placed: captured:100 failed:100              yes
placed:valid failed:100                      no
placed:valid reversed:100                    no
placed: captured:100 dispute_lost:100        no
placed: captured:100 capture_failed:100      no
placed: capture_failed:100 captured:100      yes
placed:valid pending:50 refunded:20          yes
"""


@pytest.mark.parametrize(
    ("story", "valid"),
    [(" ".join(row[:-1]), row[-1]) for row in rows(VALIDITY)],
)
def test_valid_is_kept_until_taken_back(story, valid):
    """
    What makes an order valid and what takes it back, by time of occurrence (spec model, 8.2).
    """
    records = []
    for at, (name, _, what) in enumerate(each.partition(":") for each in story.split()):
        if name in {"placed", "revised"}:
            records.append(placed(at=at, validity=what))
        else:
            ref = "op" if name == "capture_failed" or "capture_failed" in story else f"op_{at}"
            records.append(money(name, int(what), at, ref))

    assert run(records).snapshot.valid == (valid == "yes")
    assert run(reversed(records)).snapshot.valid == (valid == "yes")


@pytest.mark.rule("S2.47")
def test_a_shipment_waits_until_its_carrier_has_it():
    """
    Awaiting Shipment on creation, Shipped when handed over, then as the scans say.
    """
    stories = [
        [],
        [handed_over()],
        [handed_over(), scan("in_transit", 30)],
        [handed_over(), scan("in_transit", 30), scan("out_for_delivery", 40)],
        [handed_over(), scan("attempt_failed", 40)],
        [voided()],
    ]

    shown = [
        words(placed(), created(), *story)["storefront"]["shipment"]["f1"] for story in stories
    ]

    assert shown == [
        "Awaiting Shipment",
        "Shipped",
        "In transit",
        "Out for delivery",
        "Delivery Failed",
        "Canceled",
    ]


@pytest.mark.rule("S4.21")
def test_leaving_a_hold_returns_to_what_the_facts_say():
    """
    Paid while on hold: Processing when the hold goes, not the word from before.
    """
    story = [placed(), held(at=5), captured(at=6), released(at=7)]

    shown = [words(*story[:count])["marketplace"]["order"] for count in range(1, 5)]
    assert shown == ["Pending", "On hold", "On hold", "Processing"]


@pytest.mark.rule("S2.9")
def test_payment_and_goods_are_independent():
    """
    Each of the two axes moves without the other.
    """
    only_paid = words(placed(), captured())["storefront"]
    only_sent = words(*SENT)["storefront"]

    assert (only_paid["payment"], only_paid["fulfilment"]) == ("Paid", "Unfulfilled")
    assert (only_sent["payment"], only_sent["fulfilment"]) == ("In progress", "Fulfilled")
