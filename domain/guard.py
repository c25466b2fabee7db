"""Guards: what each command needs, as a table; the failed one answers in an operator's words.

The canonical guards stand here (spec model, section 3); a profile may add conditions to a command
and take none away. What depends on the command's own words (how many, which shipment) is checked
where its effects are made (`effects/`).
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from domain import command as commands
from domain import office_command as office_commands
from domain.command import Command
from domain.envelope import kind_of
from domain.facets import situation_of
from domain.order import Order
from domain.profile import Facets, Narrowing, holds
from domain.rules import Rules
from domain.vocabulary import Closure, HoldState, Lifecycle, Risk


class Refusal(NamedTuple):
    """The guard that failed."""

    guard: str
    reason: str


def _needs(
    guard: str, refusal: str, unless: Mapping[str, tuple[str, ...]] = {}, **when: tuple[str, ...]
) -> Narrowing:
    return Narrowing(guard=guard, when=when, refusal=refusal, unless=dict(unless))


def _lifecycle(guard: str, refusal: str, *allowed: Lifecycle) -> Narrowing:
    return _needs(guard, refusal, lifecycle=tuple(allowed))


_YES: Final = ("yes",)
_KNOWN: Final = _needs("known", "no such order is known yet", known=_YES)
_NEW: Final = _needs("unknown_yet", "an order of this number exists already", known=("no",))
_OPEN: Final = _needs("not_closed", "the order is closed or archived", closure=(Closure.OPEN,))
_NOT_CLOSED_YET: Final = _needs(
    "not_closed_yet", "the order is already closed", closure=(Closure.OPEN,)
)
_CLOSED: Final = _needs("closed", "only a closed order can be archived", closure=(Closure.CLOSED,))
_NOT_ARCHIVED: Final = _needs(
    "not_archived", "the order is archived", closure=(Closure.OPEN, Closure.CLOSED)
)
_NOT_ALL_SHIPPED: Final = _needs(
    "not_completely_shipped",
    "everything was shipped already",
    handed_over=("none", "some"),
    marked_shipped=("no",),
)
_NO_HOLD: Final = _needs("no_hold", "the order is on hold", hold=(HoldState.CLEAR,))
_NO_FRAUD: Final = _needs(
    "no_fraud",
    "the order is considered fraudulent",
    risk=(Risk.NONE, Risk.SUSPECTED, Risk.CLEARED),
)
_UNSHIPPED: Final = _needs("unshipped", "nothing is left to ship", unshipped=_YES)
_SENT: Final = _needs("sent", "nothing was handed over yet", handed_over=("some", "all"))
_RETURNABLE: Final = _needs("returnable", "there is nothing that could come back", returnable=_YES)
_NOT_CANCELLED: Final = _lifecycle(
    "not_cancelled",
    "the order is cancelled already",
    *(state for state in Lifecycle if state is not Lifecycle.CANCELLED),
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
_SHIPPABLE: Final = _lifecycle(
    "shippable",
    "the order is a draft, cancelled, completed, or asked to be cancelled",
    Lifecycle.PENDING,
    Lifecycle.OPEN,
    Lifecycle.PROCESSING,
)
_EDITABLE: Final = _lifecycle(
    "editable",
    "the order is cancelled, completed, or asked to be cancelled",
    Lifecycle.DRAFT,
    Lifecycle.PENDING,
    Lifecycle.OPEN,
    Lifecycle.PROCESSING,
)
_TAKEN_AS_PLACED: Final = {"initial": ("open",), "lifecycle": (Lifecycle.PENDING.value,)}
_ACCEPTED: Final = _needs(
    "accepted",
    "the order is not open or in process",
    _TAKEN_AS_PLACED,
    lifecycle=(Lifecycle.OPEN, Lifecycle.PROCESSING),
)
_IN_HAND: Final = (_KNOWN, _NOT_ARCHIVED)
_ALIVE: Final = (_KNOWN, _OPEN)
_TO_SHIP: Final = (*_ALIVE, _SHIPPABLE, _NO_FRAUD, _UNSHIPPED)

GUARDS: Final[Mapping[type[Command], tuple[Narrowing, ...]]] = {
    commands.Create: (_NEW,),
    commands.Confirm: (
        *_ALIVE,
        _needs(
            "not_confirmed",
            "only a draft or pending order can be confirmed",
            {"initial": ("saved",), "confirmed": ("no",), "lifecycle": (Lifecycle.OPEN,)},
            lifecycle=(Lifecycle.DRAFT, Lifecycle.PENDING),
        ),
    ),
    commands.Start: (
        *_ALIVE,
        _lifecycle(
            "startable",
            "work began already, or must not begin",
            Lifecycle.PENDING,
            Lifecycle.OPEN,
        ),
        _NO_HOLD,
    ),
    commands.RequestCancel: (
        *_ALIVE,
        _NOT_CANCELLED,
        _NOT_ALL_SHIPPED,
        _lifecycle(
            "not_requested",
            "a cancellation was asked for already",
            *(state for state in Lifecycle if state is not Lifecycle.CANCEL_REQUESTED),
        ),
    ),
    commands.DeclineCancel: (
        *_ALIVE,
        _lifecycle("requested", "nobody asked for a cancellation", Lifecycle.CANCEL_REQUESTED),
    ),
    commands.Cancel: (*_ALIVE, _NOT_CANCELLED, _NOT_ALL_SHIPPED),
    commands.Hold: (*_ALIVE, _UNDER_WAY),
    commands.Release: (
        *_ALIVE,
        _UNDER_WAY,
        _needs("held", "no such hold stands", hold=(HoldState.ON_HOLD,)),
    ),
    commands.FlagRisk: _ALIVE,
    commands.ClearRisk: (
        *_ALIVE,
        _needs("flagged", "nobody suspects the order", risk=(Risk.SUSPECTED, Risk.CONFIRMED)),
    ),
    commands.SetState: _ALIVE,
    commands.MarkShipped: (
        *_ALIVE,
        _lifecycle(
            "shippable",
            "the order is a draft, cancelled, or asked to be cancelled",
            Lifecycle.PENDING,
            Lifecycle.OPEN,
            Lifecycle.PROCESSING,
            Lifecycle.COMPLETED,
        ),
        _NO_HOLD,
        _NO_FRAUD,
    ),
    commands.Close: (_KNOWN, _NOT_CLOSED_YET),
    commands.Archive: (_KNOWN, _CLOSED),
    commands.Ship: (*_TO_SHIP, _NO_HOLD),
    commands.CreateShipment: _TO_SHIP,
    commands.CommitShipment: _TO_SHIP,
    commands.PickShipment: _TO_SHIP,
    commands.PackShipment: _TO_SHIP,
    commands.EditShipment: _ALIVE,
    commands.VoidShipment: _ALIVE,
    commands.MarkDelivered: (*_ALIVE, _SENT),
    commands.Collect: (*_ALIVE, _SENT),
    commands.AddTracking: (*_ALIVE, _SHIPPABLE, _NO_FRAUD),
    commands.BuyLabel: (*_ALIVE, _SHIPPABLE, _NO_FRAUD),
    commands.CancelLines: (*_ALIVE, _UNDER_WAY, _UNSHIPPED),
    commands.EditLines: (*_ALIVE, _EDITABLE),
    commands.ReplaceLine: (*_ALIVE, _EDITABLE, _UNSHIPPED),
    commands.Return: (*_ALIVE, _RETURNABLE),
    commands.RequestReturn: (*_ALIVE, _RETURNABLE),
    commands.ApproveReturn: _ALIVE,
    commands.RejectReturn: _ALIVE,
    commands.ReceiveReturn: _ALIVE,
    commands.RestockReturn: _ALIVE,
    commands.CompleteReturn: _ALIVE,
    commands.CancelReturn: _ALIVE,
    commands.Capture: (
        *_ALIVE,
        _NO_FRAUD,
        _needs("capturable", "nothing is authorised that could be captured", capturable=_YES),
    ),
    commands.Reverse: (
        *_ALIVE,
        _needs("reversible", "no authorisation is open that could be reversed", reversible=_YES),
    ),
    commands.Refund: (
        *_ALIVE,
        _needs("refundable", "nothing was captured that could be refunded", refundable=_YES),
    ),
    commands.RecordPayment: (*_ALIVE, _NOT_CANCELLED),
    commands.ChooseMethod: (*_ALIVE, _NOT_CANCELLED),
    commands.SyncPayments: _IN_HAND,
    office_commands.AddNote: _IN_HAND,
    office_commands.EditNote: _IN_HAND,
    office_commands.DeleteNote: _IN_HAND,
    office_commands.SetInvoiceNumber: _IN_HAND,
    office_commands.SetGiftMessage: (*_ALIVE, _UNSHIPPED),
    office_commands.ChangeAddress: (*_ALIVE, _UNSHIPPED),
    office_commands.ChangeCustomer: _IN_HAND,
    office_commands.ChangeShippingMethod: (*_ALIVE, _UNSHIPPED),
    office_commands.ChangeWarehouse: (*_ALIVE, _UNSHIPPED),
    office_commands.CreateInvoice: (
        *_ALIVE,
        _needs(
            "billable",
            "only an accepted order that is not cancelled can be invoiced",
            _TAKEN_AS_PLACED,
            lifecycle=(Lifecycle.OPEN, Lifecycle.PROCESSING, Lifecycle.COMPLETED),
        ),
        _needs("invoiceable", "every piece is on an invoice already", invoiceable=_YES),
    ),
    office_commands.VoidInvoice: _IN_HAND,
    office_commands.Duplicate: _IN_HAND,
    office_commands.CreateBackorder: (*_ALIVE, _ACCEPTED, _UNSHIPPED),
    office_commands.DropShip: (*_ALIVE, _ACCEPTED, _UNSHIPPED),
    office_commands.Prepare: (
        *_ALIVE,
        _needs(
            "accepted",
            "the order is not open, in process or completed",
            _TAKEN_AS_PLACED,
            lifecycle=(Lifecycle.OPEN, Lifecycle.PROCESSING, Lifecycle.COMPLETED),
        ),
    ),
    office_commands.CreateDocument: _IN_HAND,
}
"""Tried in order; the first that fails refuses."""


def name_of(command: type[Command]) -> str:
    """Say the command's name as operators write it: `mark_shipped`."""
    return kind_of(command).removeprefix("command.")


