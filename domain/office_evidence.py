"""How facts of office work join an order: the newest statement under one name counts.

Names in `changes`: `note:ID`, `gift_message`, `shipping_method[:LINE]`, `return:ID[:STEP]`,
`invoice:ID`, … A step of a return is a name of its own, so steps may arrive in any order.
"""

from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from domain import body as bodies
from domain import fact as facts
from domain import office_body as office
from domain import office_fact as office_facts
from domain.evidence import add_change, add_movement
from domain.instant import micros
from domain.order import Order
from domain.payment_evidence import add_operation
from domain.shipment_evidence import add_shipment, add_shipment_time
from domain.stock_place import add_reservation, add_warehouse
from domain.touches import ALL, GOODS, MONEY, PROMISE

Join = Callable[[Order, Any, int], Order]
"""Any: each function takes the one fact class that its row in the table names."""


def _newest(name: str) -> Join:
    return lambda order, fact, at: add_change(order, name, fact.body, at)


def _newest_of(prefix: str, field: str, suffix: str = "") -> Join:
    return lambda order, fact, at: add_change(
        order, f"{prefix}:{getattr(fact.body, field)}{suffix}", fact.body, at
    )


def _by_line(name: str) -> Join:
    def join(order: Order, fact: Any, at: int) -> Order:  # two fact classes
        for line_id in fact.body.lines:
            order = add_change(order, f"{name}:{line_id}", fact.body, at)
        return order if fact.body.lines else add_change(order, name, fact.body, at)

    return join


def _step(name: str) -> Join:
    return _newest_of("return", "return_id", f":{name}")


def _note_deleted(order: Order, fact: office_facts.OrderNoteDeleted, at: int) -> Order:
    note_id = fact.body.note_id
    return add_change(order, f"note:{note_id}", bodies.Note(note_id=note_id), at)


def _received(order: Order, fact: office_facts.ReturnWasReceived, at: int) -> Order:
    body = fact.body
    came = [
        bodies.Units(line_id=one.line_id, quantity=one.quantity)
        for one in body.lines
        if one.condition in {office.Condition.OK, office.Condition.DAMAGED}
    ]
    marked = bodies.ReturnMarked(return_id=body.return_id, lines=tuple(came), note=body.note)
    order = add_movement(order, "returns", body.return_id, marked, at)
    return add_change(order, f"return:{body.return_id}:received", body, at)


def _synced(order: Order, fact: office_facts.PaymentSynced, _at: int) -> Order:
    """Take in a provider's history: each operation under the key that its own event has (S1.27)."""
    for one in fact.body.operations:
        body = bodies.Operation(
            amount=one.amount,
            currency=one.currency,
            provider=fact.body.provider,
            reference=one.reference,
            parent=one.parent,
            final=one.final,
            code=one.code,
        )
        told = facts.PaymentCaptured(
            event_id=fact.event_id,
            occurred_at=one.occurred_at,
            revision=fact.revision,
            body=body,
        )
        order = add_operation(order, told, micros(one.occurred_at), one.kind)
    return order


def _dropship_shipped(order: Order, fact: office_facts.DropshipWasShipped, at: int) -> Order:
    """Pieces that their supplier sent are a shipment that left (S3.25)."""
    body = fact.body
    shipment_id = f"dropship:{body.purchase_id}"
    info = bodies.ShipmentInfo(shipment_id=shipment_id, lines=body.lines, carrier=body.supplier)
    told = facts.ShipmentCreated(event_id=fact.event_id, occurred_at=fact.occurred_at, body=info)
    order = add_shipment(order, told, at)
    order = add_shipment_time(order, shipment_id, "handed_over_at", at)
    return add_change(order, f"dropship:{body.purchase_id}:shipped", body, at)


def _warehouse(order: Order, fact: office_facts.OrderWarehouseChanged, at: int) -> Order:
    return _by_line("warehouse")(add_warehouse(order, fact, at), fact, at)


def _operation(kind: str) -> Join:
    return lambda order, fact, at: add_operation(order, fact, at, kind)


def _shipment_time(field: str) -> Join:
    return lambda order, fact, at: add_shipment_time(order, fact.body.shipment_id, field, at)


OFFICE_JOINS: Final[dict[type[Struct], tuple[int, Join]]] = {
    office_facts.OrderNoteEdited: (PROMISE, _newest_of("note", "note_id")),
    office_facts.OrderNoteDeleted: (PROMISE, _note_deleted),
    office_facts.OrderInvoiceNumberSet: (PROMISE, _newest("invoice_number")),
    office_facts.OrderGiftMessageSet: (PROMISE, _newest("gift_message")),
    office_facts.OrderShippingMethodChanged: (PROMISE, _by_line("shipping_method")),
    office_facts.OrderWarehouseChanged: (PROMISE, _warehouse),
    office_facts.OrderStateChosen: (PROMISE, _newest("state")),
    office_facts.OrderPrepared: (PROMISE, _newest("preparation")),
    office_facts.OrderDocumentCreated: (PROMISE, _newest_of("document", "document_id")),
    office_facts.OrderDuplicated: (PROMISE, _newest_of("copy", "copy_key")),
    office_facts.PaymentCaptureRequested: (MONEY, _operation("capture_requested")),
    office_facts.PaymentReversalRequested: (MONEY, _operation("reversal_requested")),
    office_facts.PaymentSynced: (MONEY, _synced),
    office_facts.ShipmentFulfilled: (GOODS, _shipment_time("fulfilled_at")),
    office_facts.ShipmentCommitted: (GOODS, _shipment_time("committed_at")),
    office_facts.ShipmentPicked: (GOODS, _shipment_time("picked_at")),
    office_facts.ShipmentRatesQuoted: (PROMISE, _newest_of("rates", "shipment_id")),
    office_facts.ReturnWasRequested: (PROMISE, _step("requested")),
    office_facts.ReturnWasApproved: (PROMISE, _step("approved")),
    office_facts.ReturnWasRejected: (PROMISE, _step("rejected")),
    office_facts.ReturnWasShipped: (PROMISE, _step("shipped")),
    office_facts.ReturnWasReceived: (GOODS, _received),
    office_facts.ReturnWasRestocked: (PROMISE, _step("restocked")),
    office_facts.ReturnWasRefunded: (PROMISE, _step("refunded")),
    office_facts.ReturnWasCompleted: (PROMISE, _step("completed")),
    office_facts.ReturnWasCancelled: (PROMISE, _step("cancelled")),
    office_facts.InvoiceWasCreated: (PROMISE, _newest_of("invoice", "invoice_id")),
    office_facts.InvoiceWasVoided: (PROMISE, _newest_of("invoice_void", "invoice_id")),
    office_facts.BackorderWasCreated: (PROMISE, _newest_of("backorder", "purchase_id")),
    office_facts.DropshipWasRequested: (PROMISE, _newest_of("dropship", "purchase_id")),
    office_facts.DropshipWasShipped: (ALL, _dropship_shipped),
    office_facts.LineWasReserved: (PROMISE, add_reservation),
}
"""What each fact can move, and how it joins."""
