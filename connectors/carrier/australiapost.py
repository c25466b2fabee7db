"""Australia Post: results by number, each with articles (or a consignment of them).

Seen in recorded payloads: events have a text, a place and a time with its offset, but no code:
the text is the code, and what follows ` in `, ` - ` or ` (` in it is no part of it. An article's
own status is a word, `Unknown` among them; an item without any is fine. Errors stand in place of
the whole or of one number.

From the documentation: the words of statuses. Texts of events are an open list: a text that
stands in no table is reported.
"""

import re
from collections.abc import Iterable
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused, standing
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: ("Unknown",),
        Parcel.CREATED: (
            "Created",
            "Initiated",
            "Sealed",
            "Shipping information received by Australia Post",
            "Shipping information approved by Australia Post",
        ),
        Parcel.LABEL_VOIDED: ("Cancelled",),
        Parcel.HANDED_OVER: (
            "Lodged",
            "Picked up",
            "Received",
            "Received by Australia Post",
            "Received item from Sender",
        ),
        Parcel.IN_TRANSIT: (
            "In transit",
            "In transit to next facility",
            "Possible delay",
            "To be Re-Delivered",
            "Arrived",
            "Arrived at facility",
            "Arrived awaiting clearance",
            "Cleared and awaiting international departure",
            "Despatch Parcels from Export Facility",
            "Item cleared by Customs",
            "Item is in Customs",
            "Item processed at facility",
            "Processed at Export Facility",
            "Processed by air carrier",
        ),
        Parcel.HELD: ("Held by courier",),
        Parcel.OUT_FOR_DELIVERY: (
            "On Board for Delivery",
            "Onboard for delivery",
            "Onboard with driver",
        ),
        Parcel.READY_FOR_PICKUP: ("Awaiting collection", "Ready for Pickup"),
        Parcel.ATTEMPT_FAILED: (
            "Attempted delivery",
            "Cannot be delivered",
            "Unsuccessful Delivery",
        ),
        Parcel.DELIVERED: ("Delivered", "Delivered in Full"),
        Parcel.RETURNING: ("Return to sender", "Returning to sender"),
        Parcel.DAMAGED: ("Article damaged",),
    },
    {
        "carrier_damaged_parcel": ("Article damaged",),
        "carrier_not_enough_time": ("Possible delay",),
        "consignee_not_available": ("Unsuccessful Delivery",),
        "customs_inspection": ("Item is in Customs",),
        "retailer_cancelled": ("Cancelled",),
    },
)
_HEAD: Final = re.compile(r"(.*?)(?: - | in (?!full|transit)| \().*", re.IGNORECASE | re.DOTALL)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    found: list[Node | Refused] = [
        refused(each, "code", "name") for each in document.each("errors")
    ]
    for result in document.each("tracking_results"):
        found += [refused(each, "code", "name") for each in result.each("errors")]
        for item in result.each("trackable_items"):
            found += item.each("items") if item.has("items") else [item]
    return found


def _story(parcel: Node) -> Story:
    return Story(
        number=parcel.need("article_id", "consignment_id"),
        events=parcel.each("events"),
        status=standing(parcel.text("status")),
    )


def _line(event: Node) -> Line:
    text = event.need("description")
    head = _HEAD.fullmatch(text)
    return Line(
        code=text,
        words=(head[1],) if head else (),
        at=event.time("date", clock.iso),
        written=event.text("date"),
        place=place(event.text("location")),
    )


VENDOR: Final = Vendor(
    name="australiapost", table=TABLE, parcels=_parcels, story=_story, line=_line
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
