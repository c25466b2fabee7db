"""Merging: a fact joins the evidence of its order, whatever came before it.

Each group of evidence is a join: the result does not depend on the order or the number of
arrivals (X.1). `merge` returns the same object where the fact said nothing new, which is what
"a repeat" means. What follows from the evidence is computed by `derive.py`.
"""

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from domain import body as bodies
from domain import fact as facts
from domain.evidence import (
    add_change,
    add_document,
    add_hold,
    add_mark,
    add_movement,
    release_hold,
)
from domain.fact import Fact
from domain.identity import parcel_key
from domain.instant import micros
from domain.office_evidence import OFFICE_JOINS
from domain.order import Order, Scan
from domain.payment_evidence import add_operation
from domain.shipment_evidence import add_scan, add_shipment, add_shipment_time
from domain.touches import ALL, GOODS, MONEY, PARCEL, PROMISE
from domain.vocabulary import PARCEL_RANK, Parcel

Rule = tuple[int, Callable[[Order, Any, int], Order]]
"""Any: each function takes the one fact class that its row in the table names."""


def merge(order: Order, fact: Fact) -> tuple[Order, int]:
    """Join a fact into the order; also say which derived parts it can move (0 for a repeat)."""
    touches, join = _JOINS[type(fact)]
    merged = join(order, fact, micros(fact.occurred_at))
    if fact.test and not merged.test and type(fact) in _DOCUMENTS:
        merged = replace(merged, test=True)
    return merged, 0 if merged is order else touches


def _saved(order: Order, fact: facts.OrderSaved, at: int) -> Order:
    return add_mark(add_document(order, fact, at), "saved", fact, at)


def _placed(order: Order, fact: facts.OrderPlaced | facts.OrderRevised, at: int) -> Order:
    placed_at = micros(fact.body.placed_at) if fact.body.placed_at else at
    order = add_mark(add_document(order, fact, at), "placed", fact, placed_at)
    if order.placed_at and order.placed_at <= placed_at:
        return order
    return replace(order, placed_at=placed_at)


def _operation(kind: str) -> Callable[[Order, Any, int], Order]:
    return lambda order, fact, at: add_operation(order, fact, at, kind)


def _refund(kind: str) -> Callable[[Order, Any, int], Order]:
    def join(order: Order, fact: Any, at: int) -> Order:  # two fact classes
        order = add_operation(order, fact, at, kind)
        if not (fact.body.lines or fact.body.shipping):
            return order
        name = f"refund_lines:{fact.body.reference or fact.event_id}"
        parts = bodies.RefundedLines(lines=fact.body.lines, shipping=fact.body.shipping)
        return add_change(order, name, parts, at)

    return join


def _first(name: str) -> Callable[[Order, Any, int], Order]:
    return lambda order, fact, at: add_mark(order, name, fact, at)


def _latest(name: str) -> Callable[[Order, Any, int], Order]:
    return lambda order, fact, at: add_mark(order, name, fact, at, latest=True)


def _shipment_time(field: str) -> Callable[[Order, Any, int], Order]:
    return lambda order, fact, at: add_shipment_time(order, fact.body.shipment_id, field, at)


def _told_by_hand(state: Parcel) -> Callable[[Order, Any, int], Order]:
    def join(order: Order, fact: Any, at: int) -> Order:  # two fact classes
        scan = Scan(at, PARCEL_RANK[state], "by-hand", "", "", inferred=False)
        return add_scan(order, parcel_key("", fact.body.shipment_id), scan)

    return join


def _label(state: Parcel) -> Callable[[Order, Any, int], Order]:
    def join(order: Order, fact: Any, at: int) -> Order:  # two fact classes
        scan = Scan(at, PARCEL_RANK[state], f"label:{state}", "", "", inferred=False)
        return add_scan(order, parcel_key(fact.body.number, ""), scan)

    return join


def _label_bought(order: Order, fact: facts.ShipmentLabelBought, at: int) -> Order:
    order = _label(Parcel.CREATED)(order, fact, at)
    body = fact.body
    if not (body.label or body.shipment_id):
        return order
    return add_change(order, f"label:{parcel_key(body.number, '')}", body, at)


def _scan(order: Order, fact: facts.ShipmentScan, at: int) -> Order:
    body = fact.body
    rank = PARCEL_RANK[body.state]
    scan = Scan(at, rank, body.code, body.place, body.reason, fact.inferred)
    return add_scan(order, parcel_key(body.number, body.shipment_id), scan)


def _eta(order: Order, fact: facts.ShipmentEtaChanged, at: int) -> Order:
    parcel = parcel_key(fact.body.number, fact.body.shipment_id)
    return add_change(order, f"eta:{parcel}", fact.body, at)


def _method(order: Order, fact: facts.PaymentMethodChosen, at: int) -> Order:
    return add_mark(order, f"method:{fact.body.method}", fact, at, latest=True)


def _risk(order: Order, fact: facts.RiskWasFlagged, at: int) -> Order:
    return add_mark(order, f"risk:{fact.body.level}", fact, at, latest=True)


def _timer(order: Order, fact: facts.TimerHasFired, at: int) -> Order:
    name = f"timer:{fact.body.timer}:{micros(fact.body.deadline)}"
    return add_mark(order, name, fact, at)


