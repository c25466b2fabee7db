"""bpost: answers of the track API, one item or several.

Seen in recorded payloads: states in the order of the journey with an offset from UTC, a code of a
letter and two digits, its words beside it; `deliveryTime` is when it was delivered, not a promise.
Codes are those of the table that other libraries use. L00 (`BoundToRound`) is out for delivery by
its own words; where two meanings stand for one code, the one that its reason supports is taken.
"""

from collections.abc import Iterable
from functools import partial
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, refused
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.IN_TRANSIT: """N14 R00 R01 R02 R03 R04 R05 T00 N01 N02 N03 N04 N05 N06 N07 N08 N10
            N11 N12 N13 N16 N28 N32 N91 N92 N93 N94 N95 N96 P00""",
        Parcel.HELD: """B00 B01 B02 C00 I03 I10 I11 I12 I18 I19 I58 I61 I66 I67 I68 I72 I88""",
        Parcel.OUT_FOR_DELIVERY: "L00",
        Parcel.READY_FOR_PICKUP: "N74 R13",
        Parcel.ATTEMPT_FAILED: """B03 B04 B06 B07 B09 B10 B11 B12 B13 B18 B23 B24 B28 R11 R12 T03
            S00""",
        Parcel.DELIVERED: "U00 U01 U02 U03 U04 U05 U06 U07 U08",
        Parcel.DAMAGED: "B05 B08",
    },
    {
        "carrier_damaged_parcel": "B05 B08",
        "consignee_refused": "B03 B23",
        "consignee_not_home": "B04 N01 N02",
        "consignee_business_closed": "N03",
        "consignee_incorrect_address": "B06 B07 B09 B10",
        "customs_delay": "B00 B01 B02",
    },
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    for way in ("systemException", "businessException"):
        if document.has(way):
            return [refused(document.one(way), "code", "message")]
    if document.has("itemTracking"):
        return document.each("itemTracking")
    listed = document.one("itemTrackings")
    return listed.each("itemTracking") if listed.value else []


def _story(parcel: Node) -> Story:
    return Story(
        number=parcel.need("itemCode"),
        events=parcel.each("stateInfo"),
        expects=partial(parcel.time, "expectedDeliveryTimeRange.day", clock.iso),
    )


def _line(event: Node) -> Line:
    return Line(
        code=event.need("stateCode"), at=event.time("time", clock.iso), written=event.text("time")
    )


VENDOR: Final = Vendor(
    name="bpost", table=TABLE, parcels=_parcels, story=_story, line=_line, formats=("xml",)
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
