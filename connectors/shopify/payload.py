"""The fields of Shopify's payloads that facts are made of; all others are left unread.

Ids go beyond 2^53, so a number with a fraction or an exponent is refused: some tool rounded it.
Amounts stay as they came until `payment.py` and `order.py` know their currency.
"""

from typing import Any, Final

from msgspec import field

from connectors.misread import Misread
from connectors.part import Flag, Identifier, Note, Part, Pieces, Rows, Text, Time
from connectors.payload import DIGITS

_EXACT_MAX: Final = 2**53
"""Up to here a double holds every whole number, so no tool rounded an id."""


class _Named(Part, frozen=True, kw_only=True):
    """Something whose id Shopify writes twice: as a number, and as text at the end of a gid.

    A tool in between that reads numbers as doubles rounds the first; an order under a wrong id
    would be another order, so beyond what a double holds the two must agree.
    """

    id: Identifier
    admin_graphql_api_id: Text = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if int(self.id) <= _EXACT_MAX:
            return
        last = self.admin_graphql_api_id.partition("?")[0].rpartition("/")[2]
        if last != self.id and DIGITS.fullmatch(last):
            reason = "was rounded on its way, it is not the one of admin_graphql_api_id"
            raise Misread(reason, "id", self.id)


class Money(Part, frozen=True, kw_only=True):
    amount: object = None
    currency_code: Text = ""


class MoneySet(Part, frozen=True, kw_only=True):
    """One amount in the shop's currency and in the one that the buyer saw and pays."""

    presentment_money: Money | None = None


class Address(Part, frozen=True, kw_only=True):
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


class Customer(Part, frozen=True, kw_only=True):
    id: Identifier | None = None
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    phone: Text = ""


class Line(_Named, frozen=True, kw_only=True):
    quantity: Pieces
    current_quantity: Pieces | None = None
    fulfillable_quantity: Pieces | None = None
    sku: Text = ""
    title: Text = ""
    name: Text = ""
    price: object = None
    price_set: MoneySet | None = None


class FulfilledLine(Part, frozen=True, kw_only=True):
    id: Identifier
    quantity: Pieces


class Fulfillment(_Named, frozen=True, kw_only=True):
    order_id: Identifier | None = None
    status: Text = ""
    shipment_status: Text = ""
    created_at: Time
    updated_at: Time | None = None
    service: Text = ""
    tracking_company: Text = ""
    tracking_number: Text = ""
    tracking_numbers: Rows[Text] = ()
    tracking_url: Text = ""
    tracking_urls: Rows[Text] = ()
    line_items: Rows[FulfilledLine] = ()


class FulfillmentEvent(_Named, frozen=True, kw_only=True):
    fulfillment_id: Identifier
    order_id: Identifier
    status: Text
    happened_at: Time
    estimated_delivery_at: Time | None = None
    city: Text = ""
    province: Text = ""
    country: Text = ""
    zip: Text = ""


class Transaction(_Named, frozen=True, kw_only=True):
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
    test: Flag = None


class RefundLine(Part, frozen=True, kw_only=True):
    line_item_id: Identifier
    quantity: Pieces
    restock_type: Text = ""


class Refund(_Named, frozen=True, kw_only=True):
    order_id: Identifier | None = None
    created_at: Time | None = None
    processed_at: Time | None = None
    refund_line_items: Rows[RefundLine] = ()
    transactions: Rows[Transaction] = ()


class ShippingLine(Part, frozen=True, kw_only=True):
    title: Text = ""


class Order(_Named, frozen=True, kw_only=True):
    name: Text = ""
    order_number: Text = ""
    created_at: Time
    updated_at: Time
    cancelled_at: Time | None = None
    cancel_reason: Text = ""
    closed_at: Time | None = None
    test: Flag = None
    confirmed: Flag = None
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
    payment_gateway_names: Rows[Text] = ()
    note: Note = ""
    email: Text = ""
    contact_email: Text = ""
    phone: Text = ""
    customer_locale: Text = ""
    customer: Customer | None = None
    shipping_address: Address | None = None
    billing_address: Address | None = None
    shipping_lines: Rows[ShippingLine] = ()
    line_items: Rows[Line] = ()
    fulfillments: Rows[Fulfillment] = ()
    refunds: Rows[Refund] = ()
    transactions: Rows[Transaction] = ()


class Dispute(Part, frozen=True, kw_only=True):
    id: Identifier
    order_id: Identifier | None = None
    amount: object
    currency: Text
    reason: Text = ""
    status: Text
    initiated_at: Time
    finalized_on: Time | None = None


class Risk(Part, frozen=True, kw_only=True):
    """One provider's assessment; the order stands in the gid only."""

    admin_graphql_api_order_id: Text
    provider_id: Text = ""
    provider_title: Text = ""
    risk_level: Text
    created_at: Time

    @property
    def order_id(self) -> str | None:
        number = self.admin_graphql_api_order_id.rpartition("/")[2]
        return number if DIGITS.fullmatch(number) else None


class Hold(Part, frozen=True, kw_only=True):
    reason: Text = ""
    reason_notes: Text = ""


class WorkLine(Part, frozen=True, kw_only=True):
    line_item_id: Identifier
    fulfillable_quantity: Pieces = 0


class FulfillmentOrder(Part, frozen=True, kw_only=True):
    id: Identifier
    order_id: Identifier
    status: Text
    assigned_location_id: Text = ""
    fulfillment_holds: Rows[Hold] = ()
    line_items: Rows[WorkLine] = ()
    created_at: Time | None = None
    updated_at: Time | None = None


class Reference(Part, frozen=True, kw_only=True):
    id: Identifier


class Fulfilled(Part, frozen=True, kw_only=True):
    line_item: Reference | None = None


class ReturnLine(Part, frozen=True, kw_only=True):
    quantity: Pieces
    return_reason: Text = ""
    fulfillment_line_item: Fulfilled | None = None


class Decline(Part, frozen=True, kw_only=True):
    reason: Text = ""
    note: Text = ""


class Return(_Named, frozen=True, kw_only=True):
    status: Text
    order: Reference | None = None
    parent: Identifier | None = field(default=None, name="order_id")
    decline: Decline | None = None
    return_line_items: Rows[ReturnLine] = ()

    @property
    def order_id(self) -> str | None:
        return self.order.id if self.order else self.parent
