"""What we read of Square's payments, refunds and disputes; everything else is left."""

from typing import Annotated, Any

from pydantic import AliasChoices, Field, StringConstraints

from connectors import money
from connectors.payload import StrictPayload, Time
from domain.vocabulary import Minor

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
Word = Annotated[str, StringConstraints(max_length=200)]


class Money(StrictPayload):
    """An amount in the smallest unit of its currency, as in ISO 4217."""

    amount: Annotated[int, Field(ge=0, le=10**15)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]

    @property
    def minor(self) -> Minor:
        """The amount, of a currency that exists."""
        money.exponent(self.currency)
        return Minor(self.amount)


class Timeline(StrictPayload):
    authorized_at: Time | None = None
    captured_at: Time | None = None
    voided_at: Time | None = None


class CardError(StrictPayload):
    code: Word | None = None


class CardDetails(StrictPayload):
    card_payment_timeline: Timeline = Timeline()
    errors: tuple[CardError, ...] = Field(default=(), max_length=50, strict=False)


class Payment(StrictPayload):
    id: Name
    status: Word
    created_at: Time
    updated_at: Time | None = None
    amount_money: Money
    total_money: Money | None = None
    approved_money: Money | None = None
    refunded_money: Money | None = None
    refund_ids: tuple[Name, ...] = Field(default=(), max_length=250, strict=False)
    order_id: Name | None = None
    reference_id: Word | None = None
    card_details: CardDetails = CardDetails()


class Refund(StrictPayload):
    id: Name
    status: Word
    created_at: Time
    updated_at: Time | None = None
    amount_money: Money
    payment_id: Name | None = Field(default=None)
    order_id: Name | None = None


class DisputedPayment(StrictPayload):
    payment_id: Name


class Dispute(StrictPayload):
    """`dispute.state.changed`, an event that is no longer made, has its id as `dispute_id`."""

    id: Name = Field(validation_alias=AliasChoices("id", "dispute_id"))
    state: Word
    created_at: Time
    updated_at: Time | None = None
    amount_money: Money
    reason: Word | None = None
    disputed_payment: DisputedPayment


class EventData(StrictPayload):
    object: dict[str, Any] = Field(default_factory=dict)


class Event(StrictPayload):
    event_id: Word
    type: Annotated[Word, StringConstraints(min_length=1)]
    created_at: Time
    data: EventData
