"""Walmart's words and what they mean here; what is in no table is unknown and is reported."""

from typing import Final, NamedTuple

from domain.vocabulary import CancelReason, HoldReason, Validity


class Meaning(NamedTuple):
    """What a status says of the pieces that it stands for: how far they are, and what happened."""

    progress: int
    validity: Validity
    happened: str = ""
    hold: HoldReason | None = None


LINE: Final = {
    "OnHold": Meaning(1, Validity.PENDING, hold=HoldReason.PAYMENT),
    "Created": Meaning(2, Validity.VALID),
    "Acknowledged": Meaning(4, Validity.VALID, "confirmed"),
    "Shipped": Meaning(5, Validity.VALID, "left"),
    "Delivered": Meaning(6, Validity.VALID, "delivered"),
    "Refund": Meaning(7, Validity.VALID, "left"),
    "Cancelled": Meaning(8, Validity.UNSTATED, "cancelled"),
    "Canceled": Meaning(8, Validity.UNSTATED, "cancelled"),
}
"""An order is released to its seller once the payment is sure, so what is created is valid; on
hold, which only some countries have, is before that. The buyer is charged for what ships."""

NEW_WORD: Final = Meaning(3, Validity.UNKNOWN)

CANCEL_REASON: Final = {
    "": CancelReason.UNSPECIFIED,
    "CUSTOMER_REQUESTED_SELLER_TO_CANCEL": CancelReason.BUYER_ASKED,
    "CUSTOMER_CANCEL": CancelReason.BUYER_ASKED,
    "CANCEL_BY_SELLER": CancelReason.CANNOT_FULFIL,
    "SELLER_CANCEL_OUT_OF_STOCK": CancelReason.CANNOT_FULFIL,
    "SELLER_CANCEL_PRICING_ERROR": CancelReason.OTHER,
    "SELLER_CANCEL_ADDRESS_NOT_SERVICEABLE": CancelReason.CANNOT_FULFIL,
    "SELLER_CANCEL_FRAUD_STOP_SHIPMENT": CancelReason.FRAUD,
    "SELLER_CANCEL_CUSTOMER_DUPLICATE_ORDER": CancelReason.DUPLICATE,
    "SELLER_CANCEL_CUSTOMER_CHANGE_ORDER": CancelReason.BUYER_ASKED,
    "SELLER_CANCEL_CUSTOMER_INCORRECT_ADDRESS": CancelReason.BUYER_ASKED,
}
"""`cancellationReason`; any other is kept as it is."""
