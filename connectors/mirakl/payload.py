"""The fields of Mirakl's documents that facts are made of; all others are left unread."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.payload import ROWS, Payload, Pieces, Text, Time

Id = Annotated[str, Field(strict=True, pattern=r"^[!-~]{1,100}$")]


def _moment(value: object) -> object:
    """Read a time whose day, hour and offset stand apart; without an offset it is none."""
    if not isinstance(value, dict):
        return None
    day, hour, offset = (value.get(name) for name in ("date", "time", "offset"))
    if not (isinstance(day, str) and isinstance(hour, str) and isinstance(offset, str)):
        return None
    return f"{day}T{hour}{offset}"


Moment = Annotated[Time | None, BeforeValidator(_moment)]


class Tax(Payload):
    amount: object = 0


_Taxes = Annotated[tuple[Tax, ...], *ROWS]


class Taxed(Payload):
    """An amount without shipping, one for shipping, and the taxes on both."""

    amount: object = 0
    shipping_amount: object = None
    taxes: _Taxes = ()
    shipping_taxes: _Taxes = ()


class Refund(Taxed):
    id: Text
    state: Text = ""
    refund_state: Text = ""
    reason_code: Text = ""
    created_date: Time | None = None
    transaction_date: Time | None = None


class Cancelation(Taxed):
    quantity: Pieces | None = None


class Line(Payload):
    order_line_id: Id
    order_line_state: Text
    quantity: Pieces
    offer_sku: Text = ""
    product_title: Text = ""
    price_unit: object = None
    total_price: object = 0
    taxes: _Taxes = ()
    shipping_taxes: _Taxes = ()
    shipped_date: Time | None = None
    received_date: Time | None = None
    refunds: Annotated[tuple[Refund, ...], *ROWS] = ()
    cancelations: Annotated[tuple[Cancelation, ...], *ROWS] = ()


class Address(Payload):
    firstname: Text = ""
    lastname: Text = ""
    company: Text = ""
    street_1: Text = ""
    street_2: Text = ""
    zip_code: Text = ""
    city: Text = ""
    state: Text = ""
    country: Text = ""
    country_iso_code: Text = ""
    phone: Text = ""


class Customer(Payload):
    customer_id: Text = ""
    firstname: Text = ""
    lastname: Text = ""
    locale: Text = ""
    shipping_address: Address | None = None
    billing_address: Address | None = None


class Period(Payload):
    latest: Time | None = None


class Order(Payload):
    order_id: Id
    commercial_id: Text = ""
    order_state: Text
    created_date: Time
    last_updated_date: Time
    currency_iso_code: Text
    order_tax_mode: Text = ""
    payment_workflow: Text = ""
    payment_type: Text = ""
    customer_debited_date: Time | None = None
    shipping_price: object = None
    shipping_company: Text = ""
    shipping_tracking: Text = ""
    shipping_tracking_url: Text = ""
    shipping_type_label: Text = ""
    shipping_deadline: Time | None = None
    delivery_date: Period | None = None
    customer_notification_email: Text = ""
    customer: Customer | None = None
    order_lines: Annotated[tuple[Line, ...], *ROWS]


class ShipmentLine(Payload):
    order_line_id: Id
    quantity: Pieces


class Milestone(Payload):
    type: Text
    occurrence_date: Moment = None


class Tracking(Payload):
    carrier_name: Text = ""
    tracking_number: Text = ""
    tracking_url: Text = ""
    milestones: Annotated[tuple[Milestone, ...], *ROWS] = ()


class Shipment(Payload):
    id: Id
    order_id: Id
    status: Text
    created_date: Time
    last_updated_date: Time | None = None
    shipped_date: Time | None = None
    shipment_lines: Annotated[tuple[ShipmentLine, ...], *ROWS]
    tracking: Tracking | None = None


class Compliance(Payload):
    compliant: bool | None = None


class ReturnLine(Payload):
    order_line_id: Id
    quantity: Pieces
    compliance: Annotated[tuple[Compliance, ...], *ROWS] = ()


class Return(Payload):
    id: Id
    order_id: Id
    state: Text
    date_created: Time
    last_updated: Time | None = None
    reason_code: Text = ""
    return_lines: Annotated[tuple[ReturnLine, ...], *ROWS]


class ServiceTax(Payload):
    amount: object = 0


class ServicePrice(Payload):
    amount: object = 0
    quantity: Pieces = 1
    taxes: Annotated[tuple[ServiceTax, ...], *ROWS] = ()


class Service(Payload):
    code: Id
    title: Text = ""


class ServiceRefund(Payload):
    id: Text
    amount: object
    state: Text = ""
    creation_date: Time | None = None
    transaction_date: Time | None = None
    reason_code: Text = ""


class ServiceCustomer(Payload):
    id: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    email: Text = ""
    phone_number: Text = ""
    locale: Text = ""


class ServiceOrder(Payload):
    id: Id
    commercial_order_id: Text = ""
    state: Text
    date_created: Time
    date_updated: Time | None = None
    currency_code: Text
    price: ServicePrice
    service: Service
    customer: ServiceCustomer | None = None
    refunds: Annotated[tuple[ServiceRefund, ...], *ROWS] = ()
