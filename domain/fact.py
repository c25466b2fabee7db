"""Canonical facts: what happened outside, never refused, never lost (spec model, sections 1 and 2).

One class per `kind`; the envelope is the same for all, the rest is in `body`. A fact's identity
(`identity.py`) comes from its body first, so two deliveries of one happening are one fact.
"""

from domain import body as bodies
from domain.document import Document
from domain.envelope import Envelope
from domain.office_fact import OfficeFact


class OrderSaved(Envelope, frozen=True, kw_only=True, tag="order.saved"):
    body: Document


class OrderPlaced(Envelope, frozen=True, kw_only=True, tag="order.placed"):
    body: Document


class OrderRevised(Envelope, frozen=True, kw_only=True, tag="order.revised"):
    body: Document


class OrderConfirmed(Envelope, frozen=True, kw_only=True, tag="order.confirmed"):
    body: bodies.Empty = bodies.Empty()


class OrderWorkStarted(Envelope, frozen=True, kw_only=True, tag="order.work_started"):
    body: bodies.Empty = bodies.Empty()


class OrderCancelRequested(Envelope, frozen=True, kw_only=True, tag="order.cancel_requested"):
    body: bodies.Reason = bodies.Reason()


class OrderCancelDeclined(Envelope, frozen=True, kw_only=True, tag="order.cancel_declined"):
    body: bodies.Reason = bodies.Reason()


class OrderCancelledAtSource(Envelope, frozen=True, kw_only=True, tag="order.cancelled_at_source"):
    body: bodies.Reason = bodies.Reason()


class OrderCancelled(Envelope, frozen=True, kw_only=True, tag="order.cancelled"):
    body: bodies.Reason = bodies.Reason()


class OrderLinesCancelled(Envelope, frozen=True, kw_only=True, tag="order.lines_cancelled"):
    body: bodies.LinesCancelled


class OrderMarkedShipped(Envelope, frozen=True, kw_only=True, tag="order.marked_shipped"):
    body: bodies.Empty = bodies.Empty()


class OrderCompletedAtSource(Envelope, frozen=True, kw_only=True, tag="order.completed_at_source"):
    body: bodies.Empty = bodies.Empty()


class OrderClosed(Envelope, frozen=True, kw_only=True, tag="order.closed"):
    body: bodies.Empty = bodies.Empty()


class OrderArchived(Envelope, frozen=True, kw_only=True, tag="order.archived"):
    body: bodies.Empty = bodies.Empty()


class OrderAddressChanged(Envelope, frozen=True, kw_only=True, tag="order.address_changed"):
    body: bodies.AddressChanged


class OrderCustomerChanged(Envelope, frozen=True, kw_only=True, tag="order.customer_changed"):
    body: bodies.CustomerChanged


class OrderNoteAdded(Envelope, frozen=True, kw_only=True, tag="order.note_added"):
    body: bodies.Note


class PaymentMethodChosen(Envelope, frozen=True, kw_only=True, tag="payment.method_chosen"):
    body: bodies.MethodChosen


class PaymentPending(Envelope, frozen=True, kw_only=True, tag="payment.pending"):
    body: bodies.Operation


class PaymentAuthorized(Envelope, frozen=True, kw_only=True, tag="payment.authorized"):
    body: bodies.Operation


class PaymentAuthorizationAdjusted(
    Envelope, frozen=True, kw_only=True, tag="payment.authorization_adjusted"
):
    body: bodies.Operation


class PaymentAuthorizationExpired(
    Envelope, frozen=True, kw_only=True, tag="payment.authorization_expired"
):
    body: bodies.Operation


class PaymentReversed(Envelope, frozen=True, kw_only=True, tag="payment.reversed"):
    body: bodies.Operation


class PaymentCaptured(Envelope, frozen=True, kw_only=True, tag="payment.captured"):
    body: bodies.Operation


class PaymentCaptureFailed(Envelope, frozen=True, kw_only=True, tag="payment.capture_failed"):
    body: bodies.Operation


