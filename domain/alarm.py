"""Alarms: anomalies raised when facts stop fitting together, resolved when they fit again.

Some findings need a person at once; those come with an `action-required` of their own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal

from domain.anomaly import Finding, find_anomalies
from domain.message import ActionRequired, Anomaly, Message
from domain.order import Order
from domain.rules import Policy
from domain.standing import compare

_ACTIONS: Final = frozenset({"reship_or_refund"})
"""Proposals that somebody must carry out outside (spec model, 8.4); money is `process.py`'s."""


def sound_alarms(
    order: Order, cause: str, occurred_at: datetime, policy: Policy
) -> tuple[dict[str, int], Sequence[Message]]:
    """Compare what does not fit now with what was raised; say the difference, and remember it."""
    found = find_anomalies(order, policy)
    if not found and not order.raised:
        return order.raised, ()
    difference = compare(found, order.raised)
    if difference is None:
        return order.raised, ()
    raised, messages = difference.raised, list[Message]()
    for name in difference.appeared:
        finding, times = found[name], raised[name]
        messages.append(_anomaly(order, cause, occurred_at, name, finding, "raised", times))
        if finding.proposed in _ACTIONS and not order.test:
            messages.append(_action(order, cause, occurred_at, name, finding, times))
    for name in difference.gone:
        kind, _, about = name.partition(":")
        gone = Finding(kind, about, "info", {}, "")
        messages.append(_anomaly(order, cause, occurred_at, name, gone, "resolved", -raised[name]))
    return raised, messages


def _anomaly(  # noqa: PLR0913, PLR0917 - one argument for each thing that differs
    order: Order,
    cause: str,
    occurred_at: datetime,
    name: str,
    finding: Finding,
    change: Literal["raised", "resolved"],
    times: int,
) -> Anomaly:
    tenant, channel, _ = order.key.split("/", 2)
    return Anomaly(
        id=f"{order.key}:{name}:{times}:{change}",
        order_key=order.key,
        tenant=tenant,
        channel=channel,
        kind=finding.kind,
        change=change,
        severity=finding.severity,
        occurred_at=occurred_at,
        cause=cause,
        evidence=finding.evidence,
        proposed=finding.proposed,
        test=order.test,
    )


def _action(
    order: Order, cause: str, occurred_at: datetime, name: str, finding: Finding, times: int
) -> ActionRequired:
    tenant, channel, _ = order.key.split("/", 2)
    return ActionRequired(
        id=f"{order.key}:action:{name}:{times}",
        order_key=order.key,
        tenant=tenant,
        channel=channel,
        action=finding.proposed,
        occurred_at=occurred_at,
        cause=cause,
        note=finding.kind + (f" {finding.about}" if finding.about else ""),
        test=order.test,
    )
