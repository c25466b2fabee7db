"""DHL Unified Shipment Tracking: one answer for all of DHL's divisions, and its push.

Seen in recorded payloads: the number as a JSON number, times without a zone in events and in UTC
beside them, `statusCode` and `status` that contradict each other in DHL's own sample (`pre-transit`
and `DELIVERED`), a description that is a signature. Only `statusCode` is a documented list of five
words, so it alone counts; nothing is taken from texts.

From the documentation: a problem document (`title`, `status`, `detail`) for what is not found.
"""

from collections.abc import Iterable
from functools import partial
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused, standing
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: "unknown",
        Parcel.CREATED: "pre-transit",
        Parcel.IN_TRANSIT: "transit",
        Parcel.ATTEMPT_FAILED: "failure",
        Parcel.DELIVERED: "delivered",
    },
    whole=True,
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.has("shipments"):
        return document.each("shipments")
    if document.has("shipment"):
        return document.each("shipment")
    if document.has("detail") or document.has("title"):
        return [refused(document, "status", "title", "detail")]
    return []


def _story(parcel: Node) -> Story:
    status = parcel.one("status")
    written = status.text("timestamp")
    return Story(
        number=parcel.need("id"),
        events=parcel.each("events"),
        status=standing(
            status.text("statusCode"), at=status.time("timestamp", clock.iso), written=written
        ),
        expects=partial(parcel.time, "estimatedTimeOfDelivery", clock.iso),
    )


def _line(event: Node) -> Line | None:
    code = event.text("statusCode")
    if not code:
        return None
    address = event.one("location.address")
    return Line(
        code=code,
        at=event.time("timestamp", clock.iso),
        written=event.text("timestamp"),
        place=place(address.text("addressLocality"), address.text("countryCode")),
    )


VENDOR: Final = Vendor(
    name="dhl_universal", table=TABLE, parcels=_parcels, story=_story, line=_line
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
