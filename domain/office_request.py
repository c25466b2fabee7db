"""What commands of office work ask for; `office_command.py` gives each its name."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.document import Address, Id, Party, Personal, Text, Time
from domain.request import AskedLines


class WriteNote(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A remark for the team; `note_id` defaults to the command's id (S1.17, S2.7)."""

    text: Annotated[Personal, Meta(min_length=1)]
    note_id: Text = ""


class ForNote(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which remark."""

    note_id: Id


class ChangeAddress(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where what was not shipped yet shall go (S4.14)."""

    ship_to: Address


class ChangeCustomer(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Another existing customer (S2.8)."""

    customer: Party


class ChangeShippingMethod(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How pieces shall travel, for all lines or for some (S1.22, S1.23)."""

    method: Id
    lines: tuple[Id, ...] = ()
    reason: Text = ""


class ChangeWarehouse(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where pieces shall come from, for all lines or for some (S4.13)."""

    warehouse: Id
    lines: tuple[Id, ...] = ()


class CreateInvoice(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces to bill; all that can be if none are named. `invoice_id` defaults to the command's."""

    lines: AskedLines = ()
    invoice_id: Text = ""
    mode: Literal["ordered", "shipped"] = "ordered"
    number: Text = ""


class ForInvoice(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which invoice."""

    invoice_id: Id
    note: Personal = ""


class Duplicate(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The number of the new order in the same channel (S3.23)."""

    order_id: Annotated[str, Meta(pattern=r"^[^\s\x00-\x1f]{1,128}$")]


class Buy(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces to buy for the order, or to have sent by their supplier (S3.24, S3.25).

    All that are missing, or left to send, if none are named; `purchase_id` defaults to the
    command's id.
    """

    lines: AskedLines = ()
    purchase_id: Text = ""
    supplier: Text = ""
    expected_at: Time | None = None


class Prepare(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How far the warehouse got, and in which batch (S4.24)."""

    state: Literal["new", "picked", "packed", "shipped"]
    batch: Text = ""


class CreateDocument(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which paper; `lines` are the labels to print (S3.26, S4.15)."""

    document: Literal["order", "pick_ticket", "packing_slip", "invoice", "labels"]
    document_id: Text = ""
    lines: AskedLines = ()
