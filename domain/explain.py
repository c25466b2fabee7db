"""Why an order is what it is, what may be done with it, and what would move it: on demand.

Pure and computed from the state alone, so that the hot path pays nothing for it; the reason of a
change travels with its message (`announce.py`).
"""

from typing import Final

from msgspec import Struct

from domain.facets import facets_of, situation_of
from domain.fulfilment import explain_goods
from domain.guard import GUARDS, name_of, stand_in_the_way
from domain.message import Because
from domain.order import Order
from domain.payment import explain_money
from domain.profile import explain_word
from domain.promise import explain_lifecycle, standing_holds
from domain.rules import Rules


class AxisNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One axis: its state, why, and which facts would move it."""

    axis: str
    state: str
    because: Because
    next: tuple[str, ...] = ()


class WordNow(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One word of a profile, and the conditions that chose it."""

    profile: str
    axis: str
    word: str
    because: str
    subject: str = ""


class Blocked(Struct, frozen=True, kw_only=True, gc=False):
    """A command that would be refused now, by which guard and why."""

    command: str
    guard: str
    reason: str


class Explanation(Struct, frozen=True, kw_only=True, gc=False):
    """Everything that can be said about an order as it stands."""

    order_key: str
    axes: tuple[AxisNow, ...]
    words: tuple[WordNow, ...]
    allowed: tuple[str, ...]
    blocked: tuple[Blocked, ...]


_NEXT: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "lifecycle": {
        "draft": ("order.placed", "order.confirmed"),
        "pending": ("payment.captured over what is due", "order.confirmed", "order.cancelled"),
        "open": ("order.work_started", "shipment.packed", "shipment.handed_over"),
        "processing": ("shipment.handed_over for every live piece", "order.marked_shipped"),
        "cancel_requested": ("order.cancelled", "order.cancel_declined"),
        "completed": ("return.marked",),
    },
    "closure": {"open": ("order.closed",), "closed": ("order.archived",)},
    "hold": {"clear": ("hold.placed",), "on_hold": ("hold.released",)},
    "risk": {
        "none": ("risk.flagged",),
        "suspected": ("risk.flagged as confirmed", "risk.cleared"),
        "confirmed": ("risk.cleared",),
        "cleared": ("risk.flagged",),
    },
    "payment": {
        "unpaid": ("payment.captured", "payment.marked_paid"),
        "in_progress": ("payment.authorized", "payment.captured", "payment.failed"),
        "failed": ("payment.authorized", "payment.captured"),
        "partially_authorized": ("payment.authorized", "payment.captured"),
        "authorized": ("payment.captured", "payment.reversed", "payment.authorization_expired"),
        "partially_paid": ("payment.captured for the rest",),
        "paid": ("payment.refunded", "payment.disputed"),
        "overpaid": ("payment.refunded",),
        "partially_refunded": ("payment.refunded for the rest", "payment.refund_reversed"),
        "refunded": ("payment.refund_reversed",),
        "disputed": ("payment.dispute_won", "payment.dispute_lost"),
    },
    "fulfilment": {
        "unfulfilled": ("shipment.packed", "shipment.handed_over"),
        "dispatched": ("shipment.handed_over",),
        "partially_fulfilled": ("shipment.handed_over for the rest",),
        "fulfilled": ("shipment.scan as delivered", "shipment.collected"),
        "delivered": ("return.marked", "return.received"),
        "collected": ("return.marked", "return.received"),
        "partially_returned": ("return.marked for the rest",),
    },
}
"""Which facts lead out of a state; a state that is not here is an end."""


def explain(order: Order, rules: Rules) -> Explanation:
    """Say of an order why it is what it is, and what each command would meet."""
    allowed, blocked = _commands(order, rules)
    return Explanation(
        order_key=order.key,
        axes=_axes(order),
        words=_words(order, rules) if order.derived.promise.known else (),
        allowed=allowed,
        blocked=blocked,
    )


def because(order: Order, axis: str) -> Because:
    """Say which rule gave an axis its state, and with which numbers."""
    if axis == "payment":
        rule, numbers = explain_money(order.derived.money)
        return Because(rule=rule, numbers=numbers)
    if axis == "fulfilment":
        rule, numbers = explain_goods(order.derived.goods)
        return Because(rule=rule, numbers=numbers)
    if axis == "lifecycle":
        return Because(rule=explain_lifecycle(order))
    if axis == "hold":
        names = sorted(standing_holds(order))
        return Because(rule=f"holds that stand: {', '.join(names)}" if names else "no hold stands")
    return Because(rule=f"the newest fact about {axis}")


def _axes(order: Order) -> tuple[AxisNow, ...]:
    promise = order.derived.promise
    states = {
        "lifecycle": promise.lifecycle,
        "closure": promise.closure,
        "hold": promise.hold,
        "risk": promise.risk,
        "payment": order.derived.money.state,
        "fulfilment": order.derived.goods.state,
    }
    return tuple(
        AxisNow(
            axis=axis,
            state=state,
            because=because(order, axis),
            next=_NEXT[axis].get(state, ()),
        )
        for axis, state in states.items()
    )


def _words(order: Order, rules: Rules) -> tuple[WordNow, ...]:
    facets = facets_of(order.derived, rules)
    shipments = sorted(order.derived.goods.shipments.items())
    words: list[WordNow] = []
    for compiled in rules.profiles:
        words += [
            WordNow(
                profile=compiled.name,
                axis=axis,
                word=word_of(facets),
                because=explain_word(compiled, axis, facets),
            )
            for axis, _, word_of in compiled.order_words
        ]
        words += [
            WordNow(
                profile=compiled.name,
                axis=axis,
                word=table[state],
                because=f"its parcels are {state}",
                subject=shipment_id,
            )
            for axis, _, table in compiled.shipment_words
            for shipment_id, state in shipments
        ]
    return tuple(words)


def _commands(order: Order, rules: Rules) -> tuple[tuple[str, ...], tuple[Blocked, ...]]:
    situation, allowed, blocked = situation_of(order, rules), list[str](), list[Blocked]()
    for kind in GUARDS:
        refused = stand_in_the_way(kind, "", situation, rules)
        if refused is None:
            allowed.append(name_of(kind))
        else:
            blocked.append(
                Blocked(command=name_of(kind), guard=refused.guard, reason=refused.reason)
            )
    return tuple(sorted(allowed)), tuple(blocked)
