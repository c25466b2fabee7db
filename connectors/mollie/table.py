"""Mollie's words and what they mean here; a word that is in no table is reported as unknown."""

from typing import Final, Literal

from connectors.teller import Kind
from domain.fact import (
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRefundRequested,
)

Step = Literal["", "pending", "authorized", "captured", "canceled", "expired", "failed"]

PAYMENT: Final[dict[str, Step]] = {
    "authorized": "authorized",
    "canceled": "canceled",
    "expired": "expired",
    "failed": "failed",
    "open": "",
    "paid": "captured",
    "pending": "pending",
}
"""Paid it stays when it is refunded: there is no status for that."""

REFUND: Final[dict[str, Kind]] = {
    "canceled": PaymentRefundFailed,
    "failed": PaymentRefundFailed,
    "pending": PaymentRefundRequested,
    "processing": PaymentRefundRequested,
    "queued": PaymentRefundRequested,
    "refunded": PaymentRefunded,
}

CAPTURE: Final[dict[str, Kind | None]] = {
    "failed": PaymentCaptureFailed,
    "pending": None,
    "succeeded": PaymentCaptured,
}

ORDER: Final[dict[str, Step]] = {
    "authorized": "authorized",
    "canceled": "canceled",
    "completed": "captured",
    "created": "",
    "expired": "expired",
    "paid": "captured",
    "pending": "pending",
    "refunded": "captured",
    "shipping": "",
}
"""Of an order of Mollie, for want of its payments; in shipping its money is what it was before."""

LINE: Final = frozenset({"authorized", "canceled", "completed", "created", "paid", "shipping"})
"""Of an order's line: known, and left to the shop, whose line it is."""

PAYMENT_LINK: Final[dict[str, Step]] = {"expired": "", "open": "", "paid": "captured"}

DOCUMENTS: Final = {
    "tr_": ("payment", "v2/payments/{}?embed=captures,refunds,chargebacks"),
    "ord_": ("order", "v2/orders/{}?embed=payments,refunds"),
    "pl_": ("payments", "v2/payment-links/{}/payments"),
}
"""What an id alone has fetched: the kind of document, and where it is below Mollie's address."""

IGNORED: Final = {
    "cst_": "a customer",
    "mdt_": "a mandate",
    "sub_": "a subscription",
    "stl_": "a settlement",
}
"""Ids, by how they begin, that no order needs."""

TOPICS: Final = (
    "payment-link.paid",
    "payment.authorized",
    "payment.canceled",
    "payment.expired",
    "payment.failed",
    "payment.paid",
    "refund.failed",
    "refund.processed",
)
"""Of the newer webhooks; the classic ones have no name."""
