"""Decide: a command meets its guards once, and the verdict holds the facts that it brings about."""

from datetime import datetime, timedelta
from typing import Final

from domain import fact as facts
from domain.command import Cancel, Close, Command, CommandJudged, Verdict
from domain.effects.common import Maker, Outcome
from domain.effects.goods import GOODS
from domain.effects.money import MONEY
from domain.effects.office import OFFICE
from domain.effects.order import ORDER
from domain.effects.returns import RETURNS
from domain.guard import Refusal, name_of, refuse
from domain.instant import NEVER, micros
from domain.order import Order
from domain.payment import is_manual
from domain.request import CancelOrder
from domain.rules import Rules
from domain.vocabulary import CancelReason


def decide(order: Order, command: Command, rules: Rules) -> CommandJudged:
    """Judge a command against the order as it is; never raises, never changes the order."""
    outcome: Outcome | Refusal | None = refuse(order, command, rules)
    name = name_of(type(command))
    if outcome is None:
        outcome = _EFFECTS[type(command)](order, command, rules)
    if isinstance(outcome, Refusal):
        return _verdict(
            command,
            Verdict(
                command_id=command.event_id,
                command=name,
                accepted=False,
                guard=outcome.guard,
                refusal=outcome.reason,
            ),
        )
    return _verdict(
        command,
        Verdict(
            command_id=command.event_id,
            command=name,
            accepted=True,
            effects=outcome.effects,
            elsewhere=outcome.elsewhere,
            notify_customer=getattr(command.body, "notify_customer", True),
        ),
    )


def decide_expiry(order: Order, fired: facts.TimerHasFired, rules: Rules) -> CommandJudged | None:
    """Judge a cancellation by expiry (S0.6 to S0.10, X.9); None where policy leaves it alone."""
    policy, derived = rules.policy, order.derived
    head = order.head
    due = head and head.ship_by and expiry_of(order, rules) == micros(fired.body.deadline)
    if not (policy.cancel_expired and due) or derived.promise.lifecycle not in policy.expirable:
        return None
    if is_manual(order) and "manual" in policy.expiry_exempt_methods:
        return None
    if policy.expiry_waits_for_pending and derived.money.pending:
        return None
    command: Command = Cancel(
        event_id=fired.event_id,
        order_key=order.key,
        occurred_at=fired.occurred_at,
        actor="system",
        test=order.test,
        body=CancelOrder(reason=CancelReason.EXPIRED),
    )
    if policy.expire_to == "closed":
        command = _close_by_time(order, fired)
    judged = decide(order, command, rules)
    return judged if judged.body.accepted else None


def _close_by_time(order: Order, fired: facts.TimerHasFired) -> Close:
    return Close(
        event_id=fired.event_id,
        order_key=order.key,
        occurred_at=fired.occurred_at,
        actor="system",
        test=order.test,
    )


def expiry_of(order: Order, rules: Rules) -> int:
    """Say when the day after `ship_by` begins in the organisation's zone (S0.9)."""
    head = order.head
    if head is None or not head.ship_by:
        return 0
    try:
        day = datetime.fromisoformat(head.ship_by) + timedelta(days=1)
        return micros(day.replace(tzinfo=rules.zone))
    except OverflowError:  # a day after the last one that the calendar has
        return NEVER


def _verdict(command: Command, verdict: Verdict) -> CommandJudged:
    return CommandJudged(
        event_id=f"{command.event_id}:judged",
        order_key=command.order_key,
        tenant=command.tenant,
        channel=command.channel,
        occurred_at=command.occurred_at,
        actor=command.actor,
        cause_id=command.event_id,
        correlation_id=command.correlation_id,
        source="orderstream",
        test=command.test,
        body=verdict,
    )


_EFFECTS: Final[dict[type, Maker]] = {**ORDER, **GOODS, **MONEY, **RETURNS, **OFFICE}
