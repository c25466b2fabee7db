"""The fields of WooCommerce's payloads that facts are made of; all others are left unread.

Plugins write what they like: ids as text, sku as a number, meta data of any shape. Times ending
in `_gmt` are UTC and say so nowhere; their local twins cannot be read without the shop's zone.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.payload import PIECES_MAX, ROWS, Identifier, Note, Payload, Text, UtcTime


def _pieces(value: object) -> int:
    """Read whole pieces; half a piece, which plugins allow, has no place in an order of units."""
    if isinstance(value, float) and value.is_integer() and value <= PIECES_MAX:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError("is no whole number of pieces")  # noqa: TRY004 - pydantic wants it
    return value


Pieces = Annotated[int, Field(ge=0, le=PIECES_MAX), BeforeValidator(_pieces)]


class Address(Payload):
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


class Line(Payload):
    id: Identifier
    quantity: Pieces
    name: Text = ""
    sku: Text = ""
    total: object = None


class ShippingLine(Payload):
    method_id: Text = ""
    method_title: Text = ""


class Meta(Payload):
    key: Text = ""
    value: object = None


class Refund(Payload):
    """A refund as its order lists it: no time, no lines, a negative total."""

    id: Identifier
    reason: Text = ""
    total: object


class Order(Payload):
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
    line_items: Annotated[tuple[Line, ...], *ROWS]
    shipping_lines: Annotated[tuple[ShippingLine, ...], *ROWS] = ()
    refunds: Annotated[tuple[Refund, ...], *ROWS] = ()
    meta_data: Annotated[tuple[Meta, ...], *ROWS] = ()
