"""SEKO (OmniParcel): consignments with events of the carriers that carry them.

Seen in recorded payloads: a common `OmniCode` (`OP-1` to `OP-94`) beside each carrier's own code,
which is not looked up; times without a zone and with up to three digits of a second. The codes
are those of the table that other libraries use, read by its remarks: `OP-31` and `OP-32` inform
of nothing, `OP-76` waits at a collection point, `OP-40` and `OP-92` were destroyed, and whatever
is marked as returned to its sender is on its way there.
"""

from typing import Final

from connectors.tracking.plain import Shape, plain
from connectors.tracking.source import tracking_source
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: "OP-31 OP-32",
        Parcel.CREATED: "OP-1 OP-8 OP-9 OP-12",
        Parcel.LABEL_VOIDED: "OP-34",
        Parcel.HANDED_OVER: "OP-10 OP-11 OP-14 OP-33 OP-89",
        Parcel.IN_TRANSIT: """OP-3 OP-4 OP-5 OP-7 OP-13 OP-16 OP-18 OP-20 OP-22 OP-35 OP-47 OP-48
            OP-50 OP-51 OP-54 OP-56 OP-78 OP-79 OP-80 OP-81 OP-82 OP-83""",
        Parcel.HELD: """OP-2 OP-6 OP-26 OP-36 OP-39 OP-41 OP-44 OP-46 OP-49 OP-52 OP-53 OP-70
            OP-87 OP-88 OP-91""",
        Parcel.OUT_FOR_DELIVERY: "OP-21",
        Parcel.READY_FOR_PICKUP: "OP-19 OP-25 OP-42 OP-76",
        Parcel.ATTEMPT_FAILED: """OP-23 OP-24 OP-27 OP-28 OP-30 OP-37 OP-38 OP-43 OP-45 OP-84
            OP-86""",
        Parcel.DELIVERED: "OP-71 OP-72 OP-73 OP-74 OP-77",
        Parcel.COLLECTED: "OP-75",
        Parcel.RETURNING: """OP-29 OP-55 OP-57 OP-58 OP-59 OP-60 OP-61 OP-62 OP-63 OP-64 OP-65
            OP-66 OP-67 OP-68 OP-69 OP-85 OP-90 OP-94""",
        Parcel.DAMAGED: "OP-17",
        Parcel.LOST: "OP-15 OP-40 OP-92",
    },
    {
        "carrier_damaged_parcel": "OP-17 OP-69",
        "carrier_parcel_lost": "OP-15",
        "carrier_sorting_error": "OP-13 OP-35",
        "carrier_not_enough_time": "OP-16",
        "consignee_refused": "OP-28 OP-64",
        "consignee_not_home": "OP-24 OP-84",
        "consignee_not_available": "OP-59 OP-65",
        "consignee_business_closed": "OP-43",
        "consignee_incorrect_address": "OP-23 OP-27 OP-41 OP-61",
        "consignee_access_restricted": "OP-37",
        "consignee_verification_failed": "OP-38",
        "customs_delay": "OP-6",
        "security_issue": "OP-60",
        "retailer_cancelled": "OP-34 OP-58 OP-67",
    },
)
VENDOR: Final = plain(
    "seko",
    TABLE,
    Shape(
        number=("ConsignmentNo",),
        events="Events",
        code=("OmniCode",),
        time="EventDT",
        places=("Location",),
        failed=("Errors", "Message"),
    ),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
