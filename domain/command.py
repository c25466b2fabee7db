"""Commands: requests that meet a guard, and the verdicts that are stored in the log.

A verdict holds the facts that the accepted command brings about (`effects`), so the fold knows
facts only, and a replay applies what was judged then instead of judging again (X.1).
"""

from typing import Annotated

from msgspec import Meta, Struct

from domain import request
from domain.archive import Whereabouts
from domain.body import Empty
from domain.configuration import ConfigurationChanged
from domain.document import Id, Text
from domain.envelope import Envelope, Request
from domain.fact import Fact
from domain.office_command import OfficeCommand


class Create(Request, frozen=True, kw_only=True, tag="command.create"):
    body: request.Create


class Confirm(Request, frozen=True, kw_only=True, tag="command.confirm"):
    body: Empty = Empty()


class Start(Request, frozen=True, kw_only=True, tag="command.start"):
    body: Empty = Empty()


class RequestCancel(Request, frozen=True, kw_only=True, tag="command.request_cancel"):
    body: request.CancelOrder = request.CancelOrder()


class DeclineCancel(Request, frozen=True, kw_only=True, tag="command.decline_cancel"):
    body: request.CancelOrder = request.CancelOrder()


class Cancel(Request, frozen=True, kw_only=True, tag="command.cancel"):
    body: request.CancelOrder = request.CancelOrder()


class Hold(Request, frozen=True, kw_only=True, tag="command.hold"):
    body: request.PlaceHold = request.PlaceHold()


class Release(Request, frozen=True, kw_only=True, tag="command.release"):
    body: request.ReleaseHold = request.ReleaseHold()


class FlagRisk(Request, frozen=True, kw_only=True, tag="command.flag_risk"):
    body: request.FlagRisk = request.FlagRisk()


class ClearRisk(Request, frozen=True, kw_only=True, tag="command.clear_risk"):
    body: Empty = Empty()


class SetState(Request, frozen=True, kw_only=True, tag="command.set_state"):
    body: request.ChooseState


class MarkShipped(Request, frozen=True, kw_only=True, tag="command.mark_shipped"):
    body: Empty = Empty()


class Close(Request, frozen=True, kw_only=True, tag="command.close"):
    body: Empty = Empty()


class Archive(Request, frozen=True, kw_only=True, tag="command.archive"):
    body: Empty = Empty()


class Ship(Request, frozen=True, kw_only=True, tag="command.ship"):
    body: request.Ship = request.Ship()


class CreateShipment(Request, frozen=True, kw_only=True, tag="command.create_shipment"):
    body: request.Ship = request.Ship()


class CommitShipment(Request, frozen=True, kw_only=True, tag="command.commit_shipment"):
    body: request.ForShipment


class PickShipment(Request, frozen=True, kw_only=True, tag="command.pick_shipment"):
    body: request.ForShipment


class PackShipment(Request, frozen=True, kw_only=True, tag="command.pack_shipment"):
    body: request.ForShipment


class EditShipment(Request, frozen=True, kw_only=True, tag="command.edit_shipment"):
    body: request.EditShipment


class VoidShipment(Request, frozen=True, kw_only=True, tag="command.void_shipment"):
    body: request.ForShipment


class MarkDelivered(Request, frozen=True, kw_only=True, tag="command.mark_delivered"):
    body: request.ForShipment


class Collect(Request, frozen=True, kw_only=True, tag="command.collect"):
    body: request.ForShipment


class AddTracking(Request, frozen=True, kw_only=True, tag="command.add_tracking"):
    body: request.AddTracking


class BuyLabel(Request, frozen=True, kw_only=True, tag="command.buy_label"):
    body: request.BuyLabel


class CancelLines(Request, frozen=True, kw_only=True, tag="command.cancel_lines"):
    body: request.CancelLines


class EditLines(Request, frozen=True, kw_only=True, tag="command.edit_lines"):
    body: request.EditLines


class ReplaceLine(Request, frozen=True, kw_only=True, tag="command.replace_line"):
    body: request.ReplaceLine


class Return(Request, frozen=True, kw_only=True, tag="command.return"):
    body: request.ReturnLines


class RequestReturn(Request, frozen=True, kw_only=True, tag="command.request_return"):
    body: request.ReturnLines


class ApproveReturn(Request, frozen=True, kw_only=True, tag="command.approve_return"):
    body: request.ForReturn


class RejectReturn(Request, frozen=True, kw_only=True, tag="command.reject_return"):
    body: request.ForReturn


class ReceiveReturn(Request, frozen=True, kw_only=True, tag="command.receive_return"):
    body: request.ReceiveReturn


class RestockReturn(Request, frozen=True, kw_only=True, tag="command.restock_return"):
    body: request.ForReturn


class CompleteReturn(Request, frozen=True, kw_only=True, tag="command.complete_return"):
    body: request.ForReturn


class CancelReturn(Request, frozen=True, kw_only=True, tag="command.cancel_return"):
    body: request.ForReturn


class Capture(Request, frozen=True, kw_only=True, tag="command.capture"):
    body: request.Capture = request.Capture()


class Reverse(Request, frozen=True, kw_only=True, tag="command.reverse"):
    body: Empty = Empty()


class Refund(Request, frozen=True, kw_only=True, tag="command.refund"):
    body: request.Refund = request.Refund()


class RecordPayment(Request, frozen=True, kw_only=True, tag="command.record_payment"):
    body: request.RecordPayment = request.RecordPayment()


class ChooseMethod(Request, frozen=True, kw_only=True, tag="command.choose_method"):
    body: request.ChooseMethod


class SyncPayments(Request, frozen=True, kw_only=True, tag="command.sync_payments"):
    body: Empty = Empty()


Command = (
    Create
    | Confirm
    | Start
    | RequestCancel
    | DeclineCancel
    | Cancel
    | Hold
    | Release
    | FlagRisk
    | ClearRisk
    | SetState
    | MarkShipped
    | Close
    | Archive
    | Ship
    | CreateShipment
    | CommitShipment
    | PickShipment
    | PackShipment
    | EditShipment
    | VoidShipment
    | MarkDelivered
    | Collect
    | AddTracking
    | BuyLabel
    | CancelLines
    | EditLines
    | ReplaceLine
    | Return
    | RequestReturn
    | ApproveReturn
    | RejectReturn
    | ReceiveReturn
    | RestockReturn
    | CompleteReturn
    | CancelReturn
    | Capture
    | Reverse
    | Refund
    | RecordPayment
    | ChooseMethod
    | SyncPayments
    | OfficeCommand
)


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What was decided about one command: accepted with effects, or refused by a guard.

    `elsewhere` are facts about other orders, and links of parcels, that it brings about.
    """

    command_id: Id
    command: Annotated[str, Meta(max_length=64)]
    accepted: bool
    guard: Text = ""
    refusal: Text = ""
    effects: tuple[Fact, ...] = ()
    notify_customer: bool = True
    elsewhere: tuple[Fact, ...] = ()


class CommandJudged(Envelope, frozen=True, kw_only=True, tag="command.judged"):
    body: Verdict


Record = Fact | Command | CommandJudged | ConfigurationChanged | Whereabouts
"""Whatever may stand in the order log.

A configuration is about a tenant, whereabouts are about an order's state, not about the order."""
