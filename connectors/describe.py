"""What a source's words become, in words: for `orderstream sources` and the generated page."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from connectors.delivery import Source
from domain.envelope import Envelope, kind_of

_NOTHING: Final = "nothing"
_INNER: Final = frozenset({"progress"})
"""Fields of a meaning that order snapshots and say nothing of the word."""


def rows(source: Source) -> list[tuple[str, str, str]]:
    """List each word of each table: where it stands, the word, what it becomes."""
    return [
        (title, written(word), becomes(meaning))
        for title, words in source.words.items()
        for word, meaning in words.items()
    ]


def written(word: object) -> str:
    """Write a word, or several that count together, as the source has them."""
    return "/".join(map(str, word)) if isinstance(word, tuple) else str(word)


def becomes(meaning: object) -> str:
    """Say what a word becomes: a word of ours, the kind of a fact, or several of them."""
    match meaning:
        case Enum():
            return str(meaning.value) or _NOTHING
        case type() if issubclass(meaning, Envelope):
            return kind_of(meaning)
        case tuple() if hasattr(meaning, "_fields"):
            named: Any = meaning  # a NamedTuple, which has no type of its own
            return _fields(named._asdict(), named._field_defaults)
        case Mapping():
            return _fields(meaning, {})
        case tuple() | list() | set() | frozenset():
            return ", ".join(becomes(each) for each in meaning) or _NOTHING
        case None | "":
            return _NOTHING
        case _:
            return str(meaning)


def _fields(values: Mapping[str, object], defaults: Mapping[str, object]) -> str:
    """Say the fields that say something."""
    said = [
        f"{name} {becomes(value)}"
        for name, value in values.items()
        if name not in _INNER and value not in {None, ""} and value != defaults.get(name, _NOTHING)
    ]
    return "; ".join(said) or _NOTHING
