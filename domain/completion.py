"""Orders that come in as complete: their goods leave our stock, if they lie there (S4.30).

A source says that an order is complete; whether its goods can be taken from stock only the stock
knows, and its answer depends on what it was asked before. So the outcome is a verdict, stored in
the log like that of a command (ADR 9): all of it left, or the order waits on hold for stock.
"""

from typing import Final

from domain import body as bodies
from domain import fact as facts
from domain.command import CommandJudged, Hold, MarkShipped, Verdict
from domain.effects.common import envelope
from domain.envelope import Envelope
from domain.fact import Fact
from domain.guard import name_of
from domain.instant import moment
from domain.order import Order
from domain.promise import standing_holds
from domain.rules import Rules
from domain.stock_wish import COMPLETED, STOCK_HOLD, wants
from domain.vocabulary import Closure, HoldReason, Lifecycle

SHIPMENT: Final = "import"
"""The shipment that stands for what left; it carries all that no named one does."""
_UNDECIDED: Final = frozenset({Lifecycle.DRAFT, Lifecycle.CANCELLED, Lifecycle.COMPLETED})


def decide_completion(order: Order, cause: Envelope, rules: Rules) -> CommandJudged | None:
    """Judge whether an order that came in as complete is; None where nothing is to be decided."""
    mark = order.marks[COMPLETED]
    if not rules.policy.stock or order.test:
        return _believed(order, cause, mark.at)
    promise, holds = order.derived.promise, standing_holds(order)
    open_still = promise.known and promise.closure == Closure.OPEN and order.derived.goods.live
    if not open_still or promise.lifecycle in _UNDECIDED:
        return None
    answers = [(want.answer, want.waiting) for want in wants(order)]
    if any(answer is None for answer, _ in answers):
        return None
    if any(answer is not None and answer < waiting for answer, waiting in answers):
        return None if STOCK_HOLD in holds else _held(_command(order, cause, Hold))
    if holds.keys() - {STOCK_HOLD}:
        return None
    return _shipped(_command(order, cause, MarkShipped), mark.at, held=STOCK_HOLD in holds)


def _believed(order: Order, cause: Envelope, at: int) -> CommandJudged | None:
    """Take the source's word where no stock is kept; its earliest word counts, whenever heard."""
    left = order.shipments.get(SHIPMENT)
    if left and 0 < left.handed_over_at <= at:
        return None
    return _shipped(_command(order, cause, MarkShipped), at, held=False)


def _command(order: Order, cause: Envelope, kind: type[Hold | MarkShipped]) -> Hold | MarkShipped:
    """Make the command that the system gives; a replay makes the same one."""
    tenant, channel, _ = order.key.split("/", 2)
    return kind(
        event_id=f"{order.key}:completion:{order.version}",
        order_key=order.key,
        tenant=tenant,
        channel=channel,
        occurred_at=cause.occurred_at,
        actor="system",
        test=order.test,
    )


def _held(command: Hold | MarkShipped) -> CommandJudged:
    body = bodies.HoldPlaced(hold_id=STOCK_HOLD, reason=HoldReason.STOCK)
    return _judged(command, facts.HoldWasPlaced(**envelope(command, "held"), body=body))


def _shipped(command: Hold | MarkShipped, at: int, *, held: bool) -> CommandJudged:
    """Say that everything left when its source says so; a hold for stock ends now."""
    then = envelope(command, "shipped") | {"occurred_at": moment(at)}
    info = bodies.ShipmentInfo(shipment_id=SHIPMENT, notify_customer=False)
    told: list[Fact] = [
        facts.ShipmentCreated(**then, inferred=True, body=info),
        facts.ShipmentHandedOver(**then, body=bodies.ShipmentRef(shipment_id=SHIPMENT)),
        facts.OrderMarkedShipped(**then),
    ]
    if held:
        body = bodies.HoldReleased(hold_id=STOCK_HOLD)
        told.insert(0, facts.HoldWasReleased(**envelope(command, "released"), body=body))
    return _judged(command, *told)


def _judged(command: Hold | MarkShipped, *effects: Fact) -> CommandJudged:
    return CommandJudged(
        event_id=f"{command.event_id}:judged",
        order_key=command.order_key,
        tenant=command.tenant,
        channel=command.channel,
        occurred_at=command.occurred_at,
        actor=command.actor,
        cause_id=command.event_id,
        source="orderstream",
        test=command.test,
        body=Verdict(
            command_id=command.event_id,
            command=name_of(type(command)),
            accepted=True,
            effects=effects,
            notify_customer=False,
        ),
    )
