"""Hermes Germany: shipment info with a list of statuses, each with its offset from UTC.

Seen in recorded payloads: four-digit codes, a forecast of a day with a slot of hours, a `result`
in place of statuses where nothing is known. Codes are those of the table that other libraries
use; Hermes publishes none.
"""

from typing import Final

from connectors.tracking.plain import Shape, plain
from connectors.tracking.source import tracking_source
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.CREATED: "0000",
        Parcel.IN_TRANSIT: "1000 2000 7000",
        Parcel.OUT_FOR_DELIVERY: "3000",
        Parcel.DELIVERED: "3500",
        Parcel.ATTEMPT_FAILED: "4000 4500",
        Parcel.READY_FOR_PICKUP: "5000",
        Parcel.HELD: "6000",
    }
)
VENDOR: Final = plain(
    "hermes",
    TABLE,
    Shape(
        parcels="shipmentinfo",
        number=("shipmentID",),
        events="status",
        code=("code",),
        time="timestamp",
        places=("scanningUnit.city", "scanningUnit.countryCode"),
        expects=("deliveryForecast.date",),
        failed=("result.code", "code", "message"),
    ),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
