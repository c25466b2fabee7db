"""The fields of PrestaShop's payloads that facts are made of; all others are left unread.

XML has text everywhere and JSON mixes text and numbers, so both are read as text. A list of one
row is that row in XML.
"""

from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.payload import MANY, PIECES_MAX, Identifier, Payload, Text


def _pieces(value: object) -> object:
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _rows(value: object) -> object:
    """Take off the name of the rows that XML puts around each of them."""
    if isinstance(value, dict) and len(value) == 1:
        [value] = value.values()
    return value


def _object(value: object) -> object:
    """Read an object that is empty text in XML where nothing is in it."""
    return None if value == "" else value


Pieces = Annotated[int, Field(ge=0, le=PIECES_MAX, strict=True), BeforeValidator(_pieces)]


class Row(Payload):
    """A line of an order."""

    id: Identifier
    product_quantity: Pieces
    product_name: Text = ""
    product_reference: Text = ""
    unit_price_tax_incl: object = None


class Associations(Payload):
    order_rows: Annotated[tuple[Row, ...], *MANY, BeforeValidator(_rows)] = ()


class Order(Payload):
    id: Identifier
    reference: Text = ""
    id_currency: Identifier
    current_state: Identifier
    valid: Text = ""
    module: Text = ""
    payment: Text = ""
    total_paid: object
    total_paid_real: object = None
    total_discounts_tax_incl: object = None
    total_shipping_tax_incl: object = None
    total_paid_tax_incl: object = None
    total_paid_tax_excl: object = None
    date_add: Text
    date_upd: Text = ""
    id_customer: Text = ""
    shipping_number: Text = ""
    gift_message: Text = ""
    associations: Annotated[Associations | None, BeforeValidator(_object)] = None


class Carrier(Payload):
    """Who carries an order, and under which number."""

    id: Identifier
    id_order: Identifier
    tracking_number: Text = ""
    date_add: Text


class History(Payload):
    """The order came into a state."""

    id_order: Identifier
    id_order_state: Identifier
    date_add: Text


class PaymentRow(Payload):
    """Money that came in for all orders of one reference."""

    id: Identifier
    order_reference: Text
    id_currency: Identifier
    amount: object
    payment_method: Text = ""
    transaction_id: Text = ""
    date_add: Text


class Slip(Payload):
    """A credit slip: money that goes back, in the order's currency, which it does not name."""

    id: Identifier
    id_order: Identifier
    amount: object = None
    shipping_cost_amount: object = None
    total_products_tax_incl: object = None
    total_shipping_tax_incl: object = None
    date_add: Text
