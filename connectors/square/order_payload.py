"""What we read of Square's orders; everything else is left where it is."""

from typing import Annotated, Final

from pydantic import BeforeValidator, Field, StringConstraints

from connectors.payload import ROWS, Note, StrictPayload, Text, Time
from connectors.square.payload import Money, Name, Word

_MANY: Final = (*ROWS, Field(strict=False))
_QUANTITY: Final = r"^[0-9]{1,9}(\.[0-9]{1,5})?$"


def _nothing(value: object) -> object:
    return None if value == "" else value


OptionalTime = Annotated[Time | None, BeforeValidator(_nothing)]


class Line(StrictPayload):
    uid: Name
    name: Text = ""
    variation_name: Text = ""
    quantity: Annotated[str, StringConstraints(pattern=_QUANTITY)]
    catalog_object_id: Text = ""
    base_price_money: Money | None = None
    total_money: Money | None = None


class Address(StrictPayload):
    address_line_1: Text = ""
    address_line_2: Text = ""
    address_line_3: Text = ""
    locality: Text = ""
    administrative_district_level_1: Text = ""
    postal_code: Text = ""
    country: Text = ""


class Recipient(StrictPayload):
    customer_id: Text = ""
    display_name: Text = ""
    email_address: Text = ""
    phone_number: Text = ""
    address: Address | None = None


class Details(StrictPayload):
    """Of a shipment, a pickup or a delivery: each names its times in its own way."""

    recipient: Recipient | None = None
    carrier: Text = ""
    shipping_type: Text = ""
    tracking_number: Text = ""
    tracking_url: Text = ""
    packaged_at: OptionalTime = None
    ready_at: OptionalTime = None
    shipped_at: OptionalTime = None
    picked_up_at: OptionalTime = None
    delivered_at: OptionalTime = None
    canceled_at: OptionalTime = None
    failed_at: OptionalTime = None
    note: Note = ""


class Entry(StrictPayload):
    line_item_uid: Name
    quantity: Annotated[str, StringConstraints(pattern=_QUANTITY)]


class Fulfilment(StrictPayload):
    uid: Name
    type: Word = ""
    state: Word
    entries: Annotated[tuple[Entry, ...], *_MANY] = ()
    shipment_details: Details | None = None
    pickup_details: Details | None = None
    delivery_details: Details | None = None

    @property
    def details(self) -> Details:
        """What is said of the one way in which it is fulfilled."""
        return self.shipment_details or self.pickup_details or self.delivery_details or Details()


class TenderCard(StrictPayload):
    status: Word | None = None


class Tender(StrictPayload):
    id: Name
    payment_id: Name | None = None
    amount_money: Money | None = None
    card_details: TenderCard | None = None


class OrderRefund(StrictPayload):
    status: Word
    amount_money: Money


class Order(StrictPayload):
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
    version: Annotated[int, Field(ge=1, le=10**12)] = 1
    state: Word = "OPEN"
    created_at: Time
    updated_at: Time | None = None
    closed_at: OptionalTime = None
    reference_id: Text = ""
    customer_id: Text = ""
    total_money: Money
    total_tax_money: Money | None = None
    total_discount_money: Money | None = None
    line_items: Annotated[tuple[Line, ...], *_MANY] = ()
    fulfillments: Annotated[tuple[Fulfilment, ...], *_MANY] = ()
    tenders: Annotated[tuple[Tender, ...], *_MANY] = ()
    refunds: Annotated[tuple[OrderRefund, ...], *_MANY] = ()
