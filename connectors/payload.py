"""Field types that the payload models of connectors share: strict where a guess would hurt.

An id that some tool rounded, a count that is no count and a time whose zone nobody knows are
refused; text that is too long is cut, for a remark of ten pages is no reason to lose an order.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

Fields = dict[str, Any]  # Any: a JSON object before its model has looked at it

DIGITS: Final = re.compile(r"[0-9]{1,20}", re.ASCII)
_IDENTIFIERS: Final = 10**20  # as many as `DIGITS` has
PIECES_MAX: Final = 1_000_000
TEXT_CHARACTERS_MAX: Final = 2_000  # so that two of them make a name
_NOTE_CHARACTERS_MAX: Final = 4_096
ROWS_MAX: Final = 1_000
_WHOLE: Final = re.compile(r"([0-9]{1,20})(?:\.0{1,10})?", re.ASCII)
_YEARS: Final = range(1990, 2200)


class Payload(BaseModel):
    """What we read of an object; everything else is left where it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CamelPayload(Payload):
    """The same for a vendor who writes `orderId`; complaints name the fields as he does."""

    model_config = ConfigDict(alias_generator=to_camel)


class StrictPayload(BaseModel):
    """The same for a vendor whose types can be relied on: a number is never text."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


def read_identifier(value: object) -> str:
    """Read an id: a whole number, as a number or as text."""
    if type(value) is int and 0 <= value < _IDENTIFIERS:
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is no whole number")  # noqa: TRY004 - pydantic wants ValueError
    text = str(value)
    if not DIGITS.fullmatch(text):
        raise ValueError("is no id of digits")
    return text


def read_time(value: object) -> datetime:
    """Read a time with its offset; numbers are no times here."""
    time = _read_any_time(value)
    if time.tzinfo is None:
        raise ValueError("has no offset from UTC")
    return time if time.tzinfo is UTC else time.astimezone(UTC)


def read_utc(value: object) -> datetime:
    time = _read_any_time(value)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _read_any_time(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("is no time written as text")  # noqa: TRY004 - pydantic wants ValueError
    time = datetime.fromisoformat(value)
    if time.year not in _YEARS:
        raise ValueError("is not of this age")
    return time


def read_note(value: object) -> object:
    """Read text, or a number that stands for text; too long is cut, never refused."""
    if type(value) is str and len(value) <= _NOTE_CHARACTERS_MAX:
        return value
    if value is None:
        return ""
    if isinstance(value, int | str) and not isinstance(value, bool):
        return str(value)[:_NOTE_CHARACTERS_MAX]
    return value


def read_text(value: object) -> object:
    if type(value) is str and len(value) <= TEXT_CHARACTERS_MAX:
        return value
    text = read_note(value)
    return text[:TEXT_CHARACTERS_MAX] if isinstance(text, str) else text


def read_pieces(value: object) -> object:
    """Read whole pieces that some tool wrote as `2.0` or as text; all else is left to its type."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and (whole := _WHOLE.fullmatch(value)):
        return int(whole[1])
    return value


def _rows(value: object) -> object:
    if value is not None and not isinstance(value, list):
        raise ValueError("is no list")
    return value or ()


def _many(value: object) -> object:
    """Read an element of XML that may stand never, once or several times."""
    if value is None or value == "":
        return ()
    return value if isinstance(value, list) else (value,)


def _words(value: object) -> object:
    """Read the text of an element of XML, whatever attributes stand beside it."""
    if isinstance(value, dict) and all(key[:1] in "@#" for key in value):
        return value.get("#text", "")
    return read_text(value)


Identifier = Annotated[str, BeforeValidator(read_identifier)]
Time = Annotated[datetime, BeforeValidator(read_time)]
UtcTime = Annotated[datetime, BeforeValidator(read_utc)]
"""For fields whose name says UTC while their text says nothing."""
Text = Annotated[str, BeforeValidator(read_text)]
Note = Annotated[str, BeforeValidator(read_note)]
Pieces = Annotated[int, Field(ge=0, le=PIECES_MAX, strict=True), BeforeValidator(read_pieces)]
ROWS: Final = (BeforeValidator(_rows), Field(max_length=ROWS_MAX))
"""Annotates a tuple: the list may be null and has a bound."""
MANY: Final = (BeforeValidator(_many), Field(max_length=ROWS_MAX))
"""Annotates a tuple of what XML does not count: nothing, one element, or a list of them."""
Words = Annotated[str, BeforeValidator(_words)]
"""Text of an element of XML."""
