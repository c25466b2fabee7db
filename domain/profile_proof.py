"""Profiles are proved when they are read (ADR 13).

`compile_profile` tries every combination of the facets that a table's rows look at, so a profile
that leaves one without a word, or has a word that none reaches, is refused with the row named.
"""

from collections.abc import Mapping
from itertools import product
from operator import itemgetter

import msgspec

from domain.profile import (
    FACETS,
    PARCEL_FACETS,
    RETURN_STATES,
    SITUATION,
    Compiled,
    Facets,
    Narrowing,
    Notice,
    Profile,
    ProfileError,
    Word,
    Words,
)


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
