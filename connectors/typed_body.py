"""A body in this project's own words: bytes in, a value of its type or a quarantine out."""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from connectors.delivery import Quarantined
from connectors.json_body import guard

_Value = TypeVar("_Value")


def read_typed(
    value: bytes | None, decode: Callable[[bytes], _Value], name: str
) -> _Value | Quarantined:
    """Decode what may be decoded; `name` is what the body should have been."""
    if value is None:
        return Quarantined(reason=f"{name} without a value", field="value")
    if refused := guard(value):
        return refused
    try:
        return decode(value)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        return Quarantined(reason=f"not a {name}: {error}")
