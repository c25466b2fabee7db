"""Shippo: tracks, in webhooks (`track_updated`) and as answers of its API.

Seen in the documented example: a track with its `tracking_status` (where it is now) and its
`tracking_history`, each with a status, a sub-status and a time in UTC; `test` beside the data.

From the documentation: six statuses and the sub-statuses below, a sub-status may be null; the
estimate `eta` moves, `original_eta` does not and is not read. `status_details` is free text.
FAILURE alone does not say what failed; RETURNED alone says both that the parcel travels home and
that it came home, so the weaker is taken. Other events (transactions, batches) are left out.
"""

from collections.abc import Iterable
from functools import partial
from typing import Final

from connectors.delivery import Normalised
from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: "UNKNOWN UNKNOWN/other FAILURE FAILURE/other",
        Parcel.CREATED: "PRE_TRANSIT PRE_TRANSIT/information_received",
        Parcel.HANDED_OVER: "TRANSIT/package_accepted",
        Parcel.IN_TRANSIT: """TRANSIT TRANSIT/contact_carrier TRANSIT/delayed
            TRANSIT/delivery_rescheduled TRANSIT/delivery_scheduled TRANSIT/package_arrived
            TRANSIT/package_departed TRANSIT/package_forwarded TRANSIT/package_processed
            TRANSIT/package_processing TRANSIT/reschedule_delivery""",
        Parcel.HELD: "TRANSIT/address_issue TRANSIT/package_held",
        Parcel.OUT_FOR_DELIVERY: "TRANSIT/out_for_delivery",
        Parcel.READY_FOR_PICKUP: "TRANSIT/pickup_available",
        Parcel.ATTEMPT_FAILED: """TRANSIT/delivery_attempted TRANSIT/location_inaccessible
            TRANSIT/notice_left FAILURE/package_undeliverable""",
        Parcel.DELIVERED: "DELIVERED DELIVERED/delivered",
        Parcel.RETURNING: "RETURNED RETURNED/return_to_sender RETURNED/package_unclaimed",
        Parcel.LOST: "FAILURE/package_lost FAILURE/package_disposed",
        Parcel.DAMAGED: "TRANSIT/package_damaged",
    },
    {
        "consignee_incorrect_address": "TRANSIT/address_issue",
        "consignee_access_restricted": "TRANSIT/location_inaccessible",
        "consignee_not_available": "TRANSIT/notice_left RETURNED/package_unclaimed",
        "carrier_damaged_parcel": "TRANSIT/package_damaged",
        "carrier_parcel_lost": "FAILURE/package_lost",
    },
)
TOPICS: Final = ("track_updated",)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if isinstance(document.value, list):
        return document.each()
    if document.has("results"):
        return document.each("results")
    if document.has("event") or document.has("tracking_number"):
        return [document]
    return []


def _story(parcel: Node) -> Story | Refused:
    event = parcel.text("event")
    if event and event not in TOPICS:
        return Normalised(ignored=f"{event}: no order needs it")
    track = parcel.one("data") if event else parcel
    now = track.each("tracking_status")
    return Story(
        number=track.need("tracking_number"),
        carrier=track.text("carrier"),
        events=[*track.each("tracking_history"), *now],
        expects=partial(track.time, "eta", clock.iso),
        test=parcel.says("test"),
    )


def _line(event: Node) -> Line:
    status = event.need("status")
    detail = _detail(event)
    return Line(
        code=f"{status}/{detail}" if detail else status,
        words=(status,) if detail else (),
        at=event.time("status_date", clock.iso),
        written=event.text("status_date"),
        place=_place(event),
    )


def _detail(event: Node) -> str:
    """Read the sub-status: an object today, its code alone in older answers."""
    substatus = event.one("substatus")
    return event.text("substatus") if isinstance(substatus.value, str) else substatus.text("code")


def _place(event: Node) -> str:
    location = event.one("location")
    return place(location.text("city"), location.text("state"), location.text("country"))


VENDOR: Final = Vendor(name="shippo", table=TABLE, parcels=_parcels, story=_story, line=_line)
SOURCE: Final = tracking_source(
    VENDOR,
    __doc__,
    topics=TOPICS,
    signature="none by default; on request hmac-sha256 hex of time and body in"
    " shippo-auth-signature",
    headers=("shippo-auth-signature",),
)
