"""Asendia: one parcel with its tracking events in UTC.

Seen in a recorded payload: short codes (`PU`, `IT`, `DL`) beside the long ones that the table of
other libraries lists; a problem document (`title`, `status`, `detail`) for a number it does not
know. `RETURNED` and `RTS` say that the parcel travels home, whatever other libraries make of it.
"""

from typing import Final

from connectors.tracking.plain import Shape, plain
from connectors.tracking.source import tracking_source
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.CREATED: "PENDING CREATED ACCEPTED LABEL_PRINTED",
        Parcel.HANDED_OVER: "PICKED_UP COLLECTED COLLECTION PU",
        Parcel.IN_TRANSIT: """IN_TRANSIT IT TRANSIT DEPARTED ARRIVED PROCESSED CUSTOMS CLEARED
            DELAYED DELAY RESCHEDULED""",
        Parcel.HELD: "ON_HOLD HELD AWAITING",
        Parcel.OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY OFD WITH_COURIER",
        Parcel.READY_FOR_PICKUP: "READY_FOR_PICKUP PICKUP AT_LOCATION",
        Parcel.ATTEMPT_FAILED: "DELIVERY_FAILED FAILED UNDELIVERABLE",
        Parcel.DELIVERED: "DELIVERED DL DELIVERY_CONFIRMED",
        Parcel.RETURNING: "RETURNED RTS",
    },
    {
        "carrier_damaged_parcel": "DAMAGED DMG",
        "carrier_sorting_error": "MISROUTED MSR",
        "carrier_address_not_found": "ADDRESS_NOT_FOUND ANF",
        "carrier_parcel_lost": "LOST LP",
        "carrier_not_enough_time": "LATE NO_TIME",
        "carrier_vehicle_issue": "VEHICLE_BREAKDOWN VB",
        "consignee_refused": "REFUSED RJ",
        "consignee_business_closed": "BUSINESS_CLOSED BC",
        "consignee_not_available": "NOT_AVAILABLE NA",
        "consignee_not_home": "NOT_HOME NH",
        "consignee_incorrect_address": "WRONG_ADDRESS IA",
        "consignee_access_restricted": "ACCESS_RESTRICTED AR",
        "customs_delay": "CUSTOMS_DELAY CD",
        "customs_documentation": "CUSTOMS_DOCS CM",
        "customs_duties_unpaid": "DUTIES_UNPAID DU",
        "weather_delay": "WEATHER WE",
        "natural_disaster": "NATURAL_DISASTER ND",
    },
)
VENDOR: Final = plain(
    "asendia",
    TABLE,
    Shape(
        number=("trackingNumber",),
        events="trackingEvents",
        code=("code",),
        time="time",
        places=("locationName", "locationCountry"),
        failed=("message", "title"),
    ),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
