"""Actions: what people must do outside, because we cannot: move money, fetch a history.

Each is asked for once; a test order asks nobody for anything (X.18).
"""

from typing import Final

from domain import fact as facts
from domain import office_fact as office_facts
from domain.announce import Cause
from domain.body import Operation
from domain.command import CommandJudged
from domain.deadline import unconfirmed_refunds
from domain.message import ActionRequired
from domain.order import Order
from domain.remainder import refundable, reversible
from domain.rules import Rules
from domain.vocabulary import Evidence

_ASKS: Final[dict[type, str]] = {
    office_facts.PaymentCaptureRequested: "capture",
    office_facts.PaymentReversalRequested: "reverse",
    facts.PaymentRefundRequested: "refund",
    facts.PaymentRefunded: "refund",
}
"""Effects of commands that somebody must carry out in the payment system (S2.22)."""


def owed(order: Order, rules: Rules) -> dict[str, int]:
    """Say what a cancelled order has to give back, by policy (spec model, 8.10)."""
    money, policy = order.derived.money, rules.policy.refund_on_cancel
    if policy == "none":
        return {"refund": 0, "reverse": 0}
    kept = 0 if policy == "all" else money.due
    refund = max(refundable(money) - kept, 0)
    return {"refund": refund, "reverse": reversible(money)}


def owed_actions(before: Order, order: Order, cause: Cause, rules: Rules) -> list[ActionRequired]:
    """Ask for money to be sent back, or an authorisation to be reversed, after a cancellation.

    Asked when a cancelled order owes more than before: at the cancellation, and again for money
    that comes to light after it, whenever it was taken (X.7). An order that its own source
    cancelled is settled there; only money dated after the cancellation is asked back.
    """
    promise, money = order.derived.promise, order.derived.money
    if order.test or not promise.cancelled_at or order.derived is before.derived:
        return []
    if "cancelled" not in order.marks and money.last_capture_at <= promise.cancelled_at:
        return []
    was_cancelled = bool(before.derived.promise.cancelled_at)
    owed_before = owed(before, rules) if was_cancelled else {}
    return [
        _action(order, cause, action, amount - owed_before.get(action, 0))
        for action, amount in owed(order, rules).items()
        if amount > owed_before.get(action, 0)
    ]


def refund_again(
    order: Order, failed: facts.PaymentRefundFailed, cause: Cause, rules: Rules
) -> list[ActionRequired]:
    """Ask again for money that a provider failed to send back, as far as it is wanted (S1.35).

    Wanted is what commands asked for and no provider confirmed, and what a cancellation owes.
    """
    body = failed.body
    wanted = unconfirmed_refunds(order)
    if order.derived.promise.cancelled_at:
        wanted += owed(order, rules)["refund"]
    amount = min(body.amount, wanted)
    if order.test or not amount or order.head is None or body.currency != order.head.currency:
        return []
    return [_action(order, cause, "refund", amount, provider=body.provider, reference=body.parent)]


def asked_actions(order: Order, judged: CommandJudged, cause: Cause) -> list[ActionRequired]:
    """Ask for what an accepted command needs done outside."""
    asked: list[ActionRequired] = []
    for effect in judged.body.effects:
        action, body = _ASKS.get(type(effect), ""), effect.body
        if action and isinstance(body, Operation) and body.evidence is not Evidence.PROVIDER:
            made = _action(
                order, cause, action, body.amount, provider=body.provider, reference=body.parent
            )
            asked.append(made)
    if judged.body.accepted and judged.body.command == "sync_payments":
        asked.append(_action(order, cause, "sync_payments", 0))
    return asked


def _action(
    order: Order,
    cause: Cause,
    action: str,
    amount: int,
    *,
    provider: str = "",
    reference: str = "",
) -> ActionRequired:
    tenant, channel, _ = order.key.split("/", 2)
    return ActionRequired(
        id=f"{order.key}:action:{action}:{cause.event_id}",
        order_key=order.key,
        tenant=tenant,
        channel=channel,
        action=action,
        occurred_at=cause.occurred_at,
        cause=cause.event_id,
        amount=amount,
        currency=order.head.currency if order.head else "",
        provider=provider,
        reference=reference,
        test=order.test,
    )
