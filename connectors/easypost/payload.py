"""What we read of EasyPost's objects; everything else is left where it is."""

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from connectors.payload import StrictPayload, Time
from connectors.tracking.number import parcel_number

SCANS_MAX: Final = 500
"""Of one tracker; the longest journeys seen have some 40."""


def _word(value: Any) -> Any:  # pydantic hands in what it found
    return "" if value is None else value


def _none_is_empty(value: Any) -> Any:  # as above
    return {} if value is None else value


Number = Annotated[str, StringConstraints(max_length=100), AfterValidator(parcel_number)]
Word = Annotated[str, BeforeValidator(_word), StringConstraints(max_length=100)]
Status = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Location(StrictPayload):
    city: Word = ""
    state: Word = ""
    country: Word = ""


class Detail(StrictPayload):
    status: Status
    status_detail: Word = ""
    at: Time = Field(alias="datetime")
    tracking_location: Annotated[Location, BeforeValidator(_none_is_empty)] = Location()


class Tracker(StrictPayload):
    tracking_code: Number
    status: Status
    status_detail: Word = ""
    carrier: Word = ""
    mode: Word = ""
    updated_at: Time
    is_return: bool | None = None
    tracking_details: list[Any] | None = None


class Event(StrictPayload):
    id: Word = ""
    description: Status
    mode: Word = ""
    result: dict[str, Any] | None = None


class Promise(StrictPayload):
    est_delivery_date: Time | None = None
