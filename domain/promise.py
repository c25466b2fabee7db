"""The axes that speak of the order as a promise: lifecycle, closure, hold, risk, validity."""

from typing import Final

from msgspec.json import decode

from domain.instant import earliest
from domain.office_body import StateChosen
from domain.order import Goods, HoldEntry, Mark, Money, Order, Promise
from domain.vocabulary import PLAIN, Closure, HoldReason, HoldState, Lifecycle, Risk

SOURCE_HOLD: Final = "source"
"""The id of the hold that a source's own status stands for; it goes when the status does."""
_ON_HOLD, _CLEAR = PLAIN[HoldState.ON_HOLD], PLAIN[HoldState.CLEAR]
_OPEN, _CLOSED, _ARCHIVED = (PLAIN[state] for state in Closure)
_NO_RISK: Final = PLAIN[Risk.NONE]


def cancelled_at(order: Order) -> int:
    """Say when the whole order was first cancelled, by whomever; NEVER if it was not."""
    marks = order.marks
    here, there = marks.get("cancelled"), marks.get("cancelled_at_source")
    return earliest(here.at if here else 0, there.at if there else 0)


def derive_promise(order: Order, money: Money, goods: Goods) -> Promise:
    """Derive the promise from the marks, the money's validity and the goods."""
    marks = order.marks
    holds = standing_holds(order) if order.holds or (order.head and order.head.hold) else {}
    return Promise(
        lifecycle=PLAIN[_lifecycle(order, goods, valid=money.valid)[0]],
        closure=_closure(marks),
        hold=_ON_HOLD if holds else _CLEAR,
        risk=_risk(marks),
        valid=money.valid,
        known=order.head is not None,
        cancelled_at=cancelled_at(order),
        suspended=bool(holds) and _is_suspended(holds),
        marked_shipped="marked_shipped" in marks,
        confirmed="confirmed" in marks,
        working=_is_working(goods, marks),
        state=_chosen_state(order),
        saved=_is_saved(goods, marks),
    )


def _is_suspended(holds: dict[str, HoldEntry]) -> bool:
    return any(hold.reason == HoldReason.SUSPENDED for hold in holds.values())


def _is_working(goods: Goods, marks: dict[str, Mark]) -> bool:
    begun = goods.handed_over or goods.packed or goods.picked or goods.committed
    return bool(begun) or "work_started" in marks


def _is_saved(goods: Goods, marks: dict[str, Mark]) -> bool:
    taken = "placed" in marks or "confirmed" in marks
    return not taken and not _is_working(goods, marks)


def _chosen_state(order: Order) -> str:
    chosen = order.changes.get("state")
    if chosen is None:
        return ""
    state = decode(chosen[1], type=StateChosen)
    return f"{state.base}/{state.state}" if state.state else ""


def explain_lifecycle(order: Order) -> str:
    """Say in words why the lifecycle is where it is."""
    derived = order.derived
    return _lifecycle(order, derived.goods, valid=derived.promise.valid)[1]


def _lifecycle(order: Order, goods: Goods, *, valid: bool) -> tuple[Lifecycle, str]:
    """First match wins (spec model, 2 A)."""
    marks = order.marks
    if "cancelled" in marks or "cancelled_at_source" in marks:
        return Lifecycle.CANCELLED, "the order was cancelled"
    if goods.ordered and not goods.live:
        return Lifecycle.CANCELLED, "every piece was cancelled"
    if goods.live and goods.handed_over == goods.live:
        return Lifecycle.COMPLETED, "every live piece was handed over"
    if "marked_shipped" in marks:
        return Lifecycle.COMPLETED, "marked as shipped"
    if _requested(marks):
        return Lifecycle.CANCEL_REQUESTED, "a cancellation was asked for"
    if _is_working(goods, marks):
        return Lifecycle.PROCESSING, "work on the goods began"
    if "confirmed" in marks:
        return Lifecycle.OPEN, "the order was confirmed"
    if "placed" not in marks:
        return Lifecycle.DRAFT, "the order is saved only"
    if valid:
        return Lifecycle.OPEN, "the source or the payment makes it valid"
    return Lifecycle.PENDING, "neither paid nor valid yet"


def _requested(marks: dict[str, Mark]) -> bool:
    asked, declined = marks.get("cancel_requested"), marks.get("cancel_declined")
    return asked is not None and (declined is None or declined.at < asked.at)


def _closure(marks: dict[str, Mark]) -> str:
    if "archived" in marks:
        return _ARCHIVED
    return _CLOSED if "closed" in marks else _OPEN


def _risk(marks: dict[str, Mark]) -> str:
    latest, state = -1, _NO_RISK
    for name, word in _RISKS.items():
        mark = marks.get(name)
        if mark and mark.at >= latest:
            latest, state = mark.at, word
    return state


_RISKS: Final = {
    "risk:cleared": PLAIN[Risk.CLEARED],
    "risk:suspected": PLAIN[Risk.SUSPECTED],
    "risk:confirmed": PLAIN[Risk.CONFIRMED],
}


def standing_holds(order: Order) -> dict[str, HoldEntry]:
    """Collect the holds that stand: placed after their last release."""
    holds = {name: hold for name, hold in order.holds.items() if hold.placed_at > hold.released_at}
    head = order.head
    if head and head.hold and "cancelled_at_source" not in order.marks:
        lifted = order.holds.get(SOURCE_HOLD)
        if lifted is None or lifted.released_at < head.at:
            holds[SOURCE_HOLD] = HoldEntry(head.at, 0, head.hold, "", head.source, 0)
    return holds
