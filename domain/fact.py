"""Canonical facts: what happened outside, never refused, never lost (spec model, sections 1 and 2).

One class per `kind`; the envelope is the same for all, the rest is in `body`. A fact's identity
(`identity.py`) comes from its body first, so two deliveries of one happening are one fact.
"""

from typing import Annotated

from msgspec import Meta, Struct

from domain.body import (
    AddressChanged,
    CustomerChanged,
    Empty,
    EtaChanged,
    HoldPlaced,
    HoldReleased,
    LinesCancelled,
    MethodChosen,
    Note,
    Operation,
    ParcelRef,
    Reason,
    ReferenceLinked,
    ReturnMarked,
    RiskFlagged,
    Scan,
    ShipmentInfo,
    ShipmentRef,
    TimerFired,
    UnknownReported,
)
from domain.document import Document, Text, Time
from domain.vocabulary import OrderKey

SCHEMA = 1
"""The version written into new records; readers accept all that were ever released."""


class Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind"):
    """What every fact and command carries.

    `event_id` names the fact (or the command), `delivery_id` the one delivery that brought it.
    A fact that knows no order carries a `reference` (`payment:…`, `parcel:…`, `order:…`) instead
    of `order_key`, with `tenant` beside it. `revision` orders statements of one source about one
    thing; 0 where the source has none. `inferred` marks what a status implied but nobody said.
    """

    event_id: Annotated[str, Meta(min_length=1, max_length=512)]
    occurred_at: Time
    order_key: OrderKey | None = None
    reference: Text = ""
    tenant: Text = ""
    channel: Text = ""
    source: Text = ""
    observed_at: Time | None = None
    received_at: Time | None = None
    revision: Annotated[int, Meta(ge=0, le=2**62)] = 0
    actor: Text = ""
    cause_id: Text = ""
    correlation_id: Text = ""
    delivery_id: Text = ""
    test: bool = False
    inferred: bool = False
    payload_hash: Text = ""
    schema: int = SCHEMA


class OrderSaved(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.saved"
):
    body: Document


class OrderPlaced(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.placed"
):
    body: Document


class OrderRevised(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.revised"
):
    body: Document


class OrderConfirmed(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.confirmed"
):
    body: Empty = Empty()


class OrderWorkStarted(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.work_started"
):
    body: Empty = Empty()


class OrderCancelRequested(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.cancel_requested"
):
    body: Reason = Reason()


class OrderCancelDeclined(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.cancel_declined"
):
    body: Reason = Reason()


class OrderCancelledAtSource(
    Envelope,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    tag="order.cancelled_at_source",
):
    body: Reason = Reason()


class OrderCancelled(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.cancelled"
):
    body: Reason = Reason()


class OrderLinesCancelled(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.lines_cancelled"
):
    body: LinesCancelled


class OrderMarkedShipped(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.marked_shipped"
):
    body: Empty = Empty()


class OrderClosed(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.closed"
):
    body: Empty = Empty()


class OrderArchived(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.archived"
):
    body: Empty = Empty()


class OrderAddressChanged(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.address_changed"
):
    body: AddressChanged


class OrderCustomerChanged(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.customer_changed"
):
    body: CustomerChanged


class OrderNoteAdded(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="order.note_added"
):
    body: Note


class PaymentMethodChosen(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.method_chosen"
):
    body: MethodChosen


class PaymentPending(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.pending"
):
    body: Operation


class PaymentAuthorized(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.authorized"
):
    body: Operation


class PaymentAuthorizationAdjusted(
    Envelope,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    tag="payment.authorization_adjusted",
):
    body: Operation


class PaymentAuthorizationExpired(
    Envelope,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    tag="payment.authorization_expired",
):
    body: Operation


class PaymentReversed(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.reversed"
):
    body: Operation


class PaymentCaptured(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.captured"
):
    body: Operation


class PaymentCaptureFailed(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.capture_failed"
):
    body: Operation


class PaymentFailed(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.failed"
):
    body: Operation


