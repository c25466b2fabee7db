"""What facts say: one value type per shape of `body`; `fact.py` gives each its kind.

Amounts are minor units (`Minor`) beside an ISO 4217 currency, times are aware UTC.
"""

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from domain.document import Address, Amount, Currency, Id, Party, Personal, Quantity, Text, Time
from domain.vocabulary import CancelReason, Evidence, HoldReason, Minor, Parcel


class Units(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """So many pieces of one order line."""

    line_id: Id
    quantity: Quantity


class Empty(Struct, frozen=True, kw_only=True):
    """A fact that says all by its kind."""


class Reason(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Why: a word of `CancelReason` where one fits, any other word where none does (S0.5)."""

    reason: Text = CancelReason.UNSPECIFIED
    note: Personal = ""
    requester: Text = ""


class LinesCancelled(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces that will not be delivered after all."""

    cancellation_id: Id
    lines: tuple[Units, ...]
    reason: Text = CancelReason.UNSPECIFIED
    note: Personal = ""


class Operation(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One money operation; `amount` ≥ 0, its direction is the kind of the fact.

    `reference` is the provider's id of this operation and its identity together with `provider`
    and the kind; empty where the provider gives none (then the fact's event id stands for it).
    `parent` is what it acts on: the authorisation of a capture, the payment of a refund.
    `final` on a capture gives the rest of its authorisation back. `lines` are the pieces that a
    refund is for, if it names any; `shipping` is what of it is for the shipping.
    """

    amount: Amount
    currency: Currency
    provider: Text = ""
    reference: Text = ""
    parent: Text = ""
    evidence: Evidence = Evidence.PROVIDER
    final: bool = False
    code: Text = ""
    note: Personal = ""
    lines: tuple[Units, ...] = ()
    shipping: Amount = Minor(0)


class RefundedLines(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The pieces and the shipping that one refund named, kept beside the ledger."""

    lines: tuple[Units, ...] = ()
    shipping: Amount = Minor(0)


class MethodChosen(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How the buyer means to pay."""

    method: Annotated[str, Meta(pattern="^(manual|online)$")]
    name: Text = ""


class PackageInfo(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A parcel as its shipper names it; the number is its identity."""

    number: Id
    carrier: Text = ""
    url: Text = ""


class Package(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a carrier must know to take a shipment (S2.38): grams, millimetres, minor units."""

    weight: Annotated[int, Meta(ge=0)] = 0
    length: Annotated[int, Meta(ge=0)] = 0
    width: Annotated[int, Meta(ge=0)] = 0
    height: Annotated[int, Meta(ge=0)] = 0
    recipient: Address | None = None
    shipper: Party | None = None
    origin: Address | None = None
    drop_off: date | None = None
    insurance: Amount = Minor(0)
    customs_value: Amount = Minor(0)
    dangerous: bool = False
    signature: bool = False


class ShipmentInfo(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A shipment: which pieces go in which parcels. A newer statement replaces an older one.

    No lines means all pieces that no other shipment carries. An inferred shipment stands for an
    order's own count of pieces that left: it adds only what named shipments do not say of them.
    """

    shipment_id: Id
    lines: tuple[Units, ...] = ()
    parcels: Annotated[tuple[PackageInfo, ...], Meta(max_length=200)] = ()
    carrier: Text = ""
    service: Text = ""
    pickup: bool = False
    carrier_made: bool = False
    expected_at: Time | None = None
    notify_customer: bool = True
    point: Annotated[str, Meta(pattern="^(local|international|pickup|)$")] = ""
    package: Package | None = None


class ShipmentRef(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something happened to a whole shipment."""

    shipment_id: Id
    note: Personal = ""


class ParcelRef(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Something happened to one parcel; `label` says where its label is kept (S2.44)."""

    number: Id
    carrier: Text = ""
    note: Personal = ""
    shipment_id: Text = ""
    label: Text = ""
    rate_id: Text = ""
    expected_at: Time | None = None


class Scan(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One line of a carrier's story; identity = parcel, code, time, place.

    Either `number` (the tracking number) or `shipment_id` says which parcel. `code` is the
    carrier's raw word and `local_time` its raw time, kept as they came.
    """

    state: Parcel
    number: Text = ""
    shipment_id: Text = ""
    carrier: Text = ""
    code: Text = ""
    place: Text = ""
    reason: Text = ""
    note: Personal = ""
    local_time: Text = ""
    expected_at: Time | None = None


class EtaChanged(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A parcel's expected arrival moved."""

    expected_at: Time
    number: Text = ""
    shipment_id: Text = ""


class HoldPlaced(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A reason not to ship for now."""

    hold_id: Id
    reason: HoldReason = HoldReason.OTHER
    note: Personal = ""
    until: Time | None = None


class HoldReleased(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One hold is lifted."""

    hold_id: Id
    note: Personal = ""


class RiskFlagged(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Somebody suspects, or knows of, fraud."""

    level: Annotated[str, Meta(pattern="^(suspected|confirmed)$")] = "suspected"
    note: Personal = ""


class ReturnMarked(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Pieces came back from the buyer (S2.48)."""

    return_id: Id
    lines: tuple[Units, ...]
    restocked: bool = False
    note: Personal = ""


class AddressChanged(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Goods go elsewhere than the document says."""

    ship_to: Address


class CustomerChanged(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """The order belongs to another customer than the document says."""

    customer: Party


class Note(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A remark for the team; empty text is a deleted one."""

    note_id: Id
    text: Personal = ""


class NoteRef(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A remark is taken back; that there was one stays known (S2.7)."""

    note_id: Id


class TimerFired(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A deadline of the order passed; `deadline` is when it was due."""

    timer: Id
    deadline: Time


class ReferenceLinked(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """`reference` belongs to the order of the envelope, or is another name of `alias`."""

    reference: Id
    alias: Text = ""


class UnknownReported(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A source used a word that we do not know (X.21)."""

    field: Id
    value: Text = ""
