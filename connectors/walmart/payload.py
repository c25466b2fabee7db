"""The fields of Walmart's orders that facts are made of; all others are left unread.

Times are milliseconds since 1970, in some answers text with an offset; quantities are text,
amounts are numbers; what is a list in one answer is a single object in another.
"""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from connectors.payload import PIECES_MAX, ROWS, CamelPayload, Text, read_time

_MILLISECONDS: Final = range(1_000_000_000_000, 7_000_000_000_000)


def _time(value: object) -> datetime:
    if isinstance(value, int) and not isinstance(value, bool) and value in _MILLISECONDS:
        return datetime.fromtimestamp(value / 1000, UTC)
    if isinstance(value, str):
        return read_time(value)
    raise ValueError("is no time in milliseconds since 1970")


def _count(value: object) -> int:
    """Read whole pieces, written as text."""
    try:
        read = Decimal(value) if isinstance(value, str) and len(value) < 20 else None
    except InvalidOperation:
        read = None
    if isinstance(value, int) and not isinstance(value, bool):
        read = Decimal(value)
    if read is None or not read.is_finite() or read != int(read):
        raise ValueError("is no whole number of pieces")
    return int(read)


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, dict) else value


Time = Annotated[datetime, BeforeValidator(_time)]
Count = Annotated[int, Field(ge=0, le=PIECES_MAX), BeforeValidator(_count)]
Id = Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9._-]{1,100}$")]
_MANY: Final = (*ROWS, BeforeValidator(_one_or_many))


class Amount(CamelPayload):
    amount: object = None
    currency: Text = ""


class Tax(CamelPayload):
    tax_amount: Amount | None = None


class Charge(CamelPayload):
    charge_type: Text = ""
    charge_amount: Amount
    tax: Tax | None = None


class Charges(CamelPayload):
    charge: Annotated[tuple[Charge, ...], *_MANY] = ()


class Item(CamelPayload):
    product_name: Text = ""
    sku: Text = ""


class Quantity(CamelPayload):
    amount: Count


class Carrier(CamelPayload):
    carrier: Text = ""
    other_carrier: Text = ""


class Tracking(CamelPayload):
    ship_date_time: Time | None = None
    carrier_name: Carrier | None = None
    method_code: Text = ""
    tracking_number: Text = ""
    tracking_url: Text = Field("", alias="trackingURL")


class Status(CamelPayload):
    """So many pieces of a line are this far."""

    status: Text
    status_quantity: Quantity | None = None
    cancellation_reason: Text = ""
    tracking_info: Tracking | None = None


class Statuses(CamelPayload):
    order_line_status: Annotated[tuple[Status, ...], *_MANY] = ()


class RefundCharge(CamelPayload):
    charge: Charge
    refund_reason: Text = ""


class RefundCharges(CamelPayload):
    refund_charge: Annotated[tuple[RefundCharge, ...], *_MANY] = ()


class Refund(CamelPayload):
    refund_id: Text = ""
    refund_charges: RefundCharges | None = None


class Fulfilment(CamelPayload):
    fulfillment_option: Text = ""


class Line(CamelPayload):
    line_number: Id
    item: Item = Item()
    charges: Charges = Charges()
    order_line_quantity: Quantity
    status_date: Time | None = None
    order_line_statuses: Statuses = Statuses()
    refund: Refund | None = None
    fulfillment: Fulfilment | None = None
    intent_to_cancel: Text = ""


class Lines(CamelPayload):
    order_line: Annotated[tuple[Line, ...], *_MANY]


class Address(CamelPayload):
    name: Text = ""
    address1: Text = ""
    address2: Text = ""
    city: Text = ""
    state: Text = ""
    postal_code: Text = ""
    country: Text = ""


class Shipping(CamelPayload):
    phone: Text = ""
    estimated_delivery_date: Time | None = None
    estimated_ship_date: Time | None = None
    method_code: Text = ""
    postal_address: Address | None = None


class Total(CamelPayload):
    currency_amount: object = None
    currency_unit: Text = ""


class Summary(CamelPayload):
    total_amount: Total | None = None


class Order(CamelPayload):
    purchase_order_id: Id
    customer_order_id: Text = ""
    customer_email_id: Text = ""
    order_date: Time
    shipping_info: Shipping = Shipping()
    order_lines: Lines
    order_summary: Summary | None = None
