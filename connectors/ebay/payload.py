"""The fields of eBay's orders that facts are made of; all others are left unread.

What the buyer pays stands in `value` and `currency`; where eBay converted it for the seller, the
original stands beside it as `convertedFromValue`.
"""

import re
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from connectors.money import NotMoney, minor
from connectors.payload import ROWS, CamelPayload, Note, Pieces, Text, Time
from domain.vocabulary import Minor

_ID: Final = re.compile(r"[!-.0-~]{1,100}", re.ASCII)


def _id(value: object) -> str:
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("is no id of eBay")
    return value


Id = Annotated[str, BeforeValidator(_id)]


class Amount(CamelPayload):
    value: object = None
    currency: Text = ""
    converted_from_value: object = None
    converted_from_currency: Text = ""

    def read(self, currency: str, field: str) -> Minor:
        """Read the amount in this currency: as it is, or as it was before it was converted."""
        if self.currency == currency:
            return minor(self.value, currency, field=f"{field}.value")
        if self.converted_from_currency == currency:
            return minor(self.converted_from_value, currency, field=f"{field}.convertedFromValue")
        reason = f"is in another currency than its order, {currency}"
        raise NotMoney(reason, f"{field}.currency", self.currency)


class Phone(CamelPayload):
    phone_number: Text = ""


class Contact(CamelPayload):
    address_line1: Text = ""
    address_line2: Text = ""
    city: Text = ""
    state_or_province: Text = ""
    postal_code: Text = ""
    country_code: Text = ""


class Person(CamelPayload):
    full_name: Text = ""
    company_name: Text = ""
    contact_address: Contact | None = None
    primary_phone: Phone | None = None
    email: Text = ""


class Buyer(CamelPayload):
    username: Text = ""
    buyer_registration_address: Person | None = None


class ShippingStep(CamelPayload):
    ship_to: Person | None = None
    shipping_service_code: Text = ""


class Instruction(CamelPayload):
    fulfillment_instructions_type: Text = ""
    max_estimated_delivery_date: Time | None = None
    shipping_step: ShippingStep | None = None


class LineInstructions(CamelPayload):
    ship_by_date: Time | None = None


class Gift(CamelPayload):
    message: Text = ""


class Line(CamelPayload):
    line_item_id: Id
    sku: Text = ""
    title: Text = ""
    quantity: Pieces
    line_item_cost: Amount | None = None
    line_item_fulfillment_status: Text = ""
    line_item_fulfillment_instructions: LineInstructions | None = None
    gift_details: Gift | None = None


class Pricing(CamelPayload):
    total: Amount
    delivery_cost: Amount | None = None
    delivery_discount: Amount | None = None
    price_discount: Amount | None = None
    tax: Amount | None = None


class Payment(CamelPayload):
    payment_method: Text = ""
    payment_date: Time | None = None


class Refund(CamelPayload):
    """Money that went back; its amount is what the seller loses, and its id may be missing."""

    refund_id: Text = ""
    refund_reference_id: Text = ""
    refund_date: Time | None = None
    refund_status: Text = ""
    amount: Amount | None = None


class Payments(CamelPayload):
    payments: Annotated[tuple[Payment, ...], *ROWS] = ()
    refunds: Annotated[tuple[Refund, ...], *ROWS] = ()


class CancelRequest(CamelPayload):
    cancel_request_id: Text = ""
    cancel_request_state: Text = ""
    cancel_initiator: Text = ""
    cancel_reason: Text = ""
    cancel_requested_date: Time | None = None
    cancel_completed_date: Time | None = None


class CancelStatus(CamelPayload):
    cancel_state: Text = ""
    cancelled_date: Time | None = None
    cancel_requests: Annotated[tuple[CancelRequest, ...], *ROWS] = ()


class FulfilledLine(CamelPayload):
    line_item_id: Id
    quantity: Pieces = 1


class Fulfilment(CamelPayload):
    fulfillment_id: Id
    shipment_tracking_number: Text = ""
    shipping_carrier_code: Text = ""
    shipped_date: Time | None = None
    line_items: Annotated[tuple[FulfilledLine, ...], *ROWS] = ()


class Order(CamelPayload):
    order_id: Id
    legacy_order_id: Text = ""
    creation_date: Time
    last_modified_date: Time
    order_fulfillment_status: Text
    order_payment_status: Text
    buyer: Buyer | None = None
    buyer_checkout_notes: Note = ""
    pricing_summary: Pricing
    payment_summary: Payments = Payments()
    cancel_status: CancelStatus = CancelStatus()
    instructions: Annotated[tuple[Instruction, ...], *ROWS] = Field(
        (), alias="fulfillmentStartInstructions"
    )
    fulfillment_hrefs: Annotated[tuple[Text, ...], *ROWS] = ()
    fulfillments: Annotated[tuple[Fulfilment, ...], *ROWS] = ()
    line_items: Annotated[tuple[Line, ...], *ROWS]
