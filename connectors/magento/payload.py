"""The fields of Magento's payloads that facts are made of; all others are left unread.

REST answers have numbers where events, which carry rows of the database, have text of four
decimals. Times are UTC and say so nowhere. A street is a list of lines or text with line breaks.
"""

from decimal import Decimal, InvalidOperation
from math import ceil
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from connectors.payload import PIECES_MAX, ROWS, Identifier, Note, Payload, Text, UtcTime

_CHARACTERS_MAX: Final = 20


def _pieces(value: object) -> int:
    """Count pieces, which may be written as `1`, `1.0` or `"1.0000"`; null is none.

    An article that is sold by measure has parts of pieces: what is left of one is one more.
    """
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("is no number of pieces")  # noqa: TRY004 - pydantic wants it
    try:
        number = Decimal(str(value)[:_CHARACTERS_MAX])
    except InvalidOperation:
        raise ValueError("is no number of pieces") from None
    if not number.is_finite() or not 0 <= number <= PIECES_MAX:
        raise ValueError("is no number of pieces")
    return ceil(number)


def _street(value: object) -> object:
    if isinstance(value, str):
        return value.splitlines()
    return value or ()


def _object(value: object) -> object:
    """Read an object that PHP writes as an empty list where it holds nothing."""
    return None if value == [] else value


def _options(value: object) -> object:
    """Read a line's options, which a database row holds as JSON in text: those are left out."""
    return value if isinstance(value, dict) else None


Pieces = Annotated[int, BeforeValidator(_pieces)]
Street = Annotated[tuple[Text, ...], BeforeValidator(_street), Field(max_length=20)]


class Address(Payload):
    firstname: Text = ""
    lastname: Text = ""
    company: Text = ""
    street: Street = ()
    postcode: Text = ""
    city: Text = ""
    region: Text = ""
    region_code: Text = ""
    country_id: Text = ""
    telephone: Text = ""


class ShippingMethod(Payload):
    method: Text = ""
    address: Annotated[Address | None, BeforeValidator(_object)] = None


class Assignment(Payload):
    shipping: Annotated[ShippingMethod | None, BeforeValidator(_object)] = None


class Extension(Payload):
    shipping_assignments: Annotated[tuple[Assignment, ...], *ROWS] = ()


class BundleOptions(Payload):
    shipment_type: Text = ""


class Item(Payload):
    """A line; a configurable or bundled article has lines of its own below it."""

    item_id: Identifier
    parent_item_id: Identifier | None = None
    product_type: Text = ""
    name: Text = ""
    sku: Text = ""
    row_total: object = None
    qty_ordered: Pieces
    quantity: Annotated[object, Field(validation_alias="qty_ordered")]
    qty_shipped: Pieces = 0
    qty_refunded: Pieces = 0
    qty_canceled: Pieces = 0
    product_options: Annotated[BundleOptions | None, BeforeValidator(_options)] = None

    @property
    def broken(self) -> str:
        """Show the ordered quantity as it is written where it is no whole pieces."""
        written = str(self.quantity or 0)[:_CHARACTERS_MAX]
        return "" if Decimal(written) == self.qty_ordered else written


class Payment(Payload):
    method: Text = ""
    last_trans_id: Text = ""
    amount_authorized: object = None


class Order(Payload):
    entity_id: Identifier
    increment_id: Text = ""
    state: Text = ""
    status: Text = ""
    order_currency_code: Text
    grand_total: object
    total_canceled: object = None
    total_paid: object = None
    total_refunded: object = None
    shipping_amount: object = None
    tax_amount: object = None
    discount_amount: object = None
    created_at: UtcTime
    updated_at: UtcTime | None = None
    customer_id: Text = ""
    customer_email: Text = ""
    customer_firstname: Text = ""
    customer_lastname: Text = ""
    customer_note: Note = ""
    shipping_description: Text = ""
    items: Annotated[tuple[Item, ...], *ROWS]
    billing_address: Annotated[Address | None, BeforeValidator(_object)] = None
    payment: Annotated[Payment | None, BeforeValidator(_object)] = None
    extension_attributes: Annotated[Extension | None, BeforeValidator(_object)] = None


class Row(Payload):
    """A line of an invoice, a shipment or a credit memo."""

    order_item_id: Identifier
    qty: Pieces = 0


class Track(Payload):
    track_number: Text = ""
    carrier_code: Text = ""
    title: Text = ""


class Part(Payload):
    """What invoices, shipments and credit memos have in common."""

    entity_id: Identifier
    order_id: Identifier
    increment_id: Text = ""
    created_at: UtcTime
    updated_at: UtcTime | None = None
    items: Annotated[tuple[Row, ...], *ROWS] = ()


class Shipment(Part):
    tracks: Annotated[tuple[Track, ...], *ROWS] = ()


class Settlement(Part):
    """An invoice or a credit memo: money of the order's currency, in a numbered state."""

    state: Identifier | None = None
    order_currency_code: Text
    grand_total: object
    transaction_id: Text = ""


class TrackEvent(Payload):
    """A tracking number that was saved by itself; its shipment holds the rest."""

    parent_id: Identifier
