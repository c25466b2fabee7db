"""DHL Parcel Poland (DHL24): answers of its SOAP service, or a fault.

Seen in recorded payloads: a fault with code and text. From the documentation: one shipment with
events of a status, a terminal and a local time; `receivedBy` names who took it in, so it is not
read, but that it stands there says that it was delivered. Of the statuses only those below are
sure; others are reported.
"""

from collections.abc import Iterable
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused, standing
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.HANDED_OVER: "DWP",
        Parcel.IN_TRANSIT: "SORT",
        Parcel.OUT_FOR_DELIVERY: "LP",
        Parcel.ATTEMPT_FAILED: "AWI OP",
        Parcel.DELIVERED: "DOR receivedBy",
        Parcel.RETURNING: "ZWN",
    },
    {"consignee_not_home": "AWI", "consignee_refused": "OP"},
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    body = document.one("Envelope.Body") if document.has("Envelope") else document
    if body.has("Fault"):
        return [refused(body, "Fault.faultcode", "Fault.faultstring")]
    return body.each("getTrackAndTraceInfoResponse.getTrackAndTraceInfoResult")


def _story(parcel: Node) -> Story:
    received = "receivedBy" if parcel.has("receivedBy") else ""
    return Story(
        number=parcel.need("shipmentId"),
        events=parcel.one("events").each("item"),
        status=standing(received),
    )


def _line(event: Node) -> Line:
    return Line(
        code=event.need("status"),
        at=event.time("timestamp", clock.iso),
        written=event.text("timestamp"),
        place=place(event.text("terminal")),
    )


VENDOR: Final = Vendor(
    name="dhl_poland",
    table=TABLE,
    parcels=_parcels,
    story=_story,
    line=_line,
    formats=("xml",),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
