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
_NO_OBJECT: Final = Raw(b"{}")


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
    words: Raw = _NO_OBJECT
    lines: Raw = _EMPTY
    shipments: Raw = _EMPTY
    parcels: Raw = _EMPTY
    operations: Raw = _EMPTY
    order: Raw = Raw(b"null")
    holds: Raw = _EMPTY
    returns: Raw = _EMPTY
    invoices: Raw = _EMPTY
    notes: Raw = _EMPTY
    anomalies: Raw = _EMPTY
    changes: Raw = _NO_OBJECT
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
    style: str = ""
    ordered: Whole = 0
    cancelled: Whole = 0
    unallocated: Whole = 0
    backordered: Whole = 0
    allocated: Whole = 0
    committed: Whole = 0
    picked: Whole = 0
    packed: Whole = 0
    dropship_requested: Whole = 0
    handed_over: Whole = 0
    delivered: Whole = 0
    collected: Whole = 0
    came_back: Whole = 0
    returned: Whole = 0
    lost: Whole = 0


class ShipmentSeen(Struct, frozen=True):
    """One shipment."""

    shipment_id: str = ""
    state: str = ""
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


class OwnPart(Struct, frozen=True):
    """A return, an invoice or a note: what these have in common, whichever they have."""

    return_id: str = ""
    invoice_id: str = ""
    note_id: str = ""
    number: str = ""
    state: str = ""
    text: str = ""
    at: str | None = None


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


class RecordSeen(Struct, frozen=True):
    """A record of the order log: its envelope, and the body as bytes."""

    kind: str
    occurred_at: str
    event_id: str = ""
    order_key: str | None = None
    tenant: str = ""
    source: str = ""
    actor: str = ""
    cause_id: str = ""
    inferred: bool = False
    body: Raw = _NO_OBJECT


class VerdictSeen(Struct, frozen=True):
    """What was decided about a command."""

    command: str = ""
    command_id: str = ""
    accepted: bool = False
    guard: str = ""
    refusal: str = ""


class ScanSeen(Struct, frozen=True):
    """One line of a carrier's story."""

    state: str = ""
    number: str = ""
    shipment_id: str = ""
    carrier: str = ""
    code: str = ""
    place: str = ""
    reason: str = ""
    local_time: str = ""


class StatusSeen(Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """A change of an axis or of a profile's word."""

    order_key: str
    tenant: str
    axis: str
    after: str
    seq: Whole
    occurred_at: str
    id: str = ""
    before: str | None = None
    cause: str = ""
    because: Raw = _NO_OBJECT
    subject: str = ""
    profile: str = ""


class MovementSeen(Struct, frozen=True):
    """A movement of stock."""

    tenant: str = ""
    order_key: str = ""
    sku: str = ""
    warehouse: str = ""
    kind: str = ""
    quantity: Whole = 0
    occurred_at: str | None = None


Words = dict[str, dict[str, str | dict[str, str]]]

read_head: Final = msgspec.json.Decoder(Head).decode
read_snapshot: Final = msgspec.json.Decoder(SnapshotSeen).decode
read_document: Final = msgspec.json.Decoder(DocumentSeen | None).decode
read_words: Final = msgspec.json.Decoder(Words).decode
read_names: Final = msgspec.json.Decoder(list[str]).decode
read_changes: Final = msgspec.json.Decoder(dict[str, Raw]).decode
read_party: Final = msgspec.json.Decoder(PartySeen).decode
read_record: Final = msgspec.json.Decoder(RecordSeen).decode
read_verdict: Final = msgspec.json.Decoder(VerdictSeen).decode
read_scan: Final = msgspec.json.Decoder(ScanSeen).decode
read_status: Final = msgspec.json.Decoder(StatusSeen).decode
read_movement: Final = msgspec.json.Decoder(MovementSeen).decode
read_object: Final = msgspec.json.Decoder(dict[str, Any]).decode  # Any: JSON
read_raws: Final = msgspec.json.Decoder(list[Raw]).decode
