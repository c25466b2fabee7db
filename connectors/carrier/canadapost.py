"""Canada Post: details of one PIN, or messages in their place.

Seen in recorded payloads: messages for a PIN without history and for a wrong key. From the
documentation: significant events, newest first, with a code (`0174`, zeros in front or not), a
local time and the abbreviation of its zone; signatures are events too (code 20, no news); who
signed is not read. `changed-expected-date` is the promise where it stands, else
`expected-delivery-date`.

Codes are those of the table that other libraries use, but 100 is processed at a facility by its
own words.
"""

from collections.abc import Iterable
from datetime import datetime
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
        Parcel.UNKNOWN: "20",
        Parcel.HANDED_OVER: "101 102 103 104 105 106 107 1400 1401 1402 1403 1404 1405",
        Parcel.IN_TRANSIT: "100 159 160 161 162 163 172 173 2412",
        Parcel.HELD: "117 120 121 125 127 810 1411 1414 1443 1484 1487 1494 2411 2414 4700",
        Parcel.OUT_FOR_DELIVERY: "174 500",
        Parcel.READY_FOR_PICKUP: "118 156 1407 1410 1435 1436 1437 1438 1479 1488 1701 2410",
        Parcel.ATTEMPT_FAILED: """150 154 167 168 169 179 181 182 183 184 190 1100 1415 1416 1417
            1418 1419 1420 1450 1481 1482 1483 1491 1492 1493 2600 2802 3001 4650""",
        Parcel.DELIVERED: """1408 1409 1421 1422 1423 1424 1425 1426 1427 1428 1429 1430 1431 1432
            1433 1434 1441 1442 1496 1497 1498 1499""",
    },
    {
        "carrier_damaged_parcel": "119 142 143 144 145 146 147 148 149",
        "carrier_sorting_error": "128 129 130 131 132 133",
        "carrier_address_not_found": "122 123 1413 1440 1485 1486 1489 1490",
        "carrier_parcel_lost": "124 126 151 152 153",
        "carrier_not_enough_time": "155 157 158",
        "carrier_vehicle_issue": "134 135 136 137 138",
        "consignee_refused": "150 1415 1416",
        "consignee_business_closed": "179 181 182",
        "consignee_not_available": "183 184 190 1418 1419 1420",
        "consignee_not_home": "167 168 169 1417",
        "consignee_incorrect_address": "172 173 1482 1483",
        "consignee_access_restricted": "154 180 185 186 187 188 189",
        "customs_delay": "810 1443 1484 1487",
        "customs_documentation": "117 120 121",
        "customs_duties_unpaid": "125 127 1494",
        "weather_delay": "159 160 161 162 163",
        "natural_disaster": "164 165 166",
    },
)
_OFFSETS: Final = {
    "NST": "-03:30",
    "NDT": "-02:30",
    "AST": "-04:00",
    "ADT": "-03:00",
    "EST": "-05:00",
    "EDT": "-04:00",
    "CST": "-06:00",
    "CDT": "-05:00",
    "MST": "-07:00",
    "MDT": "-06:00",
    "PST": "-08:00",
    "PDT": "-07:00",
}
"""The zones of Canada, which writes them out; any other is taken for UTC like none."""


def _parcels(document: Node) -> Iterable[Node | Refused]:
    wrapped = document.one("wrapper") if document.has("wrapper") else document
    found: list[Node | Refused] = [
        refused(each, "code", "description") for each in wrapped.one("messages").each("message")
    ]
    return [*found, *wrapped.each("tracking-detail")]


def _story(parcel: Node) -> Story:
    return Story(
        number=parcel.need("pin"),
        events=parcel.one("significant-events").each("occurrence"),
        expects=partial(_expected, parcel),
    )


def _expected(parcel: Node) -> datetime | None:
    return parcel.time("changed-expected-date", clock.iso) or parcel.time(
        "expected-delivery-date", clock.iso
    )


def _line(event: Node) -> Line:
    code = event.need("event-identifier")
    local = f"{event.need('event-date')} {event.text('event-time')}".strip()
    zone = event.text("event-time-zone")
    offset = _OFFSETS.get(zone, "") if event.has("event-time") else ""
    return Line(
        code=code,
        words=(code.lstrip("0"),),
        at=event.moment("event-date", f"{local}{offset}", clock.iso),
        written=f"{local} {zone}".strip(),
        place=place(event.text("event-site"), event.text("event-province")),
    )


VENDOR: Final = Vendor(
    name="canadapost", table=TABLE, parcels=_parcels, story=_story, line=_line, formats=("xml",)
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
