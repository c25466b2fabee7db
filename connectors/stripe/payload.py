"""What we read of Stripe's objects; everything else is left where it is."""

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from msgspec import Meta, field

from connectors.listing import ELEMENTS_MAX
from connectors.part import Part, reads
from connectors.payload import Fields

_SECONDS_MAX: Final = 253_402_300_799
_NAME: Final = r"^[A-Za-z0-9_-]{1,200}\Z"
_is_name: Final = re.compile(_NAME).match


def _link(value: Any) -> str | None:  # Any: an id, or the object that was expanded in its place
    name = value.get("id") if isinstance(value, dict) else value
    if name is not None and not (isinstance(name, str) and _is_name(name)):
        raise ValueError("is no id")
    return name


def _orders(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


Name = Annotated[str, Meta(pattern=_NAME)]
Seconds = Annotated[int, Meta(ge=0, le=_SECONDS_MAX)]
Units = Annotated[int, Meta(ge=0, le=10**15)]
Currency = Annotated[str, Meta(pattern=r"^[A-Za-z]{3}\Z")]
Word = Annotated[str, Meta(max_length=200)]

if TYPE_CHECKING:
    Link = str | None
    Metadata = Fields
else:
    Link = Annotated[str | dict[str, Any] | None, reads(_link)]
    Metadata = Annotated[object, reads(_orders, null=True)]


class Refund(Part, frozen=True, kw_only=True):
    id: Name
    amount: Units
    currency: Currency
    created: Seconds
    status: Word | None = None
    charge: Link = None
    payment_intent: Link = None
    reason: Word | None = None
    failure_reason: Word | None = None


class Refunds(Part, frozen=True, kw_only=True):
    data: Annotated[tuple[Refund, ...], Meta(max_length=ELEMENTS_MAX)] = ()


class Multicapture(Part, frozen=True, kw_only=True):
    status: Word | None = None


class Card(Part, frozen=True, kw_only=True):
    multicapture: Multicapture | None = None


class MethodDetails(Part, frozen=True, kw_only=True):
    card: Card | None = None


class Charge(Part, frozen=True, kw_only=True):
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
    metadata: Metadata = field(default_factory=dict)
    refunds: Refunds | None = None
    payment_method_details: MethodDetails | None = None


class ChargeName(Part, frozen=True, kw_only=True):
    id: Name


class Charges(Part, frozen=True, kw_only=True):
    data: Annotated[tuple[ChargeName, ...], Meta(max_length=ELEMENTS_MAX)] = ()


class AttemptError(Part, frozen=True, kw_only=True):
    charge: Link = None
    code: Word | None = None
    decline_code: Word | None = None


class Intent(Part, frozen=True, kw_only=True):
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
    metadata: Metadata = field(default_factory=dict)


class Dispute(Part, frozen=True, kw_only=True):
    id: Name
    amount: Units
    currency: Currency
    created: Seconds
    status: Word
    charge: Link = None
    payment_intent: Link = None
    reason: Word | None = None
    livemode: bool | None = None


class Session(Part, frozen=True, kw_only=True):
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
    metadata: Metadata = field(default_factory=dict)


class EventData(Part, frozen=True, kw_only=True):
    object: dict[str, Any]
    previous_attributes: dict[str, Any] | None = None


class Event(Part, frozen=True, kw_only=True):
    id: Name
    type: Word
    created: Seconds
    livemode: bool | None = None
    api_version: Word | None = None
    data: EventData
