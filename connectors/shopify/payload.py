"""The fields of Shopify's payloads that facts are made of; all others are left unread.

Ids go beyond 2^53, so a number with a fraction or an exponent is refused: some tool rounded it.
Amounts stay as they came until `payment.py` and `order.py` know their currency.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)
_TEXT_CHARACTERS_MAX = 2_000  # so that two of them make a name
_NOTE_CHARACTERS_MAX = 4_096
_ROWS_MAX = 1_000


def read_identifier(value: object) -> str:
    """Read an id: a whole number, as a number or as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("is no whole number")  # noqa: TRY004 - pydantic wants ValueError
    text = str(value)
    if not _DIGITS.fullmatch(text):
        raise ValueError("is no id of Shopify")
    return text


def read_time(value: object) -> datetime:
    """Read a time with its offset; numbers are no times here."""
    if not isinstance(value, str):
        raise ValueError("is no time written as text")  # noqa: TRY004 - pydantic wants ValueError
    time = datetime.fromisoformat(value)
    if time.tzinfo is None:
        raise ValueError("has no offset from UTC")
    if not 1990 <= time.year < 2200:
        raise ValueError("is not of this age")
    return time.astimezone(UTC)


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


def _rows(value: object) -> object:
    return [] if value is None else value


Identifier = Annotated[str, BeforeValidator(read_identifier)]
Time = Annotated[datetime, BeforeValidator(read_time)]
Text = Annotated[str, BeforeValidator(_text)]
Note = Annotated[str, BeforeValidator(_note)]
Pieces = Annotated[int, Field(ge=0, le=1_000_000, strict=True)]
_Rows = (BeforeValidator(_rows), Field(max_length=_ROWS_MAX))


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Named(_Payload):
    """Something whose id Shopify writes twice: as a number, and as text at the end of a gid.

    A tool in between that reads numbers as doubles rounds the first; an order under a wrong id
    would be another order, so the two must agree.
    """

    id: Identifier
    admin_graphql_api_id: Text = ""

    @model_validator(mode="after")
    def _same_id_twice(self) -> Self:
        last = self.admin_graphql_api_id.partition("?")[0].rpartition("/")[2]
        if last and _DIGITS.fullmatch(last) and last != self.id:
            raise ValueError(
                "id was rounded on its way, it is not the one of admin_graphql_api_id"
            )
        return self


class Money(_Payload):
    amount: object = None
    currency_code: Text = ""


class MoneySet(_Payload):
    """One amount in the shop's currency and in the one that the buyer saw and pays."""

    presentment_money: Money | None = None


class Address(_Payload):
    first_name: Text = ""
    last_name: Text = ""
    name: Text = ""
    company: Text = ""
    address1: Text = ""
    address2: Text = ""
    zip: Text = ""
    city: Text = ""
    province: Text = ""
    province_code: Text = ""
    country: Text = ""
    country_code: Text = ""
    phone: Text = ""


class Customer(_Payload):
    id: Identifier | None = None
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    phone: Text = ""


class Line(_Named):
    quantity: Pieces
    current_quantity: Pieces | None = None
    fulfillable_quantity: Pieces | None = None
    sku: Text = ""
    title: Text = ""
    name: Text = ""
    price: object = None
    price_set: MoneySet | None = None


class FulfilledLine(_Payload):
    id: Identifier
    quantity: Pieces


class Fulfillment(_Named):
    order_id: Identifier | None = None
    status: Text = ""
    shipment_status: Text = ""
    created_at: Time
    updated_at: Time | None = None
    service: Text = ""
    tracking_company: Text = ""
    tracking_number: Text = ""
    tracking_numbers: Annotated[list[Text], *_Rows] = []
    tracking_url: Text = ""
    tracking_urls: Annotated[list[Text], *_Rows] = []
    line_items: Annotated[list[FulfilledLine], *_Rows] = []


class FulfillmentEvent(_Named):
    fulfillment_id: Identifier
    order_id: Identifier
    status: Text
    happened_at: Time
    estimated_delivery_at: Time | None = None
    city: Text = ""
    province: Text = ""
    country: Text = ""
    zip: Text = ""


class Transaction(_Named):
    order_id: Identifier | None = None
    parent_id: Identifier | None = None
    kind: Text
    status: Text
    gateway: Text = ""
    amount: object
    currency: Text = ""
    authorization: Text = ""
    payment_id: Text = ""
    error_code: Text = ""
    receipt: Any = None  # whatever the gateway answered: an object, a list, text
    processed_at: Time | None = None
    created_at: Time | None = None
    test: bool | None = None


class RefundLine(_Payload):
    line_item_id: Identifier
    quantity: Pieces
    restock_type: Text = ""


class Refund(_Named):
    order_id: Identifier | None = None
    created_at: Time | None = None
    processed_at: Time | None = None
    refund_line_items: Annotated[list[RefundLine], *_Rows] = []
    transactions: Annotated[list[Transaction], *_Rows] = []


class ShippingLine(_Payload):
    title: Text = ""


class Order(_Named):
    name: Text = ""
    order_number: Text = ""
    created_at: Time
    updated_at: Time
    cancelled_at: Time | None = None
    cancel_reason: Text = ""
    closed_at: Time | None = None
    test: bool | None = None
    confirmed: bool | None = None
    financial_status: Text = ""
    fulfillment_status: Text = ""
    currency: Text
    presentment_currency: Text = ""
    total_price: object
    total_price_set: MoneySet | None = None
    current_total_price: object = None
    current_total_price_set: MoneySet | None = None
    total_outstanding: object = None
    total_tax: object = None
    total_tax_set: MoneySet | None = None
    total_discounts: object = None
    total_discounts_set: MoneySet | None = None
    total_shipping_price_set: MoneySet | None = None
    gateway: Text = ""
    payment_gateway_names: Annotated[list[Text], *_Rows] = []
    note: Note = ""
    email: Text = ""
    contact_email: Text = ""
    phone: Text = ""
    customer_locale: Text = ""
    customer: Customer | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_lines: Annotated[list[ShippingLine], *_Rows] = []
    line_items: Annotated[list[Line], *_Rows] = []
    fulfillments: Annotated[list[Fulfillment], *_Rows] = []
    refunds: Annotated[list[Refund], *_Rows] = []
    transactions: Annotated[list[Transaction], *_Rows] = []
