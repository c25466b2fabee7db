"""eBay's words and what they mean here; what is in no table is unknown and is reported."""

from typing import Final

from domain import fact as facts
from domain.fact import Fact
from domain.vocabulary import CancelReason, Validity

PAYMENT: Final[dict[str, tuple[Validity, type[Fact] | None]]] = {
    "PENDING": (Validity.PENDING, facts.PaymentPending),
    "FAILED": (Validity.PENDING, facts.PaymentFailed),
    "PAID": (Validity.VALID, facts.PaymentCaptured),
    "PARTIALLY_REFUNDED": (Validity.VALID, facts.PaymentCaptured),
    "FULLY_REFUNDED": (Validity.VALID, facts.PaymentCaptured),
}
"""`orderPaymentStatus`: what it says of the order and what it claims of its whole total."""

FULFILMENT: Final = {
    "NOT_STARTED": "",
    "IN_PROGRESS": "",
    "FULFILLED": "shipped",
}
"""`orderFulfillmentStatus`, and that of a line: how many pieces of it are under way is not said."""

CANCEL: Final = {
    "NONE_REQUESTED": "",
    "IN_PROGRESS": "",
    "CANCELED": "cancelled",
}
"""`cancelStatus.cancelState`; the requests beside it tell who asked, and what came of it."""

CANCEL_REQUEST: Final = {
    "REQUESTED": "requested",
    "REJECTED": "declined",
    "COMPLETED": "requested",
}

CANCEL_REASON: Final = {
    "": CancelReason.UNSPECIFIED,
    "ADDRESS_ISSUES": CancelReason.CANNOT_FULFIL,
    "BUYER_ASKED_CANCEL": CancelReason.BUYER_ASKED,
    "BUYER_CANCEL_OR_ADDRESS_ISSUE": CancelReason.BUYER_ASKED,
    "FOUND_CHEAPER_PRICE": CancelReason.BUYER_ASKED,
    "ORDER_MISTAKE": CancelReason.BUYER_ASKED,
    "ORDER_UNPAID": CancelReason.PAYMENT_FAILED,
    "OTHER_SELLER_CANCEL_REASON": CancelReason.OTHER,
    "OUT_OF_STOCK_OR_CANNOT_FULFILL": CancelReason.CANNOT_FULFIL,
    "PRICE_TOO_HIGH": CancelReason.BUYER_ASKED,
    "UNKNOWN": CancelReason.UNSPECIFIED,
    "WONT_ARRIVE_IN_TIME": CancelReason.BUYER_ASKED,
    "WRONG_PAYMENT_METHOD": CancelReason.BUYER_ASKED,
    "WRONG_SHIPPING_ADDRESS": CancelReason.BUYER_ASKED,
    "WRONG_SHIPPING_METHOD": CancelReason.BUYER_ASKED,
}
"""Reasons of the Post-Order API, which this one passes on; any other is kept as it is."""

REFUND: Final[dict[str, type[Fact]]] = {
    "REFUNDED": facts.PaymentRefunded,
    "PENDING": facts.PaymentRefundRequested,
    "FAILED": facts.PaymentRefundFailed,
}

PAID_BY_HAND: Final = frozenset({"CASH_ON_DELIVERY", "CASH_ON_PICKUP"})
PICKUP: Final = "PREPARE_FOR_PICKUP"
