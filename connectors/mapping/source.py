"""Makes a connector out of a mapping: TOML in, a `Source` like any other out."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.listing import ELEMENTS_MAX, distinct, join, read_body
from connectors.mapping.convert import time_reader
from connectors.mapping.errors import MappingError, NotUnderstood
from connectors.mapping.field import MISSING, Reader, Ways, compile_value
from connectors.mapping.file import File, Money, Value
from connectors.mapping.path import Path, Scope, compile_path, items
from connectors.mapping.row import Linker, Teller, compile_link, compile_row, with_test
from connectors.quarantine import shown
from connectors.writer import Writer, writer_for
from domain.fact import Fact

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}", re.ASCII)


def read_mapping(text: str, file_name: str) -> Source:
    """Read and check a mapping; raises MappingError that begins with the file's name."""
    try:
        file = msgspec.toml.decode(text, type=File)
    except (msgspec.MsgspecError, ValueError) as error:
        raise MappingError(f"{file_name}: {error}") from error
    try:
        mapping = _compile(file)
    except MappingError as error:
        raise MappingError(f"{file_name}: {error}") from error
    return Source(
        name=file.name,
        kind=file.kind,
        topics=file.topics,
        signature=file.signature,
        formats=file.formats,
        normalise=mapping.normalise,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mapping:
    """A mapping that was found to work."""

    file: File
    elements: Path
    recognise: Path | None
    test: Path | None
    rows: tuple[Teller, ...]
    links: tuple[Linker, ...]

    def normalise(self, delivery: Delivery) -> Outcome:
        """Read one delivery of the source."""
        if self.file.topics and delivery.topic and delivery.topic not in self.file.topics:
            return Quarantined(reason="unknown topic", field="topic", value=delivery.topic)
        writer = writer_for(delivery, self.file.name)
        return read_body(delivery.body, partial(self._elements, writer))

    def _elements(self, writer: Writer, value: object) -> Outcome:
        try:
            found = self.elements.find(Scope(item=value, element=value))
        except NotUnderstood as error:
            return error.quarantined("")
        elements = items(found)
        if len(elements) > ELEMENTS_MAX:
            reason = f"list over {ELEMENTS_MAX} elements"
            return Quarantined(reason=reason, field=self.elements.text, value=str(len(elements)))
        if not isinstance(found, list):
            return self._element(writer, "", found)
        return join(
            self._element(writer, f"{self.elements.text}.{at}", each)
            for at, each in enumerate(elements)
        )

    def _element(self, writer: Writer, at: str, element: object) -> Outcome:
        """Read one element; what a row cannot read costs the other rows nothing."""
        if not isinstance(element, dict):
            return Quarantined(reason="is no object", field=at or "body", value=shown(element))
        try:
            self._recognise(element)
            writer = with_test(writer, self.test, element)
        except NotUnderstood as error:
            return error.quarantined(at)
        facts: list[Fact] = []
        quarantined: dict[Quarantined, None] = {}
        topic = writer.delivery.topic
        rows: tuple[Teller | Linker, ...] = (*self.rows, *self.links)
        for row in rows:
            if row.topics and topic not in row.topics:
                continue
            try:
                facts += row.tell(writer, element)
            except NotUnderstood as error:
                quarantined[error.quarantined(at)] = None
        nothing = "" if facts or quarantined else "no row of the mapping speaks of it"
        return Normalised(facts=distinct(facts), quarantined=tuple(quarantined), ignored=nothing)

    def _recognise(self, element: object) -> None:
        sign = self.recognise
        if sign and not sign.holds(Scope(item=element, element=element)):
            raise NotUnderstood(f"is not of {self.file.name}", sign.text, element)


def _compile(file: File) -> _Mapping:
    if not _NAME.fullmatch(file.name):
        raise MappingError(f"name: {file.name!r} is not small letters, digits, - and _")
    if not (file.facts and file.formats):
        raise MappingError("a mapping needs facts and formats")
    if file.money.unit not in {"decimal", "minor", *range(_DECIMALS_MAX + 1)}:
        raise MappingError(f"money.unit: {file.money.unit} is no number of decimals")
    time_reader(file.times, "times")
    used = {word for row in file.facts for word in _tables_of(row.body.values())}
    if unused := sorted(set(file.tables) - used):
        raise MappingError(f"tables.{unused[0]}: no row uses it")
    ways = Ways(
        times=file.times,
        money=file.money,
        tables=file.tables,
        currency=_currency_reader(file),
    )
    return _Mapping(
        file=file,
        elements=compile_path(file.elements, "elements"),
        recognise=compile_path(file.recognise, "recognise") if file.recognise else None,
        test=compile_path(file.test, "test") if file.test else None,
        rows=tuple(
            compile_row(row, file, ways, f"facts row {number}")
            for number, row in enumerate(file.facts, 1)
        ),
        links=tuple(
            compile_link(link, file, ways, f"links row {number}")
            for number, link in enumerate(file.links, 1)
        ),
    )


def _currency_reader(file: File) -> Reader:
    """Read the currency where a row's item stands: it is the whole element's."""
    if not file.money.currency:
        return lambda _scope: MISSING
    nothing = Ways(times=file.times, money=Money(), tables={}, currency=lambda _: MISSING)
    read = compile_value(file.money.currency, str, nothing, "money.currency")
    return lambda scope: read(Scope(item=scope.element, element=scope.element))


def _tables_of(entries: Iterable[str | Value]) -> Iterator[str]:
    for entry in entries:
        if isinstance(entry, Value):
            yield from filter(None, (entry.table,))
            yield from _tables_of(entry.fields.values())


_DECIMALS_MAX: Final = 6