def refuse(order: Order, command: Command, rules: Rules) -> Refusal | None:
    """Find the first guard that fails; None means that the order stands in no command's way."""
    kind = type(command)
    if refused := _role_missing(command, rules):
        return refused
    return stand_in_the_way(kind, variant_of(command), situation_of(order, rules), rules)


def variant_of(command: Command) -> str:
    """Say what a profile may single out of a command: `hold:suspended` is guarded by itself."""
    return command.body.reason if isinstance(command, commands.Hold) else ""


def stand_in_the_way(
    kind: type[Command], variant: str, situation: Facets, rules: Rules
) -> Refusal | None:
    """Find the first guard, canonical or of the governing profile, that a situation fails."""
    name, guards = name_of(kind), rules.profiles[0].guards
    narrowed = (*guards.get(name, ()), *(guards.get(f"{name}:{variant}", ()) if variant else ()))
    for guard in (*GUARDS[kind], *narrowed):
        if not holds(guard.when, situation) and not (
            guard.unless and holds(guard.unless, situation)
        ):
            return Refusal(guard.guard, guard.refusal)
    return None


def _role_missing(command: Command, rules: Rules) -> Refusal | None:
    needed = rules.policy.command_roles.get(name_of(type(command)), ())
    if not needed or set(needed) & set(command.roles):
        return None
    return Refusal("role", f"needs one of the roles {', '.join(needed)}")


@lru_cache(maxsize=16_384)
def allowed_commands(situation: Facets, rules: Rules) -> tuple[str, ...]:
    """List the commands that an order's situation allows, sorted (S0.20)."""
    names = [name_of(kind) for kind in GUARDS if not stand_in_the_way(kind, "", situation, rules)]
    return tuple(sorted(names))
