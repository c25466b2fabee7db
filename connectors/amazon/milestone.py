"""Milestones of a parcel: SHIPMENT_TRACKING_MILESTONE_CHANGED and the Tracking API's answer.

Each brings the whole history, newest first, and again the newest beside it. The parcel is named
by the carrier's number, or by one of Amazon's; which order it is for is not said.
"""

from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import Field

from connectors.amazon.milestone_table import MILESTONE, REASON, SUB_REASON
from connectors.payload import CamelPayload, Text, Time
from connectors.tracking.clock import stamp
from connectors.writer import Writer
from domain import fact as facts
from domain.body import EtaChanged, Scan
from domain.fact import Fact
from domain.identity import parcel_key
from domain.instant import micros
from domain.vocabulary import Parcel

MILESTONES_MAX: Final = 500
"""Of one parcel; as many as an order remembers scans (`domain.order.SCANS_MAX`)."""

_EXPECTED: Final = "ESTIMATED_DELIVERY_DATE"
_Rows = Field(default=(), max_length=MILESTONES_MAX)


class Carrier(CamelPayload):
    tracking_number: Text = ""
    carrier_code: Text = ""


class Identifier(CamelPayload):
    carrier_tracking: Carrier = Carrier()
    aftn: Text = ""
    acsin: Text = ""
    container_number: Text = ""
    house_bill_of_lading_number: Text = ""
    id: Text = ""


class Status(CamelPayload):
    code: Annotated[str, Field(min_length=1, max_length=100)]
    sub_code: Text = ""


class Address(CamelPayload):
    city: Text = ""
    region: Text = ""
    country_code: Text = ""


class Location(CamelPayload):
    address: Address | None = None


class Milestone(CamelPayload):
    status: Status
    location: Location | None = None
    occurred_at: Time


class Interval(CamelPayload):
    end_time: Time


class Estimate(CamelPayload):
    type: Text
    estimated_interval: Interval
    last_updated_time: Time


class TrackingDetail(CamelPayload):
    identifier: Identifier
    tracking_estimates: Annotated[tuple[Estimate, ...], _Rows]
    latest_milestone: Milestone | None = None
    milestone_history: Annotated[tuple[Milestone, ...], _Rows]

    @property
    def number(self) -> str:
        """The parcel's name: what its carrier calls it, else what Amazon does."""
        named = self.identifier
        names = (
            named.carrier_tracking.tracking_number,
            named.aftn,
            named.acsin,
            named.container_number,
            named.house_bill_of_lading_number,
            named.id,
        )
        return next((parcel_key(name[:100], "") for name in names if name.strip()), "")


def milestone_facts(writer: Writer, detail: TrackingDetail) -> Iterator[Fact]:
    """Say each milestone of a parcel's story, and when it is expected."""
    writer = writer.about_reference(f"parcel:{detail.number}")
    latest = (detail.latest_milestone,) if detail.latest_milestone else ()
    for milestone in (*latest, *detail.milestone_history):
        yield from _scan(writer, detail, milestone)
    for estimate in detail.tracking_estimates:
        if estimate.type == _EXPECTED:
            yield _promise(writer, detail.number, estimate)


def _scan(writer: Writer, detail: TrackingDetail, milestone: Milestone) -> Iterator[Fact]:
    status, at = milestone.status, milestone.occurred_at
    code = f"{status.code}/{status.sub_code}" if status.sub_code else status.code
    place = _place(milestone.location)
    body = Scan(
        state=MILESTONE.get(status.code, Parcel.UNKNOWN),
        number=detail.number,
        carrier=detail.identifier.carrier_tracking.carrier_code,
        code=code,
        place=place,
        reason=SUB_REASON.get(status.sub_code) or REASON.get(status.code, ""),
    )
    name = f"{detail.number}:{code}:{stamp(at)}:{place}"
    yield writer.fact(facts.ShipmentScan, name[:500], at, body=body)
    if status.code not in MILESTONE:
        event_id = f"{detail.number}:unknown:code:{status.code}"
        yield writer.unknown(event_id, at, field="milestone.code", value=status.code)


def _place(location: Location | None) -> str:
    """Write a place the same way each time: city, region, country, as far as they are known."""
    if location is None or location.address is None:
        return ""
    address = location.address
    parts = (address.city, address.region, address.country_code)
    return ", ".join(" ".join(part.split()).upper()[:100] for part in parts if part.strip())


def _promise(writer: Writer, number: str, estimate: Estimate) -> Fact:
    at, expected_at = estimate.last_updated_time, estimate.estimated_interval.end_time
    body = EtaChanged(expected_at=expected_at, number=number)
    event_id = f"{number}:eta:{stamp(expected_at)}"
    return writer.fact(facts.ShipmentEtaChanged, event_id, at, body=body, revision=micros(at))
