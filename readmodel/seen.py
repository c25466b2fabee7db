"""Messages as the view reads them: fields it does not know are passed over, missing ones empty.

A newer worker may write more than this code knows, an older one less; neither stops the view.
Sections of a snapshot stay bytes until it is known that they changed.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta, Raw, Struct

Whole = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""What a column of whole numbers holds."""

_EMPTY: Final = Raw(b"[]")
NO_OBJECT: Final = Raw(b"{}")


class Money(Struct, frozen=True):
    """The ledger's sums."""

    currency: str = ""
    due: Whole = 0
    authorized: Whole = 0
    captured: Whole = 0
    refunded: Whole = 0
    refund_pending: Whole = 0
    pending: Whole = 0
    disputed: Whole = 0
    capture_pending: Whole = 0
    reversal_pending: Whole = 0
    voided: bool = False


class SnapshotSeen(Struct, frozen=True):
    """A snapshot; sections are bytes."""

    order_key: str
    tenant: str
    channel: str
    version: Whole
    lifecycle: str = ""
    closure: str = "open"
    hold: str = "clear"
    risk: str = "none"
    payment: str = ""
    fulfilment: str = ""
    valid: bool = False
    placed_at: str | None = None
    money: Money = Money()
    words: Raw = NO_OBJECT
    lines: Raw = _EMPTY
    shipments: Raw = _EMPTY
    parcels: Raw = _EMPTY
    operations: Raw = _EMPTY
    order: Raw = Raw(b"null")
    holds: Raw = _EMPTY
    returns: Raw = _EMPTY
    invoices: Raw = _EMPTY
    anomalies: Raw = _EMPTY
    changes: Raw = NO_OBJECT
    cancelled_at: str | None = None
    cancel_reason: str = ""
    cancel_requester: str = ""
    source: str = ""
    test: bool = False


class Head(Struct, frozen=True):
    """As much of a snapshot as it takes to know whether it is news."""

    order_key: str
    version: Whole


class LineSeen(Struct, frozen=True):
    """One line; pieces by how far they got."""

    line_id: str = ""
    sku: str = ""
    shipping_method: str = ""
    warehouse: str = ""
    style: str = ""
    colour: str = ""
    ordered: Whole = 0
    cancelled: Whole = 0
    reserved: Whole = 0
    committed: Whole = 0
    picked: Whole = 0
    packed: Whole = 0
    handed_over: Whole = 0
    delivered: Whole = 0
    collected: Whole = 0
    came_back: Whole = 0
    returned: Whole = 0
    invoiced: Whole = 0


class ShipmentSeen(Struct, frozen=True):
    """One shipment."""

    shipment_id: str = ""
    state: str = ""
    stage: str = ""
    carrier: str = ""
    service: str = ""
    handed_over_at: str | None = None
    expected_at: str | None = None


class ParcelSeen(Struct, frozen=True):
    """One parcel."""

    number: str = ""
    state: str = ""
    carrier: str = ""
    shipment_id: str = ""
    at: str | None = None
    scans: Whole = 0


class OperationSeen(Struct, frozen=True):
    """One money operation."""

    kind: str = ""
    at: str | None = None
    amount: Whole = 0
    currency: str = ""
    provider: str = ""
    reference: str = ""
    evidence: str = ""


class HoldSeen(Struct, frozen=True):
    """One hold that stands."""

    hold_id: str = ""
    reason: str = ""
    since: str | None = None
    note: str = ""


class ReturnSeen(Struct, frozen=True):
    """One return."""

    return_id: str = ""
    state: str = ""
    resolution: str = ""
    reason: str = ""


class InvoiceSeen(Struct, frozen=True):
    """One invoice."""

    invoice_id: str = ""
    number: str = ""
    mode: str = ""
    at: str | None = None
    void: bool = False


class NoteSeen(Struct, frozen=True):
    """A remark; empty text is a deleted one."""

    note_id: str = ""
    text: str = ""


class PartySeen(Struct, frozen=True):
    """A customer."""

    customer_id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    locale: str = ""


class ArticleSeen(Struct, frozen=True):
    """A line as the source's document has it."""

    line_id: str = ""
    title: str = ""
    warehouse: str = ""
    unit_price: Whole = 0


class DocumentSeen(Struct, frozen=True):
    """The source's document."""

    number: str = ""
    total: Whole = 0
    shipping_total: Whole = 0
    tax_total: Whole = 0
    discount_total: Whole = 0
    payment_method: str = ""
    payment_method_name: str = ""
    ship_by: str | None = None
    promised_at: str | None = None
    shipping_method: str = ""
    pickup: bool = False
    note: str = ""
    customer: PartySeen | None = None
    ship_to: Raw = Raw(b"")
    bill_to: Raw = Raw(b"")
    lines: tuple[ArticleSeen, ...] = ()


Words = dict[str, dict[str, str | dict[str, str]]]

read_head: Final = msgspec.json.Decoder(Head).decode
read_snapshot: Final = msgspec.json.Decoder(SnapshotSeen).decode
read_document: Final = msgspec.json.Decoder(DocumentSeen | None).decode
read_words: Final = msgspec.json.Decoder(Words).decode
read_names: Final = msgspec.json.Decoder(list[str]).decode
read_changes: Final = msgspec.json.Decoder(dict[str, Raw]).decode
read_party: Final = msgspec.json.Decoder(PartySeen).decode
read_object: Final = msgspec.json.Decoder(dict[str, Any]).decode  # Any: JSON
read_raws: Final = msgspec.json.Decoder(list[Raw]).decode
