"""A capture, an authorisation, a refund: what came in, what may, what went back."""

import re
from typing import Final

from connectors.paypal.payload import Operation
from connectors.paypal.table import AUTHORIZATION, CAPTURE, REFUND
from connectors.teller import Money, Teller
from domain.fact import (
    Fact,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDisputeLost,
    PaymentRefunded,
)
from domain.instant import micros
from domain.vocabulary import Evidence, Minor

_UP: Final = re.compile(
    r"/(captures?|sale|authorizations?|orders|payment)/([A-Za-z0-9_-]{1,128})$", re.ASCII
)
_TAKEN_BACK: Final = "reversed"
_NAMED: Final = {
    "capture": "capture",
    "captures": "capture",
    "sale": "capture",
    "authorization": "authorization",
    "authorizations": "authorization",
    "orders": "order",
    "payment": "order",
}


def capture_facts(teller: Teller, capture: Operation, order: str = "") -> list[Fact]:
    """Tell what a capture says; `order` is PayPal's order around it, if that is known."""
    authorization = capture.related.authorization_id or _up(capture, "authorization")
    payment = _order(capture, order) or authorization or capture.id
    facts = _links(teller, capture, payment, authorization)
    kind = CAPTURE.get(capture.status)
    if kind is None:
        return [*facts, _unknown(teller, payment, "capture.status", capture)]
    ended = capture.status in {"COMPLETED", "DECLINED", "DENIED", "FAILED"}
    said = _said(
        capture,
        capture.amount.minor,
        payment=payment,
        parent=authorization or payment,
        ended=ended,
        final=bool(capture.final_capture) and kind is PaymentCaptured,
    )
    facts.append(teller.money(kind, said))
    if capture.status == "REFUNDED":
        facts.append(_claim(teller, capture, PaymentRefunded, payment))
    return facts


def authorization_facts(teller: Teller, granted: Operation, order: str = "") -> list[Fact]:
    """Tell what an authorisation says."""
    payment = _order(granted, order) or granted.id
    facts = _links(teller, granted, payment)
    kind = AUTHORIZATION.get(granted.status)
    if kind is None:
        return [*facts, _unknown(teller, payment, "authorization.status", granted)]
    ended = kind is not PaymentAuthorized
    said = _said(granted, granted.amount.minor, payment=payment, parent=payment, ended=ended)
    facts.append(teller.money(kind, said))
    if granted.status == "CAPTURED":
        facts.append(_claim(teller, granted, PaymentCaptured, payment))
    return facts


def refund_facts(teller: Teller, refund: Operation, order: str = "") -> list[Fact]:
    """Tell what a refund says."""
    capture = _capture_of(refund)
    payment = _order(refund, order) or capture or refund.id
    facts = teller.is_payment(capture, payment, refund.create_time)
    facts += teller.is_payment(refund.id, capture or payment, refund.create_time)
    kind = REFUND.get(refund.status)
    if kind is None:
        return [*facts, _unknown(teller, payment, "refund.status", refund)]
    ended = refund.status in {"FAILED", "CANCELLED"}
    given_back = refund.amount.given_back
    said = _said(refund, given_back, payment=payment, parent=capture, ended=ended)
    return [*facts, teller.money(kind, said)]


def reversal_facts(teller: Teller, reversal: Operation) -> list[Fact]:
    """Tell that PayPal took a capture back, as it does for a dispute that is lost.

    The dispute's own events tell of the same money, so both name it by the capture.
    """
    capture = _capture_of(reversal) or reversal.id
    payment = _order(reversal, "") or capture
    said = Money(
        reference=capture,
        payment=payment,
        amount=reversal.amount.given_back,
        currency=reversal.amount.currency,
        at=reversal.update_time or reversal.create_time,
        code=_TAKEN_BACK,
        revision=micros(reversal.create_time),
        apart=_TAKEN_BACK,
    )
    facts = teller.is_payment(capture, payment, reversal.create_time)
    facts += teller.is_payment(
        reversal.id if reversal.id != capture else "", capture, reversal.create_time
    )
    return [*facts, teller.money(PaymentDisputeLost, said)]


def _said(
    operation: Operation,
    amount: Minor,
    *,
    payment: str,
    parent: str,
    ended: bool,
    final: bool = False,
) -> Money:
    """Describe an operation; what ended did so when it was last changed."""
    details = operation.status_details
    changed_at = operation.update_time or operation.create_time
    return Money(
        reference=operation.id,
        payment=payment,
        amount=amount,
        currency=operation.amount.currency,
        at=changed_at if ended else operation.create_time,
        parent=parent,
        final=final,
        code=(details.reason if details else "") or operation.reason_code or "",
    )


def _claim(
    teller: Teller,
    operation: Operation,
    kind: type[PaymentCaptured] | type[PaymentRefunded],
    payment: str,
) -> Fact:
    """Claim what a status implies, for want of the operation that it speaks of."""
    changed_at = operation.update_time or operation.create_time
    said = Money(
        reference=operation.id,
        payment=payment,
        amount=operation.amount.minor,
        currency=operation.amount.currency,
        at=changed_at,
        parent=operation.id,
        evidence=Evidence.STATUS,
        revision=micros(changed_at),
        apart="claimed",
    )
    return teller.money(kind, said)


def _links(
    teller: Teller, operation: Operation, payment: str, authorization: str = ""
) -> list[Fact]:
    at = operation.create_time
    return [
        *teller.is_payment(operation.id, payment, at),
        *teller.is_payment(authorization, payment, at),
        *teller.is_order(payment, (operation.custom_id, operation.invoice_id), at),
    ]


def _order(operation: Operation, known: str) -> str:
    """Name PayPal's order, or the payment of the first version."""
    return (
        known or operation.related.order_id or operation.parent_payment or _up(operation, "order")
    )


def _capture_of(operation: Operation) -> str:
    return operation.capture_of or operation.related.capture_id or _up(operation, "capture")


def _up(operation: Operation, kind: str) -> str:
    """Read the id of what an operation acts on out of the link that leads up to it."""
    for link in operation.links:
        found = _UP.search(link.href) if link.rel in {"up", "sale", "parent_payment"} else None
        if found and _NAMED[found[1]] == kind:
            return found[2]
    return ""


def _unknown(teller: Teller, payment: str, field: str, operation: Operation) -> Fact:
    return teller.unknown(payment, field, operation.status, operation.create_time)
