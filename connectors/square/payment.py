"""A payment, a refund, a dispute: one operation each, under Square's own id."""

from connectors.square.payload import Dispute, Payment, Refund
from connectors.square.table import DISPUTE, PAYMENT, REFUND
from connectors.teller import Money, Teller
from domain.fact import (
    Fact,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDisputed,
    PaymentFailed,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentReversed,
)
from domain.instant import micros
from domain.vocabulary import Evidence


def payment_facts(teller: Teller, payment: Payment) -> list[Fact]:
    """Tell what a payment, as it now stands, says."""
    named = (payment.reference_id, payment.order_id)
    facts = teller.is_order(payment.id, named, payment.created_at)
    kind = PAYMENT.get(payment.status)
    if kind is None:
        at = payment.created_at
        return [*facts, teller.unknown(payment.id, "payment.status", payment.status, at)]
    timeline = payment.card_details.card_payment_timeline
    changed_at = payment.updated_at or payment.created_at
    happened_at = {
        PaymentAuthorized: timeline.authorized_at,
        PaymentCaptured: timeline.captured_at,
        PaymentReversed: timeline.voided_at or changed_at,
        PaymentFailed: changed_at,
    }
    stated = payment.total_money or payment.amount_money
    if kind is PaymentAuthorized and payment.approved_money:
        stated = payment.approved_money
    said = Money(
        reference=payment.id,
        payment=payment.id,
        amount=stated.minor,
        currency=stated.currency,
        at=happened_at.get(kind) or payment.created_at,
        final=kind is PaymentCaptured,
        code=next((each.code or "" for each in payment.card_details.errors), ""),
        revision=micros(changed_at),
    )
    return [*facts, teller.money(kind, said), *_refunded(teller, payment)]


def _refunded(teller: Teller, payment: Payment) -> list[Fact]:
    """Claim what a payment says was refunded; its refunds tell it by name."""
    stated = payment.refunded_money
    if stated is None or not (stated.amount or payment.refund_ids):
        return []
    changed_at = payment.updated_at or payment.created_at
    said = Money(
        reference=payment.id,
        payment=payment.id,
        amount=stated.minor,
        currency=stated.currency,
        at=changed_at,
        evidence=Evidence.STATUS,
        revision=micros(changed_at),
        apart="claimed",
    )
    return [teller.money(PaymentRefunded, said)]


def refund_facts(teller: Teller, refund: Refund) -> list[Fact]:
    """Tell what a refund says; one without a payment is known by its order."""
    name = refund.payment_id or refund.id
    named = () if refund.payment_id else (refund.order_id,)
    facts = teller.is_order(name, named, refund.created_at)
    kind = REFUND.get(refund.status)
    if kind is None:
        at = refund.created_at
        return [*facts, teller.unknown(name, "refund.status", refund.status, at)]
    failed = kind is PaymentRefundFailed
    said = Money(
        reference=refund.id,
        payment=name,
        amount=refund.amount_money.minor,
        currency=refund.amount_money.currency,
        at=(refund.updated_at if failed else None) or refund.created_at,
        parent=refund.payment_id or "",
    )
    return [*facts, teller.money(kind, said)]


def dispute_facts(teller: Teller, dispute: Dispute) -> list[Fact]:
    """Tell what a dispute, as it now stands, says."""
    name = dispute.disputed_payment.payment_id
    changed_at = dispute.updated_at or dispute.created_at

    def said(*, ended: bool) -> Money:
        return Money(
            reference=dispute.id,
            payment=name,
            amount=dispute.amount_money.minor,
            currency=dispute.amount_money.currency,
            at=changed_at if ended else dispute.created_at,
            parent=name,
            code=dispute.reason or "",
            revision=micros(changed_at),
        )

    facts: list[Fact] = [teller.money(PaymentDisputed, said(ended=False))]
    if dispute.state not in DISPUTE:
        at = dispute.created_at
        return [*facts, teller.unknown(name, "dispute.state", dispute.state, at)]
    if ended := DISPUTE[dispute.state]:
        facts.append(teller.money(ended, said(ended=True)))
    return facts
