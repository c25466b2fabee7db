"""UPS: the Tracking API's answers, and the Track Alert webhook.

Seen in recorded payloads: shipments with packages with activities, newest first; a date
`20210210` and a time `071356` without a zone. An activity has three words: a `code` (hundreds,
each station's own), a three-digit `statusCode` and a `type` of one or two letters.

From the documentation: the answers of the services that came before REST, in XML and JSON
(`TrackResponse`), whose statuses have a type and a code; newer answers carry `gmtDate`, `gmtTime` and `gmtOffset`, which are taken
where they are; the list of status codes; dates of delivery by type (`SDD`, `RDD` are promises,
`DEL` is the past); the alert of one activity (`trackingNumber`, `activityStatus`, local time).
Codes of activities are those of the table that other libraries use. What a type X (exception)
means is told by its status code; without a known one the parcel is held.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

from connectors.delivery import Normalised
from connectors.quarantine import path
from connectors.tracking import clock
from connectors.tracking.node import Node, UnreadableError
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: "NA",
        Parcel.CREATED: "M MP XD OA DD",
        Parcel.LABEL_VOIDED: "VD CA CN CV MV 007 X/007",
        Parcel.HANDED_OVER: "P OR PU OC OG 038",
        Parcel.IN_TRANSIT: """I DP AA AR AF AL DS IH AP DY DE SD W DO 005 006 010 012 014 025
            X/012 X/014 X/025 X/027 X/028 X/032 X/046 X/047 X/048 X/051 X/052 X/055 X/063""",
        Parcel.HELD: """X EX HX HD HI HS HU NH 016 018 019 020 029 049 050 058 X/016 X/018 X/019
            X/020 X/029 X/049 X/050 X/058""",
        Parcel.OUT_FOR_DELIVERY: "O OT OD OF DL 021 071",
        Parcel.READY_FOR_PICKUP: "RP UU AC WC 017 040 X/017 X/040",
        Parcel.ATTEMPT_FAILED: """RF UR UF CC 022 023 024 060 061 062 064 066 X/022 X/023 X/024
            X/060 X/061 X/062 X/064 X/066 X/069""",
        Parcel.DELIVERED: "D FS KB F4 011 026",
        Parcel.RETURNING: "RS RT RH RU 033 035 036 037 X/033 X/035 X/036 X/037",
        Parcel.RETURNED_TO_SENDER: "034 067 X/034 X/067 RS/034 RS/067 D/034",
        Parcel.DAMAGED: "X/059 059",
        Parcel.LOST: "X/068 068",
    },
    {
        "carrier_damaged_parcel": "DA DM DMG X/059",
        "carrier_sorting_error": "MR MSR",
        "carrier_address_not_found": "NL ANF",
        "carrier_parcel_lost": "LO LP X/068",
        "carrier_not_enough_time": "LT NT",
        "carrier_vehicle_issue": "ME VB",
        "consignee_refused": "RF RJ RE X/064",
        "consignee_business_closed": "BC CL",
        "consignee_not_available": "NA1 X/069",
        "consignee_not_home": "NH NI NAH",
        "consignee_incorrect_address": "IA WA BA X/050",
        "consignee_access_restricted": "NS SC",
        "customs_delay": "CD CH CI",
        "customs_documentation": "CM CP X/058",
        "customs_duties_unpaid": "CU DU",
        "weather_delay": "WE WD X/032 X/051 X/052",
        "natural_disaster": "ND EM",
    },
)
_CLEAR: Final = frozenset({"D", "M", "MV", "O", "P", "RS"})
"""Types that leave nothing to a code; the others, progress and exceptions, are told by it."""

_DELIVERY: Final = ("RDD", "SDD")
"""Types of a promised day: the rescheduled one knows better than the scheduled one."""


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.has("trackingNumber") and document.has("activityStatus"):
        return [document]
    for way in ("response.errors", "errors"):
        if document.has(way):
            return [refused(each, "code", "message") for each in document.each(way)]
    if document.has("TrackResponse") or document.has("Fault"):
        return _old_parcels(document)
    found: list[Node | Refused] = []
    for shipment in document.each("trackResponse.shipment"):
        packages = shipment.each("package")
        found += packages
        if not packages:
            warnings = shipment.each("warnings")
            found += [refused(each, "code", "message") for each in warnings]
            if not warnings:
                found.append(Normalised(ignored="a shipment without packages"))
    return found


def _old_parcels(document: Node) -> Iterable[Node | Refused]:
    """Find packages in an answer of the services that came before REST."""
    failed = document.one("Fault.detail.Errors.ErrorDetail.PrimaryErrorCode")
    if failed.value is not None:
        return [refused(failed, "Code", "Description")]
    answer = document.one("TrackResponse")
    errors = answer.one("Response").each("Error")
    packages = [each for one in answer.each("Shipment") for each in one.each("Package")]
    return [refused(each, "ErrorCode", "ErrorDescription") for each in errors] + packages


def _story(parcel: Node) -> Story:
    if parcel.has("TrackingNumber"):
        return Story(
            number=parcel.need("TrackingNumber"),
            events=parcel.each("Activity"),
            expects=partial(parcel.time, "RescheduledDeliveryDate", clock.iso),
        )
    if not parcel.has("activity"):
        return _alert(parcel)
    return Story(
        number=parcel.need("trackingNumber"),
        events=parcel.each("activity"),
        status=_status(parcel.one("currentStatus")),
        expects=partial(_expected, parcel),
    )


def _alert(parcel: Node) -> Story:
    """Read a webhook's one activity, or a package of which nothing is told yet."""
    alert = parcel.has("activityStatus")
    return Story(
        number=parcel.need("trackingNumber"),
        events=[parcel] if alert else (),
        status=None if alert else _status(parcel.one("currentStatus")),
        expects=partial(_expected, parcel),
    )


