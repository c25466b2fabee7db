"""Paths into a payload: JMESPath, with `^.` for the element around a row's item.

Names of XML attributes (`@number`) and names with a hyphen need quotes in JMESPath's own forms
only, not in a path of names joined by dots.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from connectors.mapping.errors import MappingError, NotUnderstood

_NAME: Final = r"(?:@?[A-Za-z_][\w-]*|#text)"
_PLAIN: Final = re.compile(rf"{_NAME}(?:\.{_NAME})*", re.ASCII)
_AROUND: Final = "^."


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the paths of one row see, and the words that stood in no table."""

    item: object
    element: object
    unknown: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Path:
    """A path that was found to be one."""

    text: str
    search: Callable[[object], Any]  # Any: what stands in a payload
    around: bool

    def find(self, scope: Scope) -> Any:  # Any: as above
        """Give what stands there; None where nothing does, or empty text."""
        try:
            found = self.search(scope.element if self.around else scope.item)
        except (JMESPathError, ArithmeticError, TypeError, ValueError) as error:
            raise NotUnderstood(str(error).partition("\n")[0], self.text, None) from error
        return None if found == "" else found

    def holds(self, scope: Scope) -> bool:
        """Say whether it leads to something that is not null, false or empty."""
        found = self.find(scope)
        return found is not None and found is not False and found not in ([], {})


def compile_path(text: str, where: str) -> Path:
    """Read a path; names alone are followed directly, which is much quicker."""
    around = text.startswith(_AROUND)
    way = text.removeprefix(_AROUND)
    if _PLAIN.fullmatch(way):
        return Path(text, _follow(tuple(way.split("."))), around)
    try:
        return Path(text, jmespath.compile(way).search, around)
    except (JMESPathError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise MappingError(f"{where}: {text!r} is no path: {reason}") from error


def _follow(names: tuple[str, ...]) -> Callable[[object], object]:
    def search(value: object) -> object:
        for name in names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return search


def items(found: object) -> list[object]:
    """List what `each` leads to: XML does not tell one from a list of one."""
    if found is None:
        return []
    return found if isinstance(found, list) else [found]
