"""Commands about the order as a promise: confirm, cancel, hold, risk, states, closing."""

from collections.abc import Callable
from typing import Final

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain import office_body as office
from domain import office_fact as office_facts
from domain.command import Command
from domain.effects.common import IMPORTED_ONLY, Maker, Outcome, envelope, single, stated
from domain.fact import Fact
from domain.guard import Refusal, refuse
from domain.order import Order
from domain.promise import standing_holds
from domain.request import CancelOrder, FlagRisk, PlaceHold
from domain.rules import Rules
from domain.vocabulary import CancelReason, HoldReason


def _create(_order: Order, command: commands.Create, rules: Rules) -> Outcome | Refusal:
    if not rules.policy.local_orders:
        return IMPORTED_ONLY
    if command.test and rules.real_orders and rules.policy.test_orders_end:
        return Refusal("test_orders", "the store had a real order: test orders are over")
    saved = command.body.saved or rules.policy.initial == "saved"
    fact = facts.OrderSaved if saved else facts.OrderPlaced
    made = fact(**envelope(command, "created"), body=command.body.document)
    return Outcome((made,))


def _reason(
    command: commands.Cancel | commands.RequestCancel | commands.DeclineCancel,
) -> bodies.Reason:
    return bodies.Reason(
        reason=command.body.reason or CancelReason.UNSPECIFIED,
        note=command.body.note,
        requester=command.body.requester,
    )


def _hold(_order: Order, command: commands.Hold, _rules: Rules) -> Outcome:
    wanted = command.body
    body = bodies.HoldPlaced(
        hold_id=wanted.hold_id or wanted.reason,
        reason=wanted.reason,
        note=wanted.note,
        until=wanted.until,
    )
    return Outcome((facts.HoldWasPlaced(**envelope(command, "held"), body=body),))


def _release(order: Order, command: commands.Release, _rules: Rules) -> Outcome | Refusal:
    standing = standing_holds(order)
    wanted = command.body.hold_id
    if wanted and wanted not in standing:
        return Refusal("held", "no such hold stands")
    return Outcome(_released(command, [wanted] if wanted else sorted(standing), command.body.note))


def _released(command: Command, names: list[str], note: str) -> tuple[Fact, ...]:
    return tuple(
        facts.HoldWasReleased(
            **envelope(command, f"released:{name}"),
            body=bodies.HoldReleased(hold_id=name, note=note),
        )
        for name in names
    )


_SUSPENDED: Final = HoldReason.SUSPENDED
_STANDARD: Final[dict[str, type[Command]]] = {
    "Processing": commands.Start,
    "Completed": commands.MarkShipped,
    "Canceled": commands.Cancel,
    "Fraud": commands.FlagRisk,
    "Suspended": commands.Hold,
    "Cancel Requested": commands.RequestCancel,
}
"""Base states of `configurable` and the command that brings an order there (spec model, 8.17)."""


def _set_state(order: Order, command: commands.SetState, rules: Rules) -> Outcome | Refusal:
    """Choose a base state, which is another command, or one of the shop's own on top of it."""
    wanted = command.body.state
    own = rules.states.get(wanted)
    base = own.base if own else wanted
    if own is None and base != "New" and base not in _STANDARD:
        names = ", ".join(("New", *_STANDARD, *rules.states))
        return Refusal("state", f"there is no state {wanted!r}; there are {names}")
    moved = _moved_to(order, command, base, rules)
    if isinstance(moved, Refusal):
        return moved
    chosen = office.StateChosen(state=wanted if own else "", base=base)
    label = office_facts.OrderStateChosen(**envelope(command, "chosen"), body=chosen)
    return Outcome((*moved.effects, label))


def _moved_to(
    order: Order, command: commands.SetState, base: str, rules: Rules
) -> Outcome | Refusal:
    promise = order.derived.promise
    if base == "New":
        if promise.working or promise.lifecycle not in {"draft", "pending", "open"}:
            return Refusal("state", "work began already: the order is not new any more")
        released = _released(command, sorted(standing_holds(order)), "state New")
        return Outcome((*released, *_cleared(order, command)))
    if base == _current(order):
        return Outcome()
    kind = _STANDARD[base]
    make: Callable[..., Command] = kind
    inner = make(
        event_id=command.event_id,
        order_key=command.order_key,
        tenant=command.tenant,
        channel=command.channel,
        occurred_at=command.occurred_at,
        actor=command.actor,
        test=command.test,
        roles=command.roles,
        **_words_of(base, command),
    )
    lifted = _lifted(order, base, command)
    if base == "Processing" and promise.working and lifted:
        return Outcome(lifted)
    if refused := refuse(order, inner, rules):
        return refused
    made = ORDER[kind](order, inner, rules)
    return made if isinstance(made, Refusal) else Outcome((*lifted, *made.effects))


def _current(order: Order) -> str:
    """Say which base state the axes show, as far as choosing it again would be nothing new."""
    promise = order.derived.promise
    if promise.suspended:
        return "Suspended"
    if promise.risk == "confirmed":
        return "Fraud"
    return "Processing" if promise.lifecycle == "processing" else ""


def _lifted(order: Order, base: str, command: commands.SetState) -> tuple[Fact, ...]:
    """Take back what stands above Processing: a suspension, a suspicion of fraud (S1.12)."""
    if base != "Processing":
        return ()
    promise, lifted = order.derived.promise, list[Fact]()
    if promise.suspended:
        holds = standing_holds(order)
        names = sorted(name for name, hold in holds.items() if hold.reason == _SUSPENDED)
        lifted += _released(command, names, "state Processing")
    return (*lifted, *_cleared(order, command))


def _cleared(order: Order, command: commands.SetState) -> tuple[Fact, ...]:
    if order.derived.promise.risk != "confirmed":
        return ()
    return (facts.RiskWasCleared(**envelope(command, "cleared")),)


def _words_of(
    base: str, command: commands.SetState
) -> dict[str, CancelOrder | FlagRisk | PlaceHold]:
    note = command.body.note
    if base in {"Canceled", "Cancel Requested"}:
        return {"body": CancelOrder(note=note, notify_customer=command.body.notify_customer)}
    if base == "Fraud":
        return {"body": FlagRisk(level="confirmed", note=note)}
    if base == "Suspended":
        return {"body": PlaceHold(reason=_SUSPENDED, note=note)}
    return {}


ORDER: Final[dict[type, Maker]] = {
    commands.Create: _create,
    commands.Confirm: single(facts.OrderConfirmed, "confirmed"),
    commands.Start: single(facts.OrderWorkStarted, "started"),
    commands.RequestCancel: stated(facts.OrderCancelRequested, _reason, "requested"),
    commands.DeclineCancel: stated(facts.OrderCancelDeclined, _reason, "declined"),
    commands.Cancel: stated(facts.OrderCancelled, _reason, "cancelled"),
    commands.Hold: _hold,
    commands.Release: _release,
    commands.FlagRisk: stated(
        facts.RiskWasFlagged,
        lambda command: bodies.RiskFlagged(level=command.body.level, note=command.body.note),
        "flagged",
    ),
    commands.ClearRisk: single(facts.RiskWasCleared, "cleared"),
    commands.SetState: _set_state,
    commands.MarkShipped: single(facts.OrderMarkedShipped, "marked_shipped"),
    commands.Close: single(facts.OrderClosed, "closed"),
    commands.Archive: single(facts.OrderArchived, "archived"),
}
