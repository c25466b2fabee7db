"""Sendle: the events of one parcel, whose number (`S34WER4S`) only the question names.

Seen in recorded payloads: `scan_time` in UTC, a `state` for the whole, an estimate as two days.
So the number comes from the header. A pickup that was attempted leaves the parcel with its
sender; an attempted delivery and a card are attempts, whatever other libraries make of them.
Words beyond the seen ones are those of the table that other libraries use and of Sendle's pages.
"""

from typing import Final

from connectors.tracking.plain import Shape, plain
from connectors.tracking.source import tracking_source
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: ("Info",),
        Parcel.CREATED: ("Pickup Attempted", "Booking", "Booked", "Label Created"),
        Parcel.LABEL_VOIDED: ("Cancelled",),
        Parcel.HANDED_OVER: ("Pickup", "Drop Off", "Dropped Off"),
        Parcel.IN_TRANSIT: ("In Transit", "Transit"),
        Parcel.HELD: ("Held at Agent",),
        Parcel.OUT_FOR_DELIVERY: ("Out for Delivery", "Local Delivery"),
        Parcel.READY_FOR_PICKUP: ("Left with Agent",),
        Parcel.ATTEMPT_FAILED: (
            "Delivery Attempted",
            "Card Left",
            "Unable to Deliver",
            "Undeliverable",
        ),
        Parcel.DELIVERED: ("Delivered",),
        Parcel.RETURNING: ("Return to Sender", "Returning"),
        Parcel.RETURNED_TO_SENDER: ("Returned to Sender", "Returned"),
        Parcel.DAMAGED: ("Damaged",),
        Parcel.LOST: ("Lost",),
    },
    {
        "carrier_damaged_parcel": ("Damaged", "Package Damaged", "Parcel Damaged"),
        "carrier_sorting_error": ("Sorting Error", "Misrouted"),
        "carrier_address_not_found": ("Address Not Found", "Unable to Locate Address"),
        "carrier_parcel_lost": ("Lost", "Missing"),
        "carrier_not_enough_time": ("Insufficient Time", "Time Constraint"),
        "carrier_vehicle_issue": ("Vehicle Issue", "Transport Issue"),
        "consignee_refused": ("Refused", "Delivery Refused", "Recipient Refused"),
        "consignee_business_closed": ("Business Closed", "Closed"),
        "consignee_not_available": ("Not Available", "Recipient Not Available"),
        "consignee_not_home": ("Not Home", "No One Home", "Card Left"),
        "consignee_incorrect_address": ("Incorrect Address", "Wrong Address"),
        "consignee_access_restricted": ("Access Restricted", "Unable to Access"),
        "customs_delay": ("Customs Delay", "Customs Hold", "Customs Processing"),
        "customs_documentation": ("Customs Documentation", "Missing Documents"),
        "customs_duties_unpaid": ("Duties Unpaid", "Customs Fees Outstanding"),
        "weather_delay": ("Weather Delay", "Weather", "Severe Weather"),
        "natural_disaster": ("Natural Disaster", "Emergency Situation"),
        "retailer_not_ready": ("Parcel not ready",),
    },
)
VENDOR: Final = plain(
    "sendle",
    TABLE,
    Shape(
        number=("sendle_reference", "reference"),
        events="tracking_events",
        code=("event_type",),
        causes=("reason",),
        time="scan_time",
        places=("location",),
        status=("state",),
        expects=(
            "scheduling.estimated_delivery_date_maximum",
            "scheduling.estimated_delivery_date_minimum",
        ),
        failed=("error",),
    ),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
