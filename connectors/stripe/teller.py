"""Puts what an object says into facts: names, references, times, revisions, amounts."""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from connectors import teller
from connectors.stripe.payload import Event, Metadata
from connectors.stripe.table import DECIMALS
from connectors.teller import ORDER_KEYS, Kind, rescaled
from connectors.writer import Writer
from domain.fact import Fact
from domain.instant import EPOCH
from domain.vocabulary import Evidence

PROVIDER: Final = "stripe"

_MICROS: Final = 1_000_000


class Money(Struct, frozen=True, kw_only=True, gc=False):
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


class Teller(Struct, frozen=True, kw_only=True, gc=False):
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
        currency = said.currency.upper()
        return self._desk.money(
            kind,
            teller.Money(
                reference=said.reference,
                payment=said.payment,
                amount=rescaled(said.amount, currency, DECIMALS),
                currency=currency,
                at=instant(said.created),
                parent=said.parent,
                evidence=said.evidence,
                final=said.final,
                code=said.code,
                revision=self._revision() if said.may_change else 0,
                apart=said.apart,
            ),
        )

    def is_payment(self, name: str, general: str, created: int) -> list[Fact]:
        """Say that a name leads to a more general one of the same payment."""
        return self._desk.is_payment(name, general, instant(created))

    def unknown(self, name: str, field: str, value: str, created: int) -> Fact:
        """Report a word that stands in no table (X.21)."""
        return self._desk.unknown(name, field, value, instant(created))

    def order_links(self, name: str, metadata: Metadata, created: int) -> list[Fact]:
        """Say which order a payment is for, where its shop wrote that down."""
        named = (metadata.get(key) for key in ORDER_KEYS)
        return self._desk.is_order(name, named, instant(created))

    def client_link(self, name: str, order: str | None, created: int) -> list[Fact]:
        """Say which order a checkout session was opened for."""
        return self._desk.is_order(name, (order,), instant(created))

    @property
    def _desk(self) -> teller.Teller:
        return teller.Teller(writer=self.writer, provider=PROVIDER)

    def _revision(self) -> int:
        return self.event.created * _MICROS if self.event else 0


def instant(seconds: int) -> datetime:
    """Read Stripe's seconds since 1970."""
    return EPOCH + timedelta(seconds=seconds)
