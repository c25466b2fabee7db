"""What we read of EasyPost's objects; everything else is left where it is."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

ELEMENTS_MAX: Final = 250
"""Of one list; EasyPost's own pages hold 100."""

SCANS_MAX: Final = 500
"""Of one tracker; the longest journeys seen have some 40."""


def _number(text: str) -> str:
    """Bring a tracking number into the form that references use."""
    number = "".join(text.split()).replace("-", "").upper()
    if not number or not number.isprintable():
        raise ValueError("is no tracking number")
    return number


def _time(value: Any) -> Any:  # pydantic hands in what it found
    """Read a time that says its zone."""
    if not isinstance(value, str):
        return value
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("time without a zone")
    if not 1990 <= time.year < 2200:
        raise ValueError("time is not of this age")
    return time.astimezone(UTC)


def _word(value: Any) -> Any:  # as above
    return "" if value is None else value


def _none_is_empty(value: Any) -> Any:  # as above
    return {} if value is None else value


Number = Annotated[str, StringConstraints(max_length=100), AfterValidator(_number)]
Word = Annotated[str, BeforeValidator(_word), StringConstraints(max_length=100)]
Status = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Time = Annotated[datetime, BeforeValidator(_time)]


class Model(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Location(Model):
    city: Word = ""
    state: Word = ""
    country: Word = ""


class Detail(Model):
    status: Status
    status_detail: Word = ""
    at: Time = Field(alias="datetime")
    tracking_location: Annotated[Location, BeforeValidator(_none_is_empty)] = Location()


class Tracker(Model):
    tracking_code: Number
    status: Status
    status_detail: Word = ""
    carrier: Word = ""
    mode: Word = ""
    updated_at: Time
    is_return: bool | None = None
    tracking_details: list[Any] | None = None


class Event(Model):
    id: Word = ""
    description: Status
    mode: Word = ""
    result: dict[str, Any] | None = None


class Promise(Model):
    est_delivery_date: Time | None = None
