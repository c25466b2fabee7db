"""Commands about goods that come back: marked at once, or step by step under an RMA (S4.33)."""

from collections.abc import Callable
from typing import Any, Final

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain import office_body as office
from domain import office_fact as office_facts
from domain.effects.common import Maker, Outcome, envelope, pick_lines, units
from domain.fact import Fact
from domain.guard import Refusal
from domain.order import Order
from domain.remainder import returnable_lines
from domain.rma import DRAFT, rmas
from domain.rules import Rules


def _mark(order: Order, command: commands.Return, rules: Rules) -> Outcome | Refusal:
    lines = pick_lines(
        order, command.body.lines, returnable_lines(order, rules.policy), "could come back"
    )
    if isinstance(lines, Refusal):
        return lines
    if not lines:
        return Refusal("quantity", "no pieces are named")
    body = bodies.ReturnMarked(
        return_id=command.body.return_id or command.event_id,
        lines=units(lines),
        note=command.body.note,
    )
    return Outcome((facts.ReturnWasMarked(**envelope(command, "returned"), body=body),))


def _request(order: Order, command: commands.RequestReturn, rules: Rules) -> Outcome | Refusal:
    wanted = command.body
    return_id = wanted.return_id or command.event_id
    known = rmas(order).get(return_id)
    if known is not None and known.state != DRAFT:
        return Refusal("return", f"a return {return_id} exists already")
    lines = pick_lines(
        order, wanted.lines, returnable_lines(order, rules.policy), "could come back"
    )
    if isinstance(lines, Refusal):
        return lines
    if not lines:
        return Refusal("quantity", "no pieces are named")
    body = office.ReturnRequested(
        return_id=return_id,
        lines=units(lines),
        reason=wanted.reason,
        resolution=wanted.resolution,
        draft=wanted.draft,
        note=wanted.note,
    )
    return Outcome((office_facts.ReturnWasRequested(**envelope(command, "requested"), body=body),))


def _step(fact: Callable[..., Fact], suffix: str, *before: str) -> Maker:
    """Make the maker of a step that follows the states named."""

    def make(order: Order, command: Any, _rules: Rules) -> Outcome | Refusal:
        if refused := _not_in(order, command.body.return_id, before):
            return refused
        body = office.ReturnRef(return_id=command.body.return_id, note=command.body.note)
        return Outcome((fact(**envelope(command, suffix), body=body),))

    return make


def _not_in(order: Order, return_id: str, states: tuple[str, ...]) -> Refusal | None:
    rma = rmas(order).get(return_id)
    if rma is None:
        return Refusal("return", f"the order has no return {return_id!r}")
    if rma.state in states:
        return None
    return Refusal("return", f"the return is {rma.state}, not {' or '.join(states)}")


def _receive(order: Order, command: commands.ReceiveReturn, _rules: Rules) -> Outcome | Refusal:
    wanted = command.body
    if refused := _not_in(order, wanted.return_id, ("requested", "approved", "shipped")):
        return refused
    rma = rmas(order)[wanted.return_id]
    asked = {one.line_id: one.quantity for one in rma.requested.lines} if rma.requested else {}
    lines = pick_lines(order, wanted.lines, asked, "were asked back")
    if isinstance(lines, Refusal):
        return lines
    arrived = tuple(
        office.ReceivedUnits(line_id=one.line_id, quantity=one.quantity, condition=one.condition)
        for one in wanted.lines
    ) or tuple(
        office.ReceivedUnits(line_id=line_id, quantity=count) for line_id, count in asked.items()
    )
    body = office.ReturnReceived(return_id=wanted.return_id, lines=arrived, note=wanted.note)
    return Outcome((office_facts.ReturnWasReceived(**envelope(command, "received"), body=body),))


RETURNS: Final[dict[type, Maker]] = {
    commands.Return: _mark,
    commands.RequestReturn: _request,
    commands.ApproveReturn: _step(office_facts.ReturnWasApproved, "approved", "requested"),
    commands.RejectReturn: _step(
        office_facts.ReturnWasRejected, "rejected", DRAFT, "requested", "approved", "shipped"
    ),
    commands.ReceiveReturn: _receive,
    commands.RestockReturn: _step(
        office_facts.ReturnWasRestocked, "restocked", "received", "refunded"
    ),
    commands.CompleteReturn: _step(
        office_facts.ReturnWasCompleted, "completed", "received", "restocked", "refunded"
    ),
    commands.CancelReturn: _step(
        office_facts.ReturnWasCancelled, "cancelled", DRAFT, "requested", "approved"
    ),
}
