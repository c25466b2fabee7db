"""Parts of payloads as structs: read in one pass, several times cheaper than by models.

A part declares the fields that we read, each in one of the types below; all others are left where
they are. Types are what the code that tells facts sees (`Text` is a `str`); what a payload may
hold in their place, an id as a number or null for no text, is each type's own to read. Strict
where a guess would hurt, as the models of `payload.py`, whose readers these types share.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self, TypeVar, get_args

from msgspec import Meta, Struct, ValidationError, convert
from msgspec.structs import force_setattr

from connectors import payload
from connectors.misread import Misread

_Read = Callable[[Any], object]  # Any: what the field's own type lets through
_Item = TypeVar("_Item")

_PATH: Final = re.compile(r"(?: - at `\$([^`]*)`)?$")
_YES: Final = frozenset({1, "1", "on", "t", "true", "y", "yes"})
_NO: Final = frozenset({0, "0", "off", "f", "false", "n", "no"})
_MISSING: Final = re.compile(r"Object missing required field `([^`]*)`")


class Part(Struct, frozen=True, kw_only=True, gc=False):
    """What we read of an object; everything else is left where it is."""

    _texts: ClassVar[tuple[tuple[str, _Read], ...]] = ()
    _others: ClassVar[tuple[tuple[str, _Read, bool], ...]] = ()

    def __init_subclass__(cls) -> None:
        """Note which fields hold what their type has to read."""
        for name, kind in cls.__annotations__.items():
            for read, null in _how_to_read(kind):
                if read in _TEXTS:
                    cls._texts += ((name, read),)
                else:
                    cls._others += ((name, read, null),)

    def __post_init__(self) -> None:
        """Let each field's type read what the payload holds; raises `Misread`."""
        for name, read in self._texts:
            raw = getattr(self, name)
            if type(raw) is not str or len(raw) > payload.TEXT_CHARACTERS_MAX:
                self._read(name, read, raw)
        for name, read, null in self._others:
            raw = getattr(self, name)
            if (raw is None) is null:
                self._read(name, read, raw)

    def _read(self, name: str, read: _Read, raw: object) -> None:
        try:
            value = read(raw)
        except ValueError as error:
            raise Misread(str(error), _written(self, name), raw) from error
        force_setattr(self, name, value)

    @classmethod
    def read(cls, value: object) -> Self:
        """Read an object; raises `Misread` with the path of what cannot be."""
        try:
            return convert(value, cls)
        except ValidationError as error:
            raise _misread(error, value) from error


def _read_flag(value: object) -> bool | None:
    """Read a yes or no, however it is written."""
    if value is None or isinstance(value, bool):
        return value
    word = value.lower() if isinstance(value, str) else value
    if isinstance(word, str | int | float):
        if word in _YES:
            return True
        if word in _NO:
            return False
    raise ValueError("is neither yes nor no")


def _how_to_read(kind: object) -> tuple[tuple[_Read, bool], ...]:
    """Find what reads a field of this type, and whether it reads null or all else."""
    within = get_args(kind)
    for each in within:
        if isinstance(each, Meta) and each.extra:
            return each.extra["reads"]  # type: ignore[no-any-return]  # put there below
    return next(filter(None, map(_how_to_read, within)), ())


def _written(part: Part, name: str) -> str:
    """Say what a payload calls a field."""
    return dict(zip(part.__struct_fields__, part.__struct_encode_fields__, strict=True))[name]


def _misread(error: ValidationError, value: object) -> Misread:
    """Name the field that msgspec or a reader complains of, and what stands there."""
    text = str(error)
    found = _PATH.search(text)
    path = found[1] if found and found[1] else ""
    parts = [part for part in re.split(r"[.\[\]]+", path) if part]
    holder = _at(value, parts)
    if isinstance(error.__cause__, Misread):
        cause = error.__cause__
        return Misread(cause.reason, ".".join((*parts, cause.field)), cause.value)
    if missing := _MISSING.match(text):
        return Misread("Field required", ".".join((*parts, missing[1])), holder)
    return Misread(text[: found.start()] if found else text, ".".join(parts), holder)


def _at(value: object, parts: Sequence[str]) -> object:
    """Find what stands at a path."""
    for part in parts:
        value = value[int(part)] if isinstance(value, list) else value[part]  # type: ignore[index]
    return value


def reads(read: _Read, *, null: bool = False) -> Meta:
    """Annotate a type by what makes a field's value of what the payload holds, null or not."""
    return Meta(extra={"reads": ((read, False), (read, True)) if null else ((read, False),)})


def null_is(value: object) -> Meta:
    """Annotate a type by what null stands for in its place."""
    return Meta(extra={"reads": ((lambda _: value, True),)})


def _each(item: object) -> tuple[tuple[_Read, bool], ...]:
    """Read each element of a list in its own type, where that has something to read."""
    return tuple(
        (lambda raw, read=read: tuple(map(read, raw)), False) for read, _ in _how_to_read(item)
    )


_TEXTS: Final = (payload.read_text, payload.read_note)

if TYPE_CHECKING:
    Flag = bool | None
    Identifier = str
    Text = str
    Note = str
    Time = datetime
    UtcTime = datetime
    Rows = tuple[_Item, ...]
else:
    Flag = Annotated[object, reads(_read_flag)]
    Identifier = Annotated[int | str, reads(payload.read_identifier)]
    Text = Annotated[str | int | None, reads(payload.read_text)]
    Note = Annotated[str | int | None, reads(payload.read_note)]
    Time = Annotated[str, reads(payload.read_time)]
    UtcTime = Annotated[str, reads(payload.read_utc)]

    class Rows:
        """A tuple of items; null is none of them."""

        def __class_getitem__(cls, item: object) -> object:
            several = Annotated[tuple[item, ...], Meta(max_length=payload.ROWS_MAX)]
            reads = ((lambda _: (), True), *_each(item))
            return Annotated[several | None, Meta(extra={"reads": reads})]


Pieces = Annotated[int, Meta(ge=0, le=payload.PIECES_MAX)]
