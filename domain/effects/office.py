"""Commands of office work: lines, addresses, remarks, invoices, purchases, papers."""

from typing import Final

from msgspec.json import decode
from msgspec.structs import replace

from domain import body as bodies
from domain import fact as facts
from domain import office_body as office
from domain import office_command as office_commands
from domain import office_fact as office_facts
from domain.departure import left_to_supplier
from domain.effects.common import (
    IMPORTED_ONLY,
    Maker,
    Outcome,
    document_of,
    envelope,
    lines_or_all,
    pick_lines,
    stated,
    unassigned,
    units,
    unknown_lines,
)
from domain.effects.lines import QUANTITY_MAX
from domain.guard import Refusal
from domain.order import Order
from domain.remainder import billable_lines
from domain.rules import Rules
from domain.stock_wish import held_for


def _method(
    order: Order, command: office_commands.ChangeShippingMethod, _rules: Rules
) -> Outcome | Refusal:
    wanted = command.body
    if refused := unknown_lines(order, wanted.lines):
        return refused
    body = office.ShippingMethod(method=wanted.method, lines=wanted.lines, reason=wanted.reason)
    fact = office_facts.OrderShippingMethodChanged(**envelope(command, "method"), body=body)
    return Outcome((fact,))


def _warehouse(
    order: Order, command: office_commands.ChangeWarehouse, _rules: Rules
) -> Outcome | Refusal:
    wanted = command.body
    if refused := unknown_lines(order, wanted.lines):
        return refused
    body = office.Warehouse(warehouse=wanted.warehouse, lines=wanted.lines)
    fact = office_facts.OrderWarehouseChanged(**envelope(command, "warehouse"), body=body)
    return Outcome((fact,))


def _customer(
    _order: Order, command: office_commands.ChangeCustomer, _rules: Rules
) -> Outcome | Refusal:
    customer = command.body.customer
    if not customer.customer_id:
        return Refusal("customer", "only an existing customer can take the order: customer_id")
    body = bodies.CustomerChanged(customer=customer)
    return Outcome((facts.OrderCustomerChanged(**envelope(command, "customer"), body=body),))


def _edit_note(
    order: Order, command: office_commands.EditNote, _rules: Rules
) -> Outcome | Refusal:
    note_id = command.body.note_id
    if refused := _no_note(order, note_id):
        return refused
    body = bodies.Note(note_id=note_id, text=command.body.text)
    return Outcome((office_facts.OrderNoteEdited(**envelope(command, "note"), body=body),))


def _delete_note(
    order: Order, command: office_commands.DeleteNote, _rules: Rules
) -> Outcome | Refusal:
    note_id = command.body.note_id
    if refused := _no_note(order, note_id):
        return refused
    body = bodies.NoteRef(note_id=note_id)
    return Outcome((office_facts.OrderNoteDeleted(**envelope(command, "note"), body=body),))


def _no_note(order: Order, note_id: str) -> Refusal | None:
    known = order.changes.get(f"note:{note_id}")
    if known is None or not decode(known[1], type=bodies.Note).text:
        return Refusal("note", f"the order has no note {note_id!r}")
    return None


def _invoice(
    order: Order, command: office_commands.CreateInvoice, _rules: Rules
) -> Outcome | Refusal:
    """Bill pieces that no invoice has: of what is ordered, or of what was shipped (S3.20 f.)."""
    wanted = command.body
    room = billable_lines(order, shipped=wanted.mode == "shipped")
    invoice_id = wanted.invoice_id or command.event_id
    if f"invoice:{invoice_id}" in order.changes:
        return Refusal("invoice", f"an invoice {invoice_id} exists already")
    lines = lines_or_all(order, wanted.lines, room, f"{wanted.mode} and not invoiced yet")
    if isinstance(lines, Refusal):
        return lines
    body = office.InvoiceCreated(
        invoice_id=invoice_id, lines=units(lines), mode=wanted.mode, number=wanted.number
    )
    return Outcome((office_facts.InvoiceWasCreated(**envelope(command, "invoice"), body=body),))


def _void_invoice(
    order: Order, command: office_commands.VoidInvoice, _rules: Rules
) -> Outcome | Refusal:
    invoice_id = command.body.invoice_id
    if f"invoice:{invoice_id}" not in order.changes:
        return Refusal("invoice", f"the order has no invoice {invoice_id!r}")
    if f"invoice_void:{invoice_id}" in order.changes:
        return Refusal("invoice", f"invoice {invoice_id} is void already")
    body = office.InvoiceRef(invoice_id=invoice_id, note=command.body.note)
    return Outcome((office_facts.InvoiceWasVoided(**envelope(command, "invoice"), body=body),))


