"""What the makers of effects share: the envelope of an effect, and checks of what was asked for."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from msgspec import Struct
from msgspec.json import decode

from domain.body import Units
from domain.command import Command
from domain.departure import left_to_supplier
from domain.document import Document
from domain.fact import Fact
from domain.guard import Refusal
from domain.kept_document import unpack_document
from domain.order import Order
from domain.request import ArrivedUnits, AskedLines, AskedUnits
from domain.rules import Rules


class Outcome(NamedTuple):
    """The facts about the order itself, and those about others."""

    effects: tuple[Fact, ...] = ()
    elsewhere: tuple[Fact, ...] = ()


IMPORTED_ONLY: Final = Refusal(
    "imported_only", "orders of this channel are imported, never made here"
)
Maker = Callable[[Order, Any, Rules], Outcome | Refusal]
"""Any: each function takes the one command class that its row in a table names."""


def envelope(command: Command, suffix: str) -> dict[str, Any]:
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


def single(fact: Callable[..., Fact], suffix: str) -> Maker:
    """Make the maker of one fact that says all by its kind."""
    return lambda _order, command, _rules: Outcome((fact(**envelope(command, suffix)),))


def stated(fact: Callable[..., Fact], body: Callable[[Any], Struct], suffix: str) -> Maker:
    """Make the maker of one fact whose body follows from the command's alone."""
    return lambda _order, command, _rules: Outcome(
        (fact(**envelope(command, suffix), body=body(command)),)
    )


def pick_lines(
    order: Order, asked: Iterable[AskedUnits | ArrivedUnits], room: Mapping[str, int], what: str
) -> dict[str, int] | Refusal:
    """Check the pieces asked for against what there is of each line; `what` says of what."""
    known = {item.line_id for item in order.head.items} if order.head else set()
    picked: dict[str, int] = {}
    for units in asked:
        if units.line_id not in known:
            return Refusal("line", f"the order has no line {units.line_id!r}")
        if units.quantity < 1:
            return Refusal("quantity", f"line {units.line_id}: the quantity must be at least 1")
        picked[units.line_id] = picked.get(units.line_id, 0) + units.quantity
    for line_id, quantity in picked.items():
        left = room.get(line_id, 0)
        if quantity > left:
            reason = f"line {line_id}: {quantity} asked for, {left} {what}"
            return Refusal("quantity", reason)
    return picked


def lines_or_all(
    order: Order, asked: AskedLines, room: Mapping[str, int], what: str
) -> dict[str, int] | Refusal:
    """Check the pieces asked for; none named means all that there is room for."""
    if asked:
        return pick_lines(order, asked, room, what)
    everything = {line_id: left for line_id, left in room.items() if left > 0}
    return everything or Refusal("quantity", f"no pieces are {what}")


def units(lines: Mapping[str, int]) -> tuple[Units, ...]:
    """Write pieces by line as facts carry them."""
    return tuple(Units(line_id=line_id, quantity=count) for line_id, count in lines.items())


def unshipped(order: Order) -> dict[str, int]:
    """Count the pieces of each line that did not leave and were not taken off."""
    return {
        line.line_id: line.ordered - line.cancelled - line.handed_over
        for line in order.derived.goods.lines
    }


def unassigned(order: Order) -> dict[str, int]:
    """Count the pieces of each line that are ours to send: not left to their supplier (S3.25)."""
    elsewhere = left_to_supplier(order)
    return {
        line_id: max(left - elsewhere.get(line_id, 0), 0)
        for line_id, left in unshipped(order).items()
    }


def unknown_lines(order: Order, lines: Iterable[str]) -> Refusal | None:
    """Refuse lines that the order has not."""
    known = {item.line_id for item in order.head.items} if order.head else set()
    for line_id in lines:
        if line_id not in known:
            return Refusal("line", f"the order has no line {line_id!r}")
    return None


def document_of(order: Order) -> Document:
    """Read the newest document of an order that has one."""
    head = order.head
    if head is None:
        raise ValueError(order.key)
    return decode(unpack_document(head.document), type=Document)
