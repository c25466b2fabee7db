"""What in a record names people, and the two other forms in which it may stand there (X.20).

Which fields these are is said where they are declared, by the type `Personal`. The edges may
write each of them *sealed*, so that whoever has the order's key can read it, or *erased*, once
that key was destroyed (ADR 30). Both are texts like any other to the state machine, which needs
no key; it only has to know that a statement told again in another form is no new one.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct
from msgspec.structs import replace

PERSONAL_CHARACTERS_MAX: Final = 4_096
"""Of a plain text; the type has room for what sealing makes of that many characters."""
SEALED: Final = "sealed:1:"
"""Begins a sealed text: `sealed:1:SUBJECT:CIPHERTEXT`."""
ERASED: Final = "erased:1"
"""Stands for a text whose key is gone; it sorts below any sealed one."""

_SEALED_TEXT: Final = re.compile(rb'"sealed:1:(?<!\\"sealed:1:)[^"\\]*"')
"""Not after a backslash: that stands within another text. Searched by its literal beginning."""
_ERASED_TEXT: Final = b'"erased:1"'
_SEALED_MARK: Final = b'"sealed:1:'

_PLAIN_RANK, _ERASED_RANK, _SEALED_RANK = range(3)

Change = Callable[[str], str]
S = TypeVar("S", bound=Struct)
_Step = Callable[[Any, Change], Any]
"""Any: the value of one field, by the type that its step was made for."""


def rewrite(value: S, change: Change) -> S:
    """Give a record with each of its personal texts changed; itself where it has none."""
    changed = {}
    for name, step in _plan(type(value)):
        old = getattr(value, name)
        if old:
            new = step(old, change)
            if new is not old:
                changed[name] = new
    return replace(value, **changed) if changed else value


def personal_texts(value: Struct) -> list[str]:
    """List the personal texts of a record."""
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    rewrite(value, note)
    return found


def overlong(value: Struct) -> str:
    """Name the first personal text that is longer than a plain one may be; empty for none."""
    for name, _ in _plan(type(value)):
        part = getattr(value, name)
        for one in part if isinstance(part, tuple) else (part,):
            if isinstance(one, str) and len(one) > PERSONAL_CHARACTERS_MAX:
                return name
            if isinstance(one, Struct) and (inner := overlong(one)):
                return f"{name}.{inner}"
    return ""


def personal_fields(kind: type[Struct]) -> Iterator[str]:
    """Name the personal fields of a type, those of its parts as `part.field`."""
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if _is_personal(hint):
            yield name
            continue
        for inner in _parts(hint):
            if _is_personal(inner):
                yield name
            elif _is_struct(inner):
                yield from (f"{name}.{field}" for field in personal_fields(inner))


def rank(text: str | bytes) -> int:
    """Order the forms of one statement: sealed counts most, erased less, plain least.

    What is sealed stands in for the plain words that were written before sealing began, and an
    erased telling takes nothing back.
    """
    if isinstance(text, str):
        if text.startswith(SEALED):
            return _SEALED_RANK
        return _ERASED_RANK if text == ERASED else _PLAIN_RANK
    if _SEALED_MARK in text and _SEALED_TEXT.search(text):
        return _SEALED_RANK
    return _ERASED_RANK if _ERASED_TEXT in text else _PLAIN_RANK


def without_keys(content: bytes) -> bytes | None:
    """Give JSON as it would be with every sealed text erased; None where all of it is plain."""
    form = rank(content)
    if form == _PLAIN_RANK:
        return None
    return _SEALED_TEXT.sub(_ERASED_TEXT, content) if form == _SEALED_RANK else content


@cache
def _plan(kind: type[Struct]) -> tuple[tuple[str, _Step], ...]:
    """Say how each field of a type is changed that is or holds a personal text."""
    hints = get_type_hints(kind, include_extras=True)
    steps = ((name, _step(hint)) for name, hint in hints.items())
    return tuple((name, step) for name, step in steps if step is not None)


def _step(hint: object) -> _Step | None:
    if _is_personal(hint):
        return lambda text, change: change(text)
    inner = list(_parts(hint))
    if not any(_is_personal(one) or (_is_struct(one) and _plan(one)) for one in inner):
        return None
    if any(get_origin(one) is tuple for one in _alternatives(hint)):
        return _change_each
    return rewrite


def _change_each(values: tuple[Any, ...], change: Change) -> tuple[Any, ...]:  # texts or structs
    return tuple([change(one) if isinstance(one, str) else rewrite(one, change) for one in values])


def _parts(hint: object) -> Iterator[Any]:
    """Give what a field may hold: alternatives of a union, elements of a tuple."""
    for one in _alternatives(hint):
        if get_origin(one) is tuple:
            yield get_args(one)[0]
        else:
            yield one


def _alternatives(hint: object) -> Iterator[Any]:
    origin = get_origin(hint)
    if hasattr(hint, "__metadata__") and not _is_personal(hint):
        yield from _alternatives(get_args(hint)[0])
    elif origin is Union or type(hint).__name__ == "UnionType":
        for one in get_args(hint):
            yield from _alternatives(one)
    else:
        yield hint


def _is_personal(hint: object) -> bool:
    return any(
        isinstance(one, Meta) and bool(one.extra and one.extra.get("personal"))
        for one in getattr(hint, "__metadata__", ())
    )


def _is_struct(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)
