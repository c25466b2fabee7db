"""Square's words and what they mean here; a word that is in no table is reported as unknown."""

from typing import Final, Literal

from connectors.teller import Kind
from domain.fact import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDisputeLost,
    PaymentDisputeWon,
    PaymentFailed,
    PaymentPending,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRefundRequested,
    PaymentReversed,
)
from domain.vocabulary import Validity

PAYMENT: Final[dict[str, Kind]] = {
    "APPROVED": PaymentAuthorized,
    "CANCELED": PaymentReversed,
    "COMPLETED": PaymentCaptured,
    "FAILED": PaymentFailed,
    "PENDING": PaymentPending,
}

REFUND: Final[dict[str, Kind]] = {
    "APPROVED": PaymentRefunded,
    "COMPLETED": PaymentRefunded,
    "FAILED": PaymentRefundFailed,
    "PENDING": PaymentRefundRequested,
    "REJECTED": PaymentRefundFailed,
}
"""APPROVED is the older word, of refunds within an order."""

DISPUTE: Final[dict[str, Kind | None]] = {
    "ACCEPTED": PaymentDisputeLost,
    "EVIDENCE_REQUIRED": None,
    "INQUIRY_CLOSED": PaymentDisputeWon,
    "INQUIRY_EVIDENCE_REQUIRED": None,
    "INQUIRY_PROCESSING": None,
    "LOST": PaymentDisputeLost,
    "PROCESSING": None,
    "WON": PaymentDisputeWon,
}
"""None while it is open."""

ORDER: Final[dict[str, Validity]] = {
    "CANCELED": Validity.UNSTATED,
    "COMPLETED": Validity.VALID,
    "DRAFT": Validity.DRAFT,
    "OPEN": Validity.UNSTATED,
}
"""Whether an open order is paid is told by its payments; a cancelled one is called off."""

Step = Literal["", "packed", "done", "cancelled"]

FULFILMENT: Final[dict[str, Step]] = {
    "CANCELED": "cancelled",
    "COMPLETED": "done",
    "FAILED": "cancelled",
    "PREPARED": "packed",
    "PROPOSED": "",
    "RESERVED": "",
}
"""Done is collected for a pickup, and with the carrier for a shipment or a delivery."""

TOPICS: Final = (
    "dispute.created",
    "dispute.state.changed",
    "dispute.state.updated",
    "order.created",
    "order.fulfillment.updated",
    "order.updated",
    "payment.created",
    "payment.updated",
    "refund.created",
    "refund.updated",
)

OURS: Final = (
    "dispute.created",
    "dispute.state.",
    "order.created",
    "order.fulfillment.",
    "order.updated",
    "payment.",
    "refund.",
)
"""How the events begin that an order needs; all others are ignored."""
