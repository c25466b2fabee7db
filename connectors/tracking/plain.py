"""Reads the shape that most carriers have: parcels, each with a number and a list of events.

Where a carrier needs no more than the names of its fields, they are all there is to write.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from connectors.tracking import clock
from connectors.tracking.node import Node
from connectors.tracking.story import Line, Refused, Story, Vendor, place, refused, standing
from connectors.tracking.table import Table

Ways = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The ways through one carrier's document; of several ways the first that leads anywhere.

    `parcels` is empty where the document is the parcel, or a list of them; `code` has the
    sharpest word first; `failed` are the ways of which any says that this is an error; at
    `carrier`, where it is given, the document must name the vendor.
    """

    number: Ways
    events: str
    code: Ways
    time: str
    places: Ways = ()
    parcels: str = ""
    status: Ways = ()
    causes: Ways = ()
    expects: Ways = ()
    failed: Ways = ()
    carrier: str = ""
    read: Callable[[str], datetime] = clock.iso


OWN: Final = Shape(
    carrier="carrier",
    number=("tracking_number",),
    events="events",
    code=("code",),
    time="time",
    places=("place",),
    status=("status",),
    expects=("expected_at",),
    failed=("error",),
)
"""A shape of our own, for carriers of which the words are known but no document."""


def plain(name: str, table: Table, shape: Shape) -> Vendor:
    """Make a vendor of its table and the shape of its documents."""
    return Vendor(
        name=name,
        table=table,
        parcels=partial(_parcels, shape, name),
        story=partial(_story, shape),
        line=partial(_line, shape),
    )


def _parcels(shape: Shape, name: str, document: Node) -> Iterable[Node | Refused]:
    if shape.carrier and (
        isinstance(document.value, list) or document.text(shape.carrier) != name
    ):
        return []
    if isinstance(document.value, list):
        return document.each()
    if shape.parcels and document.has(shape.parcels):
        return document.each(shape.parcels)
    if any(document.has(way) for way in shape.failed):
        return [refused(document, *shape.failed)]
    named = isinstance(document.value, dict) and shape.events in document.value
    return [document] if named and not shape.parcels else []


def _story(shape: Shape, parcel: Node) -> Story | Refused:
    if any(parcel.has(way) for way in shape.failed):
        return refused(parcel, *shape.failed)
    words = _words(parcel, shape.status)
    return Story(
        number=parcel.text(*shape.number) if shape.number else "",
        events=parcel.each(shape.events),
        status=standing(*words) if words else None,
        expects=partial(_expected, shape, parcel),
    )


def _line(shape: Shape, event: Node) -> Line:
    code, *words = _words(event, shape.code) or (event.need(*shape.code),)
    return Line(
        code=code,
        words=tuple(words),
        causes=tuple(_words(event, shape.causes)),
        at=event.time(shape.time, shape.read),
        written=event.text(shape.time),
        place=place(*(event.text(way) for way in shape.places)),
    )


def _expected(shape: Shape, parcel: Node) -> datetime | None:
    for way in shape.expects:
        if expected_at := parcel.time(way, shape.read):
            return expected_at
    return None


def _words(node: Node, ways: Ways) -> list[str]:
    return [text for way in ways if (text := node.text(way))]
