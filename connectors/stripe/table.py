"""Stripe's words and what they mean here; a word that is in no table is reported as unknown."""

from typing import Final, Literal

from domain.fact import (
    PaymentDisputeLost,
    PaymentDisputeWon,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRefundRequested,
)

RefundKind = type[PaymentRefunded] | type[PaymentRefundRequested] | type[PaymentRefundFailed]

REFUND: Final[dict[str, RefundKind]] = {
    "succeeded": PaymentRefunded,
    "pending": PaymentRefundRequested,
    "requires_action": PaymentRefundRequested,
    "failed": PaymentRefundFailed,
    "canceled": PaymentRefundFailed,
}

DISPUTE: Final[dict[str, type[PaymentDisputeWon] | type[PaymentDisputeLost] | None]] = {
    "warning_needs_response": None,
    "warning_under_review": None,
    "needs_response": None,
    "under_review": None,
    "warning_closed": PaymentDisputeWon,
    "charge_refunded": PaymentDisputeWon,  # It ended because the money went back as a refund.
    "won": PaymentDisputeWon,
    "lost": PaymentDisputeLost,
}
"""None while it is open. `prevented` is left out: the money may have gone back or not."""

Step = Literal["", "pending", "authorized", "captured", "canceled"]

INTENT: Final[dict[str, Step]] = {
    "requires_payment_method": "",
    "requires_confirmation": "",
    "requires_action": "pending",
    "processing": "pending",
    "requires_capture": "authorized",
    "canceled": "canceled",
    "succeeded": "captured",
}

SESSION_PAYMENT: Final[dict[str, Literal["", "paid", "unpaid"]]] = {
    "paid": "paid",
    "unpaid": "unpaid",
    "no_payment_required": "",
}

DECIMALS: Final = {"ISK": (1, 100), "UGX": (1, 100), "MGA": (100, 1)}
"""Where Stripe's amounts are no ISO 4217 minor units: times, divided by."""

TOPICS: Final = (
    "charge.captured",
    "charge.dispute.closed",
    "charge.dispute.created",
    "charge.dispute.funds_reinstated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.updated",
    "charge.expired",
    "charge.failed",
    "charge.pending",
    "charge.refund.updated",
    "charge.refunded",
    "charge.succeeded",
    "charge.updated",
    "checkout.session.async_payment_failed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.completed",
    "checkout.session.expired",
    "payment_intent.amount_capturable_updated",
    "payment_intent.canceled",
    "payment_intent.created",
    "payment_intent.partially_funded",
    "payment_intent.payment_failed",
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.succeeded",
    "refund.created",
    "refund.failed",
    "refund.updated",
)

OURS: Final = ("charge.", "checkout.session.", "payment_intent.", "refund.")
"""How the events begin that an order needs; all others are ignored."""
