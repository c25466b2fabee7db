"""The closed sets of words that every other module speaks (source: spec model, section 2).

A word here is a machine's *state*; what a shop shows to people is a profile's word (`profile.py`).
"""

from enum import StrEnum
from typing import Annotated, Final, NewType

from msgspec import Meta

Minor = NewType("Minor", int)
"""Money in the currency's smallest unit: 12.34 EUR is 1234, 1200 JPY is 1200."""

OrderKey = Annotated[
    str, Meta(pattern=r"^[^/\s]{1,64}/[^/\s]{1,64}/[^\s\x00-\x1f]{1,128}$", max_length=260)
]
"""`tenant/channel/external_order_id`; the id may hold slashes, tenant and channel may not."""


class Lifecycle(StrEnum):
    """What became of the order as a promise."""

    DRAFT = "draft"
    PENDING = "pending"
    OPEN = "open"
    PROCESSING = "processing"
    CANCEL_REQUESTED = "cancel_requested"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class Closure(StrEnum):
    """Whether anybody still owes an action (spec model, 8.5)."""

    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


class HoldState(StrEnum):
    """Whether at least one hold stands."""

    CLEAR = "clear"
    ON_HOLD = "on_hold"


class Risk(StrEnum):
    """What is known of fraud."""

    NONE = "none"
    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    CLEARED = "cleared"


class Payment(StrEnum):
    """Where the money stands, derived from the ledger."""

    DISPUTED = "disputed"
    REFUNDED = "refunded"
    PARTIALLY_REFUNDED = "partially_refunded"
    OVERPAID = "overpaid"
    PAID = "paid"
    PARTIALLY_PAID = "partially_paid"
    AUTHORIZED = "authorized"
    PARTIALLY_AUTHORIZED = "partially_authorized"
    IN_PROGRESS = "in_progress"
    FAILED = "failed"
    UNPAID = "unpaid"


class Fulfilment(StrEnum):
    """Where the goods stand, derived from unit buckets."""

    CANCELLED = "cancelled"
    RETURNED = "returned"
    PARTIALLY_RETURNED = "partially_returned"
    COLLECTED = "collected"
    DELIVERED = "delivered"
    FULFILLED = "fulfilled"
    PARTIALLY_FULFILLED = "partially_fulfilled"
    DISPATCHED = "dispatched"
    UNFULFILLED = "unfulfilled"


class Parcel(StrEnum):
    """Where one parcel is, in rank order: at equal times the later one here wins (X.24)."""

    UNKNOWN = "unknown"
    CREATED = "created"
    LABEL_VOIDED = "label_voided"
    HANDED_OVER = "handed_over"
    IN_TRANSIT = "in_transit"
    HELD = "held"
    OUT_FOR_DELIVERY = "out_for_delivery"
    READY_FOR_PICKUP = "ready_for_pickup"
    ATTEMPT_FAILED = "attempt_failed"
    DELIVERED = "delivered"
    COLLECTED = "collected"
    RETURNING = "returning"
    RETURNED_TO_SENDER = "returned_to_sender"
    LOST = "lost"
    DAMAGED = "damaged"
    CANCELLED = "cancelled"


class Validity(StrEnum):
    """What the source's own order status says of the order, as far as it says anything."""

    UNSTATED = ""
    DRAFT = "draft"
    PENDING = "pending"
    VALID = "valid"
    UNKNOWN = "unknown"


class Evidence(StrEnum):
    """Who testifies to a payment, strongest first; see `payment_witness.py` for how they add up."""

    PROVIDER = "provider"
    SHOP = "shop"
    STATUS = "status"


class HoldReason(StrEnum):
    """Why an order is on hold."""

    MANUAL = "manual"
    PAYMENT = "payment"
    FRAUD = "fraud"
    ADDRESS = "address"
    STOCK = "stock"
    CUSTOMER = "customer"
    MARKETPLACE = "marketplace"
    SUSPENDED = "suspended"
    OTHER = "other"


class CancelReason(StrEnum):
    """Why an order was cancelled; free text goes beside it (S0.5)."""

    EXPIRED = "expired"
    CANNOT_FULFIL = "cannot_fulfil"
    BUYER_ASKED = "buyer_asked"
    FRAUD = "fraud"
    PAYMENT_FAILED = "payment_failed"
    DUPLICATE = "duplicate"
    OTHER = "other"
    UNSPECIFIED = "unspecified"


PLAIN: Final[dict[str, str]] = {
    word: word.value
    for words in (Lifecycle, Closure, HoldState, Risk, Payment, Fulfilment, Parcel)
    for word in words
}
"""Each state as a plain string: what the state of an order holds, quicker to hash and to write."""
PARCEL_RANK: Final[dict[str, int]] = {state: rank for rank, state in enumerate(Parcel)}