def _status(status: Node) -> Line | None:
    return None if status.value is None else _called(status, at=None, written="", where="")


def _expected(parcel: Node) -> datetime | None:
    days = {each.text("type"): each for each in parcel.each("deliveryDate")}
    for kind in _DELIVERY:
        if kind in days:
            return days[kind].time("date", clock.iso)
    return parcel.time("scheduledDeliveryDate", clock.iso)


def _line(event: Node) -> Line | None:
    if event.has("Status"):
        return _old_line(event)
    at, written = _time(event)
    location = event.one("activityLocation" if event.has("activityLocation") else "location")
    address = location.one("address") if location.has("address") else location
    where = place(
        address.text("city"), address.text("stateProvince"), address.text("countryCode", "country")
    )
    status = event.one("activityStatus" if event.has("activityStatus") else "status")
    return _called(status, at=at, written=written, where=where)


def _old_line(event: Node) -> Line:
    """Read an activity whose status is a type and a code, each an element of its own in XML."""
    status, address = event.one("Status"), event.one("ActivityLocation.Address")
    wrapped = status.has("StatusType")
    kind = status.text("StatusType.Code") if wrapped else status.text("Type")
    code = status.text("StatusCode.Code") if wrapped else status.text("Code")
    day, hour = event.need("Date"), event.text("Time")
    utc_day, utc_hour = event.text("GMTDate"), event.text("GMTTime").replace(".", ":")
    told = f"{utc_day}T{utc_hour}" if utc_day and utc_hour else f"{day}T{hour}" if hour else day
    if not (code or kind):
        raise UnreadableError("is missing", path(event.at, "Status"), "")
    return Line(
        code=code or kind,
        stronger=(kind,) if kind in _CLEAR else (),
        words=(kind,),
        at=event.moment("Date", told, clock.iso),
        written=f"{day} {hour}".strip(),
        place=place(
            address.text("City"), address.text("StateProvinceCode"), address.text("CountryCode")
        ),
    )


def _called(status: Node, *, at: datetime | None, written: str, where: str) -> Line | None:
    """Order the words of a status; the first of code, type and number is the one that is kept."""
    if status.value is None:
        return None
    code, kind, number = status.text("code"), status.text("type"), status.text("statusCode")
    pair = f"{kind}/{number}"
    if not (code or kind or number):
        return None
    return Line(
        code=code or kind or number,
        stronger=(pair, kind) if kind in _CLEAR else (),
        words=(pair, kind) if kind else (number,),
        at=at,
        written=written,
        place=where,
    )


def _time(event: Node) -> tuple[datetime | None, str]:
    """Read UTC where UPS tells it, else the local time as if it were."""
    day, hour = event.text("date", "localActivityDate"), event.text("time", "localActivityTime")
    written = f"{day} {hour}".strip()
    utc_day, utc_hour = (
        event.text("gmtDate", "gmtActivityDate"),
        event.text("gmtTime", "gmtActivityTime"),
    )
    if utc_day and utc_hour:
        day, hour = utc_day, utc_hour
    if not day:
        return None, written
    return event.moment("date", f"{day}T{hour}" if hour else day, clock.iso), written


VENDOR: Final = Vendor(
    name="ups", table=TABLE, parcels=_parcels, story=_story, line=_line, formats=("json", "xml")
)
SOURCE: Final = tracking_source(VENDOR, __doc__, topics=("tracking", "track_alert"))
