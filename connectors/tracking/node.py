"""Reads a vendor's document by ways like `shipment.status.code`, and names the field that is wrong.

Carriers have twenty shapes for the same five things, so there is no model per carrier but one
careful hand: text is text or a whole number, a list may be one object (XML does not count), and
what is neither says so with its path.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from connectors.delivery import Quarantined
from connectors.quarantine import path, shown

_CHARACTERS_MAX: Final = 2_000


class UnreadableError(ValueError):
    """A field holds what it must not; carries which, what and why."""

    def __init__(self, reason: str, field: str, value: object) -> None:
        """Take the field's path and its value as they are."""
        super().__init__(reason)
        self.reason = reason
        self.field = field
        self.value = value

    def quarantined(self) -> Quarantined:
        """Say it as a quarantine."""
        return Quarantined(reason=self.reason, field=self.field, value=shown(self.value))


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a document and the path that leads to it."""

    value: Any  # Any: what a parser found
    at: str = ""

    def has(self, way: str) -> bool:
        """Whether anything but nothing stands there."""
        return self._find(way) not in (None, "", [], {})

    def one(self, way: str) -> "Node":
        """Go to a part, which may be missing."""
        return Node(self._find(way), path(self.at, way))

    def each(self, way: str = "") -> "list[Node]":
        """Go to every object of a list; what is not counted, as in XML, is a list of one."""
        found = self._find(way) if way else self.value
        at = path(self.at, way)
        if found is None or found == "":
            return []
        if isinstance(found, dict):
            return [Node(found, at)]
        if not isinstance(found, list):
            raise UnreadableError("is no list", at, found)
        return [Node(value, path(at, str(index))) for index, value in enumerate(found)]

    def text(self, *ways: str) -> str:
        """Read the first of the fields that is there, as text without the space around it."""
        for way in ways:
            found = self._find(way)
            if isinstance(found, dict) and "#text" in found:
                found = found["#text"]
            if isinstance(found, str):
                if text := found.strip():
                    return text[:_CHARACTERS_MAX]
                continue
            if found is None:
                continue
            if isinstance(found, int) and not isinstance(found, bool):
                return str(found)
            raise UnreadableError("is no text", path(self.at, way), found)
        return ""

    def need(self, *ways: str) -> str:
        """Read a text that must be there."""
        text = self.text(*ways)
        if not text:
            raise UnreadableError("is missing", path(self.at, ways[0]), "")
        return text

    def says(self, way: str) -> bool:
        """Read a truth value, which XML and some JSON write as text."""
        return str(self._find(way)).strip().lower() in {"true", "1", "yes", "y"}

    def time(self, way: str, read: Callable[[str], datetime]) -> datetime | None:
        """Read a time; None where there is none."""
        text = self.text(way)
        return self.moment(way, text, read) if text else None

    def moment(self, way: str, text: str, read: Callable[[str], datetime]) -> datetime:
        """Read the text of a time that was put together, naming one of its fields."""
        try:
            return read(text)
        except (ValueError, OverflowError) as error:
            raise UnreadableError(f"is no time: {error}", path(self.at, way), text) from error

    def _find(self, way: str) -> Any:  # Any: as above
        found = self.value
        if type(found) is dict and "." not in way:  # by far the most frequent
            return found.get(way)
        for name in way.split("."):
            if isinstance(found, list) and len(found) == 1:
                [found] = found
            if not isinstance(found, dict):
                if found is None or found == "":
                    return None
                raise UnreadableError("is no object", path(self.at, way.partition(".")[0]), found)
            found = found.get(name)
        return found
