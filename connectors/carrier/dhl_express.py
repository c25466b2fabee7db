"""DHL Express: answers of the XML services, several waybills at once.

Seen in recorded payloads: events with a date, a time without a zone and a two-letter checkpoint;
the signature stands in the event (not read); a condition in place of a shipment that is not found.
`EstDlvyDateUTC` is the promise where it is told.

From the documentation: what the checkpoints mean. Where other libraries' tables contradict it
(`PL` is processed at a location, not picked up; `CC` waits for its consignee; `DM` is damaged;
`RT` goes back; `DS` was disposed of), it is followed; `mydhl` shares the table.
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
        Parcel.UNKNOWN: "IC NA",
        Parcel.HANDED_OVER: "PU OR SA",
        Parcel.IN_TRANSIT: """AD AF AR BR CI CR CS CU DF DY FD HI HO HW IR IT MC MD MS OF PA PF PL
            PO RR RW SC SM TD TP TR WX""",
        Parcel.HELD: "BA BN CD HN HP HX OH SS UD",
        Parcel.OUT_FOR_DELIVERY: "WC OO",
        Parcel.READY_FOR_PICKUP: "CC LX",
        Parcel.ATTEMPT_FAILED: "CA CM DP FA ND NH RD ST UA",
        Parcel.DELIVERED: "OK DD DL PD",
        Parcel.RETURNING: "RT",
        Parcel.DAMAGED: "DM",
        Parcel.LOST: "DS",
    },
    {
        "carrier_damaged_parcel": "DA DG DM DD DMG",
        "carrier_sorting_error": "MS MR",
        "carrier_parcel_lost": "LO LS LP",
        "carrier_not_enough_time": "LT DY MD SM",
        "carrier_vehicle_issue": "VB ME",
        "consignee_refused": "RF RJ RD",
        "consignee_business_closed": "BC CL CA",
        "consignee_not_available": "NC",
        "consignee_not_home": "NH NI",
        "consignee_incorrect_address": "IA WA BA CM",
        "consignee_access_restricted": "RS",
        "customs_delay": "CD UD",
        "customs_duties_unpaid": "DU HP",
        "weather_delay": "WD WE WS WX HW",
        "natural_disaster": "EM FO",
    },
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    failed = document.one("ShipmentTrackingErrorResponse.Response.Status")
    if failed.value is not None:
        return [refused(failed, "Condition.ConditionCode", "ActionStatus")]
    return document.each("TrackingResponse.AWBInfo")


def _story(parcel: Node) -> Story | Refused:
    info = parcel.one("ShipmentInfo")
    if not parcel.has("ShipmentInfo"):
        return refused(parcel, "Status.Condition.ConditionCode", "Status.ActionStatus")
    return Story(
        number=parcel.need("AWBNumber"),
        events=info.each("ShipmentEvent"),
        expects=partial(info.time, "EstDlvyDateUTC", clock.iso),
    )


def _line(event: Node) -> Line:
    written = f"{event.need('Date')} {event.text('Time')}".strip()
    return Line(
        code=event.need("ServiceEvent.EventCode"),
        at=event.moment("Date", written, clock.iso),
        written=written,
        place=place(event.text("ServiceArea.Description", "ServiceArea.ServiceAreaCode")),
    )


VENDOR: Final = Vendor(
    name="dhl_express",
    table=TABLE,
    parcels=_parcels,
    story=_story,
    line=_line,
    formats=("xml",),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
