"""Teleship: one parcel with the status it has now and its events in UTC.

Seen in a recorded payload: lower-case words; an estimated delivery as a day; the first and the
last mile have numbers of their own, which are not read. `returned` says that the parcel travels
home and `cancelled` that it never left, whatever other libraries make of them.
"""

from typing import Final

from connectors.tracking.plain import Shape, plain
from connectors.tracking.source import tracking_source
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.CREATED: "pending created label_created",
        Parcel.LABEL_VOIDED: "cancelled",
        Parcel.HANDED_OVER: "collected",
        Parcel.IN_TRANSIT: "in_transit in_hub customs_cleared",
        Parcel.OUT_FOR_DELIVERY: "out_for_delivery",
        Parcel.ATTEMPT_FAILED: "delivery_failed",
        Parcel.DELIVERED: "delivered",
        Parcel.RETURNING: "returned",
    }
)
VENDOR: Final = plain(
    "teleship",
    TABLE,
    Shape(
        number=("trackingNumber",),
        events="events",
        code=("code",),
        time="timestamp",
        places=("location",),
        status=("status",),
        expects=("estimatedDelivery",),
        failed=("messages",),
    ),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
