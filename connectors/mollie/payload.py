"""What we read of Mollie's objects; everything else is left where it is."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from connectors import money
from connectors.listing import ELEMENTS_MAX
from connectors.payload import StrictPayload, Time
from domain.vocabulary import Minor

Name = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,4}_[A-Za-z0-9]{1,64}$")]
Word = Annotated[str, StringConstraints(max_length=200)]


def _object(value: object) -> object:
    return value if isinstance(value, dict) else {}


def named(name: str) -> Any:  # Any: pydantic's field, which stands for its value
    """Make an optional field of Mollie's own name."""
    return Field(default=None, alias=name)


def _listed(name: str) -> Any:  # Any: as above
    return Field(default=None, alias=name, max_length=ELEMENTS_MAX, strict=False)


class Amount(StrictPayload):
    value: Word
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    @property
    def minor(self) -> Minor:
        """The amount in minor units."""
        return money.minor_unsigned(self.value, self.currency, field="amount.value")


class ChargedBack(Amount):
    """An amount that goes one way only; until 2019 it was written with a minus."""

    @property
    def minor(self) -> Minor:
        """The amount in minor units, without its sign."""
        return Minor(abs(money.minor(self.value, self.currency, field="amount.value")))


class Reason(StrictPayload):
    code: Word | None = None


class Refund(StrictPayload):
    id: Name
    amount: Amount
    status: Word
    created_at: Time = Field(alias="createdAt")
    payment_id: Name | None = named("paymentId")
    order_id: Name | None = named("orderId")


class Capture(StrictPayload):
    id: Name
    amount: Amount
    status: Word = "succeeded"
    created_at: Time = Field(alias="createdAt")
    payment_id: Name | None = named("paymentId")


class Chargeback(StrictPayload):
    id: Name
    amount: ChargedBack
    created_at: Time = Field(alias="createdAt")
    reversed_at: Time | None = named("reversedAt")
    payment_id: Name | None = named("paymentId")
    reason: Reason | None = None


class PaymentParts(StrictPayload):
    captures: tuple[Capture, ...] | None = _listed("captures")
    refunds: tuple[Refund, ...] | None = _listed("refunds")
    chargebacks: tuple[Chargeback, ...] | None = _listed("chargebacks")


class Details(StrictPayload):
    failure_reason: Word | None = named("failureReason")


class Payment(StrictPayload):
    id: Name
    status: Word
    amount: Amount
    created_at: Time = Field(alias="createdAt")
    mode: Word | None = None
    amount_captured: Amount | None = named("amountCaptured")
    amount_charged_back: Amount | None = named("amountChargedBack")
    amount_refunded: Amount | None = named("amountRefunded")
    authorized_at: Time | None = named("authorizedAt")
    canceled_at: Time | None = named("canceledAt")
    expired_at: Time | None = named("expiredAt")
    failed_at: Time | None = named("failedAt")
    paid_at: Time | None = named("paidAt")
    capture_mode: Word | None = named("captureMode")
    capture_delay: Word | None = named("captureDelay")
    details: Annotated[Details, BeforeValidator(_object)] = Details()
    metadata: Any = None  # Any: what the shop put there, text or an object
    order_id: Name | None = named("orderId")
    parts: PaymentParts | None = named("_embedded")


class Line(StrictPayload):
    status: Word | None = None


class OrderParts(StrictPayload):
    payments: tuple[Payment, ...] | None = _listed("payments")
    refunds: tuple[Refund, ...] | None = _listed("refunds")


class Order(StrictPayload):
    id: Name
    status: Word
    amount: Amount
    created_at: Time = Field(alias="createdAt")
    mode: Word | None = None
    order_number: Word | None = named("orderNumber")
    amount_captured: Amount | None = named("amountCaptured")
    amount_refunded: Amount | None = named("amountRefunded")
    authorized_at: Time | None = named("authorizedAt")
    canceled_at: Time | None = named("canceledAt")
    completed_at: Time | None = named("completedAt")
    expired_at: Time | None = named("expiredAt")
    paid_at: Time | None = named("paidAt")
    metadata: Any = None  # Any: as of a payment
    lines: tuple[Line, ...] = Field(default=(), max_length=1_000, strict=False)
    parts: OrderParts | None = named("_embedded")


class PaymentLink(StrictPayload):
    id: Name
    amount: Amount | None = None
    status: Word | None = None
    created_at: Time = Field(alias="createdAt")
    paid_at: Time | None = named("paidAt")


class Event(StrictPayload):
    id: Word
    type: Annotated[Word, StringConstraints(min_length=1)]
    entity_id: Name = Field(alias="entityId")
    created_at: Time = Field(alias="createdAt")