def _duplicate(
    order: Order, command: office_commands.Duplicate, rules: Rules
) -> Outcome | Refusal:
    """Make another order of the same lines, saved only, with no money and no shipment (S3.23).

    Its first revision: should another order have that number, the copy replaces nothing of it.
    """
    if not rules.policy.local_orders:
        return IMPORTED_ONLY
    tenant, channel, number = order.key.split("/", 2)
    copy_key = f"{tenant}/{channel}/{command.body.order_id}"
    if copy_key == order.key:
        return Refusal("order_id", "the copy needs a number of its own")
    document = document_of(order)
    lines = tuple(replace(line, cancelled=0) for line in document.lines)
    copied = replace(
        document,
        lines=lines,
        number=command.body.order_id,
        placed_at=None,
        source_status="",
        note=f"copy of {number}",
    )
    saved = facts.OrderSaved(
        **{**envelope(command, "copy"), "order_key": copy_key, "revision": 1}, body=copied
    )
    told = office_facts.OrderDuplicated(
        **envelope(command, "duplicated"), body=office.Duplicated(copy_key=copy_key)
    )
    return Outcome((told,), (saved,))


def _backorder(
    order: Order, command: office_commands.CreateBackorder, rules: Rules
) -> Outcome | Refusal:
    """Buy pieces that are missing: ours to send, and no stock holds them (S3.24)."""
    body = _purchase(order, command, _missing(order, rules), "missing")
    if isinstance(body, Refusal):
        return body
    return Outcome((office_facts.BackorderWasCreated(**envelope(command, "bought"), body=body),))


def _missing(order: Order, rules: Rules) -> dict[str, int]:
    items = {item.line_id: item for item in order.head.items} if order.head else {}
    elsewhere, room = left_to_supplier(order), unassigned(order)
    return {
        line.line_id: room[line.line_id]
        - held_for(
            order,
            items[line.line_id],
            line,
            elsewhere.get(line.line_id, 0),
            rules.policy,
        )
        for line in order.derived.goods.lines
    }


def _drop_ship(
    order: Order, command: office_commands.DropShip, _rules: Rules
) -> Outcome | Refusal:
    """Have pieces sent by their supplier, of lines that are marked for it (S3.25)."""
    room = unassigned(order)
    able = {line.line_id for line in document_of(order).lines if line.drop_shippable}
    for one in command.body.lines:
        if one.line_id in room and one.line_id not in able:
            reason = f"line {one.line_id} is not marked as drop-shippable"
            return Refusal("drop_shippable", reason)
    room = {line_id: left for line_id, left in room.items() if line_id in able}
    if not room:
        return Refusal("drop_shippable", "no line is marked as drop-shippable")
    body = _purchase(order, command, room, "left to send")
    if isinstance(body, Refusal):
        return body
    return Outcome(
        (office_facts.DropshipWasRequested(**envelope(command, "dropship"), body=body),)
    )


def _purchase(
    order: Order,
    command: office_commands.CreateBackorder | office_commands.DropShip,
    room: dict[str, int],
    what: str,
) -> office.Purchase | Refusal:
    wanted = command.body
    lines = lines_or_all(order, wanted.lines, room, what)
    if isinstance(lines, Refusal):
        return lines
    return office.Purchase(
        purchase_id=wanted.purchase_id or command.event_id,
        lines=units(lines),
        supplier=wanted.supplier,
        expected_at=wanted.expected_at,
    )


def _paper(
    order: Order, command: office_commands.CreateDocument, _rules: Rules
) -> Outcome | Refusal:
    wanted = command.body
    ordered = {line.line_id: QUANTITY_MAX for line in order.derived.goods.lines}
    lines = pick_lines(order, wanted.lines, ordered, "labels at most")
    if isinstance(lines, Refusal):
        return lines
    body = office.DocumentCreated(
        document_id=wanted.document_id or command.event_id,
        document=wanted.document,
        lines=units(lines),
    )
    return Outcome((office_facts.OrderDocumentCreated(**envelope(command, "paper"), body=body),))


OFFICE: Final[dict[type, Maker]] = {
    office_commands.AddNote: stated(
        facts.OrderNoteAdded,
        lambda c: bodies.Note(note_id=c.body.note_id or c.event_id, text=c.body.text),
        "note",
    ),
    office_commands.EditNote: _edit_note,
    office_commands.DeleteNote: _delete_note,
    office_commands.SetInvoiceNumber: stated(
        office_facts.OrderInvoiceNumberSet, lambda c: c.body, "invoice_number"
    ),
    office_commands.SetGiftMessage: stated(
        office_facts.OrderGiftMessageSet, lambda c: c.body, "gift"
    ),
    office_commands.ChangeAddress: stated(
        facts.OrderAddressChanged,
        lambda c: bodies.AddressChanged(ship_to=c.body.ship_to),
        "address",
    ),
    office_commands.ChangeCustomer: _customer,
    office_commands.ChangeShippingMethod: _method,
    office_commands.ChangeWarehouse: _warehouse,
    office_commands.CreateInvoice: _invoice,
    office_commands.VoidInvoice: _void_invoice,
    office_commands.Duplicate: _duplicate,
    office_commands.CreateBackorder: _backorder,
    office_commands.DropShip: _drop_ship,
    office_commands.Prepare: stated(
        office_facts.OrderPrepared,
        lambda c: office.Preparation(state=c.body.state, batch=c.body.batch),
        "prepared",
    ),
    office_commands.CreateDocument: _paper,
}
