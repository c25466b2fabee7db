"""The fields of BigCommerce's payloads that facts are made of; all others are left unread.

Amounts are text of four decimals, unset dates are empty text, dates of version 2 are RFC 2822
and those of version 3 ISO 8601.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated

from pydantic import BeforeValidator

from connectors.payload import (
    ROWS,
    Fields,
    Identifier,
    Note,
    Payload,
    Pieces,
    Text,
    read_time,
)


def _time(value: object) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and value[:1].isalpha():
        time = parsedate_to_datetime(value)
        return read_time(time.replace(tzinfo=time.tzinfo or UTC).isoformat())
    return read_time(value)


def _consignments(value: object) -> object:
    """Read consignments that stand in groups or, in older answers, one after the other."""
    if isinstance(value, dict) and {"url", "resource"} & value.keys():
        return None
    if isinstance(value, list):
        groups = [each for each in value if isinstance(each, dict)]
        if len(groups) != len(value):
            raise ValueError("is no list of objects")
        return {
            name: [each for group in groups for each in group.get(name) or ()]
            for name in ("shipping", "pickups", "downloads")
        }
    return value


def _listed(value: object) -> object:
    """Read a list that stands in the document; where it is only linked there is none."""
    return None if isinstance(value, dict) else value


Moment = Annotated[datetime, BeforeValidator(_time)]
OptionalMoment = Annotated[datetime | None, BeforeValidator(_time)]


class Address(Payload):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    street_1: Text = ""
    street_2: Text = ""
    zip: Text = ""
    city: Text = ""
    state: Text = ""
    country_iso2: Text = ""
    country: Text = ""
    email: Text = ""
    phone: Text = ""


class Product(Payload):
    """A line of an order."""

    id: Identifier
    name: Text = ""
    sku: Text = ""
    quantity: Pieces
    quantity_shipped: Pieces = 0
    quantity_refunded: Pieces = 0
    total_inc_tax: object = None


class Group(Payload):
    """Lines that travel together; they may be linked instead of told."""

    line_items: Annotated[tuple[Fields, ...], *ROWS] = ()


class Shipping(Group, Address):
    shipping_method: Text = ""


class Consignments(Payload):
    shipping: Annotated[tuple[Shipping, ...], *ROWS] = ()
    pickups: Annotated[tuple[Group, ...], *ROWS] = ()
    downloads: Annotated[tuple[Group, ...], *ROWS] = ()


class Order(Payload):
    id: Identifier
    status_id: Identifier
    status: Text = ""
    custom_status: Text = ""
    payment_status: Text = ""
    payment_method: Text = ""
    payment_provider_id: Text = ""
    default_currency_code: Text = ""
    currency_code: Text = ""
    total_inc_tax: object
    total_tax: object = None
    shipping_cost_inc_tax: object = None
    discount_amount: object = None
    coupon_discount: object = None
    refunded_amount: object = None
    date_created: Moment
    date_modified: OptionalMoment = None
    date_shipped: OptionalMoment = None
    customer_id: Text = ""
    customer_message: Note = ""
    customer_locale: Text = ""
    external_order_id: Text = ""
    is_deleted: bool = False
    items_total: Pieces | None = None
    billing_address: Address | None = None
    products: Annotated[tuple[Product, ...] | None, BeforeValidator(_listed)] = None
    consignments: Annotated[Consignments | None, BeforeValidator(_consignments)] = None


class ShipmentItem(Payload):
    order_product_id: Identifier
    quantity: Pieces


class Shipment(Payload):
    id: Identifier
    order_id: Identifier
    date_created: Moment
    tracking_number: Text = ""
    tracking_carrier: Text = ""
    tracking_link: Text = ""
    generated_tracking_link: Text = ""
    shipping_provider: Text = ""
    shipping_provider_display_name: Text = ""
    shipping_method: Text = ""
    items: Annotated[tuple[ShipmentItem, ...], *ROWS] = ()


class Transaction(Payload):
    id: Identifier
    order_id: Identifier
    event: Text
    status: Text = "ok"
    method: Text = ""
    amount: object
    currency: Text
    gateway: Text = ""
    gateway_transaction_id: Text = ""
    reference_transaction_id: Text = ""
    test: bool = False
    date_created: Moment
