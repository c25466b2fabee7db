"""GLS: parcels, each with the status it has now and its events.

Seen in recorded payloads: times with `+0200`; the status is a word (`INTRANSIT`), the events have
codes of two parts (`INTIAL.NORMAL`, spelled so): where, and how it went there. An `errorCode`
stands in place of a parcel that is not known.

From the documentation: the answer of the public tracking (`tuStatus`: a word for the whole, a
history of texts without codes, which is not read); the words of statuses. A parcel in a ParcelShop (`DELIVEREDPS`) waits for
its buyer. The codes of events are no closed list; their first part tells the state where the
whole is not known, and one that is not known at all is reported.
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
        Parcel.CREATED: "PLANNEDPICKUP INPICKUP PREADVICE INTIAL.PREADVICE",
        Parcel.LABEL_VOIDED: "CANCELED",
        Parcel.HANDED_OVER: "INTIAL.NORMAL INITIAL.NORMAL",
        Parcel.IN_TRANSIT: "INTRANSIT INWAREHOUSE INBOUN OUTBOU",
        Parcel.OUT_FOR_DELIVERY: "INDELIVERY INDELI",
        Parcel.READY_FOR_PICKUP: "DELIVEREDPS",
        Parcel.ATTEMPT_FAILED: "NOTPICKEDUP NOTDELIVERED NODELI",
        Parcel.DELIVERED: "DELIVERED FINAL DELIVD",
    }
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.has("errorCode"):
        return [refused(document, "errorCode")]
    if document.has("errors"):
        return [refused(each, "errorCode", "code") for each in document.each("errors")]
    return document.each("parcels") or document.each("tuStatus")


def _story(parcel: Node) -> Story | Refused:
    if parcel.has("errorCode"):
        return refused(parcel, "errorCode")
    if parcel.has("tuNo"):
        return _public(parcel)
    written = parcel.text("statusDateTime")
    return Story(
        number=parcel.text("unitno", "requested"),
        events=parcel.each("events"),
        status=standing(
            parcel.text("status"), at=parcel.time("statusDateTime", clock.iso), written=written
        ),
    )


def _public(parcel: Node) -> Story:
    history = parcel.each("history")
    written = f"{history[0].text('date')} {history[0].text('time')}".strip() if history else ""
    return Story(
        number=parcel.need("tuNo"),
        status=standing(
            parcel.text("progressBar.statusInfo"),
            at=history[0].moment("date", written, clock.iso) if written else None,
            written=written,
        ),
    )


def _line(event: Node) -> Line:
    code = event.need("code")
    where, _, how = code.partition(".")
    return Line(
        code=code,
        words=(how, where) if how else (),
        at=event.time("eventDateTime", clock.iso),
        written=event.text("eventDateTime"),
        place=place(event.text("city"), event.text("country")),
    )


VENDOR: Final = Vendor(name="gls", table=TABLE, parcels=_parcels, story=_story, line=_line)
SOURCE: Final = tracking_source(VENDOR, __doc__)
