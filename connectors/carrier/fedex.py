"""FedEx: the Track API's answers, several numbers at once, each with its own error or story.

Seen in recorded payloads: scan events with an offset, some without (a pickup at midnight); an
`eventType` (the scan's own code) and a `derivedStatusCode` (the parcel's state at that time);
exception codes of their own; an error in place of a result. FedEx uses numbers again: which of
two parcels is meant is told by the order that claims the number before the scan.

From the documentation: the codes below with their meanings; `ESTIMATED_DELIVERY` among the dates
or the end of the estimated window as the promise. Who received it is not read.
"""

from collections.abc import Iterable
from datetime import datetime
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


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.has("errors"):
        return [refused(each, "code", "message") for each in document.each("errors")]
    body = document.one("output") if document.has("output") else document
    return [
        result
        for complete in body.each("completeTrackResults")
        for result in complete.each("trackResults")
    ]


def _story(parcel: Node) -> Story | Refused:
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


VENDOR: Final = Vendor(name="fedex", table=TABLE, parcels=_parcels, story=_story, line=_line)
SOURCE: Final = tracking_source(VENDOR, __doc__)
