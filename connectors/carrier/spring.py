"""Spring GDS: one shipment with numeric event codes.

Seen in recorded payloads: `Timestamp` is seconds since 1970 beside a local `DateTime`; an
`ErrorLevel` above zero in place of a shipment. The carrier that brings it in the end has a number
of its own, which is not read. Codes are those of the table that other libraries use, read by its
remarks: 101 is a delivery to the destination country, not to the buyer; 25 and 9999 inform of
nothing; 12506 was destroyed on its way home.
"""

from collections.abc import Iterable
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: "25 9999",
        Parcel.CREATED: "0 12",
        Parcel.HANDED_OVER: "18 20",
        Parcel.IN_TRANSIT: "15 19 21 22 93 101 2101 2102 2103 9101 9102 9302",
        Parcel.HELD: "31 40 41",
        Parcel.OUT_FOR_DELIVERY: "9301",
        Parcel.READY_FOR_PICKUP: "92",
        Parcel.ATTEMPT_FAILED: "91 1001",
        Parcel.LABEL_VOIDED: "4106",
        Parcel.DELIVERED: "100",
        Parcel.RETURNING: "124 125 12501 12502 12503 12504 12505",
        Parcel.RETURNED_TO_SENDER: "12406",
        Parcel.LOST: "111 12506",
    },
    {
        "carrier_parcel_lost": "111",
        "carrier_damaged_parcel": "12503",
        "consignee_refused": "12501",
        "consignee_not_available": "91 12504",
        "consignee_incorrect_address": "12502",
        "customs_delay": "40 41",
        "carrier_not_enough_time": "9302",
        "retailer_cancelled": "4106",
        "retailer_incorrect_data": "1001",
    },
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.text("ErrorLevel") not in {"", "0"}:
        return [refused(document, "Error", "ErrorLevel")]
    return document.each("Shipment")


def _story(parcel: Node) -> Story:
    return Story(number=parcel.text("TrackingNumber", "DisplayId"), events=parcel.each("Events"))


def _line(event: Node) -> Line:
    at = (
        event.time("Timestamp", clock.epoch)
        if event.has("Timestamp")
        else event.time("DateTime", clock.iso)
    )
    return Line(
        code=event.need("Code"),
        at=at,
        written=event.text("DateTime", "Timestamp"),
        place=place(event.text("City"), event.text("State"), event.text("Country")),
    )


VENDOR: Final = Vendor(name="spring", table=TABLE, parcels=_parcels, story=_story, line=_line)
SOURCE: Final = tracking_source(VENDOR, __doc__)
