"""Mirakl's words and what they mean here; what is in no table is unknown and is reported."""

from typing import Final, NamedTuple

from domain import fact as facts
from domain import office_fact as office
from domain.fact import Fact
from domain.vocabulary import CancelReason, Parcel, Validity


class Meaning(NamedTuple):
    """What a state says: how far the order goes, and what must have happened."""

    progress: int
    validity: Validity
    happened: str = ""


ORDER: Final = {
    "STAGING": Meaning(1, Validity.PENDING),
    "WAITING_ACCEPTANCE": Meaning(2, Validity.PENDING),
    "WAITING_DEBIT": Meaning(3, Validity.PENDING),
    "WAITING_DEBIT_PAYMENT": Meaning(4, Validity.PENDING),
    "SHIPPING": Meaning(6, Validity.VALID),
    "SHIPPED": Meaning(7, Validity.VALID, "left"),
    "TO_COLLECT": Meaning(8, Validity.VALID, "to_collect"),
    "RECEIVED": Meaning(9, Validity.VALID, "received"),
    "CLOSED": Meaning(10, Validity.VALID, "closed"),
    "REFUSED": Meaning(11, Validity.UNSTATED, "cancelled"),
    "CANCELED": Meaning(12, Validity.UNSTATED, "cancelled"),
}
"""`order_state`. Until the buyer was debited an order that is paid on acceptance is pending."""

LINE: Final = {
    **ORDER,
    "INCIDENT_OPEN": Meaning(9, Validity.VALID),
    "INCIDENT_CLOSED": Meaning(9, Validity.VALID),
    "WAITING_REFUND": Meaning(9, Validity.VALID),
    "WAITING_REFUND_PAYMENT": Meaning(9, Validity.VALID),
    "REFUNDED": Meaning(10, Validity.VALID),
}
"""`order_line_state`; whether such a line had left is told by its dates."""

SERVICE: Final = {
    "WAITING_SCORING": Meaning(1, Validity.PENDING),
    "ORDER_PENDING": Meaning(2, Validity.PENDING),
    "WAITING_DEBIT": Meaning(3, Validity.PENDING),
    "WAITING_DEBIT_PAYMENT": Meaning(4, Validity.PENDING),
    "ORDER_ACCEPTED": Meaning(6, Validity.VALID),
    "ORDER_CLOSED": Meaning(10, Validity.VALID, "closed"),
    "ORDER_REFUSED": Meaning(11, Validity.UNSTATED, "cancelled"),
    "ORDER_EXPIRED": Meaning(12, Validity.UNSTATED, "cancelled"),
    "ORDER_CANCELLED": Meaning(12, Validity.UNSTATED, "cancelled"),
}
"""`state` of an order of services."""

CANCEL_REASON: Final = {
    "REFUSED": CancelReason.CANNOT_FULFIL,
    "ORDER_REFUSED": CancelReason.CANNOT_FULFIL,
    "ORDER_EXPIRED": CancelReason.EXPIRED,
}

NEW_WORD: Final = Meaning(5, Validity.UNKNOWN)

PAID_FIRST: Final = "PAY_ON_ACCEPTANCE"
"""The only workflow in which goods wait for the money; in all others they do not."""

AWAITS_DEBIT: Final = frozenset({"WAITING_DEBIT", "WAITING_DEBIT_PAYMENT"})

REFUND: Final[dict[str, type[Fact]]] = {
    "WAITING_REFUND_TAX_CONFIRMATION": facts.PaymentRefundRequested,
    "WAITING_REFUND": facts.PaymentRefundRequested,
    "WAITING_REFUND_PAYMENT": facts.PaymentRefundRequested,
    "REFUNDED": facts.PaymentRefunded,
    "OK": facts.PaymentRefunded,
}
"""`refund_state`; `OK` is that of an order of services."""

SHIPMENT: Final = {
    "SHIPPING": "waiting",
    "SHIPMENT_PREPARED": "packed",
    "READY_FOR_PICK_UP": "packed",
    "SHIPPED": "handed_over",
    "TO_COLLECT": "handed_over",
    "RECEIVED": "handed_over",
    "CLOSED": "handed_over",
    "CANCELED": "cancelled",
}

SHIPMENT_STATE: Final = {"TO_COLLECT": Parcel.READY_FOR_PICKUP, "RECEIVED": Parcel.DELIVERED}
"""Where a shipment's status is news of its parcel."""

MILESTONE: Final = {
    "IN_TRANSIT": Parcel.IN_TRANSIT,
    "OUT_FOR_DELIVERY": Parcel.OUT_FOR_DELIVERY,
    "TO_COLLECT": Parcel.READY_FOR_PICKUP,
    "DELIVERED": Parcel.DELIVERED,
    "EXCEPTION": Parcel.UNKNOWN,
}

RETURN: Final[dict[str, tuple[type[Fact], ...]]] = {
    "WAITING_ACCEPTANCE": (),
    "IN_PROGRESS": (office.ReturnWasApproved,),
    "REFUSED": (office.ReturnWasRejected,),
    "RECEIVED": (office.ReturnWasApproved, office.ReturnWasReceived),
    "NO_RECEPTION": (office.ReturnWasApproved, office.ReturnWasCancelled),
    "CLOSED": (office.ReturnWasApproved, office.ReturnWasCompleted),
    "CANCELED": (office.ReturnWasCancelled,),
}
"""`state` of a return: what follows on its request."""
