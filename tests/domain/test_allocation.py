"""Requirements S3: saved, confirmed, in process, fulfilled; shipments, invoices, purchases."""

import pytest

from domain import fact as facts
from domain import office_body as office
from domain import office_fact as office_facts
from domain import office_request, request
from domain.document import Document, Line, Minor
from domain.process import process
from domain.stock_fact import StockMovement
from tests.domain.asked import lines
from tests.domain.builders import (
    ask,
    cancel,
    captured,
    cells,
    created,
    document,
    handed_over,
    packed,
    placed,
    results,
    rules,
    run,
    saved,
    say,
    start,
)

ALLOCATION = rules("allocation")
SAVING = rules("allocation", initial="saved")


def status(story):
    return story.snapshot.words["allocation"]["status"]


def answer(story):
    return results(story.messages)[-1]


def ship(at=5, text="", shipment="f1"):
    return ask("ship", at, request.Ship(shipment_id=shipment, lines=lines(text)))


def plan(at=5, text="", shipment="f1"):
    return ask("create_shipment", at, request.Ship(shipment_id=shipment, lines=lines(text)))


def step(name, at, shipment="f1"):
    return ask(f"{name}_shipment", at, request.ForShipment(shipment_id=shipment))


ROADS = {
    "Saved": [saved()],
    "Confirmed": [saved(), ask("confirm", 2)],
    "In process": [placed(), ship(3, "1a")],
    "Fulfilled": [placed(), ship(3)],
    "Cancelled": [placed(), cancel(3)],
}


@pytest.mark.rule("S3.2", "S3.5", "S3.9", "S3.12")
@pytest.mark.parametrize("word", ROADS)
def test_a_way_into_each_status(word):
    """
    There are five, one is always shown.
    """
    assert status(run(ROADS[word], ALLOCATION)) == word
    shown = {row.show for row in ALLOCATION.profiles[0].profile.words["status"].rows}
    assert shown == set(ROADS)


@pytest.mark.rule("S3.1")
@pytest.mark.parametrize("source", ["csv", "shopify", "portal", "orderstream"])
def test_wherever_an_order_comes_from_it_is_one_afterwards(source):
    """
    The source is recorded, all else is equal.
    """
    imported = run([say(facts.OrderPlaced, 0, placed().body, source=source)], ALLOCATION)
    by_hand = run([ask("create", 0, request.Create(document=placed().body))], ALLOCATION)

    assert imported.snapshot.source == source
    assert status(imported) == status(by_hand) == "Confirmed"
    assert imported.snapshot.lines == by_hand.snapshot.lines


@pytest.mark.rule("S3.3")
def test_the_initial_status_is_a_setting_of_the_channel():
    """
    Directly confirmed, or saved until somebody confirms; only a saved order can be confirmed.
    """
    assert status(run([placed()], ALLOCATION)) == "Confirmed"
    assert status(run([placed()], SAVING)) == "Saved"
    confirmed = run([placed(), ask("confirm", 2)], SAVING)
    assert status(confirmed) == "Confirmed"
    assert not answer(run([ask("confirm", 3)], SAVING, confirmed.order)).accepted
    assert not answer(run([placed(), ask("confirm", 2)], ALLOCATION)).accepted


MATRIX = """
status      confirm  ship  create_invoice  cancel  drop_ship
Saved       +        -     -               +       -
Confirmed   -        +     +               +       drop_shippable
In_process  -        +     +               +       drop_shippable
Fulfilled   -        -     +               -       -
Cancelled   -        -     -               -       -
"""


@pytest.mark.rule("S3.5", "S3.8", "S3.16", "S3.18")
@pytest.mark.parametrize(("before", "command", "expected"), cells(MATRIX))
def test_what_each_status_allows(before, command, expected):
    """
    Invoices from Confirmed on, also after fulfilment; nothing reopens a cancelled order.
    """
    got = answer(run([*ROADS[before.replace("_", " ")], ask(command, 9)], ALLOCATION))

    assert got.accepted == (expected == "+"), got
    if expected not in {"+", "-"}:
        assert got.guard == expected


@pytest.mark.rule("S3.10")
@pytest.mark.parametrize("work", ["commit", "pick", "pack"])
def test_work_for_a_shipment_is_process(work):
    """
    Committed, picked or packed; or only shipping, where the shop chose so (6.8).
    """
    told = [placed(), plan(3), step(work, 4)]

    assert status(run(told, ALLOCATION)) == "In process"
    assert status(run(told, rules("allocation", in_process_on="ship"))) == "Confirmed"


@pytest.mark.rule("S3.19", "S3.11")
def test_a_shipment_goes_from_saved_to_shipped():
    """
    Each stage is seen, each piece is counted in one of them.
    """
    road = [plan(3), step("commit", 4), step("pick", 5), step("pack", 6), ship(7)]
    stages, counts = [], []
    for last in range(1, len(road) + 1):
        snapshot = run([placed(), *road[:last]], ALLOCATION).snapshot
        (line,) = snapshot.lines
        stages.append(snapshot.shipments[0].stage)
        counts.append((line.committed, line.picked, line.packed, line.handed_over))
    assert stages == ["saved", "committed", "picked", "packed", "shipped"]
    assert counts == [(0, 0, 0, 0), (2, 0, 0, 0), (0, 2, 0, 0), (0, 0, 2, 0), (0, 0, 0, 2)]


