"""PayPal's words and what they mean here; a word that is in no table is reported as unknown.

Words of the first version of the API are the same in lower case, so all are read in upper case.
"""

from typing import Final, Literal

from connectors.teller import Kind
from domain.fact import (
    PaymentAuthorizationExpired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentFailed,
    PaymentPending,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRefundRequested,
    PaymentReversed,
)

Step = Literal["", "pending", "completed", "voided"]
Outcome = Literal["open", "won", "lost"]

CAPTURE: Final[dict[str, Kind]] = {
    "COMPLETED": PaymentCaptured,
    "DECLINED": PaymentFailed,
    "DENIED": PaymentFailed,
    "FAILED": PaymentFailed,
    "PARTIALLY_REFUNDED": PaymentCaptured,
    "PENDING": PaymentPending,
    "REFUNDED": PaymentCaptured,
}
"""Of a capture, and of a sale of the first version; what was refunded is told by refunds."""

AUTHORIZATION: Final[dict[str, Kind]] = {
    "AUTHORIZED": PaymentAuthorized,
    "CAPTURED": PaymentAuthorized,
    "CREATED": PaymentAuthorized,
    "DENIED": PaymentFailed,
    "EXPIRED": PaymentAuthorizationExpired,
    "PARTIALLY_CAPTURED": PaymentAuthorized,
    "PENDING": PaymentPending,
    "VOIDED": PaymentReversed,
}

REFUND: Final[dict[str, Kind]] = {
    "CANCELLED": PaymentRefundFailed,
    "COMPLETED": PaymentRefunded,
    "FAILED": PaymentRefundFailed,
    "PENDING": PaymentRefundRequested,
}

ORDER: Final[dict[str, Step]] = {
    "APPROVED": "pending",
    "COMPLETED": "completed",
    "CREATED": "",
    "PAYER_ACTION_REQUIRED": "pending",
    "SAVED": "",
    "VOIDED": "voided",
}

DISPUTE: Final[dict[str, Outcome | None]] = {
    "OPEN": "open",
    "OTHER": "open",
    "RESOLVED": None,
    "UNDER_REVIEW": "open",
    "WAITING_FOR_BUYER_RESPONSE": "open",
    "WAITING_FOR_SELLER_RESPONSE": "open",
}
"""None where the outcome says more."""

OUTCOME: Final[dict[str, Outcome]] = {
    "ACCEPTED": "lost",
    "CANCELED_BY_BUYER": "won",
    "DENIED": "won",
    "NONE": "won",
    "RESOLVED_BUYER_FAVOUR": "lost",
    "RESOLVED_SELLER_FAVOUR": "won",
    "RESOLVED_WITH_PAYOUT": "won",
}
"""Of a dispute that is resolved: lost where the seller pays, whoever decided it."""

TOPICS: Final = (
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "CHECKOUT.ORDER.DECLINED",
    "CHECKOUT.ORDER.PROCESSED",
    "CHECKOUT.ORDER.SAVED",
    "CHECKOUT.ORDER.VOIDED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "CUSTOMER.DISPUTE.CREATED",
    "CUSTOMER.DISPUTE.RESOLVED",
    "CUSTOMER.DISPUTE.UPDATED",
    "PAYMENT.AUTHORIZATION.CREATED",
    "PAYMENT.AUTHORIZATION.VOIDED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.DECLINED",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.REFUNDED",
    "PAYMENT.CAPTURE.REVERSED",
    "PAYMENT.REFUND.FAILED",
    "PAYMENT.REFUND.PENDING",
    "PAYMENT.SALE.COMPLETED",
    "PAYMENT.SALE.DENIED",
    "PAYMENT.SALE.PENDING",
    "PAYMENT.SALE.REFUNDED",
    "PAYMENT.SALE.REVERSED",
    "RISK.DISPUTE.CREATED",
)

OURS: Final = (
    "CHECKOUT.ORDER.",
    "CUSTOMER.DISPUTE.",
    "PAYMENT.AUTHORIZATION.",
    "PAYMENT.CAPTURE.",
    "PAYMENT.REFUND.",
    "PAYMENT.SALE.",
    "RISK.DISPUTE.",
)
"""How the events begin that an order needs; all others are ignored."""

REVERSED: Final = ".REVERSED"
"""How the events end whose money PayPal took back by itself, whatever their object looks like."""
