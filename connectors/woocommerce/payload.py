"""The fields of WooCommerce's payloads that facts are made of; all others are left unread.

Plugins write what they like: ids as text, sku as a number, meta data of any shape. Times ending
in `_gmt` are UTC and say so nowhere; their local twins cannot be read without the shop's zone.
"""

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)
_TEXT_CHARACTERS_MAX = 2_000  # so that two of them make a name
_NOTE_CHARACTERS_MAX = 4_096
_ROWS_MAX = 1_000
_PIECES_MAX = 1_000_000


def read_identifier(value: object) -> str:
    """Read an id: a whole number, as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is no whole number")  # noqa: TRY004 - pydantic wants ValueError
    text = str(value)
    if not _DIGITS.fullmatch(text):
        raise ValueError("is no id of WooCommerce")
    return text


def _time(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("is no time written as text")  # noqa: TRY004 - pydantic wants ValueError
    time = datetime.fromisoformat(value)
    if not 1990 <= time.year < 2200:
        raise ValueError("is not of this age")
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _note(value: object) -> object:
    """Read text, or a number that stands for text; too long is cut, never refused."""
    if value is None:
        return ""
    if isinstance(value, int | str) and not isinstance(value, bool):
        return str(value)[:_NOTE_CHARACTERS_MAX]
    return value


def _text(value: object) -> object:
    text = _note(value)
    return text[:_TEXT_CHARACTERS_MAX] if isinstance(text, str) else text


def _pieces(value: object) -> int:
    """Read whole pieces; half a piece, which plugins allow, has no place in an order of units."""
    if isinstance(value, float) and value.is_integer() and value <= _PIECES_MAX:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is no whole number of pieces")  # noqa: TRY004 - as above
    return value


def _rows(value: object) -> object:
    return [] if value is None else value


Identifier = Annotated[str, BeforeValidator(read_identifier)]
Time = Annotated[datetime, BeforeValidator(_time)]
Text = Annotated[str, BeforeValidator(_text)]
Note = Annotated[str, BeforeValidator(_note)]
Pieces = Annotated[int, Field(ge=0, le=_PIECES_MAX), BeforeValidator(_pieces)]
_Rows = (BeforeValidator(_rows), Field(max_length=_ROWS_MAX))


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Address(_Payload):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    address_1: Text = ""
    address_2: Text = ""
    postcode: Text = ""
    city: Text = ""
    state: Text = ""
    country: Text = ""
    email: Text = ""
    phone: Text = ""


class Line(_Payload):
    id: Identifier
    quantity: Pieces
    name: Text = ""
    sku: Text = ""
    total: object = None


class ShippingLine(_Payload):
    method_id: Text = ""
    method_title: Text = ""


class Meta(_Payload):
    key: Text = ""
    value: object = None


class Refund(_Payload):
    """A refund as its order lists it: no time, no lines, a negative total."""

    id: Identifier
    reason: Text = ""
    total: object


class Order(_Payload):
    id: Identifier
    number: Text = ""
    status: Text
    currency: Text
    total: object
    total_tax: object = None
    shipping_total: object = None
    discount_total: object = None
    date_created_gmt: Time
    date_modified_gmt: Time | None = None
    date_paid_gmt: Time | None = None
    date_completed_gmt: Time | None = None
    customer_id: Text = ""
    customer_note: Note = ""
    payment_method: Text = ""
    payment_method_title: Text = ""
    transaction_id: Text = ""
    billing: Address | None = None
    shipping: Address | None = None
    line_items: Annotated[list[Line], *_Rows]
    shipping_lines: Annotated[list[ShippingLine], *_Rows] = []
    refunds: Annotated[list[Refund], *_Rows] = []
    meta_data: Annotated[list[Meta], *_Rows] = []
