"""A payment and what was done with it: captures, refunds, charge backs."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol, TypeVar

from msgspec.structs import replace

from connectors.mollie.payload import (
    Amount,
    Capture,
    Chargeback,
    Payment,
    PaymentParts,
    Refund,
)
from connectors.mollie.table import CAPTURE, PAYMENT, REFUND, Step
from connectors.teller import ORDER_KEYS, Kind, Money, Teller
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
    PaymentReversed,
)
from domain.instant import micros
from domain.vocabulary import Evidence

_Part = TypeVar("_Part", Capture, Refund, Chargeback)


class Charged(Protocol):
    """What a payment and an order of Mollie have in common."""

    @property
    def id(self) -> str:
        """Its own name."""

    @property
    def amount(self) -> Amount:
        """All of it."""

    @property
    def created_at(self) -> datetime:
        """When it was made."""

    @property
    def authorized_at(self) -> datetime | None:
        """When it was authorised, if it ever was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a payment ended without money, and when."""

    step: Step
    at: datetime
    code: str


def payment_facts(teller: Teller, payment: Payment) -> list[Fact]:
    """Tell what a payment, as it now stands, says."""
    name = payment.order_id or payment.id
    facts = [
        *teller.is_payment(payment.id, name, payment.created_at),
        *teller.is_order(name, order_names(payment.metadata), payment.created_at),
    ]
    step = PAYMENT.get(payment.status)
    if step is None:
        unknown = teller.unknown(name, "payment.status", payment.status, payment.created_at)
        return [*facts, unknown]
    return [*facts, *_BY_STEP[step](teller, payment), *_undone(teller, payment)]


def capture_facts(teller: Teller, capture: Capture, order: str = "") -> list[Fact]:
    """Tell what a capture says; `order` is Mollie's order around it, if there is one."""
    payment = capture.payment_id or ""
    name = order or payment or capture.id
    links = teller.is_payment(capture.id, name, capture.created_at)
    if capture.status not in CAPTURE:
        at = capture.created_at
        return [*links, teller.unknown(name, "capture.status", capture.status, at)]
    kind = CAPTURE[capture.status]
    said = _part(capture, name, payment)
    return [*links, teller.money(kind, said)] if kind else links


def refund_facts(teller: Teller, refund: Refund, order: str = "") -> list[Fact]:
    """Tell what a refund says."""
    payment = refund.payment_id or ""
    name = order or refund.order_id or payment or refund.id
    links = teller.is_payment(payment, name, refund.created_at)
    kind = REFUND.get(refund.status)
    if kind is None:
        return [*links, teller.unknown(name, "refund.status", refund.status, refund.created_at)]
    return [*links, teller.money(kind, _part(refund, name, payment))]


def chargeback_facts(teller: Teller, chargeback: Chargeback, order: str = "") -> list[Fact]:
    """Tell of a charge back: the money is gone at once, and may be given back later."""
    payment = chargeback.payment_id or ""
    name = order or payment or chargeback.id
    said = replace(
        _part(chargeback, name, payment),
        code=(chargeback.reason.code if chargeback.reason else "") or "",
    )
    facts: list[Fact] = [teller.money(PaymentDisputed, said)]
    if chargeback.reversed_at:
        won = replace(said, at=chargeback.reversed_at)
        return [*facts, teller.money(PaymentDisputeWon, won)]
    return [*facts, teller.money(PaymentDisputeLost, said)]


def order_names(metadata: object) -> list[object]:
    """Find where shops put their order: into one of several keys, or as the metadata itself."""
    if isinstance(metadata, dict):
        return [metadata.get(key) for key in ORDER_KEYS]
    return [metadata]


def whole(charged: Charged, name: str = "") -> Money:
    """Describe a payment or an order as one operation under its own name."""
    return Money(
        reference=charged.id,
        payment=name or charged.id,
        amount=charged.amount.minor,
        currency=charged.amount.currency,
        at=charged.created_at,
        parent=name or charged.id,
    )


def claim(teller: Teller, kind: Kind, said: Money, amount: Amount | None) -> Fact:
    """Claim a sum that a document states, for want of the operations that it sums.

    Documents have no time of their change, so the time of receipt is the revision.
    """
    received_at = teller.writer.delivery.received_at
    claimed = replace(
        said,
        amount=amount.minor if amount else said.amount,
        evidence=Evidence.STATUS,
        revision=micros(received_at) if received_at else 0,
        apart="claimed",
    )
    return teller.money(kind, claimed)