@pytest.mark.rule("S3.13")
def test_fulfilled_is_neither_paid_nor_invoiced():
    """
    The axes are independent.
    """
    story = run(ROADS["Fulfilled"], ALLOCATION)

    assert story.snapshot.payment == "in_progress"
    assert story.snapshot.invoices == ()


@pytest.mark.rule("S3.15", "S3.14", "S3.22")
def test_a_cancellation_keeps_what_was_shipped_and_removes_the_rest():
    """
    Half shipped: the shipped shipment stays, the prepared one is gone (8.15).
    """
    told = [placed("2a"), ship(3, "1a", "f1"), plan(4, "1a", "f2"), step("pick", 5, "f2")]
    story = run([*told, cancel(9)], ALLOCATION)

    assert status(story) == "Cancelled"
    states = {one.shipment_id: one.state for one in story.snapshot.shipments}
    assert states == {"f1": "handed_over", "f2": "cancelled"}
    (line,) = story.snapshot.lines
    assert (line.handed_over, line.cancelled, line.picked) == (1, 1, 0)


@pytest.mark.rule("S3.18")
def test_a_completely_shipped_order_cannot_be_cancelled():
    """
    It says so.
    """
    refused = answer(run([*ROADS["Fulfilled"], cancel(9)], ALLOCATION))

    assert (refused.accepted, refused.reason) == (False, "everything was shipped already")


def invoice(at, text="", mode="ordered", **fields):
    return ask(
        "create_invoice", at, office_request.CreateInvoice(lines=lines(text), mode=mode, **fields)
    )


@pytest.mark.rule("S3.20")
def test_several_invoices_bill_no_more_than_was_ordered():
    """
    By quantity; a voided one gives its pieces back to bill.
    """
    story = run([placed("3a"), invoice(2, "2a", invoice_id="i1"), invoice(3, "2a")], ALLOCATION)
    assert (answer(story).accepted, answer(story).guard) == (False, "quantity")
    assert story.snapshot.lines[0].invoiced == 2
    void = ask("void_invoice", 4, office_request.ForInvoice(invoice_id="i1"))
    again = run([void, invoice(5)], ALLOCATION, story.order)
    assert [(one.lines, one.void) for one in again.snapshot.invoices] == [
        ({"a": 3}, False),
        ({"a": 2}, True),
    ]
    assert not answer(run([invoice(6)], ALLOCATION, again.order)).accepted


@pytest.mark.rule("S3.21")
def test_an_invoice_may_count_what_was_shipped():
    """
    One piece left, one piece billed.
    """
    half = run([placed("2a"), ship(3, "1a"), invoice(4, mode="shipped")], ALLOCATION)
    assert half.snapshot.invoices[0].lines == {"a": 1}
    over = run([placed("2a"), ship(3, "1a"), invoice(4, "2a", "shipped")], ALLOCATION)
    assert answer(over).guard == "quantity"


@pytest.mark.rule("S3.23")
def test_a_duplicate_is_a_saved_order_of_its_own():
    """
    Same lines, a new key, no money and no shipment; the original knows its copy.
    """
    order = run([placed("2a"), captured(), created(), handed_over()], ALLOCATION).order
    told = ask("duplicate", 9, office_request.Duplicate(order_id="1002"))
    step_ = process(order, told, ALLOCATION)
    _, copy = step_.log

    assert copy.order_key == "acme/shop/1002"
    copied = run([copy], ALLOCATION)
    assert status(copied) == "Saved"
    assert (copied.snapshot.operations, copied.snapshot.shipments) == ((), ())
    assert copied.snapshot.lines[0].ordered == 2
    assert "copy:acme/shop/1002" in step_.order.changes


@pytest.mark.rule("S3.24")
def test_missing_pieces_are_bought():
    """
    A backorder of what is not shipped, on the record with its expected day.
    """
    story = run([placed("3a"), ship(2, "1a"), ask("create_backorder", 3)], ALLOCATION)
    assert b'"quantity":2' in bytes(story.snapshot.changes["backorder:create_backorder@3"])


MIXED = Document(
    currency="EUR",
    total=Minor(300),
    lines=(
        Line(line_id="a", quantity=1, unit_price=Minor(100)),
        Line(line_id="b", quantity=2, unit_price=Minor(100), drop_shippable=True),
    ),
)


@pytest.mark.rule("S3.25")
def test_only_lines_that_are_marked_for_it_are_drop_shipped():
    """
    The supplier's shipment counts as ours when it left.
    """
    order = [say(facts.OrderPlaced, 0, MIXED)]
    wrong = ask("drop_ship", 3, office_request.Buy(lines=lines("1a")))
    assert answer(run([*order, wrong], ALLOCATION)).guard == "drop_shippable"
    asked = run([*order, ask("drop_ship", 3, office_request.Buy(purchase_id="p1"))], ALLOCATION)
    assert b'"line_id":"b"' in bytes(asked.snapshot.changes["dropship:p1"])


