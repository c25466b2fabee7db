"""MyDHL API (DHL Express): answers in JSON, with the checkpoints of `dhl_express`.

Seen in recorded payloads: a problem document for a number that is not found. From the
documentation: shipments with events of a date, a time and, lately, a `GMTOffset`; the pieces of a
shipment repeat its events and are read only where one stands for the whole; `status` says that the question succeeded, not where
the parcel is.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

from connectors.carrier.dhl_express import TABLE
from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.has("shipments"):
        return document.each("shipments")
    if document.has("detail") or document.has("title"):
        return [refused(document, "status", "title", "detail")]
    return []


def _story(parcel: Node) -> Story:
    return Story(
        number=parcel.need("shipmentTrackingNumber"),
        events=parcel.each("events") or _of_its_piece(parcel),
        expects=partial(_expected, parcel),
    )


def _of_its_piece(parcel: Node) -> list[Node]:
    """Take the events of the only piece; of several none is the parcel."""
    pieces = parcel.each("pieces")
    return pieces[0].each("events") if len(pieces) == 1 else []


def _expected(parcel: Node) -> datetime | None:
    return parcel.time("estimatedTimeOfDelivery", clock.iso) or parcel.time(
        "estimatedDeliveryDate", clock.iso
    )


def _line(event: Node) -> Line:
    hour, offset = event.text("time"), event.text("GMTOffset")
    written = f"{event.need('date')}T{hour}{offset}" if hour else event.need("date")
    area = event.each("serviceArea")
    return Line(
        code=event.need("typeCode"),
        at=event.moment("date", written, clock.iso),
        written=written,
        place=place(area[0].text("description", "code")) if area else "",
    )


VENDOR: Final = Vendor(
    name="mydhl",
    table=TABLE,
    parcels=_parcels,
    story=_story,
    line=_line,
    carrier="dhl_express",
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
