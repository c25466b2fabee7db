"""Adyen's words and what they mean here; a word that is in no table is reported as unknown."""

from typing import Final, Literal, NamedTuple

from connectors.teller import Kind
from domain.fact import (
    PaymentAuthorizationAdjusted,
    PaymentAuthorizationExpired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentFailed,
    PaymentPending,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRefundRequested,
    PaymentRefundReversed,
    PaymentReversed,
)

Outcome = Literal["open", "won", "lost"]


class Meaning(NamedTuple):
    """What an event says of money where `success` is true, and where it is false."""

    done: Kind | None
    refused: Kind | None = None


PAYMENT: Final[dict[str, Meaning]] = {
    "AUTHORISATION": Meaning(PaymentAuthorized, PaymentFailed),
    "EXPIRE": Meaning(PaymentAuthorizationExpired),
    "OFFER_CLOSED": Meaning(PaymentFailed),
    "PENDING": Meaning(PaymentPending),
}
"""Events of the payment itself: `pspReference` is its name."""

MODIFICATION: Final[dict[str, Meaning]] = {
    "AUTHORISATION_ADJUSTMENT": Meaning(PaymentAuthorizationAdjusted),
    "CANCELLATION": Meaning(PaymentReversed),
    "CAPTURE": Meaning(PaymentCaptured, PaymentCaptureFailed),
    "CAPTURE_FAILED": Meaning(PaymentCaptureFailed, PaymentCaptureFailed),
    "POSTPONED_REFUND": Meaning(PaymentRefundRequested),
    "REFUND": Meaning(PaymentRefunded, PaymentRefundFailed),
    "REFUNDED_REVERSED": Meaning(PaymentRefundReversed),
    "REFUND_FAILED": Meaning(PaymentRefundFailed, PaymentRefundFailed),
    "REFUND_WITH_DATA": Meaning(PaymentRefunded, PaymentRefundFailed),
    "TECHNICAL_CANCEL": Meaning(PaymentReversed),
}
"""Events of an operation on a payment: `originalReference` is the payment's name."""

CANCEL_OR_REFUND: Final[dict[str, Meaning]] = {
    "cancel": Meaning(PaymentReversed),
    "refund": Meaning(PaymentRefunded, PaymentRefundFailed),
}
"""`modification.action` of the event of that name: what Adyen chose to do."""

DISPUTE: Final[dict[str, Outcome]] = {
    "CHARGEBACK": "open",
    "CHARGEBACK_REVERSED": "won",
    "DISPUTE_DEFENSE_PERIOD_ENDED": "lost",
    "INFORMATION_SUPPLIED": "open",
    "ISSUER_RESPONSE_TIMEFRAME_EXPIRED": "won",
    "NOTIFICATION_OF_CHARGEBACK": "open",
    "PREARBITRATION_ACCEPTED": "lost",
    "PREARBITRATION_DECLINED": "open",
    "PREARBITRATION_ISSUER_WITHDRAWN": "won",
    "PREARBITRATION_LOST": "lost",
    "PREARBITRATION_OPEN": "open",
    "PREARBITRATION_WON": "won",
    "SCHEME_ARBITRATION": "open",
    "SCHEME_ARBITRATION_LOST": "lost",
    "SCHEME_ARBITRATION_WON": "won",
    "SECOND_CHARGEBACK": "lost",
}
"""How a dispute stands after an event of this name, unless its status says more."""

DISPUTE_STATUS: Final[dict[str, Outcome]] = {
    "Accepted": "lost",
    "Expired": "lost",
    "Lost": "lost",
    "Pending": "open",
    "Responded": "open",
    "Undefended": "open",
    "Unresponded": "open",
    "Won": "won",
}
"""`disputeStatus`: what ends an event that by itself leaves the dispute open."""

RISK: Final[dict[str, Literal["suspected", "confirmed", "cleared"]]] = {
    "MANUAL_REVIEW_ACCEPT": "cleared",
    "MANUAL_REVIEW_REJECT": "confirmed",
    "NOTIFICATION_OF_FRAUD": "suspected",
}

IGNORED: Final[dict[str, str]] = {
    "ACH_NOTIFICATION_OF_CHANGE": "a bank account",
    "AUTORESCUE": "its attempts are authorisations of their own",
    "CANCEL_AUTORESCUE": "no further attempts",
    "DIRECT_DEBIT_NOTICE_OF_CHANGE_NOTIFICATION": "a bank account",
    "DONATION": "a gift beside the order",
    "HANDLED_EXTERNALLY": "handled outside of Adyen",
    "ISSUER_COMMENTS": "a remark of the bank",
    "ORDER_CLOSED": "its payments are told by themselves",
    "ORDER_OPENED": "its payments are told by themselves",
    "PAIDOUT_REVERSED": "a payout of the merchant",
    "PAYOUT_DECLINE": "a payout of the merchant",
    "PAYOUT_EXPIRE": "a payout of the merchant",
    "PAYOUT_THIRDPARTY": "a payout of the merchant",
    "PROCESS_RETRY": "its outcome is an authorisation",
    "RECURRING_CONTRACT": "a stored card",
    "REPORT_AVAILABLE": "a report",
    "REQUEST_FOR_INFORMATION": "a question of the bank, no money moves",
}

VOID: Final = "VOID_PENDING_REFUND"
"""Its `originalReference` is the refund that does not take place, not the payment."""

TOPICS: Final = tuple(
    sorted({*PAYMENT, *MODIFICATION, *DISPUTE, *RISK, *IGNORED, "CANCEL_OR_REFUND", VOID})
)

DECIMALS: Final = {"CLP": (1, 100), "CVE": (100, 1), "IDR": (100, 1), "ISK": (1, 100)}
"""Where Adyen's amounts are no ISO 4217 minor units: times, divided by."""
