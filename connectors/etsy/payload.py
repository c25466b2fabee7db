"""The fields of Etsy's receipts that facts are made of; all others are left unread.

Money is an amount and what it is to be divided by; times are seconds since 1970; some fields
have an old and a new name (`create_timestamp`, `created_timestamp`).
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final

from pydantic import AliasChoices, BeforeValidator, Field

from connectors.money import NotMoney, minor
from connectors.payload import ROWS, Identifier, Note, Payload, Pieces, Text
from domain.vocabulary import Minor

_SECONDS: Final = range(1_000_000_000, 7_000_000_000)


def _time(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _SECONDS:
        raise ValueError("is no time in seconds since 1970")
    return datetime.fromtimestamp(value, UTC)


Seconds = Annotated[datetime, BeforeValidator(_time)]


class Money(Payload):
    amount: object = None
    divisor: object = None
    currency_code: Text = ""

    def read(self, currency: str, field: str) -> Minor:
        """Read the amount, which must be in this currency."""
        if self.currency_code != currency:
            reason = f"is in another currency than its order, {currency}"
            raise NotMoney(reason, f"{field}.currency_code", self.currency_code)
        amount, divisor = self.amount, self.divisor
        for name, each in (("amount", amount), ("divisor", divisor)):
            if isinstance(each, bool) or not isinstance(each, int) or abs(each) > 10**18:
                raise NotMoney("is no whole number", f"{field}.{name}", each)
        if not isinstance(divisor, int) or not isinstance(amount, int) or divisor < 1:
            raise NotMoney("is no divisor", f"{field}.divisor", divisor)
        exact = format(Decimal(amount) / divisor, "f")
        return minor(exact, currency, field=f"{field}.amount")


class Transaction(Payload):
    """One line of a receipt."""

    transaction_id: Identifier
    title: Text = ""
    quantity: Pieces
    sku: Text = ""
    price: Money | None = None
    paid_timestamp: Seconds | None = None
    shipped_timestamp: Seconds | None = None
    expected_ship_date: Seconds | None = None


class Shipment(Payload):
    receipt_shipping_id: Identifier | None = None
    shipment_notification_timestamp: Seconds | None = None
    carrier_name: Text = ""
    tracking_code: Text = ""


class Refund(Payload):
    """Money that went back; it has no id."""

    status: Text = ""
    amount: Money
    created_timestamp: Seconds
    reason: Text = ""


class Receipt(Payload):
    receipt_id: Identifier
    status: Text
    created: Seconds = Field(
        validation_alias=AliasChoices("created_timestamp", "create_timestamp")
    )
    updated: Seconds = Field(
        validation_alias=AliasChoices("updated_timestamp", "update_timestamp")
    )
    is_paid: bool = Field(default=False, strict=True)
    is_shipped: bool = Field(default=False, strict=True)
    buyer_user_id: Text = ""
    buyer_email: Text = ""
    name: Text = ""
    first_line: Text = ""
    second_line: Text = ""
    city: Text = ""
    state: Text = ""
    zip: Text = ""
    country_iso: Text = ""
    payment_method: Text = ""
    message_from_buyer: Note = ""
    gift_message: Note = ""
    grandtotal: Money
    total_shipping_cost: Money | None = None
    total_tax_cost: Money | None = None
    total_vat_cost: Money | None = None
    discount_amt: Money | None = None
    transactions: Annotated[tuple[Transaction, ...], *ROWS]
    shipments: Annotated[tuple[Shipment, ...], *ROWS] = ()
    refunds: Annotated[tuple[Refund, ...], *ROWS] = ()
