"""DHL Parcel Germany: answers of its XML tracking, in which everything is an element `data`.

Seen in recorded payloads: attributes alone; a list of pieces, in each a list of events with a
standard code of two letters (`ZU`), a step (`ice`: `DLVRD`) and its reason (`ric`); German local
times `18.03.2016 10:02`; `ruecksendung` on a parcel that goes home. Who took it in is not read.
The standard code is looked up first: `PO` is on the delivery van where its step is only sorted.

From the documentation: the error code on the list (nothing found) and on a piece. The words of
reasons are those of the table that other libraries use.
"""

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
        Parcel.UNKNOWN: "unknown",
        Parcel.CREATED: "VA",
        Parcel.HANDED_OVER: "ES AE shrcu pckdu",
        Parcel.IN_TRANSIT: "AA EE transit srted ulfmv ldtmv",
        Parcel.HELD: "hold held on_hold depot_hold",
        Parcel.OUT_FOR_DELIVERY: "PO",
        Parcel.READY_FOR_PICKUP: "LA",
        Parcel.ATTEMPT_FAILED: """ZN failure ndelv undeliverable cannot_deliver
            delivery_impossible""",
        Parcel.DELIVERED: "ZU delivered dlvrd",
    },
    {
        "carrier_damaged_parcel": "damaged package_damaged parcel_damaged",
        "carrier_sorting_error": "misrouted sorting_error wrong_route",
        "carrier_address_not_found": "address_not_found invalid_address unknown_address",
        "carrier_parcel_lost": "lost missing not_found",
        "carrier_not_enough_time": "time_constraint insufficient_time",
        "carrier_vehicle_issue": "vehicle_issue transport_problem mechanical_issue",
        "consignee_refused": "refused delivery_refused recipient_refused",
        "consignee_business_closed": "business_closed closed shop_closed",
        "consignee_not_available": "not_available recipient_not_available unavailable",
        "consignee_not_home": "not_home nobody_home recipient_absent",
        "consignee_incorrect_address": "incorrect_address wrong_address bad_address",
        "consignee_access_restricted": "access_restricted no_access restricted",
        "customs_delay": "customs_delay customs_hold customs_processing clearance_delay",
        "customs_documentation": "customs_documents missing_documents documentation_required",
        "customs_duties_unpaid": "duties_unpaid customs_fees payment_required",
        "weather_delay": "weather_delay weather severe_weather weather_conditions",
        "natural_disaster": "natural_disaster emergency catastrophe",
    },
)


def _parcels(document: Node) -> Iterable[Node | Refused]:
    listed = document.one("data")
    if listed.value is None:
        return []
    if listed.text("@code") not in {"", "0"}:
        return [refused(listed, "@code", "@error")]
    pieces = listed.each("data")
    return [listed] if listed.has("@piece-code") else pieces


def _story(parcel: Node) -> Story | Refused:
    if parcel.text("@error-status") not in {"", "0"}:
        return refused(parcel, "@error-status")
    step, code = parcel.text("@ice"), parcel.text("@standard-event-code")
    written = parcel.text("@status-timestamp")
    return Story(
        number=parcel.text("@piece-code", "@searched-piece-code", "@piece-identifier"),
        events=[event for each in parcel.each("data") for event in each.each("data")],
        status=standing(
            code or step,
            *((step,) if code and step else ()),
            at=parcel.time("@status-timestamp", clock.any_form),
            written=written,
            back=parcel.says("@ruecksendung"),
        ),
    )


def _line(event: Node) -> Line:
    step, code = event.text("@ice"), event.text("@standard-event-code")
    cause = event.text("@ric")
    return Line(
        code=code or event.need("@ice"),
        words=(step,) if code and step else (),
        causes=(cause,) if cause else (),
        at=event.time("@event-timestamp", clock.any_form),
        written=event.text("@event-timestamp"),
        place=place(event.text("@event-location"), event.text("@event-country")),
        back=event.says("@ruecksendung"),
    )


VENDOR: Final = Vendor(
    name="dhl_parcel_de",
    table=TABLE,
    parcels=_parcels,
    story=_story,
    line=_line,
    formats=("xml",),
)
SOURCE: Final = tracking_source(VENDOR, __doc__)
