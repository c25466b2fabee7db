"""The fields of bol.com's documents that facts are made of; all others are left unread.

Lists tell less than the documents of one order or shipment: no prices, no pieces of a shipment.
Ids may be alphanumeric, and those of shipments are numbers in one answer and text in another.
"""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.payload import ROWS, CamelPayload, Pieces, Text, Time


def _id(value: object) -> object:
    """Read an id; a number counts, a number with a fraction does not."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _day(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


Id = Annotated[str, BeforeValidator(_id), Field(strict=True, pattern=r"^[A-Za-z0-9-]{1,64}$")]
Day = Annotated[date | None, BeforeValidator(_day)]


class Product(CamelPayload):
    ean: Text = ""
    title: Text = ""


class Offer(CamelPayload):
    reference: Text = ""


class Fulfilment(CamelPayload):
    method: Text = ""
    expiry_date: Day = None


class Item(CamelPayload):
    order_item_id: Id
    ean: Text = ""
    product: Product = Product()
    offer: Offer = Offer()
    fulfilment: Fulfilment = Fulfilment()
    fulfilment_method: Text = ""
    fulfilment_status: Text = ""
    quantity: Pieces
    quantity_shipped: Pieces = 0
    quantity_cancelled: Pieces = 0
    unit_price: object = None
    cancellation_request: bool = Field(default=False, strict=True)
    latest_changed_date_time: Time | None = None


class Details(CamelPayload):
    first_name: Text = ""
    surname: Text = ""
    company: Text = ""
    street_name: Text = ""
    house_number: Text = ""
    house_number_extension: Text = ""
    extra_address_information: Text = ""
    zip_code: Text = ""
    city: Text = ""
    country_code: Text = ""
    email: Text = ""
    delivery_phone_number: Text = ""
    language: Text = ""


class Order(CamelPayload):
    order_id: Id
    order_placed_date_time: Time
    shipment_details: Details | None = None
    billing_details: Details | None = None
    order_items: Annotated[tuple[Item, ...], *ROWS]


class ShippedOrder(CamelPayload):
    order_id: Id


class ShippedItem(CamelPayload):
    order_item_id: Id
    order_id: Id | None = None
    quantity: Pieces | None = None


class TransportEvent(CamelPayload):
    event_code: Text
    event_date_time: Time


class Transport(CamelPayload):
    transporter_code: Text = ""
    track_and_trace: Text = ""
    transport_events: Annotated[tuple[TransportEvent, ...], *ROWS] = ()


class Shipment(CamelPayload):
    shipment_id: Id
    shipped_at: Time = Field(alias="shipmentDateTime")
    order: ShippedOrder | None = None
    shipment_items: Annotated[tuple[ShippedItem, ...], *ROWS]
    transport: Transport = Transport()


class Reason(CamelPayload):
    main_reason: Text = ""


class Result(CamelPayload):
    """What was decided about so many pieces."""

    quantity: Pieces
    handling_result: Text
    processing_date_time: Time


class ReturnItem(CamelPayload):
    rma_id: Id
    order_id: Id
    ean: Annotated[str, Field(strict=True, min_length=1, max_length=100)]
    expected_quantity: Pieces
    return_reason: Reason | None = None
    handled: bool = Field(default=False, strict=True)
    processing_results: Annotated[tuple[Result, ...], *ROWS] = ()


class Return(CamelPayload):
    return_id: Id
    registration_date_time: Time
    return_items: Annotated[tuple[ReturnItem, ...], *ROWS]
