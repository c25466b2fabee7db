"""Commands of office work: remarks, addresses, invoices, purchases, papers."""

from domain import office_body as office
from domain import office_request
from domain.envelope import Request


class AddNote(Request, frozen=True, kw_only=True, tag="command.add_note"):
    body: office_request.WriteNote


class EditNote(Request, frozen=True, kw_only=True, tag="command.edit_note"):
    body: office_request.WriteNote


class DeleteNote(Request, frozen=True, kw_only=True, tag="command.delete_note"):
    body: office_request.ForNote


class SetInvoiceNumber(Request, frozen=True, kw_only=True, tag="command.set_invoice_number"):
    body: office.InvoiceNumber


class SetGiftMessage(Request, frozen=True, kw_only=True, tag="command.set_gift_message"):
    body: office.GiftMessage = office.GiftMessage()


class ChangeAddress(Request, frozen=True, kw_only=True, tag="command.change_address"):
    body: office_request.ChangeAddress


class ChangeCustomer(Request, frozen=True, kw_only=True, tag="command.change_customer"):
    body: office_request.ChangeCustomer


class ChangeShippingMethod(
    Request, frozen=True, kw_only=True, tag="command.change_shipping_method"
):
    body: office_request.ChangeShippingMethod


class ChangeWarehouse(Request, frozen=True, kw_only=True, tag="command.change_warehouse"):
    body: office_request.ChangeWarehouse


class CreateInvoice(Request, frozen=True, kw_only=True, tag="command.create_invoice"):
    body: office_request.CreateInvoice = office_request.CreateInvoice()


class VoidInvoice(Request, frozen=True, kw_only=True, tag="command.void_invoice"):
    body: office_request.ForInvoice


class Duplicate(Request, frozen=True, kw_only=True, tag="command.duplicate"):
    body: office_request.Duplicate


class CreateBackorder(Request, frozen=True, kw_only=True, tag="command.create_backorder"):
    body: office_request.Buy = office_request.Buy()


class DropShip(Request, frozen=True, kw_only=True, tag="command.drop_ship"):
    body: office_request.Buy = office_request.Buy()


class Prepare(Request, frozen=True, kw_only=True, tag="command.prepare"):
    body: office_request.Prepare


class CreateDocument(Request, frozen=True, kw_only=True, tag="command.create_document"):
    body: office_request.CreateDocument


OfficeCommand = (
    AddNote
    | EditNote
    | DeleteNote
    | SetInvoiceNumber
    | SetGiftMessage
    | ChangeAddress
    | ChangeCustomer
    | ChangeShippingMethod
    | ChangeWarehouse
    | CreateInvoice
    | VoidInvoice
    | Duplicate
    | CreateBackorder
    | DropShip
    | Prepare
    | CreateDocument
)
