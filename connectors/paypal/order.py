"""PayPal's order: the buyer's approval, and the payments that follow from it."""

from typing import Final

from connectors.money import NotMoney
from connectors.paypal.operation import authorization_facts, capture_facts, refund_facts
from connectors.paypal.payload import Order, UnitPayments
from connectors.paypal.table import ORDER
from connectors.teller import Kind, Money, Teller
from domain.fact import (
    Fact,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentPending,
    PaymentReversed,
)
from domain.instant import micros
from domain.vocabulary import Evidence, Minor

_CLAIMED: Final[dict[str, Kind]] = {"CAPTURE": PaymentCaptured, "AUTHORIZE": PaymentAuthorized}


def order_facts(teller: Teller, order: Order) -> list[Fact]:
    """Tell what an order, as it now stands, says."""
    facts = teller.is_order(order.id, _names(order), order.create_time)
    payments = [unit.payments for unit in order.purchase_units if unit.payments]
    for each in payments:
        facts += _payments(teller, each, order.id)
    step = ORDER.get(order.status)
    if step is None:
        unknown = teller.unknown(order.id, "order.status", order.status, order.create_time)
        return [*facts, unknown]
    if step == "pending":
        facts.append(_money(teller, order, PaymentPending))
    elif step == "voided":
        facts.append(_money(teller, order, PaymentReversed))
    elif step == "completed" and not payments and order.intent in _CLAIMED:
        facts.append(_money(teller, order, _CLAIMED[order.intent], evidence=Evidence.STATUS))
    return facts


def _names(order: Order) -> list[str | None]:
    units = order.purchase_units
    return [unit.custom_id for unit in units] + [unit.invoice_id for unit in units]


def _payments(teller: Teller, payments: UnitPayments, order: str) -> list[Fact]:
    facts: list[Fact] = []
    for granted in payments.authorizations:
        facts += authorization_facts(teller, granted, order)
    for capture in payments.captures:
        facts += capture_facts(teller, capture, order)
    for refund in payments.refunds:
        facts += refund_facts(teller, refund, order)
    return facts


def _money(
    teller: Teller, order: Order, kind: Kind, *, evidence: Evidence = Evidence.PROVIDER
) -> Fact:
    """Tell of the whole order under its own name: its parts have names of their own."""
    amounts = [unit.amount for unit in order.purchase_units if unit.amount]
    currencies = {amount.currency for amount in amounts}
    if len(currencies) != 1:
        shown = ", ".join(sorted(currencies))
        raise NotMoney("is not one currency", "purchase_units.amount", shown)
    changed_at = order.update_time or order.create_time
    said = Money(
        reference=order.id,
        payment=order.id,
        amount=Minor(sum(amount.minor for amount in amounts)),
        currency=currencies.pop(),
        at=changed_at,
        evidence=evidence,
        revision=micros(changed_at),
    )
    return teller.money(kind, said)
