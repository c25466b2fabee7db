"""Mollie's order and its payment link: names of payments, and claims where these are not told."""

from datetime import datetime
from typing import Final

from msgspec.structs import replace

from connectors.mollie.payload import Amount, Order, OrderParts, PaymentLink
from connectors.mollie.payment import (
    Ending,
    claim,
    ended_facts,
    order_names,
    payment_facts,
    refund_facts,
    whole,
)
from connectors.mollie.table import LINE, ORDER, PAYMENT_LINK, Step
from connectors.teller import Kind, Money, Teller
from domain.fact import (
    Fact,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentPending,
    PaymentRefunded,
)

_CLAIMS: Final[dict[Step, Kind]] = {
    "authorized": PaymentAuthorized,
    "captured": PaymentCaptured,
    "pending": PaymentPending,
}
_ENDS: Final = frozenset({"canceled", "expired"})


def order_facts(teller: Teller, order: Order) -> list[Fact]:
    """Tell what an order of Mollie, as it now stands, says."""
    at = order.created_at
    named = (*order_names(order.metadata), order.order_number)
    facts = teller.is_order(order.id, named, at)
    facts += [
        teller.unknown(order.id, "order.lines.status", line.status, at)
        for line in order.lines
        if line.status is not None and line.status not in LINE
    ]
    if order.status not in ORDER:
        return [*facts, teller.unknown(order.id, "order.status", order.status, at)]
    parts = order.parts or OrderParts()
    for refund in parts.refunds or ():
        facts += refund_facts(teller, refund, order.id)
    if parts.payments:
        for payment in parts.payments:
            of_order = payment.model_copy(update={"order_id": order.id})
            facts += payment_facts(teller, of_order)
        return facts
    return [*facts, *_claims(teller, order)]


def link_facts(teller: Teller, link: PaymentLink) -> list[Fact]:
    """Tell what a payment link says: that somebody paid by it."""
    word = link.status or ("paid" if link.paid_at else "open")
    if word not in PAYMENT_LINK:
        return [teller.unknown(link.id, "payment-link.status", word, link.created_at)]
    if PAYMENT_LINK[word] != "captured" or link.amount is None:
        return []
    said = Money(
        reference=link.id,
        payment=link.id,
        amount=link.amount.minor,
        currency=link.amount.currency,
        at=link.paid_at or link.created_at,
    )
    return [claim(teller, PaymentCaptured, said, link.amount)]


def _claims(teller: Teller, order: Order) -> list[Fact]:
    step = ORDER[order.status]
    if step in _ENDS:
        at = order.canceled_at or order.expired_at or order.created_at
        return ended_facts(teller, order, Ending(step=step, at=at, code=order.status))
    facts: list[Fact] = []
    said = replace(whole(order), at=_changed_at(order))
    if step in _CLAIMS:
        captured = _stated(order.amount_captured) if step == "captured" else None
        facts.append(claim(teller, _CLAIMS[step], said, captured))
    refunded = _stated(order.amount_refunded)
    if order.status == "refunded" or refunded:
        facts.append(claim(teller, PaymentRefunded, said, refunded))
    return facts


def _stated(amount: Amount | None) -> Amount | None:
    """Give a sum unless it is nothing: then it is not kept, as for payments without captures."""
    return amount if amount and amount.minor else None


def _changed_at(order: Order) -> datetime:
    return order.completed_at or order.paid_at or order.authorized_at or order.created_at
