"""The parts of an order as rows: order key, position, tenant, own columns, the part as it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec
from msgspec import Raw, Struct

from readmodel.column import indexed, instant_text
from readmodel.seen import (
    ArticleSeen,
    DocumentSeen,
    HoldSeen,
    InvoiceSeen,
    LineSeen,
    NoteSeen,
    OperationSeen,
    ParcelSeen,
    ReturnSeen,
    ShipmentSeen,
    read_names,
    read_raws,
    read_words,
)

Row = tuple[object, ...]
Kind = TypeVar("Kind", bound=Struct)

_NUL: Final = "\x00"
_REPLACEMENT: Final = "\ufffd"
_NO_ARTICLE: Final = ArticleSeen()
_NOTE_PREFIX: Final = "note:"


def without_nul(row: Row) -> Row:
    """Replace what PostgreSQL's text cannot hold."""
    return tuple(
        value.replace(_NUL, _REPLACEMENT) if isinstance(value, str) else value for value in row
    )


def _reader(
    kind: type[Kind], own: Callable[[Kind], Row]
) -> Callable[[str, str, Raw], Iterator[Row]]:
    """Make the reader of a section that is a list of one kind of part."""
    decode = msgspec.json.Decoder(kind).decode

    def read(order_key: str, tenant: str, section: Raw) -> Iterator[Row]:
        for position, raw in enumerate(read_raws(section)):
            yield (order_key, position, tenant, *own(decode(raw)), bytes(raw).decode())

    return read


_line: Final = msgspec.json.Decoder(LineSeen).decode


def lines(order_key: str, tenant: str, section: Raw, document: DocumentSeen) -> Iterator[Row]:
    """Join the pieces of each line with what the source's document says of it."""
    articles = {article.line_id: article for article in document.lines}
    for position, raw in enumerate(read_raws(section)):
        line = _line(raw)
        article = articles.get(line.line_id, _NO_ARTICLE)
        yield (
            *(order_key, position, tenant),
            *(indexed(line.line_id), indexed(line.sku), article.title),
            *(line.warehouse or article.warehouse, line.shipping_method, line.style, line.colour),
            *(article.unit_price, line.ordered, line.cancelled, line.reserved, line.committed),
            *(line.picked, line.packed, line.handed_over, line.delivered, line.collected),
            *(line.came_back, line.returned, line.invoiced),
            bytes(raw).decode(),
        )


shipments: Final = _reader(
    ShipmentSeen,
    lambda seen: (
        *(indexed(seen.shipment_id), seen.state, seen.stage, indexed(seen.carrier)),
        *(seen.service, instant_text(seen.handed_over_at), instant_text(seen.expected_at)),
    ),
)
parcels: Final = _reader(
    ParcelSeen,
    lambda seen: (
        *(indexed(seen.number), seen.state, indexed(seen.carrier), indexed(seen.shipment_id)),
        *(instant_text(seen.at), seen.scans),
    ),
)
transactions: Final = _reader(
    OperationSeen,
    lambda seen: (
        *(seen.kind, indexed(seen.provider), indexed(seen.reference), instant_text(seen.at)),
        *(seen.amount, seen.currency, seen.evidence),
    ),
)
holds: Final = _reader(
    HoldSeen,
    lambda seen: (indexed(seen.hold_id), seen.reason, instant_text(seen.since), seen.note),
)
returns: Final = _reader(
    ReturnSeen,
    lambda seen: (indexed(seen.return_id), seen.state, seen.resolution, seen.reason),
)
invoices: Final = _reader(
    InvoiceSeen,
    lambda seen: (
        *(indexed(seen.invoice_id), indexed(seen.number), seen.mode),
        *(instant_text(seen.at), seen.void),
    ),
)
_note: Final = msgspec.json.Decoder(NoteSeen).decode


def notes(order_key: str, tenant: str, changes: Mapping[str, Raw]) -> Iterator[Row]:
    """Give the remarks that stand; they are among what was stated by itself."""
    said = [value for name, value in sorted(changes.items()) if name.startswith(_NOTE_PREFIX)]
    for position, raw in enumerate(said):
        note = _note(raw)
        if note.text:
            detail = bytes(raw).decode()
            yield (order_key, position, tenant, indexed(note.note_id), note.text, detail)


def standing(order_key: str, tenant: str, section: Raw) -> Iterator[Row]:
    """Give the anomalies that stand: `kind` or `kind:about`."""
    for position, name in enumerate(read_names(section)):
        kind, _, about = name.partition(":")
        yield (order_key, position, tenant, indexed(kind), indexed(about), name)


def words(section: Raw) -> list[tuple[str, str, str]]:
    """Give each profile's words; those of shipments once, however many shipments have them."""
    found: dict[tuple[str, str, str], None] = {}
    for profile, axes in read_words(section).items():
        for axis, word in axes.items():
            for one in word.values() if isinstance(word, dict) else (word,):
                found[profile, axis, indexed(one).replace(_NUL, _REPLACEMENT)] = None
    return list(found)
