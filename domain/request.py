"""What commands ask for: one value type per shape of `body`; `command.py` gives each its name.

Quantities and amounts are checked against the order when the command is judged (`decide.py`), so
a wrong one is a refusal with its reason; here they need only be whole numbers.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.body import Package, PackageInfo
from domain.document import Currency, Document, Id, Line, Personal, Text, Time
from domain.office_body import Condition
from domain.vocabulary import HoldReason, Parcel

Whole = Annotated[int, Meta(ge=-(2**62), le=2**62)]


class AskedUnits(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """So many pieces of one line."""

    line_id: Id
    quantity: Whole


AskedLines = Annotated[tuple[AskedUnits, ...], Meta(max_length=1_000)]


class CancelOrder(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Why the remainder shall not be delivered, and whether the buyer is told (S1.33)."""

    reason: Text = "unspecified"
    note: Personal = ""
    requester: Text = ""
    notify_customer: bool = True


class PlaceHold(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """`hold_id` defaults to the reason, so one reason holds once."""

    hold_id: Text = ""
    reason: HoldReason = HoldReason.MANUAL
    note: Personal = ""
    until: Time | None = None


class ReleaseHold(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which hold; empty means every hold that stands."""

    hold_id: Text = ""
    note: Personal = ""


class FlagRisk(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What is known of fraud."""

    level: Literal["suspected", "confirmed"] = "confirmed"
    note: Personal = ""


class ChooseState(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A state of the profile or of the shop's own (S1.14)."""

    state: Id
    note: Personal = ""
    notify_customer: bool = True


class Ship(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces to send, all that are left if none are named; or the id of a prepared shipment.

    `shipment_id` defaults to the command's id. `number` is short for one parcel.
    """

    shipment_id: Text = ""
    lines: AskedLines = ()
    number: Text = ""
    parcels: Annotated[tuple[PackageInfo, ...], Meta(max_length=200)] = ()
    carrier: Text = ""
    service: Text = ""
    point: Literal["", "local", "international", "pickup"] = ""
    package: Package | None = None
    carrier_made: bool = False
    expected_at: Time | None = None
    notify_customer: bool = True


class ForShipment(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which shipment."""

    shipment_id: Id
    note: Personal = ""


class EditShipment(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """New values for a manual shipment; what is left out stays (S2.40, S2.41)."""

    shipment_id: Id
    number: Text | None = None
    carrier: Text | None = None
    service: Text | None = None
    status: Parcel | None = None
    expected_at: Time | None = None
    notify_customer: bool | None = None


class AddTracking(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A tracking number for one line, once it is confirmed for delivery (S1.18, S1.21)."""

    line_id: Id
    number: Id
    carrier: Text = ""


class BuyLabel(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A label that was bought for a shipment, at one of the rates quoted (S2.39, S2.44)."""

    shipment_id: Id
    number: Id
    rate_id: Text = ""
    carrier: Text = ""
    label: Text = ""


class CancelLines(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces that shall not be delivered after all (S4.12)."""

    lines: AskedLines
    reason: Text = "unspecified"
    note: Personal = ""


class EditLines(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """New quantities of lines, and lines to add."""

    lines: AskedLines = ()
    add: Annotated[tuple[Line, ...], Meta(max_length=100)] = ()


class ReplaceLine(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One article for another; only what was not shipped is replaced (S4.11)."""

    line_id: Id
    by: Line


class ReturnLines(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces that came back (S2.48), or shall come back under an RMA (S4.17).

    `return_id` defaults to the command's id.
    """

    lines: AskedLines
    return_id: Text = ""
    reason: Text = ""
    resolution: Literal["refund", "exchange", "none"] = "refund"
    draft: bool = False
    note: Personal = ""


class ForReturn(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Which return."""

    return_id: Id
    note: Personal = ""


class ArrivedUnits(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces of one line that arrived, and how."""

    line_id: Id
    quantity: Whole
    condition: Condition = Condition.OK


class ReceiveReturn(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What of a return arrived; no lines means all that was asked for, unharmed."""

    return_id: Id
    lines: Annotated[tuple[ArrivedUnits, ...], Meta(max_length=1_000)] = ()
    note: Personal = ""


class Capture(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How much of what is authorised; all of it if left out (S1.28, S1.29)."""

    amount: Whole | None = None
    currency: Currency | Literal[""] = ""
    final: bool = False


class Refund(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An amount, or pieces with shipping, adjustment and fee (S2.20); all that is left if neither.

    Refunded pieces that were not shipped are cancelled with it (spec model, 6.14).
    """

    amount: Whole | None = None
    currency: Currency | Literal[""] = ""
    lines: AskedLines = ()
    shipping: Whole = 0
    adjustment: Whole = 0
    fee: Whole = 0
    reason: Text = ""


class RecordPayment(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Money that came by hand: cash, transfer; what is due if no amount is given."""

    amount: Whole | None = None
    currency: Currency | Literal[""] = ""
    reference: Text = ""
    note: Personal = ""


class ChooseMethod(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How the buyer means to pay (S1.31)."""

    method: Literal["manual", "online"]
    name: Text = ""


class Create(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A new order made by hand; `saved` promises nothing yet (S3.1, S3.3)."""

    document: Document
    saved: bool = False
