"""The order's state: merged facts by their identity, what follows from them, what was said.

Three parts: *evidence* (`documents` … `notes`) is a union of facts and does not depend on the
order of their arrival; `derived` is a pure function of the evidence, kept so that a fact
recomputes only what it touches; *memory* (`told`, `verdicts`, `raised`) is what was announced.
Instants are microseconds (`instant.py`). Arrays on the wire: append fields, never reorder.
"""

from typing import Final

from msgspec import Struct

from domain.vocabulary import (
    PLAIN,
    Closure,
    Fulfilment,
    HoldState,
    Lifecycle,
    Payment,
    Risk,
)

STATE_SCHEMA: Final = 1
OPERATIONS_MAX: Final = 500
SHIPMENTS_MAX: Final = 200
SCANS_MAX: Final = 500
REVISIONS_MAX: Final = 500
ENTRIES_MAX: Final = 500
"""Bounds of what one order remembers; a fact past them is a dead letter with that cause."""
VERDICTS_MAX: Final = 200
"""Commands an order remembers; far more than people send, enough for any uncommitted window."""


class Revision(Struct, frozen=True, array_like=True, gc=False):
    """One version of the order document, as far as later rules need it."""

    at: int
    digest: int
    total: int
    validity: str
    erased: int = 0
    """Digest of it with every sealed text erased; 0 where all of it is plain."""
    plain: int = 0
    """Digest of the plain statement that this one stands in for; 0 if there was none."""


class Item(Struct, frozen=True, array_like=True, gc=False):
    """One line of the newest document."""

    line_id: str
    quantity: int
    unit_price: int
    cancelled: int
    sku: str
    warehouse: str = ""


class Head(Struct, frozen=True, array_like=True, gc=False):
    """The newest document: whole (`kept_document.py`), and the fields that rules read."""

    revision: int
    at: int
    digest: int
    document: bytes
    currency: str
    total: int
    items: tuple[Item, ...]
    method: str
    validity: str
    source_status: str
    hold: str
    ship_by: str
    source: str
    promised_at: int = 0
    locale: str = ""
    """The language in which the customer is told of the order."""
    total_unknown: bool = False


class Operation(Struct, frozen=True, array_like=True, gc=False):
    """One money operation; kind, provider and reference are its key in `operations`."""

    at: int
    amount: int
    currency: str
    evidence: str
    parent: str
    final: bool
    revision: int
    code: str
    unrevised: int = 0
    """Digest of the statement without revision that this one replaced (`merge.py`)."""


class Package(Struct, frozen=True, array_like=True, gc=False):
    """A parcel that a shipment names."""

    number: str
    carrier: str
    url: str


class Statement(Struct, frozen=True, array_like=True, gc=False):
    """What the newest statement about a shipment says."""

    at: int
    revision: int
    lines: tuple[tuple[str, int], ...]
    packages: tuple[Package, ...]
    carrier: str
    service: str
    pickup: bool
    carrier_made: bool
    expected_at: int
    notify_customer: bool
    point: str = ""
    inferred: bool = False


class Shipment(Struct, frozen=True, array_like=True, gc=False):
    """A shipment: its statement, if known yet, and when what happened to it (NEVER if not)."""

    statement: Statement | None = None
    packed_at: int = 0
    handed_over_at: int = 0
    cancelled_at: int = 0
    fulfilled_at: int = 0
    """When its pieces began to count as handed over, whatever the carrier says (spec 8.9)."""
    committed_at: int = 0
    picked_at: int = 0


class Scan(Struct, frozen=True, array_like=True, order=True, gc=False):
    """One scan; the order of fields is the order of the fold: time, rank, then identity."""

    at: int
    rank: int
    code: str
    place: str
    reason: str
    inferred: bool


class Mark(Struct, frozen=True, array_like=True, gc=False):
    """Something that happened to the order as a whole, once: when, by whom, why."""

    at: int
    actor: str
    reason: str
    note: str
    cause: str
    requester: str = ""


class HoldEntry(Struct, frozen=True, array_like=True, gc=False):
    """A hold: newest placing and newest release of one hold id."""

    placed_at: int
    released_at: int
    reason: str
    note: str
    actor: str
    until: int


class Movement(Struct, frozen=True, array_like=True, gc=False):
    """Pieces per line that were cancelled or came back, under one business id."""

    at: int
    lines: tuple[tuple[str, int], ...]
    reason: str


