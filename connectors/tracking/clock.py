"""Reads the times of vendors, however they write them.

A time without a zone is local at a place whose zone nobody tells, and is taken for UTC (spec
model, section 5): so it may be hours off, and the time as it was written stays beside it.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_YEARS: Final = range(1990, 2200)
_MONTH_FIRST: Final = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})"
    r"(?:,? (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?: ?(?P<half>[AP]M))?)?",
    re.ASCII | re.IGNORECASE,
)
_DAY_FIRST: Final = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"
    r"(?:,? (?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?",
    re.ASCII,
)
_NAMES: Final = """
january february march april may june july august september october november december
"""
_MONTHS: Final = {
    written: number
    for number, name in enumerate(_NAMES.split(), 1)
    for written in (name, name[:3])
}
_SECONDS_MAX: Final = 10**11
"""Larger numbers are milliseconds: as seconds they would lie beyond the year 5000."""


def iso(text: str) -> datetime:
    """Read a time in any form of ISO 8601, or with ` UTC` behind it."""
    return _utc(datetime.fromisoformat(text.removesuffix(" UTC")))


def epoch(text: str) -> datetime:
    """Read seconds or milliseconds since 1970."""
    number = int(text)
    seconds = number / 1000 if abs(number) > _SECONDS_MAX else number
    return _utc(datetime.fromtimestamp(seconds, UTC))


def month_first(text: str) -> datetime:
    """Read `8/17/2021 7:11:26 PM`."""
    return _match(_MONTH_FIRST, text)


def day_first(text: str) -> datetime:
    """Read `18.03.2016 10:02`."""
    return _match(_DAY_FIRST, text)


def in_words(text: str) -> datetime:
    """Read `January 6, 2016 10:45 pm`."""
    month, _, rest = text.partition(" ")
    number = _MONTHS.get(month.lower())
    if number is None:
        raise ValueError("no month")
    day, _, rest = rest.partition(", ")
    year, _, hour = rest.partition(" ")
    return month_first(f"{number}/{day}/{year} {hour}".strip())


def any_form(text: str) -> datetime:
    """Read a time of a carrier that writes it in several ways; a slash has the month first."""
    if "/" in text:
        return month_first(text)
    return day_first(text) if "." in text[:3] else iso(text)


def stamp(time: datetime) -> str:
    """Write a UTC time so that it can stand in the name of a fact."""
    return time.isoformat().replace("+00:00", "Z")


def _match(pattern: re.Pattern[str], text: str) -> datetime:
    found = pattern.fullmatch(text)
    if found is None:
        raise ValueError("not in the form of this source")
    part = found.groupdict(default="0")
    hour, half = int(part["hour"]), part.get("half", "0").upper()
    if half != "0":
        if not 1 <= hour <= 12:
            raise ValueError("no hour of half a day")
        hour = hour % 12 + (12 if half == "PM" else 0)
    day = datetime(int(part["year"]), int(part["month"]), int(part["day"]), tzinfo=UTC)
    if not (hour < 24 and int(part["minute"]) < 60 and int(part["second"]) < 60):
        raise ValueError("no time of a day")
    return _utc(
        day + timedelta(hours=hour, minutes=int(part["minute"]), seconds=int(part["second"]))
    )


def _utc(time: datetime) -> datetime:
    if time.year not in _YEARS:
        raise ValueError("not of this age")
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
