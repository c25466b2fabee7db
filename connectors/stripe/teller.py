"""Puts what an object says into facts: names, references, times, revisions, amounts."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connectors import money
from connectors.stripe.payload import ORDER_KEYS, Event, Metadata
from connectors.stripe.table import DECIMALS
from connectors.writer import Writer
from domain.body import Operation, ReferenceLinked
from domain.fact import (
    Fact,
    PaymentAuthorizationExpired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDisputed,
    PaymentDisputeLost,
    PaymentDisputeWon,
    PaymentFailed,
    PaymentPending,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRefundRequested,
    PaymentReversed,
    ReferenceWasLinked,
)
from domain.instant import EPOCH
from domain.vocabulary import Evidence, Minor

PROVIDER: Final = "stripe"

Kind = (
    type[PaymentAuthorizationExpired]
    | type[PaymentAuthorized]
    | type[PaymentCaptured]
    | type[PaymentDisputed]
    | type[PaymentDisputeLost]
    | type[PaymentDisputeWon]
    | type[PaymentFailed]
    | type[PaymentPending]
    | type[PaymentRefunded]
    | type[PaymentRefundFailed]
    | type[PaymentRefundRequested]
    | type[PaymentReversed]
)

_MICROS: Final = 1_000_000
_ORDER_CHARACTERS_MAX: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """One operation as an object tells it, before it is a fact.

    `payment` is the most general name known, for the fact's reference. What `may_change` takes
    the event's time as revision; `apart` tells statements of one operation from each other.
    """

    reference: str
    parent: str
    payment: str
    amount: int
    currency: str
    created: int
    evidence: Evidence = Evidence.PROVIDER
    final: bool = False
    code: str = ""
    may_change: bool = False
    apart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Knows the event around an object, if there is one, and writes what the object says."""

    writer: Writer
    event: Event | None = None

    @property
    def event_type(self) -> str:
        """The type of the event, empty for a bare object."""
        return self.event.type if self.event else ""

    def changed(self, field: str) -> bool:
        """Whether the event says that this field of its object is what changed."""
        return self.event is not None and field in (self.event.data.previous_attributes or {})

    def now(self, created: int) -> int:
        """When what the event tells happened; without an event when its object was made."""
        return self.event.created if self.event else created

    def money(self, kind: Kind, said: Money) -> Fact:
        """Make the fact of a money operation."""
        verb = str(kind.__struct_config__.tag).partition(".")[2]
        body = Operation(
            amount=minor_units(said.amount, said.currency),
            currency=said.currency.upper(),
            provider=PROVIDER,
            reference=said.reference,
            parent=said.parent if said.parent != said.reference else "",
            evidence=said.evidence,
            final=said.final,
            code=said.code,
        )
        return self._about(said.payment).fact(
            kind,
            ":".join(filter(None, (said.reference, verb, said.apart))),
            instant(said.created),
            body=body,
            revision=self._revision() if said.may_change else 0,
            inferred=said.evidence is Evidence.STATUS,
        )

    def linked(self, name: str, alias: str, created: int) -> Fact:
        """Say that a payment's name leads to a more general one."""
        body = ReferenceLinked(reference=payment(name), alias=alias)
        event_id, at = f"{name}:is:{alias}", instant(created)
        return self._about(name).fact(ReferenceWasLinked, event_id, at, body=body)

    def unknown(self, name: str, field: str, value: str, created: int) -> Fact:
        """Report a word that stands in no table (X.21)."""
        event_id, at = f"{name}:unknown:{field}:{value}", instant(created)
        return self._about(name).unknown(event_id, at, field=field, value=value)

    def order_links(self, name: str, metadata: Metadata, created: int) -> list[Fact]:
        """Say which order a payment is for, where its shop wrote that down."""
        return [
            self.linked(name, f"order:{order}", created)
            for order in [
                next(filter(None, (_order(metadata.get(key)) for key in ORDER_KEYS)), "")
            ]
            if order
        ]

    def client_link(self, name: str, order: str | None, created: int) -> list[Fact]:
        """Say which order a checkout session was opened for."""
        return [self.linked(name, f"order:{known}", created) for known in [_order(order)] if known]

    def _about(self, name: str) -> Writer:
        return self.writer.about_reference(payment(name))

    def _revision(self) -> int:
        return self.event.created * _MICROS if self.event else 0


def payment(name: str) -> str:
    """Write a payment's name as a reference."""
    return f"payment:{PROVIDER}:{name}"


def instant(seconds: int) -> datetime:
    """Read Stripe's seconds since 1970."""
    return EPOCH + timedelta(seconds=seconds)


def minor_units(amount: int, currency: str) -> Minor:
    """Turn Stripe's amount into ISO 4217 minor units."""
    code = currency.upper()
    money.exponent(code)
    times, divisor = DECIMALS.get(code, (1, 1))
    units, rest = divmod(amount * times, divisor)
    if rest:
        raise money.NotMoney("is no whole amount of its currency", "amount", f"{amount} {code}")
    return Minor(units)


def _order(value: object) -> str:
    """Read an order id that a key may hold: no blanks, no control characters, not too long."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    fits = len(text) <= _ORDER_CHARACTERS_MAX and text.isprintable() and " " not in text
    return text if fits else ""
