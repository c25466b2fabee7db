"""The words of bol.com and what they mean here; what is in no table is unknown and is reported."""

from typing import Final

from domain import office_fact as office
from domain.fact import Fact
from domain.vocabulary import Parcel

METHOD: Final = {"FBR": "the seller ships", "FBB": "bol.com ships"}
"""`fulfilment.method`."""

ITEM: Final = {"OPEN": "", "SHIPPED": "", "CANCELLED": ""}
"""`fulfilmentStatus` of an item in lists; the counts beside it say more, and for how many."""

TRANSPORT: Final = {
    "PRE_ANNOUNCED": Parcel.CREATED,
    "AT_TRANSPORTER": Parcel.HANDED_OVER,
    "IN_TRANSIT": Parcel.IN_TRANSIT,
    "DELIVERED_AT_NEIGHBOURS": Parcel.DELIVERED,
    "DELIVERED_AT_CUSTOMER": Parcel.DELIVERED,
    "PICKED_UP_AT_PICK_UP_POINT": Parcel.COLLECTED,
    "RETURNED_TO_SENDER": Parcel.RETURNED_TO_SENDER,
    "INBOUND_COLLECT": Parcel.UNKNOWN,
}
"""`eventCode` of a transport event."""

HANDLING: Final[dict[str, type[Fact]]] = {
    "RETURN_RECEIVED": office.ReturnWasReceived,
    "EXCHANGE_PRODUCT": office.ReturnWasReceived,
    "REPAIR_PRODUCT": office.ReturnWasReceived,
    "RETURN_DOES_NOT_MEET_CONDITIONS": office.ReturnWasRejected,
    "STILL_APPROVED": office.ReturnWasApproved,
    "CUSTOMER_KEEPS_PRODUCT_PAID": office.ReturnWasCancelled,
    "CUSTOMER_KEEPS_PRODUCT_FREE_OF_CHARGE": office.ReturnWasCancelled,
    "FAILED_TO_COLLECT_BY_TRANSPORTER": office.ReturnWasCancelled,
    "EXPIRED": office.ReturnWasCancelled,
}
"""`handlingResult` of so many pieces of a return."""

PROCESS: Final = {"PENDING": "", "SUCCESS": "", "FAILURE": "", "TIMEOUT": ""}
"""`status` of a process: of a job that the seller asked for, which says nothing of an order."""
