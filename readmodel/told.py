"""Records of the log and messages of the outputs as the view reads them (`seen.py`)."""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec import Raw, Struct

from readmodel.seen import NO_OBJECT, Whole


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
    body: Raw = NO_OBJECT


class VerdictSeen(Struct, frozen=True):
    """What was decided about a command."""

    command: str = ""
    command_id: str = ""
    accepted: bool = False
    guard: str = ""
    refusal: str = ""


class LeftSeen(Struct, frozen=True):
    """Which version of an order left the hot state."""

    version: Whole


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
    because: Raw = NO_OBJECT
    subject: str = ""
    profile: str = ""


class MessageSeen(Struct, frozen=True):
    """What every message of an output says, and its place among the order's others."""

    id: str
    order_key: str
    tenant: str
    channel: str
    occurred_at: str
    test: bool = False


class NotificationSeen(MessageSeen, frozen=True):
    """An intent to tell a person something."""

    trigger: str = ""
    audience: str = ""
    medium: str = ""
    template: str = ""
    profile: str = ""
    axis: str = ""
    subject: str = ""
    word: str = ""
    locale: str = ""
    seq: Whole = 0


class AnomalySeen(MessageSeen, frozen=True):
    """Facts that do not fit together, or fit again."""

    kind: str = ""
    change: str = ""
    severity: str = ""
    cause: str = ""
    proposed: str = ""


class ResultSeen(MessageSeen, frozen=True):
    """The answer to a command."""

    command_id: str = ""
    command: str = ""
    accepted: bool = False
    guard: str = ""
    reason: str = ""
    actor: str = ""


class ActionSeen(MessageSeen, frozen=True):
    """What somebody must do outside."""

    action: str = ""
    amount: Whole = 0
    currency: str = ""
    provider: str = ""
    reference: str = ""
    note: str = ""


class WishSeen(Struct, frozen=True):
    """What an order line wants of a stock from now on."""

    line_id: str = ""
    sku: str = ""
    warehouse: str = ""
    wanted: Whole = 0
    committed: Whole = 0


class MovementSeen(Struct, frozen=True):
    """A movement of stock."""

    occurred_at: str
    body: WishSeen
    tenant: str = ""
    order_key: str = ""
    cause_id: str = ""


class StockSeen(Struct, frozen=True):
    """One stock as it is now."""

    tenant: str
    warehouse: str
    sku: str
    version: Whole
    occurred_at: str
    on_hand: Whole = 0
    allocated: Whole = 0
    available: Whole = 0
    committed: Whole = 0
    available_to_pick: Whole = 0
    expected: Whole = 0
    backordered: Whole = 0
    balance: Whole = 0
    health: str = ""


read_record: Final = msgspec.json.Decoder(RecordSeen).decode
read_verdict: Final = msgspec.json.Decoder(VerdictSeen).decode
read_left: Final = msgspec.json.Decoder(LeftSeen).decode
read_scan: Final = msgspec.json.Decoder(ScanSeen).decode
read_status: Final = msgspec.json.Decoder(StatusSeen).decode
read_movement: Final = msgspec.json.Decoder(MovementSeen).decode
read_stock: Final = msgspec.json.Decoder(StockSeen).decode
