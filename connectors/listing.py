"""A body that holds one object or many of them: a REST list, a page, a wrapper around either.

Each element is read by itself, so one that is not understood costs the others nothing.
"""

from collections.abc import Callable, Collection, Iterable
from typing import Final

from pydantic import ValidationError

from connectors.body import malformed, parse
from connectors.delivery import Normalised, Outcome, Quarantined, Wanted
from connectors.misread import Misread
from connectors.payload import Fields
from connectors.quarantine import quarantine, shown
from domain.fact import Fact

ELEMENTS_MAX: Final = 250
"""Of one list: the largest page of any vendor here (Shopify's); others stop at 100."""

Read = Callable[[Fields, str], Outcome]
"""Reads one object; the text is its path in the body, empty where it is the body."""


def read_body(
    body: bytes, read: Callable[[object], Outcome], *, attributes: bool = True
) -> Outcome:
    """Parse a body and have its value read; of XML without its attributes if so wished."""
    try:
        value = parse(body, attributes=attributes)
    except ValueError as error:
        return malformed(body, error)
    return read(value)


def read_parts(value: object, read: Read, *, name: str) -> Outcome:
    """Read an object, or each element of an array, whose paths then begin with `name`."""
    if not isinstance(value, list):
        return _read_one(value, "", read)
    if len(value) > ELEMENTS_MAX:
        reason = f"list over {ELEMENTS_MAX} elements"
        return Quarantined(reason=reason, field=name, value=str(len(value)))
    return join(_read_one(each, f"{name}.{at}", read) for at, each in enumerate(value))


def join(outcomes: Iterable[Outcome]) -> Outcome:
    """Make one outcome of those of the parts."""
    facts: list[Fact] = []
    quarantined: list[Quarantined] = []
    wanted: list[Wanted] = []
    for outcome in outcomes:
        if isinstance(outcome, Quarantined):
            quarantined.append(outcome)
        else:
            facts += outcome.facts
            quarantined += outcome.quarantined
            wanted += outcome.wanted
    nothing = not (facts or quarantined or wanted)
    return Normalised(
        facts=tuple(facts),
        quarantined=tuple(quarantined),
        wanted=tuple(wanted),
        ignored="a list in which no order needs anything" if nothing else "",
    )


def unwrap(value: object, names: Collection[str]) -> object:
    """Take off a wrapper: an object whose only key is one of the names."""
    if isinstance(value, dict) and len(value) == 1:
        [(key, inner)] = value.items()
        if key in names and isinstance(inner, dict | list):
            return inner
    return value


def distinct(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Say each fact once: one happening may stand in two places of one object."""
    return tuple({fact.event_id: fact for fact in facts}.values())


def _read_one(value: object, at: str, read: Read) -> Outcome:
    if not isinstance(value, dict):
        return Quarantined(reason="is no object", field=at, value=shown(value))
    try:
        return read(value, at)
    except (ValidationError, Misread) as error:
        return quarantine(error, at)
