"""ShipEngine (ShipStation v2): tracking, in webhooks (`API_TRACK`) and as answers of its API.

Seen in a recorded payload of 2019: a status code, when it was delivered, events newest first with
a text and a time but no code. Events without a code are left out (their text may name a person);
the status still says where the parcel is.

From the documentation: eight status codes and 75 detail codes; `occurred_at` is UTC,
`carrier_occurred_at` local time (kept as the raw one). `EX` alone does not say what happened;
`AC` says that the carrier knows of the parcel, not that it has it.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

from connectors.delivery import Normalised
from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.source import tracking_source
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused, standing
from connectors.tracking.table import Table
from domain.vocabulary import Parcel

TABLE: Final = Table(
    {
        Parcel.UNKNOWN: """UN EX CARRIER_STATUS_NOT_MAPPED COD_AMOUNT_PAID INFORMATION
            PARCEL_UPDATE_NOTIFICATION POST_TRANSIT_STATUS TRACKING_EXPIRED
            UNSPECIFIED_EXCEPTION""",
        Parcel.CREATED: """AC NY AWAITING_PICKUP_DROP_OFF ELEC_ADVICE_RECD_BY_CARRIER
            NOT_YET_RECEIVED_BY_CARRIER PICKUP_FAILED SHIPMENT_CREATED""",
        Parcel.LABEL_VOIDED: "CANCELLED",
        Parcel.HANDED_OVER: """DROPPED_OFF PICKED_UP RECD_BY_CARRIER_NO_ELEC_ADVICE
            RECEIVED_BY_CARRIER""",
        Parcel.IN_TRANSIT: """IT CARRIER_DELAYS CUSTOMS_CLEARED CUSTOMS_PROCESSING
            DELAYED_NOT_CARRIER DELIVERY_ARRANGED_WITH_RECIPIENT DELIVERY_RESCHEDULED
            DELIVERY_SCHEDULED HUB_PROCESSING HUB_SCAN_IN HUB_SCAN_OUT IN_TRANSIT MISROUTED
            PARCEL_OVER_LABELLED PARCEL_REDIRECTED PARCEL_REDIRECTED_BY_CARRIER PARCEL_REPACKED
            RECEIVED_LOCAL_DELIVERY_DEPOT SUB_CONTRACTOR_EVENT SUB_CONTRACTOR_RECEIVED""",
        Parcel.HELD: """ADDRESS_QUERY DUTY_NOT_PAID HAZARDOUS_PROHIBITED HELD_BY_CARRIER
            HELD_BY_CARRIER_FOR_CLEARANCE_PRE_PROCESSING HELD_BY_CUSTOMS INCORRECT_DECLARATION
            PARCEL_OUTSIDE_OF_SERVICE_CAPABILITY""",
        Parcel.OUT_FOR_DELIVERY: "OUT_FOR_DELIVERY",
        Parcel.READY_FOR_PICKUP: """SP AWAITING_COLLECTION_FROM_PICKUP_POINT COLLECT_AT_LOCAL_PO
            CUSTOMER_TO_COLLECT_FROM_CARRIER DELIVERED_TO_PICKUP_POINT""",
        Parcel.ATTEMPT_FAILED: """AT ATTEMPTED_DELIVERY ATTEMPTED_DELIVERY_FINAL
            COD_AMOUNT_NOT_PAID CUSTOMER_CARDED CUSTOMER_IDENTIFICATION_FAILED CUSTOMER_MOVED
            NOT_COLLECTED_FROM_PICKUP_POINT NOT_DELIVERED NOT_DELIVERED_ADDRESSEE_DECEASED
            NO_ACCESS_TO_RECIPIENTS_ADDRESS REFUSED_BY_CUSTOMER""",
        Parcel.DELIVERED: """DE DELIVERED DELIVERED_DAMAGED DELIVERED_IN_PART
            DELIVERED_SPECIFIED_SAFE_PLACE DELIVERED_TO_ALTERNATIVE_DELIVERY_LOCATION
            DELIVERED_TO_NEIGHBOUR DELIVERED_TO_PO_BOX DELIVERED_TO_RECEPTION
            PROOF_OF_DELIVERY""",
        Parcel.COLLECTED: "PARCEL_COLLECTED_FROM_PICKUP_POINT",
        Parcel.RETURNING: "RETURN_TO_SENDER",
        Parcel.RETURNED_TO_SENDER: "UNDELIVERABLE_RETURNED_TO_SENDER",
        Parcel.LOST: "PARCEL_DISPOSED PARCEL_LOST",
        Parcel.DAMAGED: "PARCEL_DAMAGED",
    },
    {
        "carrier_damaged_parcel": "DELIVERED_DAMAGED PARCEL_DAMAGED",
        "carrier_not_enough_time": "CARRIER_DELAYS",
        "carrier_parcel_lost": "PARCEL_LOST",
        "carrier_sorting_error": "MISROUTED",
        "consignee_access_restricted": "NO_ACCESS_TO_RECIPIENTS_ADDRESS",
        "consignee_incorrect_address": "ADDRESS_QUERY CUSTOMER_MOVED",
        "consignee_not_available": "CUSTOMER_CARDED NOT_COLLECTED_FROM_PICKUP_POINT",
        "consignee_refused": "REFUSED_BY_CUSTOMER",
        "consignee_verification_failed": "CUSTOMER_IDENTIFICATION_FAILED",
        "customs_documentation": "INCORRECT_DECLARATION",
        "customs_duties_unpaid": "DUTY_NOT_PAID",
        "customs_inspection": "HELD_BY_CUSTOMS",
        "force_majeure": "DELAYED_NOT_CARRIER",
        "regulatory_hold": "HAZARDOUS_PROHIBITED",
        "retailer_incorrect_parcel": "PARCEL_OUTSIDE_OF_SERVICE_CAPABILITY",
        "retailer_not_ready": "PICKUP_FAILED",
    },
    whole=True,
)
TOPICS: Final = ("API_TRACK",)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    if document.has("errors"):
        return [refused(each, "error_code", "message") for each in document.each("errors")]
    if document.has("resource_type") or document.has("tracking_number"):
        return [document]
    return []


def _story(parcel: Node) -> Story | Refused:
    kind = parcel.text("resource_type")
    if kind and kind not in TOPICS:
        return Normalised(ignored=f"{kind}: no order needs it")
    tracking = parcel.one("data") if kind else parcel
    events = tracking.each("events")
    return Story(
        number=tracking.need("tracking_number"),
        carrier=tracking.text("carrier_code"),
        events=events,
        status=_status(tracking),
        told_at=_at(events[0]) if events else tracking.time("shipped_date", clock.iso),
        expects=partial(tracking.time, "estimated_delivery_date", clock.iso),
    )


def _status(tracking: Node) -> Line | None:
    status, detail = tracking.text("status_code"), tracking.text("status_detail_code")
    delivered_at = tracking.time("actual_delivery_date", clock.iso) if status == "DE" else None
    return standing(
        detail or status,
        *((status,) if detail else ()),
        at=delivered_at,
        written=tracking.text("actual_delivery_date") if delivered_at else "",
    )


def _line(event: Node) -> Line | None:
    status, detail = event.text("status_code"), event.text("status_detail_code")
    if not (status or detail):
        return None
    return Line(
        code=detail or status,
        words=(status,) if detail and status else (),
        at=_at(event),
        written=event.text("carrier_occurred_at", "occurred_at", "event_date"),
        place=place(
            event.text("city_locality"),
            event.text("state_province"),
            event.text("country_code"),
        ),
    )


def _at(event: Node) -> datetime | None:
    way = "occurred_at" if event.has("occurred_at") else "event_date"
    return event.time(way, clock.iso)


VENDOR: Final = Vendor(name="shipengine", table=TABLE, parcels=_parcels, story=_story, line=_line)
SOURCE: Final = tracking_source(
    VENDOR,
    __doc__,
    topics=TOPICS,
    signature="rsa-sha256 of time and body in x-shipengine-rsa-sha256-signature, key by its id",
    headers=(
        "x-shipengine-rsa-sha256-signature",
        "x-shipengine-rsa-sha256-key-id",
        "x-shipengine-timestamp",
    ),
)
