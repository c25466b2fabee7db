"""AfterShip: trackings, in webhooks and as answers of its API (one, a list, the last checkpoint).

Seen in recorded payloads: a tracking with all its checkpoints, each with a tag, a sub-tag and a
time with its offset; `shipment_delivery_date` in UTC without saying so (not read: the checkpoints
say it). `return_to_sender` marks a parcel that turned round.

From the documentation: the webhook (`event`, `event_id`, `msg`, `ts`), tags and sub-tags, the
three forms of an expected delivery over the versions of the API, and that an answer since 2024
holds the tracking itself; that `order_number` and `order_id` are what the shop calls the order.
The sub-tags 014 and 015 of exceptions are not documented where we looked: they are reported.
`signed_by`, `customer_name` and messages name people: not read.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

from connectors.delivery import Normalised
from connectors.teller import order_name
from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused, standing
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: """Exception Exception_001 Exception_009 Expired Expired_001""",
        Parcel.CREATED: """Pending Pending_001 Pending_002 Pending_003 Pending_004 Pending_005
            Pending_006 InfoReceived InfoReceived_001""",
        Parcel.HANDED_OVER: "InTransit_002",
        Parcel.IN_TRANSIT: """InTransit InTransit_001 InTransit_003 InTransit_004 InTransit_005
            InTransit_006 InTransit_007 InTransit_008 InTransit_009 Exception_005 Exception_016
            Exception_017""",
        Parcel.HELD: "Exception_004 Exception_006 Exception_007 Exception_018",
        Parcel.OUT_FOR_DELIVERY: """OutForDelivery OutForDelivery_001 OutForDelivery_003
            OutForDelivery_004""",
        Parcel.READY_FOR_PICKUP: "AvailableForPickup AvailableForPickup_001",
        Parcel.ATTEMPT_FAILED: """AttemptFail AttemptFail_001 AttemptFail_002 AttemptFail_003
            Exception_002 Exception_003 Exception_008""",
        Parcel.DELIVERED: "Delivered Delivered_001 Delivered_003 Delivered_004 Delivered_005",
        Parcel.COLLECTED: "Delivered_002",
        Parcel.RETURNING: "Exception_010",
        Parcel.RETURNED_TO_SENDER: "Exception_011",
        Parcel.DAMAGED: "Exception_012",
        Parcel.LOST: "Exception_013",
    },
    {
        "consignee_not_available": "AttemptFail_002 Exception_008",
        "consignee_business_closed": "AttemptFail_003",
        "consignee_incorrect_address": "Exception_002 Exception_007",
        "consignee_refused": "Exception_003",
        "customs_delay": "Exception_004",
        "force_majeure": "Exception_005",
        "customs_duties_unpaid": "Exception_006",
        "retailer_incorrect_parcel": "Exception_009",
        "carrier_damaged_parcel": "Exception_012",
        "carrier_parcel_lost": "Exception_013",
        "carrier_sorting_error": "Exception_016",
        "weather_delay": "Exception_017",
        "customs_documentation": "Exception_018",
    },
    whole=True,
)
TOPICS: Final = ("tracking_update", "edd_revise", "tracking_pending_time")
_OK: Final = range(200, 300)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.has("msg"):
        return [document]
    code = document.one("meta").text("code")
    if code and not (code.isdigit() and int(code) in _OK):
        return [refused(document, "meta.code")]
    data = document.one("data")
    if data.has("trackings"):
        return data.each("trackings")
    if data.has("tracking"):
        return [data.one("tracking")]
    if data.has("tracking_number"):
        return [data]
    if document.has("tracking_number"):
        return [document]
    if data.has("page") or data.has("pagination"):
        return [Normalised(ignored="a page without trackings")]
    return []


def _story(parcel: Node) -> Story | Refused:
    event = parcel.text("event")
    if event and event not in TOPICS:
        return Normalised(ignored=f"{event}: no order needs it")
    tracking = parcel.one("msg") if parcel.has("msg") else parcel
    checkpoints = "checkpoints" if tracking.has("checkpoints") else "checkpoint"
    return Story(
        number=tracking.need("tracking_number"),
        carrier=tracking.text("slug"),
        events=tracking.each(checkpoints),
        status=_status(tracking),
        told_at=tracking.time("updated_at", clock.iso),
        expects=partial(_expected, tracking),
        back=tracking.says("return_to_sender"),
        delivery_id=parcel.text("event_id"),
        order=_order(tracking),
    )


def _order(tracking: Node) -> str:
    """Find the shop's order; a label such as `ID 1234` is no name of one."""
    named = (order_name(tracking.text(way)) for way in ("order_number", "order_id"))
    return next(filter(None, named), "")


def _status(tracking: Node) -> Line | None:
    tag, subtag = tracking.text("tag"), tracking.text("subtag")
    return standing(subtag or tag, tag)


def _expected(tracking: Node) -> datetime | None:
    for way in (
        "latest_estimated_delivery.datetime",
        "latest_estimated_delivery.datetime_max",
        "courier_estimated_delivery_date.estimated_delivery_date",
        "aftership_estimated_delivery_date.estimated_delivery_date",
        "expected_delivery",
    ):
        if expected_at := tracking.time(way, clock.iso):
            return expected_at
    return None


def _line(event: Node) -> Line:
    tag, subtag = event.text("tag"), event.text("subtag")
    return Line(
        code=subtag or event.need("tag"),
        words=(tag,) if tag else (),
        at=event.time("checkpoint_time", clock.iso),
        written=event.text("checkpoint_time"),
        place=_place(event),
    )


def _place(event: Node) -> str:
    city = event.text("city")
    if not city and (location := event.text("location")):
        return place(location)
    return place(city, event.text("state"), event.text("country_iso3", "country_region"))


VENDOR: Final = Vendor(name="aftership", table=TABLE, parcels=_parcels, story=_story, line=_line)
SOURCE: Final = tracking_source(
    VENDOR,
    __doc__,
    topics=TOPICS,
    signature="hmac-sha256 base64 of the body in aftership-hmac-sha256",
    headers=("aftership-hmac-sha256",),
)
