"""A profile: one shop system's words over the canonical axes, as data (spec model, section 4).

`compile_profile` tries every combination of the facets that a table's rows look at, so a profile
that leaves one without a word, or has a word that none reaches, is refused with the row named.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import product
from operator import itemgetter
from typing import Annotated, Any, Final, Literal

import msgspec
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


def parse_profile(text: str) -> Compiled:
    """Read a profile from TOML and prove it; raises ProfileError."""
    try:
        profile = msgspec.toml.decode(text, type=Profile)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        message = f"profile: {error}"
        raise ProfileError(message) from error
    return compile_profile(profile)


def compile_profile(profile: Profile) -> Compiled:
    """Prove a profile total and reachable, and turn its tables into look-ups."""
    order_words: list[tuple[str, str, Word]] = []
    shipment_words: list[tuple[str, str, dict[str, str]]] = []
    for axis, words in profile.words.items():
        where = f"profile {profile.name}, words.{axis}"
        if words.subject == "shipment":
            used, table = _tabulate(where, words, PARCEL_FACETS)
            by_state = {key[0]: word for key, word in table.items()}
            shipment_words.append((axis, f"{profile.name}.{axis}:", by_state))
        else:
            used, table = _tabulate(where, words, FACETS)
            word_of = _look_up(used, table)
            if words.custom:
                word_of = _with_own_states(word_of)
            order_words.append((axis, f"{profile.name}.{axis}", word_of))
    _check_narrowings(profile)
    return Compiled(
        profile=profile,
        name=profile.name,
        order_words=tuple(order_words),
        shipment_words=tuple(shipment_words),
        notices=_index_notices(profile),
        guards=_by_command(profile),
    )


def _tabulate(
    where: str, words: Words, facets: Mapping[str, tuple[str, ...]]
) -> tuple[list[str], dict[Facets, str]]:
    used = [name for name in facets if any(name in row.when for row in words.rows)] or [
        next(iter(facets))
    ]
    for number, row in enumerate(words.rows, 1):
        _check_condition(f"{where}, row {number} ({row.show})", row.when, facets)
    reached: set[int] = set()
    table: dict[Facets, str] = {}
    for values in product(*(facets[name] for name in used)):
        facts = dict(zip(used, values, strict=True))
        found = next((n for n, row in enumerate(words.rows) if _holds(row.when, facts)), None)
        if found is None:
            case = ", ".join(f"{name} {value}" for name, value in facts.items())
            message = f"{where}: no row shows a word for {case}"
            raise ProfileError(message)
        reached.add(found)
        table[values] = words.rows[found].show
    for number, row in enumerate(words.rows):
        if number not in reached:
            message = f"{where}, row {number + 1} ({row.show}): earlier rows hide it"
            raise ProfileError(message)
    return used, table


def _check_condition(
    where: str, when: Mapping[str, tuple[str, ...]], facets: Mapping[str, tuple[str, ...]]
) -> None:
    for name, values in when.items():
        if name not in facets:
            message = f"{where}: no facet {name!r}; there are {', '.join(facets)}"
            raise ProfileError(message)
        for value in values:
            if value not in facets[name]:
                message = f"{where}: {name} is never {value!r}"
                raise ProfileError(message)


def _holds(when: Mapping[str, tuple[str, ...]], facts: Mapping[str, str]) -> bool:
    return all(facts[name] in values for name, values in when.items())


def _look_up(used: list[str], table: dict[Facets, str]) -> Word:
    """Make the function from all facets to the word; one facet alone makes no tuple."""
    names = list(FACETS)
    pick = itemgetter(*(names.index(name) for name in used))
    if len(used) == 1:
        single = {key[0]: word for key, word in table.items()}
        return lambda facets: single[pick(facets)]
    return lambda facets: table[pick(facets)]


def _with_own_states(word_of: Word) -> Word:
    """Show the state chosen last where the word is the one that it stands on."""

    def shown(facets: Facets) -> str:
        word = word_of(facets)
        base, _, own = facets[-1].partition("/")
        return own if own and base == word else word

    return shown


def _check_narrowings(profile: Profile) -> None:
    for command, narrowings in profile.guards.items():
        for narrowing in narrowings:
            where = f"profile {profile.name}, guards.{command} ({narrowing.guard})"
            _check_condition(where, narrowing.when, SITUATION)
            _check_condition(where, narrowing.unless, SITUATION)


def _by_command(profile: Profile) -> dict[str, tuple[Narrowing, ...]]:
    """Spread the guards of several commands, written as `ship, mark_shipped`, over each."""
    guards: dict[str, tuple[Narrowing, ...]] = {}
    for names, narrowings in profile.guards.items():
        for name in names.split(","):
            guards[name.strip()] = (*guards.get(name.strip(), ()), *narrowings)
    return guards


def _index_notices(profile: Profile) -> dict[tuple[str, str], tuple[Notice, ...]]:
    index: dict[tuple[str, str], tuple[Notice, ...]] = {}
    for notice in profile.notices:
        where = f"profile {profile.name}, notice {notice.template}"
        _check_condition(where, notice.when, FACETS)
        words = notice.words
        if notice.on != "placed":
            if notice.on == "return":
                shown = set(RETURN_STATES)
            elif notice.on in profile.words:
                shown = {row.show for row in profile.words[notice.on].rows}
            else:
                message = f"profile {profile.name}: notice on unknown axis {notice.on!r}"
                raise ProfileError(message)
            if unknown := set(words) - shown:
                message = f"profile {profile.name}: {notice.on} never shows {sorted(unknown)}"
                raise ProfileError(message)
            words = words or tuple(sorted(shown))
        for word in words or ("",):
            index[notice.on, word] = (*index.get((notice.on, word), ()), notice)
    return index


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
