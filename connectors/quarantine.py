"""Turns what went wrong with a payload into a quarantine: which field, what it holds, and why."""

from typing import Final

from pydantic import ValidationError

from connectors.delivery import Quarantined
from connectors.misread import Misread

_CHARACTERS_MAX: Final = 200


def quarantine(error: ValidationError | Misread, at: str = "") -> Quarantined:
    """Name the field of the first complaint; `at` is the path of the object that has it."""
    if isinstance(error, Misread):
        return Quarantined(
            reason=error.reason, field=path(at, error.field), value=shown(error.value)
        )
    first = error.errors(include_url=False, include_context=False)[0]
    return Quarantined(
        reason=first["msg"].removeprefix("Value error, ")[:_CHARACTERS_MAX],
        field=path(at, *(str(part) for part in first["loc"])),
        value=shown(first["input"]),
    )


def path(*parts: str) -> str:
    """Join the parts of a path that are there."""
    return ".".join(filter(None, parts))[:_CHARACTERS_MAX]


def shown(value: object) -> str:
    """Show a plain value; of an object its keys only, for what is in it may be personal."""
    match value:
        case None | str() | int() | float():
            text = str(value)
        case dict():
            text = ", ".join(value)
        case _:
            text = type(value).__name__
    return text[:_CHARACTERS_MAX]
