"""Compiles the rows of a mapping: which fact each says, when, and under which name."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

import msgspec
from msgspec.structs import replace

from connectors.mapping import convert
from connectors.mapping.errors import MappingError, NotUnderstood
from connectors.mapping.field import MISSING, Reader, Ways, compile_body, compile_value
from connectors.mapping.file import About, File, Row, Value
from connectors.mapping.path import Path, Scope, compile_path, items
from connectors.writer import Writer
from domain.document import Document
from domain.envelope import kind_of
from domain.fact import Fact, ReferenceWasLinked, UnknownWasReported
from domain.identity import parcel_key
from domain.instant import micros

ITEMS_MAX: Final = 1_000
"""Of one row's `each`; as many as an order has lines."""

_NAME_CHARACTERS_MAX: Final = 400
"""An event's id has 512, and its source's name stands before this."""

_ORDER_ID: Final = re.compile(r"\S{1,128}")
"""As `domain.vocabulary.OrderKey` has it."""

_OWN_KINDS: Final = frozenset({ReferenceWasLinked, UnknownWasReported})
"""Kinds that a mapping says otherwise: `links`, and words in no table."""


def _kinds(union: object) -> Iterator[type[Fact]]:
    for each in get_args(union):
        yield from _kinds(each) if get_args(each) else (each,)


