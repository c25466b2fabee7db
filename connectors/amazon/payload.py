"""The fields of Amazon's orders that facts are made of; all others are left unread.

The models are those of the Orders API 2026-01-01 (`orderId`). Version 0 (`AmazonOrderId`) says
the same in other words; its models stand beside them in `payload_v0.py`.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from connectors.payload import ROWS, CamelPayload, Pieces, Text

_ORDER_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{2,99}", re.ASCII)
_YEARS: Final = range(1970, 2200)


def _order_id(value: object) -> str:
    if not isinstance(value, str) or not _ORDER_ID.fullmatch(value):
        raise ValueError("is no order id of Amazon")
    return value


def _sandbox_time(value: object) -> datetime:
    """Read a time with its offset; the orders of Amazon's sandbox date from January 1970."""
    time = datetime.fromisoformat(value) if isinstance(value, str) else None
    if time is None or time.tzinfo is None or time.year not in _YEARS:
        raise ValueError("is no time of this age written as text with its offset")
    return time.astimezone(UTC)


OrderId = Annotated[str, BeforeValidator(_order_id)]
OrderTime = Annotated[datetime, BeforeValidator(_sandbox_time)]
Name = Annotated[str, Field(strict=True, min_length=1, max_length=200)]


class Money(CamelPayload):
    amount: object
    currency_code: Text


class Part(CamelPayload):
    type: Text = ""
    subtotal: Money | None = None


class Window(CamelPayload):
    latest_date_time: OrderTime | None = None


class Address(CamelPayload):
    name: Text = ""
    company_name: Text = ""
    address_line1: Text = ""
    address_line2: Text = ""
    address_line3: Text = ""
    city: Text = ""
    state_or_region: Text = ""
    postal_code: Text = ""
    country_code: Text = ""
    phone: Text = ""


class Recipient(CamelPayload):
    delivery_address: Address | None = None


class Buyer(CamelPayload):
    buyer_name: Text = ""
    buyer_email: Text = ""


class Alias(CamelPayload):
    alias_id: Text = ""


class Proceeds(CamelPayload):
    grand_total: Money | None = None
    breakdowns: Annotated[tuple[Part, ...], *ROWS] = ()


class Execution(CamelPayload):
    payment_method: Text = ""


class Payment(CamelPayload):
    executions: Annotated[tuple[Execution, ...], *ROWS] = Field((), alias="paymentExecutions")


class Fulfilment(CamelPayload):
    fulfillment_status: Text
    fulfillment_service_level: Text = ""
    ship_by_window: Window | None = None
    deliver_by_window: Window | None = None


class Price(CamelPayload):
    unit_price: Money | None = None


class Product(CamelPayload):
    title: Text = ""
    seller_sku: Text = ""
    price: Price | None = None


class GiftOption(CamelPayload):
    gift_message: Text = ""


class Packing(CamelPayload):
    gift_option: GiftOption | None = None


class ItemFulfilment(CamelPayload):
    quantity_fulfilled: Pieces = 0
    quantity_unfulfilled: Pieces = 0
    packing: Packing | None = None


class Cancellation(CamelPayload):
    """Who called the line off or asked to; neither part says how many pieces."""

    cancel_reason: Text = ""


class Cancellations(CamelPayload):
    cancellation_request: Cancellation | None = None
    cancellation_execution: Cancellation | None = None


class ItemProceeds(CamelPayload):
    breakdowns: Annotated[tuple[Part, ...], *ROWS] = ()


class Item(CamelPayload):
    order_item_id: Name
    quantity_ordered: Pieces
    product: Product | None = None
    proceeds: ItemProceeds | None = None
    cancellation: Cancellations | None = None
    fulfillment: ItemFulfilment | None = None


class PackageStatus(CamelPayload):
    status: Text
    detailed_status: Text = ""


class PackedItem(CamelPayload):
    order_item_id: Name
    quantity: Pieces


class Package(CamelPayload):
    package_reference_id: Name
    created_time: OrderTime | None = None
    package_status: PackageStatus | None = None
    carrier: Text = ""
    ship_time: OrderTime | None = None
    shipping_service: Text = ""
    tracking_number: Text = ""
    package_items: Annotated[tuple[PackedItem, ...], *ROWS] = ()


class Channel(CamelPayload):
    marketplace_id: Text = ""


class Order(CamelPayload):
    order_id: OrderId
    sales_channel: Channel = Channel()
    order_aliases: Annotated[tuple[Alias, ...], *ROWS] = ()
    created_time: OrderTime
    last_updated_time: OrderTime
    programs: Annotated[tuple[Text, ...], *ROWS] = ()
    buyer: Buyer | None = None
    recipient: Recipient | None = None
    proceeds: Proceeds | None = None
    payment: Payment | None = None
    fulfillment: Fulfilment
    order_items: Annotated[tuple[Item, ...], *ROWS]
    packages: Annotated[tuple[Package, ...], *ROWS] = ()
