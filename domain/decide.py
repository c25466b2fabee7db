"""Decide: a command meets its guards once, and the verdict holds the facts that it brings about."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from domain import fact as facts
from domain.body import ReferenceLinked
from domain.command import Cancel, Close, Command, CommandJudged, Release, Verdict
from domain.effects.common import Maker, Outcome, envelope
from domain.effects.goods import GOODS
from domain.effects.lines import LINES
from domain.effects.money import MONEY
from domain.effects.office import OFFICE
from domain.effects.order import ORDER
from domain.effects.returns import RETURNS
from domain.fact import Fact
from domain.guard import Refusal, name_of, refuse
from domain.instant import NEVER, Misdated, micros, moment
from domain.order import Order
from domain.payment import is_manual
from domain.promise import standing_holds
from domain.request import CancelOrder, ReleaseHold
from domain.rules import Rules
from domain.vocabulary import CancelReason

EXPIRY: Final = "expiry"
CLOSE: Final = "close"
HOLD: Final = "hold"
"""The timers that decide something (`deadline.py` sets them)."""


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
            elsewhere=(*outcome.elsewhere, *_links(command, outcome)),
            notify_customer=getattr(command.body, "notify_customer", True),
        ),
    )


def _links(command: Command, outcome: Outcome) -> Iterator[Fact]:
    """Say whose the parcels are that the effects name, so that carriers' news find the order."""
    for effect in outcome.effects:
        if not isinstance(effect, facts.ShipmentCreated | facts.ShipmentEdited):
            continue
        for parcel in effect.body.parcels:
            reference = f"parcel:{parcel.number}"
            yield facts.ReferenceWasLinked(
                **{
                    **envelope(command, "linked"),
                    "event_id": f"link:{command.order_key}:{reference}",
                },
                body=ReferenceLinked(reference=reference),
            )


def decide_by_time(order: Order, fired: facts.TimerHasFired, rules: Rules) -> CommandJudged | None:
    """Judge what a timer asks for; None where nothing is to be decided, or the guard refuses."""
    timer, _, about = fired.body.timer.partition(":")
    if timer == EXPIRY:
        command = _by_expiry(order, fired, rules)
    elif timer == CLOSE and ended_at(order) and rules.policy.close_after_days:
        command = Close(**_by_system(order, fired))
    elif timer == HOLD:
        command = _by_hold(order, fired, about)
    else:
        command = None
    if command is None or not rules.clock_decides:
        return None
    judged = decide(order, command, rules)
    return judged if judged.body.accepted else None


def _by_system(order: Order, fired: facts.TimerHasFired) -> dict[str, Any]:
    """Fill the envelope of a command that nobody gave but the clock."""
    return {
        "event_id": fired.event_id,
        "order_key": order.key,
        "occurred_at": fired.occurred_at,
        "actor": "system",
        "test": order.test,
    }


def _by_expiry(order: Order, fired: facts.TimerHasFired, rules: Rules) -> Command | None:
    """Cancel (or close) what expired (S0.6 to S0.10, X.9), unless policy leaves it alone."""
    policy, derived = rules.policy, order.derived
    head = order.head
    due = head and head.ship_by and expiry_of(order, rules) == micros(fired.body.deadline)
    if not (policy.cancel_expired and due) or derived.promise.lifecycle not in policy.expirable:
        return None
    if is_manual(order) and "manual" in policy.expiry_exempt_methods:
        return None
    if policy.expiry_waits_for_pending and derived.money.pending:
        return None
    if policy.expire_to == "closed":
        return Close(**_by_system(order, fired))
    return Cancel(**_by_system(order, fired), body=CancelOrder(reason=CancelReason.EXPIRED))


def _by_hold(order: Order, fired: facts.TimerHasFired, name: str) -> Command | None:
    """Lift a hold whose time is over, if it is still the one that the timer was set by."""
    hold = standing_holds(order).get(name)
    if hold is None or hold.until != micros(fired.body.deadline):
        return None
    said = _by_system(order, fired)
    if hold.placed_at > hold.until:  # it was over when it was placed
        said["occurred_at"] = moment(hold.placed_at)
    return Release(**said, body=ReleaseHold(hold_id=name, note="time is over"))


def ended_at(order: Order) -> int:
    """Say when an order ended: cancelled, or its last piece delivered; NEVER if it did not."""
    derived = order.derived
    if derived.promise.cancelled_at:
        return derived.promise.cancelled_at
    goods = derived.goods
    if not 0 < goods.live == goods.delivered + goods.collected:
        return NEVER
    return max((parcel.at for parcel in goods.parcels.values()), default=NEVER)


def expiry_of(order: Order, rules: Rules) -> int:
    """Say when the day after `ship_by` begins in the organisation's zone (S0.9)."""
    head = order.head
    if head is None or not head.ship_by:
        return NEVER
    try:
        day = datetime.fromisoformat(head.ship_by) + timedelta(days=1)
        return micros(day.replace(tzinfo=rules.zone))
    except (OverflowError, Misdated):  # a day after the last one that the calendar has
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


_EFFECTS: Final[dict[type, Maker]] = {**ORDER, **GOODS, **MONEY, **RETURNS, **LINES, **OFFICE}
