"""Returns asked for (RMA): the steps that were told, and the state that follows (spec model, 2 F).

Steps are facts of their own and may arrive in any order; the furthest one in `STEPS` is the
state. A return that was received moves pieces (`fulfilment.py`), the other steps move words only.
"""

from typing import Final

from msgspec import Struct
from msgspec.json import decode

from domain.article import by_line
from domain.office_body import ReturnReceived, ReturnRequested
from domain.order import Order
from domain.profile import RETURN_STATES

DRAFT, *STEPS = RETURN_STATES
"""A draft is a request that the customer does not see yet; the others are facts, in rank order."""
OVER: Final = frozenset({"completed", "rejected", "cancelled"})
_RANK: Final = {step: rank for rank, step in enumerate(STEPS)}


class Rma(Struct, frozen=True, gc=False):
    """One return: its state, since when, what was asked for and what arrived."""

    return_id: str
    state: str
    at: int
    steps: tuple[tuple[int, str], ...]
    """When each step was, by time."""
    requested: ReturnRequested | None = None
    received: ReturnReceived | None = None


def rmas(order: Order) -> dict[str, Rma]:
    """Collect the returns of an order by id, sorted."""
    told: dict[str, dict[str, tuple[int, bytes]]] = {}
    for name, entry in order.changes.items():
        if name.startswith("return:"):
            return_id, _, step = name.removeprefix("return:").rpartition(":")
            told.setdefault(return_id, {})[step] = entry
    return {return_id: _rma(return_id, steps) for return_id, steps in sorted(told.items())}


def _rma(return_id: str, told: dict[str, tuple[int, bytes]]) -> Rma:
    state = max(told, key=_RANK.__getitem__)
    requested = received = None
    if "requested" in told:
        requested = decode(told["requested"][1], type=ReturnRequested)
    if "received" in told:
        received = decode(told["received"][1], type=ReturnReceived)
    draft = state == "requested" and requested is not None and requested.draft
    steps = sorted((at, step) for step, (at, _) in told.items())
    shown = DRAFT if draft else state
    return Rma(return_id, shown, told[state][0], tuple(steps), requested, received)


def asked_back(order: Order) -> dict[str, int]:
    """Count the pieces of each line on returns that still go on and were not received yet.

    A draft claims nothing yet.
    """
    waiting: dict[str, int] = {}
    for rma in rmas(order).values():
        if rma.state in OVER or rma.state == DRAFT or rma.received or rma.requested is None:
            continue
        for units in rma.requested.lines:
            waiting[units.line_id] = waiting.get(units.line_id, 0) + units.quantity
    return by_line(waiting, order.head.items) if order.head else waiting
