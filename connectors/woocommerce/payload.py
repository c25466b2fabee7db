"""The fields of WooCommerce's payloads that facts are made of; all others are left unread.

Plugins write what they like: ids as text, sku as a number, meta data of any shape. Times ending
in `_gmt` are UTC and say so nowhere; their local twins cannot be read without the shop's zone.
"""

import re
from math import ceil
from typing import TYPE_CHECKING, Annotated, Final

from connectors.part import Identifier, Note, Part, Rows, Text, UtcTime, reads
from connectors.payload import PIECES_MAX

_QUANTITY: Final = re.compile(r"[0-9]{1,20}(\.[0-9]{1,10})?", re.ASCII)


def _quantity(value: float | str) -> int | float:
    """Read a quantity; plugins allow parts of a piece, for cloth or cheese."""
    if isinstance(value, str):
        if not _QUANTITY.fullmatch(value):
            raise ValueError("is no quantity")
        value = float(value)
    if not 0 <= value <= PIECES_MAX:
        raise ValueError(f"is not from 0 to {PIECES_MAX}")
    return int(value) if value == int(value) else value


if TYPE_CHECKING:
    Quantity = int | float
else:
    Quantity = Annotated[int | float | str, reads(_quantity)]


class Address(Part, frozen=True, kw_only=True):
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


class Line(Part, frozen=True, kw_only=True):
    id: Identifier
    quantity: Quantity
    name: Text = ""
    sku: Text = ""
    total: object = None

    @property
    def pieces(self) -> int:
        """Count what has to be sent: what is left of a piece is one more."""
        return ceil(self.quantity)


class ShippingLine(Part, frozen=True, kw_only=True):
    method_id: Text = ""
    method_title: Text = ""


class Meta(Part, frozen=True, kw_only=True):
    key: Text = ""
    value: object = None


class Refund(Part, frozen=True, kw_only=True):
    """A refund as its order lists it: no time, no lines, a negative total."""

    id: Identifier
    reason: Text = ""
    total: object


class Order(Part, frozen=True, kw_only=True):
    id: Identifier
    number: Text = ""
    status: Text
    currency: Text
    total: object
    total_tax: object = None
    shipping_total: object = None
    discount_total: object = None
    date_created_gmt: UtcTime
    date_modified_gmt: UtcTime | None = None
    date_paid_gmt: UtcTime | None = None
    date_completed_gmt: UtcTime | None = None
    customer_id: Text = ""
    customer_note: Note = ""
    payment_method: Text = ""
    payment_method_title: Text = ""
    transaction_id: Text = ""
    billing: Address | None = None
    shipping: Address | None = None
    line_items: Rows[Line]
    shipping_lines: Rows[ShippingLine] = ()
    refunds: Rows[Refund] = ()
    meta_data: Rows[Meta] = ()
