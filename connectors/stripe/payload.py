"""What we read of Stripe's objects; everything else is left where it is."""

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, StringConstraints

from connectors.listing import ELEMENTS_MAX
from connectors.payload import StrictPayload

_SECONDS_MAX: Final = 253_402_300_799


def _id_of(value: Any) -> Any:  # pydantic hands in what it found
    """Take the id of an object that was expanded in place."""
    return value.get("id") if isinstance(value, dict) else value


def _orders(value: Any) -> Any:  # as above
    return value if isinstance(value, dict) else {}


Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,200}$")]
Link = Annotated[Name | None, BeforeValidator(_id_of)]
Seconds = Annotated[int, Field(ge=0, le=_SECONDS_MAX)]
Units = Annotated[int, Field(ge=0, le=10**15)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{3}$")]
Word = Annotated[str, StringConstraints(max_length=200)]
Metadata = Annotated[dict[str, Any], BeforeValidator(_orders)]


class Refund(StrictPayload):
    id: Name
    amount: Units
    currency: Currency
    created: Seconds
    status: Word | None = None
    charge: Link = None
    payment_intent: Link = None
    reason: Word | None = None
    failure_reason: Word | None = None


class Refunds(StrictPayload):
    data: tuple[Refund, ...] = Field(default=(), max_length=ELEMENTS_MAX, strict=False)


class Multicapture(StrictPayload):
    status: Word | None = None


class Card(StrictPayload):
    multicapture: Multicapture | None = None


class MethodDetails(StrictPayload):
    card: Card | None = None


class Charge(StrictPayload):
    id: Name
    amount: Units
    amount_captured: Units | None = None
    amount_refunded: Units | None = None
    captured: bool
    refunded: bool = False
    currency: Currency
    created: Seconds
    status: Word
    payment_intent: Link = None
    livemode: bool | None = None
    failure_code: Word | None = None
    metadata: Metadata = Field(default_factory=dict)
    refunds: Refunds | None = None
    payment_method_details: MethodDetails | None = None


class ChargeName(StrictPayload):
    id: Name


class Charges(StrictPayload):
    data: tuple[ChargeName, ...] = Field(default=(), max_length=ELEMENTS_MAX, strict=False)


class AttemptError(StrictPayload):
    charge: Link = None
    code: Word | None = None
    decline_code: Word | None = None


class Intent(StrictPayload):
    id: Name
    amount: Units
    amount_capturable: Units | None = None
    amount_received: Units | None = None
    currency: Currency
    created: Seconds
    status: Word
    latest_charge: Link = None
    charges: Charges | None = None
    canceled_at: Seconds | None = None
    cancellation_reason: Word | None = None
    last_payment_error: AttemptError | None = None
    livemode: bool | None = None
    metadata: Metadata = Field(default_factory=dict)


class Dispute(StrictPayload):
    id: Name
    amount: Units
    currency: Currency
    created: Seconds
    status: Word
    charge: Link = None
    payment_intent: Link = None
    reason: Word | None = None
    livemode: bool | None = None


class Session(StrictPayload):
    id: Name
    created: Seconds
    status: Word | None = None
    payment_status: Word
    amount_total: Units | None = None
    currency: Currency | None = None
    payment_intent: Link = None
    client_reference_id: Word | None = None
    currency_conversion: dict[str, Any] | None = None
    livemode: bool | None = None
    metadata: Metadata = Field(default_factory=dict)


class EventData(StrictPayload):
    object: dict[str, Any]
    previous_attributes: dict[str, Any] | None = None


class Event(StrictPayload):
    id: Name
    type: Word
    created: Seconds
    livemode: bool | None = None
    api_version: Word | None = None
    data: EventData
