"""Commands: requests that meet a guard, and the verdicts that are stored in the log.

A verdict holds the facts that the accepted command brings about (`effects`), so the fold knows
facts only, and a replay applies what was judged then instead of judging again (X.1).
"""

from typing import Annotated

from msgspec import Meta, Struct

from domain.body import Empty
from domain.document import Id, Text, Time
from domain.envelope import Envelope
from domain.fact import Fact
from domain.vocabulary import HoldReason


class CancelOrder(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Why the remainder shall not be delivered, and whether the buyer is told (S1.33)."""

    reason: Text = "unspecified"
    note: Text = ""
    requester: Text = ""
    notify_customer: bool = True


class PlaceHold(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """`hold_id` defaults to the reason, so one reason holds once."""

    hold_id: Text = ""
    reason: HoldReason = HoldReason.MANUAL
    note: Text = ""
    until: Time | None = None


class ReleaseHold(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which hold; empty means every hold that stands."""

    hold_id: Text = ""
    note: Text = ""


class Request(Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A command: `event_id` is the command's id and makes it idempotent."""

    roles: tuple[Text, ...] = ()


class Confirm(
    Request, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="command.confirm"
):
    body: Empty = Empty()


class Cancel(
    Request, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="command.cancel"
):
    body: CancelOrder = CancelOrder()


class Hold(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="command.hold"):
    body: PlaceHold = PlaceHold()


class Release(
    Request, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="command.release"
):
    body: ReleaseHold = ReleaseHold()


class MarkShipped(
    Request, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="command.mark_shipped"
):
    body: Empty = Empty()


class Close(Request, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="command.close"):
    body: Empty = Empty()


class Archive(
    Request, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="command.archive"
):
    body: Empty = Empty()


Command = Confirm | Cancel | Hold | Release | MarkShipped | Close | Archive


class Verdict(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What was decided about one command: accepted with effects, or refused by a guard."""

    command_id: Id
    command: Annotated[str, Meta(max_length=64)]
    accepted: bool
    guard: Text = ""
    refusal: Text = ""
    effects: tuple[Fact, ...] = ()
    notify_customer: bool = True


class CommandJudged(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="command.judged"
):
    body: Verdict


Record = Fact | Command | CommandJudged
"""Whatever may stand in the order log."""
