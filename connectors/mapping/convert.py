"""Turns what stands in a payload into what a field of a fact holds, or says why it cannot."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from connectors.mapping.errors import MappingError, NotUnderstood
from connectors.mapping.file import Money, Times
from connectors.money import NotMoney, minor
from domain.instant import EPOCH

Convert = Callable[[object, str], object]
"""Takes a value and the path that it stands at; raises NotUnderstood."""

_TEXT_CHARACTERS_MAX: Final = 2_000
_NAME: Final = re.compile(r"[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,199}")
_WHOLE: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_YEARS: Final = range(1990, 2200)
_FLAGS: Final = {
    **dict.fromkeys(("true", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
}


def text(value: object, path: str) -> str:
    """Read text, or a number that stands for text; too long is cut, never refused."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotUnderstood("is no text", path, value)
    return str(value).strip()[:_TEXT_CHARACTERS_MAX]


def name(value: object, path: str) -> str:
    """Read what names a thing: never a number that some tool may have rounded, never cut."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotUnderstood("is no id", path, value)
    if not _NAME.fullmatch(written := str(value).strip()):
        raise NotUnderstood("is no id", path, value)
    return written


def whole(value: object, path: str) -> int:
    """Read a whole number, however it is written: 2, 2.0, "2"."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotUnderstood("is no whole number", path, value)
    written = str(value).strip().removesuffix(".0")
    if not _WHOLE.fullmatch(written):
        raise NotUnderstood("is no whole number", path, value)
    return int(written)


def flag(value: object, path: str) -> bool:
    """Read yes or no."""
    known = _FLAGS.get(str(value).strip().lower())
    if known is None:
        raise NotUnderstood("is neither yes nor no", path, value)
    return known


def amount(value: object, path: str, money: Money, currency: str) -> int:
    """Read an amount into minor units."""
    if money.decimal_comma and isinstance(value, str):
        value = value.strip().replace(".", "").replace(",", ".")
    try:
        if money.unit == "decimal":
            return minor(value, currency, field=path)
        units = whole(value, path)
        if money.unit == "minor":
            return units
        return minor(Decimal(units).scaleb(-money.unit), currency, field=path)
    except NotMoney as error:
        raise NotUnderstood(error.reason, error.field, error.value) from error


def time_reader(times: Times, where: str) -> Callable[[object, str], datetime]:
    """Make the function that reads times written in this way."""
    zone = _zone(times.zone, where)
    if times.format in _PER_SECOND:
        parts = _PER_SECOND[times.format]
        return lambda value, path: _epoch(value, path, parts)
    if times.format != "iso" and "%" not in times.format:
        raise MappingError(f"{where}: {times.format!r} is no format of a time")
    return lambda value, path: _written(value, path, times.format, zone)


def day_reader(times: Times, where: str) -> Callable[[object, str], date]:
    """Make the function that reads days: a date, or the day on which a time falls where it is."""
    read = time_reader(times, where)
    zone = _zone(times.zone, where) or UTC

    def day(value: object, path: str) -> date:
        try:
            return date.fromisoformat(str(value).strip())
        except ValueError:
            return read(value, path).astimezone(zone).date()

    return day


_PER_SECOND: Final = {"seconds": 1, "milliseconds": 1_000}


def _zone(name: str, where: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError) as error:  # what zoneinfo raises for a wrong name
        raise MappingError(f"{where}: no time zone {name!r}") from error


def _epoch(value: object, path: str, parts: int) -> datetime:
    """Read seconds or their parts since 1970; fractions are kept to the microsecond."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotUnderstood("is no time in numbers", path, value)
    try:
        at = EPOCH + timedelta(microseconds=int(Decimal(str(value)) * 1_000_000 / parts))
    except (ArithmeticError, ValueError) as error:
        raise NotUnderstood("is no time in numbers", path, value) from error
    return _of_this_age(at, path, value)


def _written(value: object, path: str, pattern: str, zone: ZoneInfo | None) -> datetime:
    if not isinstance(value, str):
        raise NotUnderstood("is no time written as text", path, value)
    raw = value.strip()
    try:
        at = (
            datetime.fromisoformat(raw) if pattern == "iso" else datetime.strptime(raw, pattern)  # noqa: DTZ007 - the zone follows
        )
    except ValueError as error:
        raise NotUnderstood("is no such time", path, value) from error
    if at.tzinfo is None:
        if zone is None:
            raise NotUnderstood("has no offset from UTC", path, value)
        at = at.replace(tzinfo=zone)
    if at.year not in _YEARS:
        raise NotUnderstood("is not of this age", path, value)
    return at.astimezone(UTC)


def _of_this_age(at: datetime, path: str, value: object) -> datetime:
    if at.year not in _YEARS:
        raise NotUnderstood("is not of this age", path, value)
    return at
