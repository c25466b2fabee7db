"""Compiles the fields of a body: what each is made of follows from its type in `domain/body.py`.

All is checked here, once, at load: that the field exists, that what is required is there, that
each word of a table is one of ours.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from connectors.mapping import convert
from connectors.mapping.errors import MappingError, NotUnderstood
from connectors.mapping.file import Money, Times, Value
from connectors.mapping.path import Scope, compile_path, items
from domain.vocabulary import Minor

MISSING: Final = object()
"""What a reader gives where the payload says nothing: the field keeps its default."""

Reader = Callable[[Scope], object]
Hint = Any  # a type as annotations write it


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How this source writes things."""

    times: Times
    money: Money
    tables: Mapping[str, Mapping[str, str]]
    currency: Reader


def compile_body(
    fields: Mapping[str, str | Value], body: type[msgspec.Struct], ways: Ways, where: str
) -> Callable[[Scope], dict[str, object]]:
    """Make the function from a payload to the fields of a body that it says something of."""
    hints = get_type_hints(body, include_extras=True)
    if unknown := sorted(set(fields) - set(hints)):
        raise MappingError(f"{where}: no field {unknown[0]!r}; there are {', '.join(hints)}")
    if own := fields.get("currency"):  # the amounts of this body are in its own currency
        reader = compile_value(own, str, ways, f"{where}.currency")
        ways = replace(ways, currency=reader)
    readers = {
        name: compile_value(entry, hints[name], ways, f"{where}.{name}")
        for name, entry in fields.items()
    }
    if "currency" in hints:
        readers.setdefault("currency", ways.currency)
    required = {field.name for field in msgspec.structs.fields(body) if field.required}
    if lacking := sorted(required - set(readers)):
        raise MappingError(f"{where}: the field {lacking[0]!r} is missing")

    def read(scope: Scope) -> dict[str, object]:
        found = {name: reader(scope) for name, reader in readers.items()}
        for name in required:
            if found[name] is MISSING:
                raise NotUnderstood("is missing", _path_of(fields.get(name)) or name, None)
        return {name: value for name, value in found.items() if value is not MISSING}

    return read


def compile_value(entry: str | Value, hint: Hint, ways: Ways, where: str) -> Reader:
    """Make the function that reads one field."""
    entry = Value(path=entry) if isinstance(entry, str) else entry
    bounds, hint = hint, _bare(hint)
    if sum((bool(entry.path), entry.value is not None, bool(entry.fields))) != 1:
        raise MappingError(f"{where}: takes a path, or a value, or fields")
    if entry.value is not None:
        constant = _checked(entry.value, bounds, where)
        return lambda _scope: constant
    if entry.fields:
        return _object(entry, hint, ways, where)
    default = MISSING if entry.default is None else _checked(entry.default, bounds, where)
    path = compile_path(entry.path, where)
    turn = _turn(entry, bounds, ways, where)

    def read(scope: Scope) -> object:
        raw = path.find(scope)
        found = MISSING if raw is None else turn(raw, scope)
        return default if found is MISSING else _bounded(found, bounds, entry.path, raw)

    return read


def _bounded(found: object, hint: Hint, path: str, raw: object) -> object:
    """Hold a value against its field's bounds, so that a complaint names where it came from."""
    try:
        return msgspec.convert(found, hint)
    except msgspec.ValidationError as error:
        raise NotUnderstood(str(error), path, raw) from error


def _object(entry: Value, hint: Hint, ways: Ways, where: str) -> Reader:
    """Read an object of its own, or with `each` a list of them."""
    several = _is_list(hint)
    inner = _bare(get_args(hint)[0]) if several else hint
    if not (isinstance(inner, type) and issubclass(inner, msgspec.Struct)):
        raise MappingError(f"{where}: is one value, not an object of fields")
    if several != bool(entry.each):
        raise MappingError(f"{where}: {'needs' if several else 'has no'} each")
    read = compile_body(entry.fields, inner, ways, where)
    if not several:
        fixed = {
            name
            for name, each in entry.fields.items()
            if isinstance(each, Value) and each.value is not None
        }

        def read_one(scope: Scope) -> object:
            found = read(scope)
            return MISSING if found.keys() <= fixed else found

        return read_one
    each = compile_path(entry.each, where)
    return lambda scope: tuple(
        read(Scope(item=item, element=scope.element, unknown=scope.unknown))
        for item in items(each.find(scope))
    )


def _turn(
    entry: Value, hint: Hint, ways: Ways, where: str
) -> Callable[[Any, Scope], object]:  # Any: what stands in a payload
    """Choose how a value is turned into the field's type."""
    path, bounds, hint = entry.path, hint, _bare(hint)
    if entry.table or _is_word(hint):
        return _word(entry, bounds, ways, where)
    if hint is Minor:
        return lambda raw, scope: convert.amount(raw, path, ways.money, _currency(ways, scope))
    if _is_list(hint):
        return lambda raw, _: tuple(convert.text(one, path) for one in items(raw))
    times = Times(format=entry.format or ways.times.format, zone=entry.zone or ways.times.zone)
    makers: dict[object, Callable[[], convert.Convert]] = {
        str: lambda: convert.text,
        int: lambda: convert.whole,
        bool: lambda: convert.flag,
        datetime: lambda: convert.time_reader(times, where),
        date: lambda: convert.day_reader(times, where),
    }
    if hint not in makers:
        raise MappingError(f"{where}: is an object; it takes fields, not a path")
    turn = makers[hint]()
    return lambda raw, _: turn(raw, path)


def _word(
    entry: Value, hint: Hint, ways: Ways, where: str
) -> Callable[[Any, Scope], object]:  # Any: what stands in a payload
    """Look a word up; one that nobody listed is unknown and is remembered to be reported."""
    if entry.table and entry.table not in ways.tables:
        raise MappingError(f"{where}: no table {entry.table!r}")
    bounds, hint = hint, _bare(hint)
    table: dict[str, object] = (
        {
            word.strip(): _checked(meaning, bounds, f"tables.{entry.table}.{word}")
            for word, meaning in ways.tables[entry.table].items()
        }
        if entry.table
        else {word.value: word for word in hint}
    )
    otherwise = hint("unknown") if _is_word(hint) and "unknown" in list(hint) else MISSING

    def look_up(raw: Any, scope: Scope) -> object:  # Any: as above
        word = convert.text(raw, entry.path)
        if word not in table:
            scope.unknown.append((entry.path, word))
        return table.get(word, otherwise)

    return look_up


def _currency(ways: Ways, scope: Scope) -> str:
    found = ways.currency(scope)
    return found if isinstance(found, str) else ""


def _checked(value: object, hint: Hint, where: str) -> object:
    """Hold a word of the mapping against the type of its field."""
    try:
        return msgspec.convert(value, hint)
    except msgspec.ValidationError as error:
        raise MappingError(f"{where}: {value!r} does not fit: {error}") from error


def _bare(hint: Hint) -> Hint:
    """Take off what only restricts a type: bounds, and that it may be absent."""
    origin: object = get_origin(hint)
    if origin in {Union, UnionType}:
        return _bare(next(each for each in get_args(hint) if each is not NoneType))
    return _bare(get_args(hint)[0]) if origin is Annotated else hint


def _is_word(hint: Hint) -> bool:
    return isinstance(hint, type) and issubclass(hint, StrEnum)


def _is_list(hint: Hint) -> bool:
    origin: object = get_origin(hint)
    return origin is tuple


def _path_of(entry: str | Value | None) -> str:
    return entry if isinstance(entry, str) else entry.path if entry else ""
