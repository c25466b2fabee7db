"""Commands that change an order's lines: new quantities, another article, pieces taken off."""

from typing import Final

from msgspec.structs import replace

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain.command import Command
from domain.document import Document, Line
from domain.effects.common import (
    Maker,
    Outcome,
    document_of,
    envelope,
    pick_lines,
    units,
    unknown_lines,
    unshipped,
)
from domain.guard import Refusal
from domain.instant import moment
from domain.order import Order
from domain.rules import Rules
from domain.vocabulary import Minor

QUANTITY_MAX: Final = 1_000_000


def _revised(order: Order, command: Command, lines: tuple[Line, ...], more: int) -> Outcome:
    """State the document anew with these lines and so much more (or less) to pay (X.11)."""
    document = document_of(order)
    head = order.head
    revision = head.revision + 1 if head else 1
    placed_at = moment(order.placed_at) if order.placed_at else None
    body = replace(
        document,
        lines=lines,
        total=Minor(max(document.total + more, 0)),
        placed_at=document.placed_at or placed_at,
    )
    fact = facts.OrderSaved if "placed" not in order.marks else facts.OrderRevised
    said = {**envelope(command, "revised"), "revision": revision}
    if head and head.source:
        said["source"] = head.source
    return Outcome((fact(**said, body=body),))


def _edit_lines(order: Order, command: commands.EditLines, _rules: Rules) -> Outcome | Refusal:
    """Set new quantities, not below what left or was taken off, and add lines (S3.7)."""
    wanted = command.body
    if not wanted.lines and not wanted.add:
        return Refusal("nothing", "nothing is to be changed")
    if refused := unknown_lines(order, (one.line_id for one in wanted.lines)):
        return refused
    now = {line.line_id: line for line in order.derived.goods.lines}
    asked = {one.line_id: one.quantity for one in wanted.lines}
    for line_id, quantity in asked.items():
        least = now[line_id].handed_over + now[line_id].cancelled
        if not least <= quantity <= QUANTITY_MAX:
            reason = f"line {line_id}: {quantity} asked for, {least} left or were taken off"
            return Refusal("quantity", reason)
    document = document_of(order)
    if refused := _not_addable(document, wanted.add):
        return refused
    lines, more = [], sum(one.unit_price * one.quantity for one in wanted.add)
    for line in document.lines:
        quantity = asked.get(line.line_id, line.quantity)
        more += (quantity - line.quantity) * line.unit_price
        lines.append(replace(line, quantity=quantity))
    off = {line_id: line.cancelled for line_id, line in now.items()}
    if not any(line.quantity > off.get(line.line_id, 0) for line in (*lines, *wanted.add)):
        return Refusal("quantity", "nothing would be left of the order: cancel it")
    return _revised(order, command, (*lines, *wanted.add), more)


def _not_addable(document: Document, added: tuple[Line, ...]) -> Refusal | None:
    """Refuse lines that are there already, or that hold no piece."""
    known = {line.line_id for line in document.lines}
    for line in added:
        if line.line_id in known:
            return Refusal("line", f"line {line.line_id!r} exists already")
        if line.quantity < 1:
            return Refusal("quantity", f"line {line.line_id}: the quantity must be at least 1")
        known.add(line.line_id)
    return None


def _replace_line(order: Order, command: commands.ReplaceLine, _rules: Rules) -> Outcome | Refusal:
    """Cancel what was not shipped of a line and put another in its place (S4.11)."""
    wanted = command.body
    if refused := unknown_lines(order, (wanted.line_id,)):
        return refused
    document = document_of(order)
    if refused := _not_addable(document, (wanted.by,)):
        return refused
    now = {line.line_id: line for line in order.derived.goods.lines}[wanted.line_id]
    off = now.ordered - now.handed_over
    if off == now.cancelled:
        return Refusal("quantity", f"line {wanted.line_id}: nothing is left to replace")
    more, lines = wanted.by.unit_price * wanted.by.quantity, []
    for line in document.lines:
        if line.line_id == wanted.line_id:  # what was taken off before is in the document now
            more -= (off - line.cancelled) * line.unit_price
            lines.append(replace(line, cancelled=off))
        else:
            lines.append(line)
    added = replace(wanted.by, replaces=wanted.line_id)
    return _revised(order, command, (*lines, added), more)


def _cancel_lines(order: Order, command: commands.CancelLines, _rules: Rules) -> Outcome | Refusal:
    lines = pick_lines(order, command.body.lines, unshipped(order), "not shipped yet")
    if isinstance(lines, Refusal):
        return lines
    if not lines:
        return Refusal("quantity", "no pieces are named")
    body = bodies.LinesCancelled(
        cancellation_id=command.event_id,
        lines=units(lines),
        reason=command.body.reason,
        note=command.body.note,
    )
    return Outcome((facts.OrderLinesCancelled(**envelope(command, "lines_cancelled"), body=body),))


LINES: Final[dict[type, Maker]] = {
    commands.CancelLines: _cancel_lines,
    commands.EditLines: _edit_lines,
    commands.ReplaceLine: _replace_line,
}
