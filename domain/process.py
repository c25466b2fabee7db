"""One record of the log meets one order: the whole state machine in one function.

`process` is total and deterministic: same order, same record, same rules give the same order, the
same messages and the same bytes. It reads no clock; `seen_at` is the record's time in the log.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from domain.action import asked_actions, owed, owed_actions, refund_again
from domain.announce import Cause, announce
from domain.archive import StateRecalled, StateStored
from domain.command import CommandJudged, Record, Verdict
from domain.completion import decide_completion
from domain.configuration import ConfigurationChanged
from domain.deadline import Deadline, fire
from domain.decide import EXPIRY, decide, decide_by_time, expiry_of
from domain.derive import derive
from domain.envelope import Request, kind_of
from domain.fact import Fact, OrderCancelled, PaymentRefundFailed, TimerHasFired
from domain.instant import micros
from domain.merge import merge
from domain.message import CommandResult, Message
from domain.order import VERDICTS_MAX, Order
from domain.rules import Rules
from domain.stock_wish import COMPLETED, tell_stocks


class Step(Struct, frozen=True, gc=False):
    """What a record brought about; `log` must follow it in the log.

    Those are verdicts about the order, and facts about others that a command brought about.
    """

    order: Order
    messages: Sequence[Message]
    log: Sequence[Record] = ()
    repeat: bool = False


def process(order: Order, record: Record, rules: Rules) -> Step:
    """Take one record of the log into the order and say what changed."""
    step = _meet(order, record, rules)
    if COMPLETED in step.order.marks and not step.repeat:
        step = _complete(step, record, rules)
    if not (rules.policy.stock or order.wishes):
        return step
    after, movements = tell_stocks(order, step.order, record, rules.policy)
    return replace(step, order=after, messages=[*step.messages, *movements])


def _complete(step: Step, record: Record, rules: Rules) -> Step:
    """Judge what an order that came in as complete waits for, once that can be judged (S4.30)."""
    judged = decide_completion(step.order, record, rules)
    if judged is None:
        return step
    after = _apply(step.order, judged, rules)
    return Step(after.order, [*step.messages, *after.messages], (*step.log, judged))


def _meet(order: Order, record: Record, rules: Rules) -> Step:
    if isinstance(record, CommandJudged):
        return _apply(order, record, rules)
    if isinstance(record, Request):
        if record.event_id in order.verdicts:
            return Step(order, (), repeat=True)
        judged = decide(order, record, rules)
        step = _apply(order, judged, rules)
        return replace(step, log=(judged, *step.log))
    if isinstance(record, TimerHasFired):
        return _time_passed(order, record, rules)
    if isinstance(record, ConfigurationChanged | StateStored | StateRecalled):
        return Step(order, (), repeat=True)  # about what whoever keeps rules and orders does
    merged = _take_in(order, record)
    if merged is order:
        return Step(order, (), repeat=True)
    cause = Cause(record.event_id, record.occurred_at)
    after, messages = announce(order, merged, cause, rules)
    if isinstance(record, PaymentRefundFailed):
        return Step(after, [*messages, *_failed_refund(order, after, record, cause, rules)])
    if after.derived.promise.cancelled_at:
        messages = [*messages, *owed_actions(order, after, cause, rules)]
    elif rules.policy.cancel_expired and rules.clock_decides:
        return _expire_late(after, record, messages, rules)
    return Step(after, messages)


def _failed_refund(
    before: Order, order: Order, failed: PaymentRefundFailed, cause: Cause, rules: Rules
) -> Sequence[Message]:
    """Ask for the money again, once: what a cancelled order owes says it already."""
    return owed_actions(before, order, cause, rules) or refund_again(order, failed, cause, rules)


def unseen(key: str, seen_at: datetime) -> Order:
    """Make the order of which nothing is known but that a record about it was seen."""
    return Order(key=key, seen_at=micros(seen_at))


def _take_in(order: Order, fact: Fact) -> Order:
    merged, touches = merge(order, fact)
    if not touches:
        return order
    return replace(merged, version=order.version + 1, derived=derive(merged, touches, fact))


def _expire_late(order: Order, fact: Fact, messages: Sequence[Message], rules: Rules) -> Step:
    """Cancel an order whose expiry fired in vain, once a fact takes away what stood in its way."""
    due = expiry_of(order, rules)
    if not due or f"timer:{EXPIRY}:{due}" not in order.marks:
        return Step(order, messages)
    fired = fire(order, Deadline(due, EXPIRY))
    again = f"{fired.event_id}:{fact.event_id}"
    judged = decide_by_time(
        order, replace(fired, event_id=again, occurred_at=fact.occurred_at), rules
    )
    if judged is None:
        return Step(order, messages)
    step = _apply(order, judged, rules)
    return Step(step.order, [*messages, *step.messages], (judged,))


def _time_passed(order: Order, fired: TimerHasFired, rules: Rules) -> Step:
    merged = _take_in(order, fired)
    if merged is order:
        return Step(order, (), repeat=True)
    cause = Cause(fired.event_id, fired.occurred_at)
    merged, messages = announce(order, merged, cause, rules)
    judged = decide_by_time(merged, fired, rules)
    if judged is None:
        return Step(merged, messages)
    step = _apply(merged, judged, rules)
    return Step(step.order, [*messages, *step.messages], (judged,))


def _apply(order: Order, judged: CommandJudged, rules: Rules) -> Step:
    """Take in a verdict: its effects are facts like any other, its answer is said once."""
    verdict = judged.body
    if verdict.command_id in order.verdicts:
        return Step(order, (), repeat=True)
    verdicts = dict(order.verdicts)
    if len(verdicts) >= VERDICTS_MAX:
        del verdicts[next(iter(verdicts))]
    verdicts[verdict.command_id] = verdict.accepted
    after = replace(order, verdicts=verdicts, version=order.version + 1)
    for effect in verdict.effects:
        after = _take_in(after, effect)
    cause = Cause(verdict.command_id, judged.occurred_at, verdict.notify_customer)
    after, messages = announce(order, after, cause, rules)
    asked = [] if after.test else asked_actions(after, judged, cause)
    owed = owed_actions(order, after, cause, rules)
    answer = _answer(after, judged, rules)
    return Step(after, [answer, *messages, *asked, *owed], judged.body.elsewhere)


def _answer(order: Order, judged: CommandJudged, rules: Rules) -> CommandResult:
    verdict = judged.body
    tenant, channel, _ = order.key.split("/", 2)
    return CommandResult(
        id=f"{order.key}:command:{verdict.command_id}",
        order_key=order.key,
        tenant=tenant,
        channel=channel,
        command_id=verdict.command_id,
        command=verdict.command,
        accepted=verdict.accepted,
        occurred_at=judged.occurred_at,
        guard=verdict.guard,
        reason=verdict.refusal,
        effects=tuple(kind_of(type(effect)) for effect in verdict.effects),
        amounts=owed(order, rules) if _cancels(verdict) else {},
        currency=order.head.currency if order.head else "",
        actor=judged.actor,
        test=order.test,
    )


def _cancels(verdict: Verdict) -> bool:
    """Say whether a command cancelled the order, be it by another name such as a state's (S1.35)."""
    return any(isinstance(effect, OrderCancelled) for effect in verdict.effects)
