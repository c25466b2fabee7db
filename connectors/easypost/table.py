"""EasyPost's words and what they mean here; what is in no table is unknown and is reported."""

from typing import Final

from domain.vocabulary import Parcel

STATUS: Final = {
    "unknown": Parcel.UNKNOWN,
    "pre_transit": Parcel.CREATED,
    "in_transit": Parcel.IN_TRANSIT,
    "out_for_delivery": Parcel.OUT_FOR_DELIVERY,
    "delivered": Parcel.DELIVERED,
    "available_for_pickup": Parcel.READY_FOR_PICKUP,
    "return_to_sender": Parcel.RETURNING,
    "failure": Parcel.UNKNOWN,  # Only its detail says what failed.
    "cancelled": Parcel.LABEL_VOIDED,
    "error": Parcel.UNKNOWN,
}

SHARPER: Final = {
    ("in_transit", "held"): Parcel.HELD,
    ("return_to_sender", "arrived_at_destination"): Parcel.RETURNED_TO_SENDER,
    ("return_to_sender", "delivered"): Parcel.RETURNED_TO_SENDER,
    ("failure", "address_correction"): Parcel.ATTEMPT_FAILED,
    ("failure", "damaged"): Parcel.DAMAGED,
    ("failure", "delivery_exception"): Parcel.ATTEMPT_FAILED,
    ("failure", "failure"): Parcel.ATTEMPT_FAILED,
    ("failure", "lost"): Parcel.LOST,
    ("failure", "refused"): Parcel.ATTEMPT_FAILED,
}
"""Where the detail says more than the status. A failure that is not here is unknown."""

DETAILS: Final = frozenset(
    {
        "",
        "address_correction",
        "arrived_at_destination",
        "arrived_at_facility",
        "arrived_at_pickup_location",
        "awaiting_information",
        "cancelled",
        "damaged",
        "delayed",
        "delivered",
        "delivery_exception",
        "departed_facility",
        "departed_origin_facility",
        "expired",
        "failure",
        "held",
        "in_transit",
        "label_created",
        "lost",
        "missorted",
        "out_for_delivery",
        "received_at_destination_facility",
        "received_at_origin_facility",
        "refused",
        "return",
        "status_update",
        "transferred_to_destination_carrier",
        "transit_exception",
        "unknown",
        "weather_delay",
    }
)
"""The details that are known; all but `SHARPER` leave the status as it is."""

REASON: Final = {
    "address_correction": "consignee_incorrect_address",
    "damaged": "carrier_damaged_parcel",
    "lost": "carrier_parcel_lost",
    "missorted": "carrier_sorting_error",
    "refused": "consignee_refused",
    "weather_delay": "weather_delay",
}
"""Details in the words of the common list of incident reasons."""

TOPICS: Final = ("tracker.created", "tracker.updated")
