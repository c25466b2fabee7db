"""Canonical facts of office work: returns, invoices, purchases, preparation, papers, remarks.

Declared like those in `fact.py`, which lists them all.
"""

from domain import body as bodies
from domain import office_body as office
from domain.envelope import Envelope


class OrderNoteEdited(Envelope, frozen=True, kw_only=True, tag="order.note_edited"):
    body: bodies.Note


class OrderNoteDeleted(Envelope, frozen=True, kw_only=True, tag="order.note_deleted"):
    body: bodies.NoteRef


class OrderInvoiceNumberSet(Envelope, frozen=True, kw_only=True, tag="order.invoice_number_set"):
    body: office.InvoiceNumber


class OrderGiftMessageSet(Envelope, frozen=True, kw_only=True, tag="order.gift_message_set"):
    body: office.GiftMessage


class OrderShippingMethodChanged(
    Envelope, frozen=True, kw_only=True, tag="order.shipping_method_changed"
):
    body: office.ShippingMethod


class OrderWarehouseChanged(Envelope, frozen=True, kw_only=True, tag="order.warehouse_changed"):
    body: office.Warehouse


class OrderStateChosen(Envelope, frozen=True, kw_only=True, tag="order.state_chosen"):
    body: office.StateChosen


class OrderPrepared(Envelope, frozen=True, kw_only=True, tag="order.prepared"):
    body: office.Preparation


class OrderDocumentCreated(Envelope, frozen=True, kw_only=True, tag="order.document_created"):
    body: office.DocumentCreated


class OrderDuplicated(Envelope, frozen=True, kw_only=True, tag="order.duplicated"):
    body: office.Duplicated


class PaymentCaptureRequested(
    Envelope, frozen=True, kw_only=True, tag="payment.capture_requested"
):
    body: bodies.Operation


class PaymentReversalRequested(
    Envelope, frozen=True, kw_only=True, tag="payment.reversal_requested"
):
    body: bodies.Operation


class PaymentSynced(Envelope, frozen=True, kw_only=True, tag="payment.synced"):
    body: office.Synced


class ShipmentFulfilled(Envelope, frozen=True, kw_only=True, tag="shipment.fulfilled"):
    body: bodies.ShipmentRef


class ShipmentCommitted(Envelope, frozen=True, kw_only=True, tag="shipment.committed"):
    body: bodies.ShipmentRef


class ShipmentPicked(Envelope, frozen=True, kw_only=True, tag="shipment.picked"):
    body: bodies.ShipmentRef


class ShipmentRatesQuoted(Envelope, frozen=True, kw_only=True, tag="shipment.rates_quoted"):
    body: office.RatesQuoted


class ReturnWasRequested(Envelope, frozen=True, kw_only=True, tag="return.requested"):
    body: office.ReturnRequested


class ReturnWasApproved(Envelope, frozen=True, kw_only=True, tag="return.approved"):
    body: office.ReturnRef


class ReturnWasRejected(Envelope, frozen=True, kw_only=True, tag="return.rejected"):
    body: office.ReturnRef


class ReturnWasShipped(Envelope, frozen=True, kw_only=True, tag="return.shipped"):
    body: office.ReturnRef


class ReturnWasReceived(Envelope, frozen=True, kw_only=True, tag="return.received"):
    body: office.ReturnReceived


class ReturnWasRestocked(Envelope, frozen=True, kw_only=True, tag="return.restocked"):
    body: office.ReturnRef


class ReturnWasRefunded(Envelope, frozen=True, kw_only=True, tag="return.refunded"):
    body: office.ReturnRef


class ReturnWasCompleted(Envelope, frozen=True, kw_only=True, tag="return.completed"):
    body: office.ReturnRef


class ReturnWasCancelled(Envelope, frozen=True, kw_only=True, tag="return.cancelled"):
    body: office.ReturnRef


class InvoiceWasCreated(Envelope, frozen=True, kw_only=True, tag="invoice.created"):
    body: office.InvoiceCreated


class InvoiceWasVoided(Envelope, frozen=True, kw_only=True, tag="invoice.voided"):
    body: office.InvoiceRef


class BackorderWasCreated(Envelope, frozen=True, kw_only=True, tag="purchase.backorder_created"):
    body: office.Purchase


class DropshipWasRequested(Envelope, frozen=True, kw_only=True, tag="purchase.dropship_requested"):
    body: office.Purchase


class DropshipWasShipped(Envelope, frozen=True, kw_only=True, tag="purchase.dropship_shipped"):
    body: office.Purchase


class LineWasReserved(Envelope, frozen=True, kw_only=True, tag="stock.line_reserved"):
    body: office.LineReserved


OfficeFact = (
    OrderNoteEdited
    | OrderNoteDeleted
    | OrderInvoiceNumberSet
    | OrderGiftMessageSet
    | OrderShippingMethodChanged
    | OrderWarehouseChanged
    | OrderStateChosen
    | OrderPrepared
    | OrderDocumentCreated
    | OrderDuplicated
    | PaymentCaptureRequested
    | PaymentReversalRequested
    | PaymentSynced
    | ShipmentFulfilled
    | ShipmentCommitted
    | ShipmentPicked
    | ShipmentRatesQuoted
    | ReturnWasRequested
    | ReturnWasApproved
    | ReturnWasRejected
    | ReturnWasShipped
    | ReturnWasReceived
    | ReturnWasRestocked
    | ReturnWasRefunded
    | ReturnWasCompleted
    | ReturnWasCancelled
    | InvoiceWasCreated
    | InvoiceWasVoided
    | BackorderWasCreated
    | DropshipWasRequested
    | DropshipWasShipped
    | LineWasReserved
)
"""The facts of this module, for the union in `fact.py`."""
