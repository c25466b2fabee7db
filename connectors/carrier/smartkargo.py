"""SmartKargo: a list of events, each naming its parcel by the air waybill.

Seen in recorded payloads: times without a zone, one with seven digits of a second; a location
code alone or a whole address; every event repeats the estimated delivery. The number that buyers
get is prefix and waybill (`AXB01234567`). Codes are those of the table that other libraries use;
`PND` is in none and is reported.
"""

from collections.abc import Iterable
from functools import partial
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.CREATED: "BKD",
        Parcel.HANDED_OVER: "RCS",
        Parcel.IN_TRANSIT: "DEP RCF INF MDL",
        Parcel.HELD: "RCU",
        Parcel.OUT_FOR_DELIVERY: "GDL",
        Parcel.ATTEMPT_FAILED: "ADL",
        Parcel.DELIVERED: "DDL DLD",
    },
    {"consignee_not_available": "ADL"},
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if isinstance(document.value, list):
        return document.each()
    if document.has("error"):
        return [refused(document, "error.code", "error.message")]
    return [document] if document.has("eventType") else []


def _story(event: Node) -> Story:
    waybill = event.text("airWaybill")
    return Story(
        number=event.text("prefix") + waybill if waybill else event.text("packageReference"),
        events=[event],
        expects=partial(event.time, "estimatedDeliveryDate", clock.iso),
    )


def _line(event: Node) -> Line:
    location = event.one("location")
    where = place(location.text("city"), location.text("state"), location.text("countryId"))
    return Line(
        code=event.need("eventType"),
        at=event.time("eventDate", clock.iso),
        written=event.text("eventDate"),
        place=where or place(event.text("eventLocation")),
    )


VENDOR: Final = Vendor(name="smartkargo", table=TABLE, parcels=_parcels, story=_story, line=_line)
SOURCE: Final = tracking_source(VENDOR, __doc__)