class PaymentFailed(Envelope, frozen=True, kw_only=True, tag="payment.failed"):
    body: bodies.Operation


class PaymentRefundRequested(Envelope, frozen=True, kw_only=True, tag="payment.refund_requested"):
    body: bodies.Operation


class PaymentRefunded(Envelope, frozen=True, kw_only=True, tag="payment.refunded"):
    body: bodies.Operation


class PaymentRefundFailed(Envelope, frozen=True, kw_only=True, tag="payment.refund_failed"):
    body: bodies.Operation


class PaymentRefundReversed(Envelope, frozen=True, kw_only=True, tag="payment.refund_reversed"):
    body: bodies.Operation


class PaymentDisputed(Envelope, frozen=True, kw_only=True, tag="payment.disputed"):
    body: bodies.Operation


class PaymentDisputeWon(Envelope, frozen=True, kw_only=True, tag="payment.dispute_won"):
    body: bodies.Operation


class PaymentDisputeLost(Envelope, frozen=True, kw_only=True, tag="payment.dispute_lost"):
    body: bodies.Operation


class PaymentMarkedPaid(Envelope, frozen=True, kw_only=True, tag="payment.marked_paid"):
    body: bodies.Operation


class ShipmentCreated(Envelope, frozen=True, kw_only=True, tag="shipment.created"):
    body: bodies.ShipmentInfo


class ShipmentEdited(Envelope, frozen=True, kw_only=True, tag="shipment.edited"):
    body: bodies.ShipmentInfo


class ShipmentPacked(Envelope, frozen=True, kw_only=True, tag="shipment.packed"):
    body: bodies.ShipmentRef


class ShipmentHandedOver(Envelope, frozen=True, kw_only=True, tag="shipment.handed_over"):
    body: bodies.ShipmentRef


class ShipmentCancelled(Envelope, frozen=True, kw_only=True, tag="shipment.cancelled"):
    body: bodies.ShipmentRef


class ShipmentDeliveredMarked(
    Envelope, frozen=True, kw_only=True, tag="shipment.delivered_marked"
):
    body: bodies.ShipmentRef


class ShipmentCollected(Envelope, frozen=True, kw_only=True, tag="shipment.collected"):
    body: bodies.ShipmentRef


class ShipmentLabelBought(Envelope, frozen=True, kw_only=True, tag="shipment.label_bought"):
    body: bodies.ParcelRef


class ShipmentLabelVoided(Envelope, frozen=True, kw_only=True, tag="shipment.label_voided"):
    body: bodies.ParcelRef


class ShipmentScan(Envelope, frozen=True, kw_only=True, tag="shipment.scan"):
    body: bodies.Scan


class ShipmentEtaChanged(Envelope, frozen=True, kw_only=True, tag="shipment.eta_changed"):
    body: bodies.EtaChanged


class HoldWasPlaced(Envelope, frozen=True, kw_only=True, tag="hold.placed"):
    body: bodies.HoldPlaced


class HoldWasReleased(Envelope, frozen=True, kw_only=True, tag="hold.released"):
    body: bodies.HoldReleased


class RiskWasFlagged(Envelope, frozen=True, kw_only=True, tag="risk.flagged"):
    body: bodies.RiskFlagged


class RiskWasCleared(Envelope, frozen=True, kw_only=True, tag="risk.cleared"):
    body: bodies.Empty = bodies.Empty()


class ReturnWasMarked(Envelope, frozen=True, kw_only=True, tag="return.marked"):
    body: bodies.ReturnMarked


class TimerHasFired(Envelope, frozen=True, kw_only=True, tag="timer.fired"):
    body: bodies.TimerFired


class ReferenceWasLinked(Envelope, frozen=True, kw_only=True, tag="reference.linked"):
    body: bodies.ReferenceLinked


class UnknownWasReported(Envelope, frozen=True, kw_only=True, tag="source.unknown_reported"):
    body: bodies.UnknownReported


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
    | OrderCompletedAtSource
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
    | OfficeFact
)
"""Every fact there is; msgspec tells them apart by `kind`."""
