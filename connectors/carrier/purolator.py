"""Purolator: answers of the SOAP tracking service, several PINs at once.

Seen in recorded payloads: scans with a type, a date, a time `172300` without a zone, a depot; the
same scan twice. The type `Other` says nothing by itself: a description that stands in the table
does, up to its first dash or slash.

From the documentation: six types of scans; errors in place of PINs or beside one. The words of
reasons are those of the table that other libraries use.
"""

import re
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
        Parcel.UNKNOWN: ("Other", "All"),
        Parcel.CREATED: ("New Tracking Number Assigned", "Shipment created", "Label created"),
        Parcel.HANDED_OVER: ("ProofOfPickUp", "Picked up by Purolator"),
        Parcel.IN_TRANSIT: (
            "Shipment in transit",
            "In transit",
            "Arrived at sort facility",
            "Departed sort facility",
        ),
        Parcel.HELD: ("Hold", "Customer Hold", "Held at Depot"),
        Parcel.OUT_FOR_DELIVERY: ("OnDelivery", "On vehicle for delivery"),
        Parcel.ATTEMPT_FAILED: ("Undeliverable", "Cannot Deliver", "DeliveryAndUndeliverable"),
        Parcel.DELIVERED: ("Delivery",),
    },
    {
        "carrier_damaged_parcel": ("Damaged", "Package Damaged"),
        "carrier_sorting_error": ("Misrouted", "Routing Error"),
        "carrier_address_not_found": ("Address Not Found", "Invalid Address"),
        "carrier_parcel_lost": ("Lost", "Missing Package"),
        "carrier_not_enough_time": ("Insufficient Time",),
        "carrier_vehicle_issue": ("Vehicle Breakdown", "Mechanical Issue"),
        "consignee_refused": ("Refused", "Delivery Refused", "Recipient Refused"),
        "consignee_business_closed": ("Business Closed", "Closed"),
        "consignee_not_available": ("Not Available", "Recipient Not Available"),
        "consignee_not_home": ("Not Home", "No One Home", "Recipient Not Home"),
        "consignee_incorrect_address": ("Incorrect Address", "Wrong Address", "Bad Address"),
        "consignee_access_restricted": ("Access Restricted", "Cannot Access", "Restricted Access"),
        "customs_delay": ("Customs Delay", "Customs Hold", "Customs Processing"),
        "customs_documentation": ("Customs Documentation Required", "Missing Customs Documents"),
        "customs_duties_unpaid": ("Duties Unpaid", "Customs Fees Due"),
        "weather_delay": ("Weather Delay", "Weather", "Severe Weather"),
        "natural_disaster": ("Natural Disaster", "Emergency"),
    },
)
_TAIL: Final = re.compile(r"\s*[-/].*", re.DOTALL)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    body = document.one("Envelope.Body") if document.has("Envelope") else document
    if body.has("Fault"):
        return [refused(body, "Fault.faultcode", "Fault.faultstring")]
    found: list[Node | Refused] = []
    for way in ("TrackPackagesByPinResponse", "TrackPackagesByReferenceResponse"):
        answer = body.one(way)
        if answer.value is not None:
            found += _errors(answer)
            found += answer.one("TrackingInformationList").each("TrackingInformation")
    return found


def _errors(part: Node) -> list[Refused]:
    errors = part.one("ResponseInformation.Errors")
    return [refused(each, "Code", "Description") for each in errors.each("Error")]


def _story(parcel: Node) -> Story | Refused:
    errors = _errors(parcel)
    if errors and not parcel.has("Scans"):
        return errors[0]
    return Story(number=parcel.need("PIN.Value"), events=parcel.one("Scans").each("Scan"))


def _line(event: Node) -> Line:
    day, hour = event.need("ScanDate"), event.text("ScanTime")
    written = f"{day} {hour}".strip()
    said = _TAIL.sub("", event.text("Description"))
    return Line(
        code=event.need("ScanType"),
        words=(said,) if said.casefold() in TABLE.states else (),
        at=event.moment("ScanDate", f"{day}T{hour}" if hour else day, clock.iso),
        written=written,
        place=place(event.text("Depot.Name")),
    )


VENDOR: Final = Vendor(
    name="purolator", table=TABLE, parcels=_parcels, story=_story, line=_line, formats=("xml",)
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
