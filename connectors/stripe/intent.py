"""A payment intent and a checkout session: the promise to pay and how far it got."""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from connectors.stripe.payload import Intent, Session
from connectors.stripe.table import INTENT, SESSION_PAYMENT, Step
from connectors.stripe.teller import Money, Teller
from domain.fact import (
    Fact,
    PaymentAuthorizationExpired,
    PaymentAuthorized,
    PaymentCaptured,
    PaymentFailed,
    PaymentPending,
    PaymentReversed,
)
from domain.vocabulary import Evidence


def intent_facts(teller: Teller, intent: Intent) -> list[Fact]:
    """Tell what a payment intent, as it now stands, says."""
    facts = teller.order_links(intent.id, intent.metadata, intent.created)
    charge = _charge(intent)
    facts += teller.is_payment(charge, intent.id, intent.created)
    step = INTENT.get(intent.status)
    if step is None:
        unknown = teller.unknown(intent.id, "payment_intent.status", intent.status, intent.created)
        return [*facts, unknown]
    return [*facts, *_BY_STEP[step](teller, intent)]


def session_facts(teller: Teller, session: Session) -> list[Fact]:
    """Tell what a checkout session says: whose payment it is, and whether it is paid."""
    name = session.payment_intent or session.id
    facts = teller.client_link(name, session.client_reference_id, session.created)
    if not facts:
        facts = teller.order_links(name, session.metadata, session.created)
    facts += teller.is_payment(session.id, session.payment_intent or "", session.created)
    word = SESSION_PAYMENT.get(session.payment_status)
    if word is None:
        unknown = teller.unknown(
            name, "checkout.session.payment_status", session.payment_status, session.created
        )
        return [*facts, unknown]
    return [*facts, *_session_money(teller, session, name, word)]


def _session_money(teller: Teller, session: Session, name: str, word: str) -> list[Fact]:
    """Claim what a session says of its money; the intent and its charge say it better."""
    amount, currency = session.amount_total, session.currency
    if not amount or not currency or session.currency_conversion:
        return []  # Nothing to pay, or shown to the buyer in another currency than it is paid in.
    said = Money(
        reference=name,
        parent=name,
        payment=name,
        amount=amount,
        currency=currency,
        created=teller.now(session.created),
        evidence=Evidence.STATUS,
    )
    if word == "paid":
        return [teller.money(PaymentCaptured, replace(said, may_change=True, apart="claimed"))]
    if teller.event_type == "checkout.session.async_payment_failed":
        return [teller.money(PaymentFailed, said)]
    if word == "unpaid" and session.status == "complete":
        return [teller.money(PaymentPending, said)]
    return []


def _nothing_yet(teller: Teller, intent: Intent) -> list[Fact]:
    """Tell of a failed attempt, if there was one."""
    error = intent.last_payment_error
    if error is None:
        return []
    said = replace(
        _whole(intent),
        reference=error.charge or _charge(intent) or intent.id,
        created=teller.now(intent.created),
        code=error.decline_code or error.code or "",
    )
    return [teller.money(PaymentFailed, said)]


def _pending(teller: Teller, intent: Intent) -> list[Fact]:
    said = replace(_whole(intent), created=teller.now(intent.created), may_change=True)
    return [teller.money(PaymentPending, said)]


def _authorized(teller: Teller, intent: Intent) -> list[Fact]:
    """Tell of the whole authorisation; where it is captured in parts, of those so far."""
    received = intent.amount_received or 0
    open_amount = intent.amount if intent.amount_capturable is None else intent.amount_capturable
    granted = open_amount + received
    said = replace(_whole(intent), amount=granted, may_change=True, apart=str(granted))
    facts = [teller.money(PaymentAuthorized, said)]
    if received:
        facts.append(_capture(teller, intent, received, final=False))
    return facts


def _captured(teller: Teller, intent: Intent) -> list[Fact]:
    received = intent.amount if intent.amount_received is None else intent.amount_received
    return [_capture(teller, intent, received, final=True)]


def _capture(teller: Teller, intent: Intent, amount: int, *, final: bool) -> Fact:
    """Tell of a capture under its charge's name, so that intent and charge tell the same one."""
    charge = _charge(intent)
    said = replace(
        _whole(intent),
        reference=charge or intent.id,
        amount=amount,
        created=teller.now(intent.created),
        evidence=Evidence.PROVIDER if charge else Evidence.STATUS,
        final=final,
        may_change=True,
        apart=_apart(amount, named=bool(charge), final=final),
    )
    return teller.money(PaymentCaptured, said)


def _apart(amount: int, *, named: bool, final: bool) -> str:
    if not named:
        return "claimed"
    return "" if final else str(amount)


def _canceled(teller: Teller, intent: Intent) -> list[Fact]:
    """Tell that an authorisation ended; `expired` says that nobody ended it."""
    reason = intent.cancellation_reason or ""
    kind = PaymentAuthorizationExpired if reason == "expired" else PaymentReversed
    at = intent.canceled_at or teller.now(intent.created)
    return [teller.money(kind, replace(_whole(intent), created=at, code=reason))]


def _whole(intent: Intent) -> Money:
    return Money(
        reference=intent.id,
        parent=intent.id,
        payment=intent.id,
        amount=intent.amount,
        currency=intent.currency,
        created=intent.created,
    )


def _charge(intent: Intent) -> str:
    """Find the newest charge: `latest_charge`, or first of the list in older API versions."""
    listed = intent.charges.data if intent.charges else ()
    return intent.latest_charge or (listed[0].id if listed else "")


_BY_STEP: Final[dict[Step, Callable[[Teller, Intent], list[Fact]]]] = {
    "": _nothing_yet,
    "pending": _pending,
    "authorized": _authorized,
    "captured": _captured,
    "canceled": _canceled,
}
