"""How a line looks on the order: struck, ready or backordered (S4.8 to S4.10)."""

from enum import StrEnum
from typing import Final, NamedTuple

from domain.order import LineUnits


class Style(StrEnum):
    """What a line's look tells the people who pack."""

    STRUCK = "struck"
    READY = "ready"
    BACKORDERED = "backordered"


class Colour(StrEnum):
    """The look's colour; a struck line has none."""

    NONE = ""
    GREEN = "green"
    ORANGE = "orange"
    RED = "red"


class Look(NamedTuple):
    """A style, its colour, and how many pieces of the line are reserved."""

    style: Style
    colour: Colour
    reserved: int


_STRUCK: Final = Look(Style.STRUCK, Colour.NONE, 0)


def look_of(units: LineUnits, held: int, elsewhere: int = 0) -> Look:
    """Say how a line looks with so many pieces held for it; first match wins.

    Struck: nothing is left to send. Ready: all that is left is reserved, but for the pieces
    that a supplier sends from `elsewhere`. Else it must be replenished first: orange where a part
    is reserved, red where nothing is (spec model, 6.13).
    """
    left = units.ordered - units.cancelled - units.handed_over
    if not left:
        return _STRUCK
    needed = max(left - elsewhere, 0)
    if held >= needed:
        return Look(Style.READY, Colour.GREEN, held)
    return Look(Style.BACKORDERED, Colour.ORANGE if held else Colour.RED, held)
