"""Landmark Global: packages, each with its own number and that of the carrier at the end.

Seen in recorded payloads: events in any order, local times in two forms
(`10/01/2025 03:02 PM`, `2025-10-02 08:15:00`), numeric codes; `Test` on the whole; errors beside
an unsuccessful result. Landmark's own number names the parcel, the other stands in where it is
missing.

Codes are those of the table that other libraries use; 400 is an attempt that failed, by its words.
"""

from collections.abc import Iterable
from typing import Final

from connectors.delivery import Normalised
from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.CREATED: "50 60 75 80 100",
        Parcel.IN_TRANSIT: "125 150 155 200 225 250 275 450",
        Parcel.HELD: "90 135",
        Parcel.OUT_FOR_DELIVERY: "300",
        Parcel.READY_FOR_PICKUP: "410",
        Parcel.ATTEMPT_FAILED: "400 900",
        Parcel.DELIVERED: "500 510",
    },
    {
        "consignee_not_available": "400",
        "consignee_incorrect_address": "450",
        "customs_delay": "135",
        "customs_duties_unpaid": "90",
    },
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    answer = document.one("TrackResponse")
    found: list[Node | Refused] = [
        refused(each, "ErrorCode", "ErrorMessage") for each in answer.one("Errors").each("Error")
    ]
    packages = answer.one("Result.Packages").each("Package")
    test = answer.says("Test")
    found += [Node(package.value | {"@test": str(test)}, package.at) for package in packages]
    if not found and answer.value is not None:
        found.append(Normalised(ignored="an answer without packages"))
    return found


def _story(parcel: Node) -> Story:
    return Story(
        number=parcel.need("LandmarkTrackingNumber", "TrackingNumber"),
        events=parcel.one("Events").each("Event"),
        test=parcel.says("@test"),
    )


def _line(event: Node) -> Line:
    return Line(
        code=event.need("EventCode"),
        at=event.time("DateTime", clock.any_form),
        written=event.text("DateTime"),
        place=place(event.text("Location")),
    )


VENDOR: Final = Vendor(
    name="landmark", table=TABLE, parcels=_parcels, story=_story, line=_line, formats=("xml",)
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
