"""What orderstream says: the values of its output topics, each with a deterministic id.

Ids are made of the order and what is said (`order key : axis : seq`), so a repeat carries the
same id and the same bytes, and a consumer that drops ids it has seen never acts twice.
"""

from datetime import datetime
from typing import Any, Literal

from msgspec import Raw, Struct

from domain.stock_fact import StockMovement

SCHEMA = 1


class Because(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Why a state is what it is: the rule in words and the numbers it looked at."""

    rule: str
    numbers: dict[str, int] = {}


class StatusChanged(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    rename={"before": "from", "after": "to"},
):
    """One axis, or one word of a profile, changed; `seq` has no gaps per order and axis.

    `subject` is the parcel or shipment where the axis has one per order each.
    """

    id: str
    order_key: str
    tenant: str
    channel: str
    axis: str
    before: str | None
    after: str
    seq: int
    occurred_at: datetime
    cause: str
    because: Because
    subject: str = ""
    profile: str = ""
    test: bool = False
    schema: int = SCHEMA


class Notification(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An intent to tell a person something, once per id (spec model, 2 I).

    Whoever sends it waits until `not_before`, drops one that a later intent `supersedes` and that
    was not sent yet, and sends those of one `merge_key` as one message (X.15).
    """

    id: str
    order_key: str
    tenant: str
    channel: str
    trigger: str
    audience: Literal["customer", "merchant", "admin"]
    medium: Literal["email", "sms"]
    template: str
    occurred_at: datetime
    cause: str
    profile: str = ""
    axis: str = ""
    subject: str = ""
    word: str = ""
    seq: int = 0
    locale: str = ""
    data: dict[str, str] = {}
    not_before: datetime | None = None
    supersedes: str = ""
    merge_key: str = ""
    test: bool = False
    schema: int = SCHEMA


class CommandResult(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The one answer to a command; a refusal names the guard and says in words what failed."""

    id: str
    order_key: str
    tenant: str
    channel: str
    command_id: str
    command: str
    accepted: bool
    occurred_at: datetime
    guard: str = ""
    reason: str = ""
    effects: tuple[str, ...] = ()
    amounts: dict[str, int] = {}
    currency: str = ""
    actor: str = ""
    test: bool = False
    schema: int = SCHEMA


class Anomaly(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Facts that do not fit together, or fit again: raised once, resolved once."""

    id: str
    order_key: str
    tenant: str
    channel: str
    kind: str
    change: Literal["raised", "resolved"]
    severity: Literal["info", "warning", "critical"]
    occurred_at: datetime
    cause: str
    evidence: dict[str, Any] = {}
    proposed: str = ""
    test: bool = False
    schema: int = SCHEMA


class ActionRequired(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Somebody must do something outside, such as sending money back."""

    id: str
    order_key: str
    tenant: str
    channel: str
    action: str
    occurred_at: datetime
    cause: str
    amount: int = 0
    currency: str = ""
    provider: str = ""
    reference: str = ""
    note: str = ""
    test: bool = False
    schema: int = SCHEMA


Message = StatusChanged | Notification | CommandResult | Anomaly | ActionRequired | StockMovement


class LineNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One line as it is now; every piece is counted by how far it got.

    Where stock is kept for the order, `reserved` pieces wait in `warehouse`, and the line is
    `struck`, `ready` (green) or `backordered` (red, or orange where a part is reserved).
    """

    line_id: str
    sku: str = ""
    ordered: int = 0
    cancelled: int = 0
    packed: int = 0
    handed_over: int = 0
    delivered: int = 0
    collected: int = 0
    came_back: int = 0
    returned: int = 0
    committed: int = 0
    picked: int = 0
    invoiced: int = 0
    shipping_method: str = ""
    warehouse: str = ""
    reserved: int = 0
    style: str = ""
    colour: str = ""


class ShipmentNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One shipment as it is now."""

    shipment_id: str
    state: str
    lines: dict[str, int] = {}
    parcels: tuple[str, ...] = ()
    urls: dict[str, str] = {}
    carrier: str = ""
    service: str = ""
    handed_over_at: datetime | None = None
    expected_at: datetime | None = None
    stage: str = ""


class ParcelNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One parcel as it is now."""

    number: str
    state: str
    carrier: str = ""
    shipment_id: str = ""
    at: datetime | None = None
    scans: int = 0


class MoneyNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The ledger's sums in minor units of `currency`."""

    currency: str
    due: int = 0
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    refund_pending: int = 0
    pending: int = 0
    disputed: int = 0
    voided: bool = False
    capture_pending: int = 0
    reversal_pending: int = 0


class OperationNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One money operation of the ledger, in order of occurrence."""

    kind: str
    at: datetime
    amount: int
    currency: str
    provider: str = ""
    reference: str = ""
    evidence: str = ""


class HoldNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One hold that stands."""

    hold_id: str
    reason: str
    since: datetime
    note: str = ""


class ReturnNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One return as it is now; `steps` are when each was."""

    return_id: str
    state: str
    lines: dict[str, int] = {}
    received: dict[str, dict[str, int]] = {}
    resolution: str = ""
    reason: str = ""
    steps: dict[str, datetime] = {}


class InvoiceNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One invoice as it is now."""

    invoice_id: str
    mode: str
    lines: dict[str, int]
    at: datetime
    number: str = ""
    void: bool = False


class Snapshot(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The whole order as it is now; equal for equal facts but for `version` and `seq` (X.1).

    `allowed` are the commands that the order's state allows now (S0.20); `changes` is what was
    stated by itself: remarks, gift message, methods, papers, by name.
    """

    order_key: str
    tenant: str
    channel: str
    version: int
    lifecycle: str
    closure: str
    hold: str
    risk: str
    payment: str
    fulfilment: str
    valid: bool
    placed_at: datetime | None
    words: dict[str, dict[str, Any]]
    money: MoneyNow
    lines: tuple[LineNow, ...]
    shipments: tuple[ShipmentNow, ...]
    parcels: tuple[ParcelNow, ...]
    operations: tuple[OperationNow, ...]
    order: Raw
    holds: tuple[HoldNow, ...] = ()
    anomalies: tuple[str, ...] = ()
    changes: dict[str, Raw] = {}
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    cancel_requester: str = ""
    source: str = ""
    seq: dict[str, int] = {}
    test: bool = False
    allowed: tuple[str, ...] = ()
    returns: tuple[ReturnNow, ...] = ()
    invoices: tuple[InvoiceNow, ...] = ()
    schema: int = SCHEMA
