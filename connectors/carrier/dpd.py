"""DPD: answers of the SOAP ParcelLifeCycle service, which do not name their parcel, and of REST.

Seen in recorded payloads: statuses in the order of the journey, those to come marked as not
reached (left out); local times `8/17/2021 7:11:26 PM`; texts wrapped in `content`. So the number
comes from the header. A parcel that returned from delivery is back at the depot after an attempt
that failed, whatever other libraries make of it; one at a ParcelShop waits for its buyer.

From the documentation: the REST answer of the German service (`parcellifecycleResponse`), which
names its parcel, has words in capitals, plain texts and times `28.07.2015, 16:38`; faults with a
code of DPD's own.
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
        Parcel.CREATED: "SHIPMENT",
        Parcel.HANDED_OVER: "PickedUp ACCEPTED",
        Parcel.IN_TRANSIT: """in_transit BetweenDepots Depot AT_SENDING_DEPOT ON_THE_ROAD
            AT_DELIVERY_DEPOT""",
        Parcel.OUT_FOR_DELIVERY: "Courier OUT_FOR_DELIVERY",
        Parcel.READY_FOR_PICKUP: "ParcelShop",
        Parcel.ATTEMPT_FAILED: "DeliveryFailure ReturningFromDelivery NOT_DELIVERED",
        Parcel.DELIVERED: "Delivered",
    },
    {
        "carrier_damaged_parcel": "DMG DAMAGED",
        "carrier_sorting_error": "MISROUTED",
        "carrier_address_not_found": "ADDRESS_NOT_FOUND",
        "carrier_parcel_lost": "LOST",
        "carrier_vehicle_issue": "VEHICLE_ISSUE",
        "consignee_refused": "REFUSED REJECTED",
        "consignee_business_closed": "BUSINESS_CLOSED",
        "consignee_not_available": "NOT_AVAILABLE",
        "consignee_not_home": "NOT_HOME RECIPIENT_ABSENT",
        "consignee_incorrect_address": "INCORRECT_ADDRESS WRONG_ADDRESS",
        "consignee_access_restricted": "ACCESS_RESTRICTED",
        "customs_delay": "CUSTOMS_DELAY CUSTOMS_HOLD",
        "customs_documentation": "CUSTOMS_DOCS",
        "customs_duties_unpaid": "DUTIES_UNPAID",
        "weather_delay": "WEATHER",
        "natural_disaster": "NATURAL_DISASTER",
    },
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.has("parcellifecycleResponse"):
        return document.each("parcellifecycleResponse.parcelLifeCycleData")
    body = document.one("Envelope.Body") if document.has("Envelope") else document
    if body.has("Fault"):
        fault = body.one("Fault")
        return [refused(fault, "detail.authenticationFault.errorCode", "faultcode")]
    return body.each("getTrackingDataResponse.trackingresult")


def _story(parcel: Node) -> Story:
    return Story(
        number=parcel.text("shipmentInfo.parcelLabelNumber", "parcelLabelNumber"),
        events=parcel.each("statusInfo"),
    )


def _line(event: Node) -> Line | None:
    if not event.says("statusHasBeenReached"):
        return None
    return Line(
        code=event.need("status"),
        at=event.time(_content(event, "date"), clock.any_form),
        written=event.text(_content(event, "date")),
        place=place(event.text(_content(event, "location"))),
    )


def _content(event: Node, name: str) -> str:
    """Say where a text stands: wrapped in SOAP, plain in REST."""
    return name if isinstance(event.one(name).value, str) else f"{name}.content"


VENDOR: Final = Vendor(
    name="dpd", table=TABLE, parcels=_parcels, story=_story, line=_line, formats=("json", "xml")
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
