"""Guards: what each command needs, as a table; the failed one answers in an operator's words.

The canonical guards stand here (spec model, section 3); a profile may add conditions to a command
and take none away.
"""

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from domain import command as commands
from domain.command import Command
from domain.facets import facets_of
from domain.order import Order
from domain.profile import holds
from domain.promise import standing_holds
from domain.rules import Rules
from domain.vocabulary import Closure, HoldState, Lifecycle


class Guard(NamedTuple):
    """One condition: its name, the test, and what is wrong when the test fails."""

    name: str
    passes: Callable[[Order, Command], bool]
    refusal: str


class Refusal(NamedTuple):
    """The guard that failed."""

    guard: str
    reason: str


def _lifecycle(name: str, refusal: str, *allowed: Lifecycle) -> Guard:
    words = frozenset(allowed)
    return Guard(name, lambda order, _: order.derived.promise.lifecycle in words, refusal)


_KNOWN: Final = Guard(
    "known", lambda order, _: order.derived.promise.known, "no such order is known yet"
)
_NOT_FINISHED: Final = Guard(
    "not_closed",
    lambda order, _: order.derived.promise.closure == Closure.OPEN,
    "the order is closed or archived",
)
_NOT_ARCHIVED: Final = Guard(
    "not_closed_yet",
    lambda order, _: order.derived.promise.closure == Closure.OPEN,
    "the order is already closed",
)
_CLOSED: Final = Guard(
    "closed",
    lambda order, _: order.derived.promise.closure == Closure.CLOSED,
    "only a closed order can be archived",
)
_NOT_ALL_SHIPPED: Final = Guard(
    "not_completely_shipped",
    lambda order, _: (
        not 0 < order.derived.goods.live == order.derived.goods.handed_over
        and "marked_shipped" not in order.marks
    ),
    "everything was shipped already",
)
_NO_HOLD: Final = Guard(
    "no_hold",
    lambda order, _: order.derived.promise.hold == HoldState.CLEAR,
    "the order is on hold",
)
_UNDER_WAY: Final = _lifecycle(
    "under_way",
    "the order is cancelled or completed",
    Lifecycle.DRAFT,
    Lifecycle.PENDING,
    Lifecycle.OPEN,
    Lifecycle.PROCESSING,
    Lifecycle.CANCEL_REQUESTED,
)


def _hold_stands(order: Order, command: Command) -> bool:
    standing = standing_holds(order)
    name = command.body.hold_id if isinstance(command, commands.Release) else ""
    return name in standing if name else bool(standing)


GUARDS: Final[Mapping[type, tuple[Guard, ...]]] = {
    commands.Confirm: (
        _KNOWN,
        _NOT_FINISHED,
        _lifecycle(
            "not_confirmed",
            "only a draft or pending order can be confirmed",
            Lifecycle.DRAFT,
            Lifecycle.PENDING,
        ),
    ),
    commands.Cancel: (
        _KNOWN,
        _NOT_FINISHED,
        _lifecycle(
            "not_cancelled",
            "the order is cancelled already",
            *(state for state in Lifecycle if state is not Lifecycle.CANCELLED),
        ),
        _NOT_ALL_SHIPPED,
    ),
    commands.Hold: (_KNOWN, _NOT_FINISHED, _UNDER_WAY),
    commands.Release: (
        _KNOWN,
        _NOT_FINISHED,
        _UNDER_WAY,
        Guard("held", _hold_stands, "no such hold stands"),
    ),
    commands.MarkShipped: (
        _KNOWN,
        _NOT_FINISHED,
        _lifecycle(
            "shippable",
            "the order is a draft, cancelled, or asked to be cancelled",
            Lifecycle.PENDING,
            Lifecycle.OPEN,
            Lifecycle.PROCESSING,
            Lifecycle.COMPLETED,
        ),
        _NO_HOLD,
    ),
    commands.Close: (_KNOWN, _NOT_ARCHIVED),
    commands.Archive: (_KNOWN, _CLOSED),
}
"""Tried in order; the first that fails refuses."""


def name_of(command: type) -> str:
    """Say the command's name as operators write it: `mark_shipped`."""
    tag = command.__struct_config__.tag  # type: ignore[attr-defined] # msgspec adds it to structs
    return str(tag).removeprefix("command.")


def refuse(order: Order, command: Command, rules: Rules) -> Refusal | None:
    """Find the first guard that fails; None means that the command is allowed."""
    for guard in GUARDS[type(command)]:
        if not guard.passes(order, command):
            return Refusal(guard.name, guard.refusal)
    profile = rules.profiles[0].profile
    facets = facets_of(order.derived)
    for narrowing in profile.guards.get(name_of(type(command)), ()):
        if not holds(narrowing.when, facets):
            return Refusal(narrowing.guard, narrowing.refusal)
    return None
