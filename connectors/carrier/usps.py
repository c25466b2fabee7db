"""USPS: the Tracking API's answers, domestic and international.

Seen in recorded payloads: local times beside `GMTTimestamp` and `GMTOffset` (UTC is taken where
it is), truth values as text, two-character event codes beside a text, newest first; the status of
the whole as a category. An event's text is looked up where its code stands in no table, up to its
first comma: what follows it (`Left with Individual`) is not a word of the list.

From the documentation: the XML of Web Tools that came before (`TrackResponse`), whose times are in
words (`January 6, 2016`, `10:45 pm`) and local; what the codes of the customers' extract say. `expectedDeliveryTimeStamp`
is the promise. Names of recipients and agents are not read.
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

_CODES: Final = {
    Parcel.UNKNOWN: "DX",
    Parcel.CREATED: "GA GX MA",
    Parcel.HANDED_OVER: "03 OA PU TM PICKED_UP",
    Parcel.IN_TRANSIT: "06 07 08 10 15 A1 EF L1 NT PC SF T1 TL U1",
    Parcel.OUT_FOR_DELIVERY: "OF",
    Parcel.READY_FOR_PICKUP: "16",
    Parcel.ATTEMPT_FAILED: "02 04 05 52 53 54 55 DA",
    Parcel.DELIVERED: "01",
    Parcel.RETURNING: "09 21 22 23 24 25 26 27 28 29 31",
}
_TEXTS: Final = {
    Parcel.CREATED: (
        "pre-shipment",
        "shipping label created",
        "pre-shipment info sent to usps",
    ),
    Parcel.HANDED_OVER: (
        "accepted",
        "acceptance",
        "origin acceptance",
        "origin scan",
        "picked up",
        "usps picked up item",
        "usps in possession of item",
    ),
    Parcel.IN_TRANSIT: (
        "in transit",
        "in-transit",
        "in transit to next facility",
        "delivery delayed",
        "arriving late",
        "arrived at facility",
        "arrived at post office",
        "arrived at usps facility",
        "arrived at usps regional facility",
        "arrived at usps regional destination facility",
        "arrived at usps regional origin facility",
        "departed post office",
        "departed usps facility",
        "departed usps regional facility",
        "departed usps regional origin facility",
        "processed through facility",
        "processed through usps facility",
        "customs clearance",
        "inbound into customs",
        "inbound out of customs",
        "departed",
        "arrived",
        "forwarded",
        "missent",
        "sorting complete",
    ),
    Parcel.HELD: ("on hold", "held at post office", "held in customs", "alert"),
    Parcel.OUT_FOR_DELIVERY: ("out for delivery", "out-for-delivery"),
    Parcel.READY_FOR_PICKUP: ("ready for pickup", "available for pickup"),
    Parcel.ATTEMPT_FAILED: (
        "delivery failed",
        "delivery attempt",
        "delivery attempted",
        "attempted delivery",
        "notice left",
        "no access to delivery location",
        "no secure location available",
        "refused",
        "undeliverable as addressed",
    ),
    Parcel.DELIVERED: ("delivered", "delivered to agent"),
    Parcel.RETURNING: ("return to sender", "returned to sender", "being returned to sender"),
}
TABLE: Final = Table(
    {
        state: (*_CODES.get(state, "").split(), *_TEXTS.get(state, ()))
        for state in Parcel
        if state in _CODES or state in _TEXTS
    },
    {
        "carrier_damaged_parcel": "DAMAGED DMG",
        "carrier_sorting_error": "MISROUTED MSR 08 15",
        "carrier_address_not_found": "ADDRESS_NOT_FOUND ANF NO_SUCH_NUMBER 21",
        "carrier_parcel_lost": "LOST LO",
        "carrier_not_enough_time": "LATE LT NT",
        "carrier_vehicle_issue": "VEHICLE_BREAKDOWN VB",
        "consignee_refused": "REFUSED RF 04",
        "consignee_business_closed": "BUSINESS_CLOSED BC",
        "consignee_not_available": "NOT_AVAILABLE NA 27 54 DELIVERY_ATTEMPTED ATTEMPTED",
        "consignee_not_home": "NOT_HOME NH",
        "consignee_incorrect_address": """INCORRECT_ADDRESS IA WRONG_ADDRESS MOVED MV
            RECIPIENT_MOVED 05 22 23""",
        "consignee_access_restricted": """ACCESS_RESTRICTED AR NO_SECURE_LOCATION NO_ACCESS NS 53
            55""",
        "consignee_verification_failed": "SIGNATURE_REQUIRED SR",
        "customs_delay": "CUSTOMS_DELAY CD CUSTOMS_HOLD",
        "customs_documentation": "CUSTOMS_DOCUMENTATION CM",
        "customs_duties_unpaid": "CUSTOMS_UNPAID CU DUTIES_UNPAID",
        "weather_delay": "WEATHER WE WEATHER_DELAY",
        "natural_disaster": "NATURAL_DISASTER ND EMERGENCY",
    },
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if isinstance(document.value, list):
        return document.each()
    if document.has("TrackResponse"):
        return document.one("TrackResponse").each("TrackInfo")
    if document.has("Error"):
        return [refused(document.one("Error"), "Number", "Description")]
    known = document.has("statusCategory") or document.has("trackingEvents")
    return [document] if known or document.has("error") else []


def _story(parcel: Node) -> Story | Refused:
    if parcel.has("error"):
        return refused(parcel, "error")
    if parcel.has("@ID"):
        return _web_tools_story(parcel)
    category, status = parcel.text("statusCategory"), parcel.text("status")
    return Story(
        number=parcel.need("trackingNumber"),
        events=parcel.each("trackingEvents"),
        status=standing(category or status, *((_head(status),) if category and status else ())),
        expects=partial(_expected, parcel),
    )


def _web_tools_story(parcel: Node) -> Story | Refused:
    if parcel.has("Error"):
        return refused(parcel.one("Error"), "Number", "Description")
    category, status = parcel.text("StatusCategory"), _head(parcel.text("Status"))
    return Story(
        number=parcel.need("@ID"),
        events=[*parcel.each("TrackSummary"), *parcel.each("TrackDetail")],
        status=standing(category or status, *((status,) if category and status else ())),
        expects=partial(parcel.time, "ExpectedDeliveryDate", clock.in_words),
    )


def _expected(parcel: Node) -> datetime | None:
    way = "expectedDeliveryTimeStamp"
    return parcel.time(way, clock.iso) or parcel.time("predictedDeliveryTimeStamp", clock.iso)


def _line(event: Node) -> Line:
    if event.has("Event"):
        return _web_tools_line(event)
    text = event.text("eventType")
    code = event.text("eventCode") or _head(text) or event.need("eventCode")
    local, offset = event.text("eventTimestamp"), event.text("GMTOffset")
    written = f"{local}{offset}"
    way = "GMTTimestamp" if event.has("GMTTimestamp") else "eventTimestamp"
    told = event.text("GMTTimestamp") or written
    return Line(
        code=code,
        words=(_head(text),) if text else (),
        at=event.moment(way, told, clock.iso) if told else None,
        written=written,
        place=place(event.text("eventCity"), event.text("eventState"), event.text("eventCountry")),
    )


def _web_tools_line(event: Node) -> Line:
    text = _head(event.text("Event"))
    written = f"{event.need('EventDate')} {event.text('EventTime')}".strip()
    return Line(
        code=event.text("EventCode") or text,
        words=(text,),
        at=event.moment("EventDate", written, clock.in_words),
        written=written,
        place=place(event.text("EventCity"), event.text("EventState"), event.text("EventCountry")),
    )


def _head(text: str) -> str:
    return text.partition(",")[0].strip()


def usps(name: str) -> Vendor:
    """Make the vendor under one of its two names: both services speak the same words."""
    return Vendor(
        name=name,
        table=TABLE,
        parcels=_parcels,
        story=_story,
        line=_line,
        formats=("json", "xml"),
        carrier="usps",
    )


VENDOR: Final = usps("usps")
SOURCE: Final = tracking_source(VENDOR, __doc__)
