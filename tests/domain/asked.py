"""Commands with words in them: for each what an operator may ask of the orders of `builders.py`."""

import re

from domain import office_body as office
from domain import office_request, request
from domain.document import Address, Document, Line, Party
from domain.guard import GUARDS, name_of
from domain.vocabulary import HoldReason, Minor, Parcel


def lines(text):
    """Read `2a 1b` as two pieces of line a and one of line b."""
    return tuple(
        request.AskedUnits(line_id=line_id, quantity=int(quantity))
        for quantity, line_id in re.findall(r"(-?\d+)([a-z]\w*)", text)
    )


DOCUMENT = Document(
    currency="EUR",
    total=Minor(100),
    lines=(Line(line_id="a", quantity=2, unit_price=Minor(50)),),
)
NEW_LINE = Line(line_id="n", quantity=1, unit_price=Minor(30), sku="N")

ASKED = {
    "create": [request.Create(document=DOCUMENT), request.Create(document=DOCUMENT, saved=True)],
    "hold": [request.PlaceHold(), request.PlaceHold(reason=HoldReason.SUSPENDED)],
    "set_state": [
        request.ChooseState(state=state)
        for state in ("New", "Processing", "Completed", "Canceled", "Fraud", "Suspended", "Gone")
    ],
    "ship": [
        request.Ship(),
        request.Ship(lines=lines("1a"), number="Z9", carrier="UPS"),
        request.Ship(shipment_id="f1"),
        request.Ship(lines=lines("9a")),
    ],
    "create_shipment": [request.Ship(shipment_id="f2", lines=lines("1a"))],
    **{
        name: [request.ForShipment(shipment_id="f1"), request.ForShipment(shipment_id="f2")]
        for name in (
            "commit_shipment",
            "pick_shipment",
            "pack_shipment",
            "void_shipment",
            "mark_delivered",
            "collect",
        )
    },
    "edit_shipment": [
        request.EditShipment(shipment_id="f1", number="Z7", notify_customer=False),
        request.EditShipment(shipment_id="f1", status=Parcel.IN_TRANSIT),
    ],
    "add_tracking": [request.AddTracking(line_id="a", number="Z8")],
    "buy_label": [request.BuyLabel(shipment_id="f2", number="L1", label="s3://labels/L1")],
    "cancel_lines": [request.CancelLines(lines=lines("1a"))],
    "edit_lines": [
        request.EditLines(lines=lines("1a")),
        request.EditLines(lines=lines("3a"), add=(NEW_LINE,)),
    ],
    "replace_line": [request.ReplaceLine(line_id="a", by=NEW_LINE)],
    "return": [request.ReturnLines(lines=lines("1a"))],
    "request_return": [
        request.ReturnLines(lines=lines("1a"), return_id="r1"),
        request.ReturnLines(lines=lines("1a"), return_id="r1", draft=True),
    ],
    **{
        name: [request.ForReturn(return_id="r1")]
        for name in (
            "approve_return",
            "reject_return",
            "restock_return",
            "complete_return",
            "cancel_return",
        )
    },
    "receive_return": [request.ReceiveReturn(return_id="r1")],
    "capture": [request.Capture(), request.Capture(amount=50), request.Capture(amount=-1)],
    "refund": [
        request.Refund(),
        request.Refund(amount=10),
        request.Refund(lines=lines("1a"), fee=5),
        request.Refund(amount=10**9),
    ],
    "record_payment": [request.RecordPayment(), request.RecordPayment(amount=20)],
    "choose_method": [request.ChooseMethod(method="manual")],
    "add_note": [office_request.WriteNote(text="call first", note_id="n1")],
    "edit_note": [office_request.WriteNote(text="call later", note_id="n1")],
    "delete_note": [office_request.ForNote(note_id="n1")],
    "set_invoice_number": [office.InvoiceNumber(number="2026-7")],
    "change_address": [office_request.ChangeAddress(ship_to=Address(city="Graz"))],
    "change_customer": [office_request.ChangeCustomer(customer=Party(customer_id="c9"))],
    "change_shipping_method": [
        office_request.ChangeShippingMethod(method="express", lines=("a",))
    ],
    "change_warehouse": [office_request.ChangeWarehouse(warehouse="north")],
    "create_invoice": [
        office_request.CreateInvoice(),
        office_request.CreateInvoice(lines=lines("1a"), mode="shipped"),
    ],
    "void_invoice": [office_request.ForInvoice(invoice_id="i1")],
    "duplicate": [office_request.Duplicate(order_id="1002")],
    "prepare": [office_request.Prepare(state="picked", batch="b1")],
    "create_document": [office_request.CreateDocument(document="pick_ticket")],
}
"""Bodies by the name of the command; a command that is not here needs no words."""

NAMES = tuple(name_of(kind) for kind in GUARDS)


def bodies(name):
    """Give the bodies to try a command with; None is the command's own default."""
    return ASKED.get(name, [None])
