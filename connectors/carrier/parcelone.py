"""ParcelOne: the events of one parcel that its carriers deliver, without its own number.

Seen in a recorded payload: upper-case words, times without a zone, newest first; an answer names
the carrier's number (`CarrierTrackingID`), which is what a shop tells its buyer. Where that is
missing the number comes from the header. Numeric codes and reasons are those of the table that
other libraries use.
"""

from typing import Final

from connectors.tracking.plain import Shape, plain
from connectors.tracking.source import tracking_source
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: "UNKNOWN",
        Parcel.CREATED: "CREATED REGISTERED DATA_RECEIVED LABEL_PRINTED 0 1",
        Parcel.IN_TRANSIT: """IN_TRANSIT DEPARTED ARRIVED PROCESSED SORTING IN_DELIVERY_VEHICLE
            EXPORTED IMPORTED SHIPPED DELAYED RESCHEDULED REDIRECTED 10 20 30""",
        Parcel.HELD: "HELD CUSTOMS CUSTOMS_CLEARANCE PAYMENT_REQUIRED AWAITING_PICKUP 40",
        Parcel.OUT_FOR_DELIVERY: """OUT_FOR_DELIVERY ON_DELIVERY_VEHICLE DELIVERY_IN_PROGRESS
            80""",
        Parcel.READY_FOR_PICKUP: """READY_FOR_PICKUP AT_PARCELSHOP AVAILABLE_FOR_COLLECTION
            DELIVERED_PARCELSHOP 70""",
        Parcel.ATTEMPT_FAILED: """FAILED EXCEPTION NOT_DELIVERED REFUSED ADDRESSEE_NOT_FOUND
            WRONG_ADDRESS 99""",
        Parcel.DELIVERED: "DELIVERED POD DELIVERED_NEIGHBOR DELIVERED_SAFE_PLACE 90",
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
        "consignee_not_home": "NOT_HOME NH ADDRESSEE_NOT_FOUND",
        "consignee_incorrect_address": "WRONG_ADDRESS IA",
        "consignee_access_restricted": "ACCESS_RESTRICTED AR",
        "customs_delay": "CUSTOMS CUSTOMS_CLEARANCE CD",
        "customs_documentation": "CUSTOMS_DOCS CM",
        "customs_duties_unpaid": "PAYMENT_REQUIRED DU",
        "weather_delay": "WEATHER WE",
        "natural_disaster": "NATURAL_DISASTER ND",
    },
)
VENDOR: Final = plain(
    "parcelone",
    TABLE,
    Shape(
        parcels="results",
        number=("TrackingID", "CarrierTrackingID"),
        events="Events",
        code=("StatusCode",),
        time="DateTime",
        places=("Location",),
        status=("StatusCode",),
        failed=("errors", "Errors", "error", "message"),
    ),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
