"""FedEx: the Track API's answers, several numbers at once, each with its own error or story.

Seen in recorded payloads: scan events with an offset, some without (a pickup at midnight); an
`eventType` (the scan's own code) and a `derivedStatusCode` (the parcel's state at that time);
exception codes of their own; an error in place of a result. FedEx uses numbers again: of several
parcels under one number the one that was seen last is told, for the others are history.

From the documentation: the SOAP service that came before (`TrackReply`, with its envelope or
without); the codes below with their meanings; `ESTIMATED_DELIVERY` among the dates or the end of
the estimated window as the promise. Who received it is not read.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node, UnreadableError
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused, standing
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.CREATED: "OC OX EP MD IN PD",
        Parcel.LABEL_VOIDED: "CA RD",
        Parcel.HANDED_OVER: "PU PX OF AP",
        Parcel.IN_TRANSIT: """IT IX AA AC AE AF AO AR AX CC CP DP DR EA EO FD LO Ow PF PL PM SF TR
            DY DD PY""",
        Parcel.HELD: "CD SE HA HD",
        Parcel.OUT_FOR_DELIVERY: "AD ED OD",
        Parcel.READY_FOR_PICKUP: "HL HP",
        Parcel.ATTEMPT_FAILED: "DE UD",
        Parcel.DELIVERED: "DL",
        Parcel.RETURNING: "RS RT",
    },
    {
        "carrier_sorting_error": "MR MSR",
        "carrier_address_not_found": "NA ANF",
        "carrier_vehicle_issue": "DR",
        "consignee_refused": "RF RJ RE",
        "consignee_business_closed": "BC CL",
        "consignee_not_available": "NA1 NI",
        "consignee_not_home": "NH NAH",
        "consignee_incorrect_address": "IA WA BA",
        "consignee_access_restricted": "NS SC",
        "customs_delay": "CD CP",
        "weather_delay": "WE WD PMX",
        "natural_disaster": "ND EM",
        "security_issue": "SEC",
    },
)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.has("errors"):
        return [refused(each, "code", "message") for each in document.each("errors")]
    body = document.one("Envelope.Body") if document.has("Envelope") else document
    if body.has("TrackReply"):
        reply = body.one("TrackReply")
        found = [each.each("TrackDetails") for each in reply.each("CompletedTrackDetails")]
    else:
        body = document.one("output") if document.has("output") else body
        found = [each.each("trackResults") for each in body.each("completeTrackResults")]
    return [max(results, key=_seen_at) for results in found if results]


def _seen_at(result: Node) -> datetime:
    """Say when a parcel was last seen, to tell it from an older one with its number."""
    times = [_NEVER]
    for event in result.each("scanEvents") + result.each("Events"):
        with suppress(UnreadableError):
            times.append(
                event.time("date" if event.has("date") else "Timestamp", clock.iso) or _NEVER
            )
    return max(times)


def _story(parcel: Node) -> Story | Refused:
    if parcel.has("TrackingNumber"):
        return _soap_story(parcel)
    if parcel.has("error") and not parcel.has("scanEvents"):
        return refused(parcel, "error.code", "error.message")
    latest = parcel.one("latestStatusDetail")
    code, derived = latest.text("code"), latest.text("derivedCode")
    return Story(
        number=parcel.need("trackingNumberInfo.trackingNumber"),
        events=parcel.each("scanEvents"),
        status=standing(code or derived, *((derived,) if code and derived else ())),
        told_at=_dated(parcel, "ACTUAL_DELIVERY") or _dated(parcel, "SHIP"),
        expects=partial(_expected, parcel),
    )


def _soap_story(parcel: Node) -> Story | Refused:
    if parcel.text("Notification.Severity") in {"ERROR", "FAILURE"}:
        return refused(parcel, "Notification.Code", "Notification.Message")
    status = parcel.one("StatusDetail")
    return Story(
        number=parcel.need("TrackingNumber"),
        events=parcel.each("Events"),
        status=standing(
            status.text("Code"),
            at=status.time("CreationTime", clock.iso),
            written=status.text("CreationTime"),
        ),
    )


def _dated(parcel: Node, kind: str) -> datetime | None:
    for each in parcel.each("dateAndTimes"):
        if each.text("type") == kind:
            return each.time("dateTime", clock.iso)
    return None


def _expected(parcel: Node) -> datetime | None:
    return _dated(parcel, "ESTIMATED_DELIVERY") or parcel.time(
        "estimatedDeliveryTimeWindow.window.ends", clock.iso
    )


def _line(event: Node) -> Line:
    if event.has("EventType"):
        return _soap_line(event)
    derived, cause = event.text("derivedStatusCode"), event.text("exceptionCode")
    where = event.one("scanLocation")
    return Line(
        code=event.need("eventType"),
        words=(derived,) if derived else (),
        causes=(cause,) if cause else (),
        at=event.time("date", clock.iso),
        written=event.text("date"),
        place=place(
            where.text("city"), where.text("stateOrProvinceCode"), where.text("countryCode")
        ),
    )


def _soap_line(event: Node) -> Line:
    cause, where = event.text("StatusExceptionCode"), event.one("Address")
    return Line(
        code=event.need("EventType"),
        causes=(cause,) if cause else (),
        at=event.time("Timestamp", clock.iso),
        written=event.text("Timestamp"),
        place=place(
            where.text("City"), where.text("StateOrProvinceCode"), where.text("CountryCode")
        ),
    )


VENDOR: Final = Vendor(
    name="fedex",
    table=TABLE,
    parcels=_parcels,
    story=_story,
    line=_line,
    formats=("json", "xml"),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