KINDS: Final[Mapping[str, type[Fact]]] = {
    kind_of(kind): kind for kind in _kinds(Fact) if kind not in _OWN_KINDS
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """A row, ready to tell its facts of an element."""

    where: str
    kind: type[Fact]
    when: Path | None
    topics: frozenset[str]
    each: Path | None
    about: Callable[[Writer, Scope], Writer]
    name: tuple[Path, ...]
    at: Callable[[Writer, Scope], datetime]
    revision: Callable[[Scope], int]
    inferred: bool
    body: Callable[[Scope], dict[str, object]]
    body_type: type[msgspec.Struct]

    def tell(self, writer: Writer, element: object) -> Iterator[Fact]:
        """Say what the row says of an element; raises NotUnderstood."""
        found = [element] if self.each is None else items(self.each.find(_around(element)))
        if len(found) > ITEMS_MAX and self.each:
            raise NotUnderstood(f"over {ITEMS_MAX} items", self.each.text, len(found))
        for item in found:
            scope = Scope(item=item, element=element)
            if self.when is None or self.when.holds(scope):
                yield from self._fact(writer, scope)

    def _fact(self, writer: Writer, scope: Scope) -> Iterator[Fact]:
        told = self.about(writer, scope)
        at = self.at(writer, scope)
        name = ":".join((kind_of(self.kind), *(_named(path, scope) for path in self.name)))
        if len(name) > _NAME_CHARACTERS_MAX:
            raise NotUnderstood("make too long a name", self.name[0].text, name)
        try:
            body = msgspec.convert(self.body(scope), self.body_type)
        except msgspec.ValidationError as error:
            raise NotUnderstood(str(error), self.where, None) from error
        yield told.fact(
            self.kind,
            name,
            at,
            body=body,
            revision=self.revision(scope),
            inferred=self.inferred,
        )
        for path, word in scope.unknown:
            yield told.unknown(f"{name}:unknown:{path}:{word}", at, field=path[:256], value=word)


@dataclass(frozen=True, slots=True, kw_only=True)
class Linker:
    """A row of `links`: other names under which the element's order is known."""

    about: Callable[[Writer, Scope], Writer]
    references: Callable[[Scope], list[str]]
    at: Callable[[Writer, Scope], datetime]
    topics: frozenset[str] = frozenset()

    def tell(self, writer: Writer, element: object) -> Iterator[Fact]:
        """Say what belongs to the element's order; raises NotUnderstood."""
        scope = _around(element)
        told = self.about(writer, scope)
        for reference in self.references(scope):
            yield told.link(reference, self.at(writer, scope))


def compile_link(link: About, file: File, ways: Ways, where: str) -> Linker:
    """Read a row of `links`; raises MappingError."""
    if not file.about.order:
        raise MappingError(f"{where}: links belong to an order, so about needs order")
    return Linker(
        about=compile_about(file.about, "about"),
        references=compile_references(link, where),
        at=compile_time("", file.at, ways, "at"),
    )


def compile_row(row: Row, file: File, ways: Ways, where: str) -> Teller:
    """Read a row; raises MappingError that names what is wrong with it."""
    kind = KINDS.get(row.kind)
    if kind is None:
        raise MappingError(f"{where}: no kind {row.kind!r}; there are {', '.join(KINDS)}")
    where = f"{where} ({row.kind})"
    if stray := sorted(set(row.topics) - set(file.topics)):
        raise MappingError(f"{where}: the topic {stray[0]!r} is not among the mapping's topics")
    if not row.id:
        raise MappingError(f"{where}: id is empty")
    body_type = msgspec.structs.fields(kind)[-1].type
    if body_type is Document and not (row.revised_at or row.version):
        raise MappingError(
            f"{where}: a document needs revised_at or version, or an older one could win"
        )
    return Teller(
        where=where,
        kind=kind,
        when=compile_path(row.when, f"{where} when") if row.when else None,
        topics=frozenset(row.topics),
        each=compile_path(row.each, f"{where} each") if row.each else None,
        about=compile_about(row.about or file.about, f"{where} about", own=row.about is not None),
        name=tuple(compile_path(each, f"{where} id") for each in row.id),
        at=compile_time(row.at, file.at, ways, f"{where} at"),
        revision=_revision(row, ways, where),
        inferred=row.inferred,
        body=compile_body(row.body, body_type, ways, f"{where} body"),
        body_type=body_type,
    )


def compile_about(
    about: About, where: str, *, own: bool = True
) -> Callable[[Writer, Scope], Writer]:
    """Make the function that turns the writer to the order or the reference."""
    if about.order:
        order = compile_path(about.order, where)

        def of_order(writer: Writer, scope: Scope) -> Writer:
            order_id = _named(order, scope if own else _around(scope.element))
            if not _ORDER_ID.fullmatch(order_id):
                raise NotUnderstood("is no id of an order", order.text, order_id)
            return writer.about(order_id, test=writer.test)

        return of_order
    references = compile_references(about, where)

    def of_reference(writer: Writer, scope: Scope) -> Writer:
        found = references(scope if own else _around(scope.element))
        if len(found) != 1:
            raise NotUnderstood("names no one thing that the fact is about", where, len(found))
        return writer.about_reference(found[0])

    return of_reference


def compile_references(about: About, where: str) -> Callable[[Scope], list[str]]:
    """Make the function from a payload to the references that stand in it."""
    named = [name for name in ("number", "parcel", "payment") if getattr(about, name)]
    if len(named) != 1 or about.order:
        raise MappingError(f"{where}: takes one of order, number, parcel, payment")
    [kind] = named
    if (kind == "payment") != bool(about.provider):
        raise MappingError(f"{where}: provider belongs to payment, and payment needs it")
    path = compile_path(getattr(about, kind), where)
    provider = compile_path(about.provider, where) if about.provider else None

    def find(scope: Scope) -> list[str]:
        names = [convert.name(each, path.text) for each in items(path.find(scope))]
        match kind:
            case "parcel":
                return [f"parcel:{parcel_key(each, '')}" for each in names]
            case "payment" if provider:
                owner = _named(provider, scope)
                return [f"payment:{owner}:{each}" for each in names]
            case _:
                return [f"order:{each}" for each in names]

    return find


def compile_time(
    entry: str | Value, otherwise: str | Value, ways: Ways, where: str
) -> Callable[[Writer, Scope], datetime]:
    """Make the function that says when; where no path does, it was when we heard of it."""
    chosen, around = (entry, False) if entry else (otherwise, True)
    reader: Reader = (
        compile_value(chosen, datetime, ways, where) if chosen else lambda _scope: MISSING
    )

    def at(writer: Writer, scope: Scope) -> datetime:
        found = reader(_around(scope.element) if around else scope)
        if isinstance(found, datetime):
            return found
        if chosen or writer.delivery.received_at is None:
            text = chosen if isinstance(chosen, str) else chosen.path
            raise NotUnderstood("is missing", text or "received_at", None)
        return writer.delivery.received_at

    return at


def _revision(row: Row, ways: Ways, where: str) -> Callable[[Scope], int]:
    if row.revised_at and row.version:
        raise MappingError(f"{where}: takes revised_at or version, not both")
    if row.revised_at:
        read_time = compile_value(row.revised_at, datetime, ways, f"{where} revised_at")

        def by_time(scope: Scope) -> int:
            at = read_time(scope)
            if not isinstance(at, datetime):
                raise NotUnderstood("is missing", str(row.revised_at), None)
            return micros(at)

        return by_time
    if row.version:
        path = compile_path(row.version, f"{where} version")
        return lambda scope: convert.whole(path.find(scope), path.text)
    return lambda _scope: 0


def _named(path: Path, scope: Scope) -> str:
    found = path.find(scope)
    if found is None:
        raise NotUnderstood("is missing", path.text, None)
    return convert.name(found, path.text)


def _around(element: object) -> Scope:
    return Scope(item=element, element=element)


def with_test(writer: Writer, test: Path | None, element: object) -> Writer:
    """Mark what is told as a test where the payload says so (X.18)."""
    return replace(writer, test=test is not None and test.holds(_around(element)))