class PaymentRefundRequested(
    Envelope,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    tag="payment.refund_requested",
):
    body: Operation


class PaymentRefunded(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.refunded"
):
    body: Operation


class PaymentRefundFailed(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.refund_failed"
):
    body: Operation


class PaymentRefundReversed(
    Envelope,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    tag="payment.refund_reversed",
):
    body: Operation


class PaymentDisputed(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.disputed"
):
    body: Operation


class PaymentDisputeWon(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.dispute_won"
):
    body: Operation


class PaymentDisputeLost(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.dispute_lost"
):
    body: Operation


class PaymentMarkedPaid(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="payment.marked_paid"
):
    body: Operation


class ShipmentCreated(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.created"
):
    body: ShipmentInfo


class ShipmentEdited(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.edited"
):
    body: ShipmentInfo


class ShipmentPacked(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.packed"
):
    body: ShipmentRef


class ShipmentHandedOver(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.handed_over"
):
    body: ShipmentRef


class ShipmentCancelled(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.cancelled"
):
    body: ShipmentRef


class ShipmentDeliveredMarked(
    Envelope,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    tag="shipment.delivered_marked",
):
    body: ShipmentRef


class ShipmentCollected(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.collected"
):
    body: ShipmentRef


class ShipmentLabelBought(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.label_bought"
):
    body: ParcelRef


class ShipmentLabelVoided(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.label_voided"
):
    body: ParcelRef


class ShipmentScan(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.scan"
):
    body: Scan


class ShipmentEtaChanged(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="shipment.eta_changed"
):
    body: EtaChanged


class HoldWasPlaced(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="hold.placed"
):
    body: HoldPlaced


class HoldWasReleased(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="hold.released"
):
    body: HoldReleased


class RiskWasFlagged(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="risk.flagged"
):
    body: RiskFlagged


class RiskWasCleared(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="risk.cleared"
):
    body: Empty = Empty()


class ReturnWasMarked(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="return.marked"
):
    body: ReturnMarked


class TimerHasFired(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="timer.fired"
):
    body: TimerFired


class ReferenceWasLinked(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="reference.linked"
):
    body: ReferenceLinked


class UnknownWasReported(
    Envelope,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    gc=False,
    tag="source.unknown_reported",
):
    body: UnknownReported


Fact = (
    OrderSaved
    | OrderPlaced
    | OrderRevised
    | OrderConfirmed
    | OrderWorkStarted
    | OrderCancelRequested
    | OrderCancelDeclined
    | OrderCancelledAtSource
    | OrderCancelled
    | OrderLinesCancelled
    | OrderMarkedShipped
    | OrderClosed
    | OrderArchived
    | OrderAddressChanged
    | OrderCustomerChanged
    | OrderNoteAdded
    | PaymentMethodChosen
    | PaymentPending
    | PaymentAuthorized
    | PaymentAuthorizationAdjusted
    | PaymentAuthorizationExpired
    | PaymentReversed
    | PaymentCaptured
    | PaymentCaptureFailed
    | PaymentFailed
    | PaymentRefundRequested
    | PaymentRefunded
    | PaymentRefundFailed
    | PaymentRefundReversed
    | PaymentDisputed
    | PaymentDisputeWon
    | PaymentDisputeLost
    | PaymentMarkedPaid
    | ShipmentCreated
    | ShipmentEdited
    | ShipmentPacked
    | ShipmentHandedOver
    | ShipmentCancelled
    | ShipmentDeliveredMarked
    | ShipmentCollected
    | ShipmentLabelBought
    | ShipmentLabelVoided
    | ShipmentScan
    | ShipmentEtaChanged
    | HoldWasPlaced
    | HoldWasReleased
    | RiskWasFlagged
    | RiskWasCleared
    | ReturnWasMarked
    | TimerHasFired
    | ReferenceWasLinked
    | UnknownWasReported
)
"""Every fact there is; msgspec tells them apart by `kind`."""
