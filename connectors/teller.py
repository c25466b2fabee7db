"""Writes what a payment provider says of money as facts, the same way for every provider.

A payment has names: the provider's ids of the payment and of each operation on it. A fact goes
to the most general name known (`payment`), and links lead there from the detailed ones.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import Struct

from connectors import money
from connectors.writer import Writer
from domain.body import Operation, ReferenceLinked
from domain.envelope import kind_of
from domain.fact import (
    Fact,
    PaymentAuthorizationAdjusted,
    PaymentAuthorizationExpired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentCaptureFailed,
    PaymentDisputed,
    PaymentDisputeLost,
    PaymentDisputeWon,
    PaymentFailed,
    PaymentPending,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentRefundRequested,
    PaymentRefundReversed,
    PaymentReversed,
    ReferenceWasLinked,
)
from domain.vocabulary import Evidence, Minor

ORDER_KEYS: Final = ("order_id", "orderId", "order_number", "orderNumber", "order")
"""Under which shops put their order into a provider's free fields; the first one found counts."""

_ORDER_CHARACTERS_MAX: Final = 128

Kind = (
    type[PaymentAuthorizationAdjusted]
    | type[PaymentAuthorizationExpired]
    | type[PaymentAuthorized]
    | type[PaymentCaptured]
    | type[PaymentCaptureFailed]
    | type[PaymentDisputed]
    | type[PaymentDisputeLost]
    | type[PaymentDisputeWon]
    | type[PaymentFailed]
    | type[PaymentPending]
    | type[PaymentRefunded]
    | type[PaymentRefundFailed]
    | type[PaymentRefundRequested]
    | type[PaymentRefundReversed]
    | type[PaymentReversed]
)


class Money(Struct, frozen=True, kw_only=True, gc=False):
    """One operation as a provider tells it, before it is a fact; see `domain.body.Operation`.

    `payment` is the most general name known, for the fact's reference. `revision` is given where
    the statement may change; `apart` tells statements of one operation from each other.
    """

    reference: str
    payment: str
    amount: Minor
    currency: str
    at: datetime
    parent: str = ""
    evidence: Evidence = Evidence.PROVIDER
    final: bool = False
    code: str = ""
    revision: int = 0
    apart: str = ""


class Teller(Struct, frozen=True, kw_only=True, gc=False):
    """Knows whose delivery is read, and writes what its objects say."""

    writer: Writer
    provider: str

    def money(self, kind: Kind, said: Money) -> Fact:
        """Make the fact of a money operation."""
        verb = kind_of(kind).partition(".")[2]
        body = Operation(
            amount=said.amount,
            currency=said.currency,
            provider=self.provider,
            reference=said.reference,
            parent=said.parent if said.parent != said.reference else "",
            evidence=said.evidence,
            final=said.final,
            code=said.code,
        )
        return self.writer.fact(
            kind,
            ":".join(filter(None, (said.reference, verb, said.apart))),
            said.at,
            body=body,
            revision=said.revision,
            inferred=said.evidence is Evidence.STATUS,
            reference=self._reference(said.payment),
        )

    def is_payment(self, name: str, general: str, at: datetime) -> list[Fact]:
        """Say that a name leads to a more general one of the same payment, if it is another."""
        if not name or not general or name == general:
            return []
        return [self._linked(name, f"payment:{self.provider}:{general}", at)]

    def is_order(self, name: str, candidates: Iterable[object], at: datetime) -> list[Fact]:
        """Say which order a payment is for: the first candidate that an order may be named."""
        for candidate in candidates:
            if order := order_name(candidate):
                return [self._linked(name, f"order:{order}", at)]
        return []

    def unknown(self, name: str, field: str, value: str, at: datetime) -> Fact:
        """Report a word that stands in no table (X.21)."""
        event_id = f"{name}:unknown:{field}:{value}"
        return self.about(name).unknown(event_id, at, field=field, value=value)

    def about(self, name: str) -> Writer:
        """Write about the payment of this name."""
        return self.writer.about_reference(self._reference(name))

    def _linked(self, name: str, alias: str, at: datetime) -> Fact:
        reference = self._reference(name)
        body = ReferenceLinked(reference=reference, alias=alias)
        event_id = f"{name}:is:{alias}"
        return self.writer.fact(ReferenceWasLinked, event_id, at, body=body, reference=reference)

    def _reference(self, name: str) -> str:
        return f"payment:{self.provider}:{name}"


def order_name(value: object) -> str:
    """Read an order id that a key may hold: no blanks, no control characters, not too long."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value).strip()
    fits = len(text) <= _ORDER_CHARACTERS_MAX and text.isprintable() and " " not in text
    return text if fits else ""


def rescaled(amount: int, currency: str, scales: dict[str, tuple[int, int]]) -> Minor:
    """Turn a provider's whole amount into ISO 4217 minor units.

    `scales` names the currencies whose decimals the provider counts otherwise: times, divided by.
    """
    money.exponent(currency)
    times, divisor = scales.get(currency, (1, 1))
    units, rest = divmod(amount * times, divisor)
    if rest:
        raise money.NotMoney(
            "is no whole amount of its currency", "amount", f"{amount} {currency}"
        )
    return Minor(units)
