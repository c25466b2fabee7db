"""A profile: one shop system's words over the canonical axes, as data (spec model, section 4).

`profile_proof.py` reads one and refuses it if a table leaves a case without a word.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from domain.vocabulary import (
    PLAIN,
    Closure,
    Fulfilment,
    HoldState,
    Lifecycle,
    Parcel,
    Payment,
    Risk,
)

YES_OR_NO: Final = ("no", "yes")
FACETS: Final[Mapping[str, tuple[str, ...]]] = {
    "lifecycle": tuple(PLAIN[word] for word in Lifecycle),
    "closure": tuple(PLAIN[word] for word in Closure),
    "hold": tuple(PLAIN[word] for word in HoldState),
    "risk": tuple(PLAIN[word] for word in Risk),
    "payment": tuple(PLAIN[word] for word in Payment),
    "fulfilment": tuple(PLAIN[word] for word in Fulfilment),
    "handed_over": ("none", "some", "all"),
    "valid": YES_OR_NO,
    "confirmed": YES_OR_NO,
    "working": YES_OR_NO,
    "suspended": YES_OR_NO,
    "marked_shipped": YES_OR_NO,
    "saved": YES_OR_NO,
    "initial": ("pending", "open", "saved"),
    "auto_ship": YES_OR_NO,
    "in_process_on": ("work", "ship"),
    "authorized_is_paid": YES_OR_NO,
}
"""What the rows of an order's table may look at, and every value that it can have.

The last four are policies (`rules.py`), so that a table can follow a shop's choice.
"""
SITUATION: Final[Mapping[str, tuple[str, ...]]] = {
    **FACETS,
    "known": YES_OR_NO,
    "unshipped": YES_OR_NO,
    "capturable": YES_OR_NO,
    "reversible": YES_OR_NO,
    "refundable": YES_OR_NO,
    "returnable": YES_OR_NO,
    "invoiceable": YES_OR_NO,
}
"""What guards may look at besides: whether there is anything left that a command could act on."""
PARCEL_FACETS: Final[Mapping[str, tuple[str, ...]]] = {
    "parcel": tuple(PLAIN[word] for word in Parcel)
}
RETURN_STATES: Final = (
    "draft",
    "requested",
    "approved",
    "shipped",
    "received",
    "restocked",
    "refunded",
    "completed",
    "rejected",
    "cancelled",
)
"""The states of a return, from the first to the last; the last two end it without goods."""
Facets = tuple[str, ...]
Word = Callable[[Facets], str]


class ProfileError(Exception):
    """A profile that cannot work; says which table and row, and why."""


class Row(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Shows a word when each named facet has one of the values; no condition always holds."""

    show: str
    when: dict[str, tuple[str, ...]] = {}


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table: the first row that holds gives the word, for the order or for each shipment.

    `custom`: a state of the shop's own, chosen by an operator, is shown instead of the word that
    it stands on (S1.2).
    """

    rows: tuple[Row, ...]
    subject: Literal["order", "shipment"] = "order"
    custom: bool = False


class Narrowing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One condition that a command meets: `when` must hold, or `unless` if there is one."""

    guard: str
    when: dict[str, tuple[str, ...]]
    refusal: str
    unless: dict[str, tuple[str, ...]] = {}


class Notice(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to tell when a word appears on an axis of the profile, or at placement.

    `when` narrows it by facets, as in a row.
    """

    on: str
    audience: Literal["customer", "merchant", "admin"]
    template: str
    words: tuple[str, ...] = ()
    media: tuple[Literal["email", "sms"], ...] = ("email",)
    when: dict[str, tuple[str, ...]] = {}


class OwnState(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state of a shop's own on top of a base state (S1.3); `colour` is shown, never read."""

    name: Annotated[str, Meta(min_length=1, max_length=64, pattern="^[^/]+$")]
    base: Literal["New", "Processing", "Fraud", "Suspended"]
    description: str = ""
    colour: str = ""


class Profile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A profile as written in its file."""

    name: str
    title: str
    words: dict[str, Words]
    guards: dict[str, tuple[Narrowing, ...]] = {}
    notices: tuple[Notice, ...] = ()
    policy: dict[str, Any] = {}  # Any: fields of `rules.Policy`, checked when rules are made
    schema: int = 1


class Compiled(Struct, frozen=True, kw_only=True, eq=False):
    """A profile that was proved total; each table is one look-up."""

    profile: Profile
    name: str
    order_words: tuple[tuple[str, str, Word], ...]
    """Axis, `profile.axis`, and the function from facets to the word."""
    shipment_words: tuple[tuple[str, str, dict[str, str]], ...]
    """Axis, `profile.axis:`, and the words by the shipment's state."""
    notices: dict[tuple[str, str], tuple[Notice, ...]]
    guards: dict[str, tuple[Narrowing, ...]]
    """By command; `hold:suspended` is for one reason of a hold only."""


def holds(when: Mapping[str, tuple[str, ...]], facets: Facets) -> bool:
    """Say whether a condition holds for an order's facets."""
    return all(facets[POSITION[name]] in values for name, values in when.items())


POSITION: Final = {name: position for position, name in enumerate(SITUATION)}
"""Where each facet stands; those of `FACETS` come first, the chosen state comes last."""


@lru_cache(maxsize=4_096)
def explain_word(compiled: Compiled, axis: str, facets: Facets) -> str:
    """Say which conditions of a profile's table chose the word."""
    for row in compiled.profile.words[axis].rows:
        if holds(row.when, facets):
            conditions = [f"{name} is {facets[POSITION[name]]}" for name in row.when]
            return " and ".join(conditions) or "no earlier row holds"
    raise AssertionError  # pragma: no cover - the table is total
