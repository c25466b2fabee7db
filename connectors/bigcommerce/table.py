"""BigCommerce's words: order statuses by their stable number, payment statuses, transactions.

A shop may rename a status (`custom_status`), never its number.
"""

from typing import Final, NamedTuple

from domain import fact as facts
from domain.fact import Fact
from domain.vocabulary import HoldReason, Validity


class Meaning(NamedTuple):
    """What a status says: how far the order goes, and what must have happened."""

    name: str
    progress: int
    validity: Validity
    hold: HoldReason | None = None
    happened: str = ""


STATUSES: Final = {
    "0": Meaning("Incomplete", 0, Validity.DRAFT),
    "1": Meaning("Pending", 1, Validity.PENDING),
    "2": Meaning("Shipped", 9, Validity.VALID, happened="shipped"),
    "3": Meaning("Partially Shipped", 8, Validity.VALID),
    "4": Meaning("Refunded", 12, Validity.VALID, happened="refunded"),
    "5": Meaning("Cancelled", 13, Validity.UNSTATED, happened="cancelled"),
    "6": Meaning("Declined", 13, Validity.UNSTATED, happened="declined"),
    "7": Meaning("Awaiting Payment", 2, Validity.PENDING),
    "8": Meaning("Awaiting Pickup", 7, Validity.VALID, happened="packed"),
    "9": Meaning("Awaiting Shipment", 7, Validity.VALID, happened="packed"),
    "10": Meaning("Completed", 10, Validity.VALID, happened="shipped"),
    "11": Meaning("Awaiting Fulfillment", 5, Validity.VALID),
    "12": Meaning("Manual Verification Required", 3, Validity.UNSTATED, HoldReason.MANUAL),
    "13": Meaning("Disputed", 11, Validity.UNSTATED, HoldReason.PAYMENT),
    "14": Meaning("Partially Refunded", 11, Validity.VALID),
}
"""`progress` orders snapshots of one second. A dispute is a hold only: what the status says of
one could never be taken back, for the next status does not say how it ended."""

UNKNOWN: Final = Meaning("", 4, Validity.UNKNOWN)
PICKUP: Final = "8"

PAYMENT: Final[dict[str, tuple[type[Fact], ...]]] = {
    "": (),
    "authorized": (facts.PaymentAuthorized,),
    "void pending": (facts.PaymentAuthorized,),
    "captured": (facts.PaymentCaptured,),
    "paid": (facts.PaymentCaptured,),
    "capture pending": (facts.PaymentPending,),
    "pending": (facts.PaymentPending,),
    "held for review": (facts.PaymentPending,),
    "declined": (facts.PaymentFailed,),
    "void": (facts.PaymentReversed,),
    "partially refunded": (facts.PaymentCaptured, facts.PaymentRefunded),
    "refunded": (facts.PaymentCaptured, facts.PaymentRefunded),
}
"""What `payment_status` claims of the order's whole total."""

MANUAL: Final = frozenset(
    {
        "bank deposit",
        "cash",
        "cash on delivery",
        "check",
        "cheque",
        "manual",
        "money order",
        "pay in store",
        "purchase order",
    }
)
"""BigCommerce's names of manual methods, in lower case; one that a shop renamed is online."""

Says = tuple[str, type[Fact]]

_CAPTURED: Final[Says] = ("captured", facts.PaymentCaptured)
_FAILED: Final[Says] = ("failed", facts.PaymentFailed)

TRANSACTIONS: Final[dict[str, tuple[Says, Says | None]]] = {
    "purchase": (_CAPTURED, _FAILED),
    "authorization": (("authorized", facts.PaymentAuthorized), _FAILED),
    "capture": (_CAPTURED, ("capture_failed", facts.PaymentCaptureFailed)),
    "settled": (_CAPTURED, ("capture_failed", facts.PaymentCaptureFailed)),
    "refund": (
        ("refunded", facts.PaymentRefunded),
        ("refund_failed", facts.PaymentRefundFailed),
    ),
    "void": (("reversed", facts.PaymentReversed), None),
    "pending": (("pending", facts.PaymentPending), _FAILED),
}
"""What an `event` is where its `status` is `ok`, and where it is `error`."""

GATEWAYS: Final = {
    "paypalexpress": "paypal",
    "paypalcommerce": "paypal",
    "paypalpaymentsprous": "paypal",
    "paypalpaymentsprouk": "paypal",
    "bankdeposit": "manual",
    "cheque": "manual",
    "cod": "manual",
    "instore": "manual",
    "moneyorder": "manual",
    "custom": "manual",
    "giftcertificate": "gift_certificate",
    "storecredit": "store_credit",
}
"""Gateways whose provider goes by another name here; all others keep theirs."""