@pytest.mark.rule("S3.26", "S4.15")
@pytest.mark.parametrize("paper", ["order", "pick_ticket", "packing_slip", "invoice", "labels"])
def test_papers_are_recorded(paper):
    """
    Which one, and how many labels of what.
    """
    wanted = office_request.CreateDocument(document=paper, document_id="d1", lines=lines("3a"))
    story = run([placed(), ask("create_document", 3, wanted)], ALLOCATION)

    recorded = bytes(story.snapshot.changes["document:d1"])
    assert paper.encode() in recorded
    assert b'"quantity":3' in recorded


@pytest.mark.rule("S3.7", "X.11")
def test_an_edited_order_has_new_quantities_and_a_new_total():
    """
    Down to what left, no further.
    """
    edit = request.EditLines(lines=lines("3a"))
    more = run([placed("2a"), captured(), ask("edit_lines", 3, edit)], ALLOCATION)
    assert (more.snapshot.lines[0].ordered, more.snapshot.money.due) == (3, 150)
    assert more.snapshot.payment == "partially_paid"
    less = request.EditLines(lines=lines("1a"))
    sent = run([placed("2a"), created(), packed(), handed_over(), ask("edit_lines", 30, less)])
    assert not answer(sent).accepted


@pytest.mark.rule("S3.24")
def test_only_pieces_that_no_stock_holds_are_bought():
    """
    Two of three are reserved: one is missing, and no more can be bought.
    """
    held = office.LineReserved(line_id="a", sku="TEA", quantity=2)
    order = [
        placed("3a", lines=(Line(line_id="a", sku="TEA", quantity=3),)),
        say(office_facts.LineWasReserved, 1, held, revision=1),
    ]

    asked = run([*order, ask("create_backorder", 3)], ALLOCATION)
    assert b'"quantity":1' in bytes(asked.snapshot.changes["backorder:create_backorder@3"])
    more = ask("create_backorder", 3, office_request.Buy(lines=lines("2a")))
    assert answer(run([*order, more], ALLOCATION)).guard == "quantity"


@pytest.mark.rule("S3.25")
def test_pieces_that_a_supplier_sends_are_nobody_elses_to_send():
    """
    They are in one bucket: neither asked of a supplier twice nor shipped from here.
    """
    order = [
        say(facts.OrderPlaced, 0, MIXED),
        ask("drop_ship", 3, office_request.Buy(purchase_id="p1")),
    ]

    again = run([*order, ask("drop_ship", 4, office_request.Buy(lines=lines("1b")))], ALLOCATION)
    assert answer(again).guard == "quantity"
    from_here = run([*order, ship(4, "1b")], ALLOCATION)
    assert answer(from_here).guard == "quantity"
    rest = run([*order, ship(4)], ALLOCATION)
    assert rest.snapshot.shipments[0].lines == {"a": 1}


@pytest.mark.rule("S3.7")
@pytest.mark.parametrize(
    ("edit", "guard"),
    [
        (request.EditLines(add=(Line(line_id="b", quantity=0),)), "quantity"),
        (request.EditLines(add=(Line(line_id="a", quantity=1),)), "line"),
        (request.EditLines(add=(Line(line_id="b", quantity=1),) * 2), "line"),
        (request.EditLines(lines=lines("0a")), "quantity"),
    ],
)
def test_an_edit_adds_pieces_under_new_names_and_leaves_some(edit, guard):
    """
    No line without pieces, none twice, and an order of nothing is to be cancelled instead.
    """
    story = run([placed("2a"), ask("edit_lines", 3, edit)], ALLOCATION)

    assert answer(story).guard == guard
    assert story.snapshot.lines[0].ordered == 2


@pytest.mark.rule("S3.23")
def test_a_copy_replaces_nothing_of_an_order_that_has_its_number():
    """
    Both are at one key then; the document that was there before is the newer one.
    """
    order = run([placed("2a")], ALLOCATION).order
    judged, copy = process(
        order, ask("duplicate", 3, office_request.Duplicate(order_id="1002")), ALLOCATION
    ).log
    assert judged.body.accepted

    known = say(facts.OrderPlaced, 0, document("1b"), order_key=copy.order_key)
    there = run([known, copy], ALLOCATION, start(copy.order_key))
    assert [one.line_id for one in there.snapshot.lines] == ["b"]


@pytest.mark.rule("S3.4")
def test_a_saved_order_whose_cancellation_is_asked_for_is_still_saved():
    """
    Nothing is allocated for it, before or after.
    """
    wished = Line(line_id="a", sku="TEA", quantity=3)
    story = run([saved("3a", lines=(wished,)), ask("request_cancel", 3)], ALLOCATION)

    assert story.snapshot.lifecycle == "cancel_requested"
    assert status(story) == "Saved"
    assert not any(isinstance(one, StockMovement) for one in story.messages)
    taken = run([ask("decline_cancel", 4), ask("confirm", 5)], ALLOCATION, story.order)
    assert status(taken) == "Confirmed"
    assert any(isinstance(one, StockMovement) for one in taken.messages)
