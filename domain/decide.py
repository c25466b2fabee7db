"""Decide: a command meets its guards once, and the verdict holds the facts that it brings about."""

from datetime import datetime, timedelta
from typing import Any, Final

from domain import body as bodies
from domain import fact as facts
from domain.command import (
    Archive,
    Cancel,
    CancelOrder,
    Close,
    Command,
    CommandJudged,
    Confirm,
    Hold,
    MarkShipped,
    Release,
    Verdict,
)
from domain.fact import Fact
from domain.guard import name_of, refuse
from domain.instant import NEVER, micros
from domain.order import Order
from domain.payment import is_manual
from domain.promise import standing_holds
from domain.rules import Rules
from domain.vocabulary import CancelReason


def decide(order: Order, command: Command, rules: Rules) -> CommandJudged:
    """Judge a command against the order as it is; never raises, never changes the order."""
    refusal = refuse(order, command, rules)
    name = name_of(type(command))
    if refusal:
        return _verdict(
            command,
            Verdict(
                command_id=command.event_id,
                command=name,
                accepted=False,
                guard=refusal.guard,
                refusal=refusal.reason,
            ),
        )
    effects = _EFFECTS[type(command)](order, command)
    return _verdict(
        command,
        Verdict(
            command_id=command.event_id,
            command=name,
            accepted=True,
            effects=effects,
            notify_customer=not isinstance(command, Cancel) or command.body.notify_customer,
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
    command = Cancel(
        event_id=fired.event_id,
        order_key=order.key,
        occurred_at=fired.occurred_at,
        actor="system",
        test=order.test,
        body=CancelOrder(reason=CancelReason.EXPIRED),
    )
    judged = decide(order, command, rules)
    return judged if judged.body.accepted else None


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


def _envelope(command: Command, suffix: str) -> dict[str, Any]:
    """Fill the envelope of an effect: any value type, as the fact's constructor takes it."""
    return {
        "event_id": f"{command.event_id}:{suffix}",
        "order_key": command.order_key,
        "tenant": command.tenant,
        "channel": command.channel,
        "occurred_at": command.occurred_at,
        "actor": command.actor,
        "cause_id": command.event_id,
        "source": "orderstream",
        "test": command.test,
    }


def _confirm(_order: Order, command: Confirm) -> tuple[Fact, ...]:
    return (facts.OrderConfirmed(**_envelope(command, "confirmed")),)


def _cancel(_order: Order, command: Cancel) -> tuple[Fact, ...]:
    body = bodies.Reason(
        reason=command.body.reason or CancelReason.UNSPECIFIED,
        note=command.body.note,
        requester=command.body.requester,
    )
    return (facts.OrderCancelled(**_envelope(command, "cancelled"), body=body),)


def _hold(_order: Order, command: Hold) -> tuple[Fact, ...]:
    wanted = command.body
    body = bodies.HoldPlaced(
        hold_id=wanted.hold_id or wanted.reason,
        reason=wanted.reason,
        note=wanted.note,
        until=wanted.until,
    )
    return (facts.HoldWasPlaced(**_envelope(command, "held"), body=body),)


def _release(order: Order, command: Release) -> tuple[Fact, ...]:
    names = [command.body.hold_id] if command.body.hold_id else sorted(standing_holds(order))
    return tuple(
        facts.HoldWasReleased(
            **_envelope(command, f"released:{name}"),
            body=bodies.HoldReleased(hold_id=name, note=command.body.note),
        )
        for name in names
    )


def _mark_shipped(_order: Order, command: MarkShipped) -> tuple[Fact, ...]:
    return (facts.OrderMarkedShipped(**_envelope(command, "marked_shipped")),)


def _close(_order: Order, command: Close) -> tuple[Fact, ...]:
    return (facts.OrderClosed(**_envelope(command, "closed")),)


def _archive(_order: Order, command: Archive) -> tuple[Fact, ...]:
    return (facts.OrderArchived(**_envelope(command, "archived")),)


_EFFECTS: Final[dict[type, Any]] = {
    Confirm: _confirm,
    Cancel: _cancel,
    Hold: _hold,
    Release: _release,
    MarkShipped: _mark_shipped,
    Close: _close,
    Archive: _archive,
}
"""Any: each function takes the one command class that its row names."""
