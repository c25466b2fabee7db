"""Chronopost: answers of the SOAP tracking service, one waybill each.

Seen in recorded payloads: events in the order of the journey with an offset from UTC, a code of
one or two letters, an office; remarks beside them name the consignee and are not read; an error
code other than 0 in place of events.

Chronopost publishes no list of its codes; those seen stand below, beside the words of the table
that other libraries use. Others are reported.
"""

from collections.abc import Iterable
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.CREATED: "DC",
        Parcel.HANDED_OVER: "DB DY",
        Parcel.IN_TRANSIT: "SC TS SD",
        Parcel.HELD: "HOLD ONHOLD RETENU",
        Parcel.OUT_FOR_DELIVERY: "TA",
        Parcel.ATTEMPT_FAILED: "UNDELIVERABLE NON_LIVRABLE",
        Parcel.DELIVERED: "D",
    },
    {
        "carrier_damaged_parcel": "DMG DAMAGE DAMAGED",
        "carrier_sorting_error": "MISROUTE TRI",
        "carrier_parcel_lost": "LOST PERDU",
        "carrier_vehicle_issue": "DELAY RETARD",
        "consignee_refused": "REFUSED REF REFUSE",
        "consignee_business_closed": "CLOSED FERME",
        "consignee_not_home": "NOTHOME NH ABSENT",
        "consignee_incorrect_address": "BADADDR INCORRECT ADRESSE",
        "consignee_access_restricted": "NOACCESS ACCES",
        "customs_delay": "CUSTOMS CUSTOMSHOLD DOUANE",
        "customs_documentation": "CUSTOMSDOC DOUANE_DOC",
        "customs_duties_unpaid": "CUSTOMS_UNPAID TAXES",
        "weather_delay": "WEATHER METEO",
    },
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    body = document.one("Envelope.Body") if document.has("Envelope") else document
    if body.has("Fault"):
        return [refused(body, "Fault.faultcode", "Fault.faultstring")]
    found: list[Node | Refused] = []
    for answer in body.one("trackSkybillV2Response").each("return"):
        if answer.text("errorCode") not in {"", "0"}:
            found.append(refused(answer, "errorCode", "errorMessage"))
        else:
            found += answer.each("listEventInfoComp")
    return found


def _story(parcel: Node) -> Story:
    return Story(number=parcel.need("skybillNumber"), events=parcel.each("events"))


def _line(event: Node) -> Line:
    return Line(
        code=event.need("code"),
        at=event.time("eventDate", clock.iso),
        written=event.text("eventDate"),
        place=place(event.text("officeLabel")),
    )


VENDOR: Final = Vendor(
    name="chronopost", table=TABLE, parcels=_parcels, story=_story, line=_line, formats=("xml",)
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
