"""A charge and its refunds: what was authorised, captured, given back."""

from typing import Final

from msgspec.structs import replace

from connectors.stripe.payload import Charge, Refund
from connectors.stripe.table import REFUND
from connectors.stripe.teller import Money, Teller
from domain.fact import (
    Fact,
    PaymentAuthorizationExpired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentFailed,
    PaymentPending,
    PaymentRefunded,
    PaymentRefundFailed,
    PaymentReversed,
)
from domain.vocabulary import Evidence

RELEASES_ARE_REFUNDS_UNTIL: Final = "2025-03-31"
"""The API version in which giving back what was never captured stopped being a refund object."""

RELEASED: Final = "authorization_released"


def charge_facts(teller: Teller, charge: Charge) -> list[Fact]:
    """Tell what a charge, as it now stands, says."""
    parent = charge.payment_intent or charge.id
    facts = teller.order_links(parent, charge.metadata, charge.created)
    facts += teller.is_payment(charge.id, charge.payment_intent or "", charge.created)
    tell = _BY_STATUS.get(charge.status)
    if tell is None:
        return [*facts, teller.unknown(parent, "charge.status", charge.status, charge.created)]
    return [*facts, *tell(teller, charge)]


def refund_facts(teller: Teller, refund: Refund, charge: Charge | None = None) -> list[Fact]:
    """Tell what a refund says; inside its charge, or by itself."""
    charge_id = charge.id if charge else (refund.charge or "")
    intent = (charge.payment_intent if charge else None) or refund.payment_intent
    name = intent or charge_id or refund.id
    links = teller.is_payment(charge_id, intent or "", refund.created) if charge is None else []
    kind = REFUND.get(refund.status or "succeeded")
    if kind is None:
        word = refund.status or ""
        return [*links, teller.unknown(name, "refund.status", word, refund.created)]
    failed = kind is PaymentRefundFailed
    said = Money(
        reference=refund.id,
        parent=charge_id,
        payment=name,
        amount=refund.amount,
        currency=refund.currency,
        created=teller.now(refund.created) if failed and charge is None else refund.created,
        code=(refund.failure_reason if failed else refund.reason) or "",
    )
    return [*links, teller.money(kind, said)]


def _succeeded(teller: Teller, charge: Charge) -> list[Fact]:
    return _captured(teller, charge) if charge.captured else _authorized(teller, charge)


def _captured(teller: Teller, charge: Charge) -> list[Fact]:
    """Tell of a capture; what it left over goes back, unless more captures may follow."""
    several = _may_capture_again(charge)
    amount = charge.amount_captured or charge.amount
    said = replace(
        _whole(charge),
        reference=charge.id,
        amount=amount,
        final=not several,
        may_change=several,
        apart=str(amount) if several else "",
    )
    if teller.event_type == "charge.captured":
        said = replace(said, created=teller.now(charge.created))
    return [teller.money(PaymentCaptured, said), *_refunds(teller, charge)]


def _authorized(teller: Teller, charge: Charge) -> list[Fact]:
    """Tell of an authorisation and of its end; its end came as a refund until basil."""
    whole = _whole(charge)
    granted = replace(whole, may_change=True, apart=str(charge.amount))
    facts = [teller.money(PaymentAuthorized, granted)]
    facts += [_no_refund(teller, each, charge) for each in _listed(charge)]
    end = replace(whole, created=teller.now(charge.created))
    if teller.event_type == "charge.expired":
        facts.append(teller.money(PaymentAuthorizationExpired, end))
    elif charge.refunded:
        facts.append(teller.money(PaymentReversed, end))
    return facts


def _pending(teller: Teller, charge: Charge) -> list[Fact]:
    return [teller.money(PaymentPending, _whole(charge))]


def _failed(teller: Teller, charge: Charge) -> list[Fact]:
    said = replace(_whole(charge), reference=charge.id, code=charge.failure_code or "")
    return [teller.money(PaymentFailed, said)]


def _refunds(teller: Teller, charge: Charge) -> list[Fact]:
    """Tell of each refund that is listed, and claim what the charge says beyond the list."""
    release = _release(teller, charge)
    facts: list[Fact] = []
    told = 0
    for refund in _listed(charge):
        if refund is release:
            facts.append(_no_refund(teller, refund, charge))
            continue
        facts += refund_facts(teller, refund, charge)
        told += 0 if refund.status in _GONE else refund.amount
    claimed = max((charge.amount_refunded or 0) - _released(teller, charge), 0)
    if claimed > told or (charge.refunds is None and teller.changed("amount_refunded")):
        facts.append(teller.money(PaymentRefunded, _claim(teller, charge, claimed)))
    return facts


def _claim(teller: Teller, charge: Charge, amount: int) -> Money:
    return replace(
        _whole(charge),
        reference=charge.id,
        amount=amount,
        created=teller.now(charge.created),
        evidence=Evidence.STATUS,
        may_change=True,
        apart=str(amount),
    )


def _no_refund(teller: Teller, refund: Refund, charge: Charge) -> Fact:
    """Take back what the refund object by itself would be understood as."""
    said = replace(
        _whole(charge),
        reference=refund.id,
        parent=charge.id,
        amount=refund.amount,
        created=refund.created,
        code=RELEASED,
    )
    return teller.money(PaymentRefundFailed, said)


def _whole(charge: Charge) -> Money:
    """Describe the charge as one operation under its most general name."""
    name = charge.payment_intent or charge.id
    return Money(
        reference=name,
        parent=name,
        payment=name,
        amount=charge.amount,
        currency=charge.currency,
        created=charge.created,
    )


def _listed(charge: Charge) -> tuple[Refund, ...]:
    return charge.refunds.data if charge.refunds else ()


def _release(teller: Teller, charge: Charge) -> Refund | None:
    """Find the refund object that stands for the rest of a partial capture: the oldest such."""
    rest = _released(teller, charge)
    fitting = [
        each for each in _listed(charge) if rest and each.amount == rest and not each.reason
    ]
    return min(fitting, key=lambda each: (each.created, each.id), default=None)


def _released(teller: Teller, charge: Charge) -> int:
    """Count what was authorised, not captured, and is contained in `amount_refunded`."""
    version = (teller.event.api_version if teller.event else None) or ""
    if version >= RELEASES_ARE_REFUNDS_UNTIL or _may_capture_again(charge):
        return 0
    rest = charge.amount - (charge.amount_captured or charge.amount)
    return rest if (charge.amount_refunded or 0) >= rest > 0 else 0


def _may_capture_again(charge: Charge) -> bool:
    details = charge.payment_method_details
    several = details.card.multicapture if details and details.card else None
    return several is not None and several.status == "available"


_GONE: Final = frozenset({"failed", "canceled"})
_BY_STATUS: Final = {
    "succeeded": _succeeded,
    "paid": _succeeded,  # Its name before API version 2015-02-18.
    "pending": _pending,
    "failed": _failed,
}