def ended_facts(teller: Teller, charged: Charged, ending: Ending, name: str = "") -> list[Fact]:
    """Tell of an end without money: an authorisation's, or that of an attempt to pay."""
    kind: Kind = PaymentFailed
    if charged.authorized_at and ending.step != "failed":
        expired = ending.step == "expired"
        kind = PaymentAuthorizationExpired if expired else PaymentReversed
    said = replace(whole(charged, name), at=ending.at, code=ending.code)
    return [teller.money(kind, said)]


def _nothing(teller: Teller, payment: Payment) -> list[Fact]:
    del teller, payment
    return []


def _pending(teller: Teller, payment: Payment) -> list[Fact]:
    return [teller.money(PaymentPending, _whole(payment))]


def _authorized(teller: Teller, payment: Payment) -> list[Fact]:
    at = payment.authorized_at or payment.created_at
    granted = teller.money(PaymentAuthorized, replace(_whole(payment), at=at))
    return [granted, *_captures(teller, payment)]


def _paid(teller: Teller, payment: Payment) -> list[Fact]:
    """Tell of the money: as captures where there may be several, else as the payment's own."""
    if _may_capture(payment):
        return _captures(teller, payment)
    said = replace(_whole(payment), at=payment.paid_at or payment.created_at)
    return [teller.money(PaymentCaptured, said)]


def _ended(teller: Teller, payment: Payment) -> list[Fact]:
    at = payment.canceled_at or payment.expired_at or payment.failed_at or payment.created_at
    code = payment.details.failure_reason or payment.status
    ending = Ending(step=PAYMENT[payment.status], at=at, code=code)
    return ended_facts(teller, payment, ending, payment.order_id or "")


def _may_capture(payment: Payment) -> bool:
    """Whether the money comes by captures with names of their own: then only those count."""
    return bool(
        payment.authorized_at
        or payment.capture_delay
        or payment.capture_mode == "manual"
        or payment.amount_captured
    )


def _captures(teller: Teller, payment: Payment) -> list[Fact]:
    listed = _parts(payment).captures
    order = payment.order_id or ""
    if listed is not None:
        return [
            fact
            for capture in listed
            for fact in capture_facts(teller, _of(capture, payment), order)
        ]
    if payment.amount_captured is None and PAYMENT[payment.status] != "captured":
        return []
    at = payment.paid_at or payment.authorized_at or payment.created_at
    said = replace(_whole(payment), at=at)
    return [claim(teller, PaymentCaptured, said, payment.amount_captured)]


def _undone(teller: Teller, payment: Payment) -> list[Fact]:
    """Tell of what went back: the parts that are listed, else what their sum says."""
    parts, order = _parts(payment), payment.order_id or ""
    facts: list[Fact] = []
    for refund in parts.refunds or ():
        facts += refund_facts(teller, _of(refund, payment), order)
    for chargeback in parts.chargebacks or ():
        facts += chargeback_facts(teller, _of(chargeback, payment), order)
    said = replace(_whole(payment), at=payment.paid_at or payment.created_at)
    if parts.refunds is None and _any(payment.amount_refunded):
        facts.append(claim(teller, PaymentRefunded, said, payment.amount_refunded))
    if parts.chargebacks is None and _any(payment.amount_charged_back):
        facts.append(claim(teller, PaymentDisputeLost, said, payment.amount_charged_back))
    return facts


def _any(amount: Amount | None) -> bool:
    return amount is not None and amount.minor > 0


def _parts(payment: Payment) -> PaymentParts:
    return payment.parts or PaymentParts()


def _of(part: _Part, payment: Payment) -> _Part:
    """Name the payment of a part that stands inside of it."""
    return part.model_copy(update={"payment_id": part.payment_id or payment.id})


def _part(part: Capture | Refund | Chargeback, name: str, payment: str) -> Money:
    return Money(
        reference=part.id,
        payment=name,
        amount=part.amount.minor,
        currency=part.amount.currency,
        at=part.created_at,
        parent=payment,
    )


def _whole(payment: Payment) -> Money:
    return whole(payment, payment.order_id or "")


_BY_STEP: Final[dict[Step, Callable[[Teller, Payment], list[Fact]]]] = {
    "": _nothing,
    "pending": _pending,
    "authorized": _authorized,
    "captured": _paid,
    "canceled": _ended,
    "expired": _ended,
    "failed": _ended,
}