def _unknown(order: Order, fact: facts.UnknownWasReported, at: int) -> Order:
    return add_mark(order, f"unknown:{fact.source}:{fact.body.field}={fact.body.value}", fact, at)


def _linked(order: Order, _fact: facts.ReferenceWasLinked, _at: int) -> Order:
    return order


_DOCUMENTS: Final = frozenset({facts.OrderSaved, facts.OrderPlaced, facts.OrderRevised})
"""Only the order's own source makes it a test order; a provider's test mode does not (S2.5)."""

_JOINS: Final[dict[type, Rule]] = {
    facts.OrderSaved: (ALL, _saved),
    facts.OrderPlaced: (ALL, _placed),
    facts.OrderRevised: (ALL, _placed),
    facts.OrderConfirmed: (PROMISE, _first("confirmed")),
    facts.OrderWorkStarted: (PROMISE, _first("work_started")),
    facts.OrderCancelRequested: (PROMISE, _latest("cancel_requested")),
    facts.OrderCancelDeclined: (PROMISE, _latest("cancel_declined")),
    facts.OrderCancelledAtSource: (ALL, _first("cancelled_at_source")),
    facts.OrderCancelled: (ALL, _first("cancelled")),
    facts.OrderLinesCancelled: (
        ALL,
        lambda order, fact, at: add_movement(
            order, "cancellations", fact.body.cancellation_id, fact.body, at
        ),
    ),
    facts.OrderMarkedShipped: (GOODS | PROMISE, _first("marked_shipped")),
    facts.OrderCompletedAtSource: (PROMISE, _first("completed_at_source")),
    facts.OrderClosed: (PROMISE, _first("closed")),
    facts.OrderArchived: (PROMISE, _first("archived")),
    facts.OrderAddressChanged: (
        PROMISE,
        lambda order, fact, at: add_change(order, "ship_to", fact.body.ship_to, at),
    ),
    facts.OrderCustomerChanged: (
        PROMISE,
        lambda order, fact, at: add_change(order, "customer", fact.body.customer, at),
    ),
    facts.OrderNoteAdded: (
        PROMISE,
        lambda order, fact, at: add_change(order, f"note:{fact.body.note_id}", fact.body, at),
    ),
    facts.PaymentMethodChosen: (MONEY, _method),
    facts.PaymentPending: (MONEY, _operation("pending")),
    facts.PaymentAuthorized: (MONEY, _operation("authorized")),
    facts.PaymentAuthorizationAdjusted: (MONEY, _operation("adjusted")),
    facts.PaymentAuthorizationExpired: (MONEY, _operation("expired")),
    facts.PaymentReversed: (MONEY, _operation("reversed")),
    facts.PaymentCaptured: (MONEY, _operation("captured")),
    facts.PaymentMarkedPaid: (MONEY, _operation("captured")),
    facts.PaymentCaptureFailed: (MONEY, _operation("capture_failed")),
    facts.PaymentFailed: (MONEY, _operation("failed")),
    facts.PaymentRefundRequested: (MONEY, _refund("refund_requested")),
    facts.PaymentRefunded: (MONEY, _refund("refunded")),
    facts.PaymentRefundFailed: (MONEY, _operation("refund_failed")),
    facts.PaymentRefundReversed: (MONEY, _operation("refund_reversed")),
    facts.PaymentDisputed: (MONEY, _operation("disputed")),
    facts.PaymentDisputeWon: (MONEY, _operation("dispute_won")),
    facts.PaymentDisputeLost: (MONEY, _operation("dispute_lost")),
    facts.ShipmentCreated: (GOODS, add_shipment),
    facts.ShipmentEdited: (GOODS, add_shipment),
    facts.ShipmentPacked: (GOODS, _shipment_time("packed_at")),
    facts.ShipmentHandedOver: (GOODS, _shipment_time("handed_over_at")),
    facts.ShipmentCancelled: (GOODS, _shipment_time("cancelled_at")),
    facts.ShipmentDeliveredMarked: (GOODS, _told_by_hand(Parcel.DELIVERED)),
    facts.ShipmentCollected: (GOODS, _told_by_hand(Parcel.COLLECTED)),
    facts.ShipmentLabelBought: (GOODS, _label_bought),
    facts.ShipmentLabelVoided: (GOODS, _label(Parcel.LABEL_VOIDED)),
    facts.ShipmentScan: (PARCEL, _scan),
    facts.ShipmentEtaChanged: (PROMISE, _eta),
    facts.HoldWasPlaced: (PROMISE, add_hold),
    facts.HoldWasReleased: (PROMISE, release_hold),
    facts.RiskWasFlagged: (PROMISE, _risk),
    facts.RiskWasCleared: (PROMISE, _latest("risk:cleared")),
    facts.ReturnWasMarked: (
        GOODS,
        lambda order, fact, at: add_movement(order, "returns", fact.body.return_id, fact.body, at),
    ),
    facts.TimerHasFired: (PROMISE, _timer),
    facts.ReferenceWasLinked: (PROMISE, _linked),
    facts.UnknownWasReported: (PROMISE, _unknown),
    **OFFICE_JOINS,
}
