"""What we read of EasyPost's objects; everything else is left where it is."""

from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Meta, field

from connectors.part import Part, Time, null_is, reads
from connectors.tracking.number import CHARACTERS_MAX, parcel_number

SCANS_MAX: Final = 500
"""Of one tracker; the longest journeys seen have some 40."""

_Short = Annotated[str, Meta(max_length=100)]
Status = Annotated[str, Meta(min_length=1, max_length=100)]

if TYPE_CHECKING:
    Number = str
    Word = str
else:
    Number = Annotated[str, Meta(max_length=CHARACTERS_MAX), reads(parcel_number)]
    Word = Annotated[_Short | None, null_is("")]


class Location(Part, frozen=True, kw_only=True):
    city: Word = ""
    state: Word = ""
    country: Word = ""


if TYPE_CHECKING:
    Place = Location
else:
    Place = Annotated[Location | None, null_is(Location())]


class Detail(Part, frozen=True, kw_only=True):
    status: Status
    status_detail: Word = ""
    at: Time = field(name="datetime")
    tracking_location: Place = Location()


class Tracker(Part, frozen=True, kw_only=True):
    tracking_code: Number
    status: Status
    status_detail: Word = ""
    carrier: Word = ""
    mode: Word = ""
    updated_at: Time
    is_return: bool | None = None
    tracking_details: list[Any] | None = None  # Any: each is read by itself


class Event(Part, frozen=True, kw_only=True):
    id: Word = ""
    description: Status
    mode: Word = ""
    result: dict[str, Any] | None = None  # Any: the object that the event is about


class Promise(Part, frozen=True, kw_only=True):
    est_delivery_date: Time | None = None
