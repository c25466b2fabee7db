"""What a vendor's document says of a parcel, before anybody knows what its words mean."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.delivery import Format, Normalised, Quarantined
from connectors.quarantine import path, shown
from connectors.tracking.node import Node
from connectors.tracking.table import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a story: a raw word, when and where.

    `words` are what else the vendor calls it, from the sharp to the general; `stronger` are those
    that count before the code; `causes` are words that only say why. `at` is None where a status has no time of its own; `written` is the time
    as it came. `back` says that the parcel was on its way home.
    """

    code: str
    at: datetime | None
    written: str = ""
    words: tuple[str, ...] = ()
    stronger: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    place: str = ""
    back: bool = False

    @property
    def all_words(self) -> tuple[str, ...]:
        """All that the line is called, in the order in which they count."""
        return (*self.stronger, self.code, *self.words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A parcel and what is told of it; `number` is empty where the document does not say it.

    `status` is where the vendor says that the parcel is now, beside its `events`; `expects` reads
    when it is to arrive, apart from the rest so that a bad promise hides no scan; `told_at` is
    when the vendor wrote all this, if it says so; `order` is what the shop calls the order that
    it sends in the parcel, where it told the vendor.
    """

    number: str
    events: Iterable[Node] = ()
    status: Line | None = None
    expects: Callable[[], datetime | None] | None = None
    told_at: datetime | None = None
    carrier: str = ""
    back: bool = False
    test: bool = False
    delivery_id: str = ""
    order: str = ""


ERROR: Final = "the vendor answers with an error"
"""A number it does not know, a key it does not accept: nothing happened to a parcel."""

Refused = Quarantined | Normalised
"""An answer in place of a parcel: an error of the vendor's, or nothing that anybody needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A source of tracking: its table and the three small functions that find a story in it.

    `parcels` finds where parcels stand in a document, `story` reads one of them, `line` one of
    its events (None where it says nothing). Each may raise `UnreadableError`, which costs no
    more than the part it stands in. `carrier` is who carries, where the source's name is not.
    """

    name: str
    table: Table
    parcels: Callable[[Node], Iterable[Node | Refused]]
    story: Callable[[Node], Story | Refused]
    line: Callable[[Node], Line | None]
    formats: tuple[Format, ...] = ("json",)
    carrier: str = ""


def place(*parts: str) -> str:
    """Write a place the same way each time, as far as it is known."""
    return ", ".join([" ".join(words).upper() for part in parts if (words := part.split())])


def standing(
    word: str, *words: str, at: datetime | None = None, written: str = "", back: bool = False
) -> Line | None:
    """Make the line of a status that stands beside the events, if it does."""
    return Line(code=word, words=words, at=at, written=written, back=back) if word else None


def refused(part: Node, *ways: str) -> Quarantined:
    """Understand an error document: it says nothing of a parcel, and names its code or message."""
    for way in ways:
        if not part.has(way):
            continue
        found = part.one(way)
        if isinstance(found.value, list | dict):
            for each in found.each():
                if isinstance(each.value, dict):
                    return refused(each, "code", "Code", "message", "Message", "detail")
        return Quarantined(reason=ERROR, field=found.at, value=shown(found.value))
    return Quarantined(reason=ERROR, field=path(part.at, ways[0]))