class Money(Struct, frozen=True, array_like=True, gc=False):
    """The ledger's sums in minor units of the order's currency."""

    state: str = PLAIN[Payment.IN_PROGRESS]
    row: int = 0
    due: int = 0
    authorized: int = 0
    captured: int = 0
    refunded: int = 0
    refund_pending: int = 0
    pending: int = 0
    disputed: int = 0
    voided: bool = False
    valid: bool = False
    last_capture_at: int = 0
    foreign: tuple[tuple[str, int, int], ...] = ()
    capture_pending: int = 0
    reversal_pending: int = 0


class LineUnits(Struct, frozen=True, array_like=True, gc=False):
    """Pieces of one line by how far they got; each piece is in one bucket only."""

    line_id: str
    ordered: int
    cancelled: int
    packed: int
    handed_over: int
    delivered: int
    collected: int
    came_back: int
    returned: int
    committed: int = 0
    picked: int = 0


class ParcelView(Struct, frozen=True, array_like=True, gc=False):
    """Where one parcel is by the fold over its scans."""

    state: str
    at: int
    shipment_id: str
    carrier: str
    odd: int
    """Scans that a final state kept out."""
    left_at: int = 0
    early: bool = False
    """Delivered before it was handed over, going by the times told."""
    back: bool = False
    """On its way back after it was delivered."""


class Goods(Struct, frozen=True, array_like=True, gc=False):
    """The unit buckets per line and their sums, the parcels and the shipments."""

    state: str = PLAIN[Fulfilment.UNFULFILLED]
    row: int = 0
    lines: tuple[LineUnits, ...] = ()
    ordered: int = 0
    live: int = 0
    packed: int = 0
    handed_over: int = 0
    delivered: int = 0
    collected: int = 0
    came_back: int = 0
    returned: int = 0
    parcels: dict[str, ParcelView] = {}
    shipments: dict[str, str] = {}
    over: int = 0
    returned_over: int = 0
    after_cancel: int = 0
    committed: int = 0
    picked: int = 0


class Promise(Struct, frozen=True, array_like=True, gc=False):
    """The axes that speak of the order as a promise."""

    lifecycle: str = PLAIN[Lifecycle.PENDING]
    closure: str = PLAIN[Closure.OPEN]
    hold: str = PLAIN[HoldState.CLEAR]
    risk: str = PLAIN[Risk.NONE]
    valid: bool = False
    known: bool = False
    cancelled_at: int = 0
    suspended: bool = False
    marked_shipped: bool = False
    confirmed: bool = False
    working: bool = False
    """Work began by a command, or on a piece: committed, picked, packed or handed over."""
    state: str = ""
    """The shop's own state that was chosen last, `base/state`; empty if none was."""
    saved: bool = False
    """Only saved: neither placed nor confirmed, and no work began, even if its end was asked for."""


class Derived(Struct, frozen=True, array_like=True, gc=False):
    """Everything that follows from the evidence."""

    money: Money = Money()
    goods: Goods = Goods()
    promise: Promise = Promise()


class Told(Struct, frozen=True, array_like=True, gc=False):
    """The last word announced on one axis and how many were before it."""

    word: str
    seq: int


class Order(Struct, frozen=True, array_like=True, gc=False):
    """One order."""

    key: str
    schema: int = STATE_SCHEMA
    test: bool = False
    version: int = 0
    seen_at: int = 0
    placed_at: int = 0
    head: Head | None = None
    revisions: dict[int, Revision] = {}
    operations: dict[str, Operation] = {}
    shipments: dict[str, Shipment] = {}
    scans: dict[str, tuple[Scan, ...]] = {}
    marks: dict[str, Mark] = {}
    holds: dict[str, HoldEntry] = {}
    cancellations: dict[str, Movement] = {}
    returns: dict[str, Movement] = {}
    changes: dict[str, tuple[int, bytes]] = {}
    conflicts: tuple[str, ...] = ()
    derived: Derived = Derived()
    told: dict[str, Told] = {}
    raised: dict[str, int] = {}
    verdicts: dict[str, bool] = {}
    reservations: dict[str, tuple[int, int]] = {}
    """The newest answer of each stock: its number and how many pieces (`stock_place.py`)."""
    warehouses: dict[str, tuple[tuple[int, str], ...]] = {}
    wishes: dict[str, int] = {}
    """Digest of what each stock was told last; memory, like `told`."""
