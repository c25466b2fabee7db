"""What facts of office work say: returns, invoices, purchases, preparation, papers, remarks.

Like `body.py`: amounts are minor units beside a currency, times are aware UTC.
"""

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.body import Units
from domain.document import Amount, Currency, Id, Personal, Quantity, Text, Time
from domain.vocabulary import Minor

Lines = Annotated[tuple[Units, ...], Meta(max_length=1_000)]


class Condition(StrEnum):
    """How returned pieces arrived; `short` and `wrong` are not the pieces that were sent."""

    OK = "ok"
    DAMAGED = "damaged"
    SHORT = "short"
    WRONG = "wrong"


class ReturnRequested(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An RMA: which pieces shall come back, why, and what the buyer gets for them (S4.17, S4.33).

    `draft` is not shown to the customer yet. A source that knows no lines names the article
    (`sku`) in place of a line; so it may when the pieces are received.
    """

    return_id: Id
    lines: Lines
    reason: Text = ""
    resolution: Literal["refund", "exchange", "none"] = "refund"
    draft: bool = False
    note: Personal = ""


class ReturnRef(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something happened to a whole return."""

    return_id: Id
    note: Personal = ""


class ReceivedUnits(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces of one line that arrived, and how."""

    line_id: Id
    quantity: Quantity
    condition: Condition = Condition.OK


class ReturnReceived(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What of a return arrived at the warehouse."""

    return_id: Id
    lines: Annotated[tuple[ReceivedUnits, ...], Meta(max_length=1_000)]
    note: Personal = ""


class InvoiceCreated(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An invoice over pieces, counted against what was ordered or what was shipped (S3.20 f.)."""

    invoice_id: Id
    lines: Lines
    mode: Literal["ordered", "shipped"] = "ordered"
    number: Text = ""


class InvoiceRef(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something happened to a whole invoice."""

    invoice_id: Id
    note: Personal = ""


class Purchase(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces bought for this order, or shipped by their supplier (S3.24, S3.25)."""

    purchase_id: Id
    lines: Lines
    supplier: Text = ""
    expected_at: Time | None = None


class InvoiceNumber(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The number under which the order is invoiced elsewhere (S1.16)."""

    number: Id


class GiftMessage(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Words that go with the goods (S4.16); empty takes them away."""

    text: Personal = ""


class ShippingMethod(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How pieces shall travel; no lines means all of them (S1.20 to S1.24, S4.22)."""

    method: Id
    lines: tuple[Id, ...] = ()
    reason: Text = ""


class Warehouse(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where pieces shall come from; no lines means all of them (S4.13)."""

    warehouse: Id
    lines: tuple[Id, ...] = ()


class StateChosen(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A state of the shop's own, chosen by an operator, and the base state it stands on (S1.14)."""

    state: Text = ""
    base: Text = ""


class Preparation(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How far the warehouse got with the order, and in which batch (S4.24)."""

    state: Literal["new", "picked", "packed", "shipped"]
    batch: Text = ""


class DocumentCreated(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A paper was made from the order: which one and over how many labels (S3.26, S4.15)."""

    document_id: Id
    document: Literal["order", "pick_ticket", "packing_slip", "invoice", "labels"]
    lines: Lines = ()


class Duplicated(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Another order was made from this one (S3.23)."""

    copy_key: Id


class Rate(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One carrier's offer."""

    rate_id: Id
    carrier: Text
    service: Text = ""
    amount: Amount = Minor(0)
    currency: Currency = "XXX"
    expected_at: Time | None = None


class RatesQuoted(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What carriers ask for a shipment (S2.39)."""

    shipment_id: Id
    rates: Annotated[tuple[Rate, ...], Meta(max_length=200)]


class SyncedOperation(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One money operation in a provider's history; `kind` as in the ledger."""

    kind: Literal[
        "pending",
        "authorized",
        "adjusted",
        "expired",
        "reversed",
        "captured",
        "capture_failed",
        "failed",
        "refunded",
        "refund_failed",
        "refund_reversed",
        "disputed",
        "dispute_won",
        "dispute_lost",
    ]
    amount: Amount
    currency: Currency
    reference: Id
    occurred_at: Time
    parent: Text = ""
    final: bool = False
    code: Text = ""


class Synced(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A provider's whole history of an order's payment (S1.27)."""

    provider: Id
    operations: Annotated[tuple[SyncedOperation, ...], Meta(max_length=500)]


class LineReserved(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the stock answered for one line; a higher `revision` of the fact is the newer answer."""

    line_id: Id
    sku: Text = ""
    warehouse: Text = ""
    quantity: Quantity = 0
