"""Makes a connector of a vendor's table and its three small functions.

All vendors are told the same way: every event is a scan whose identity is parcel, code, time and
place; the status that stands beside the events is a scan of its own (inferred) only where no
event says as much; an expected arrival is a promise. What carriers write beside their codes
names people now and then (who signed, which neighbour), so free text is not read where there is
a code. A document that does not name its parcel takes the number from the header
`tracking-number`, which whoever asked for the document can set.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.listing import ELEMENTS_MAX, join, read_body
from connectors.quarantine import path, shown
from connectors.tracking.node import Node, UnreadableError
from connectors.tracking.number import parcel_number
from connectors.tracking.story import Story, Vendor
from connectors.tracking.teller import Teller
from connectors.writer import Writer, writer_for
from domain.fact import Fact
from domain.vocabulary import Parcel

NUMBER_HEADER: Final = "tracking-number"
ASKED_FOR: Final = "tracking"
"""The topic of an answer: no vendor names one, for nobody sent an event."""

SCANS_MAX: Final = 500
"""Of one parcel; the longest journeys seen have some 40."""


def tracking_source(
    vendor: Vendor,
    notes: str | None,
    *,
    topics: tuple[str, ...] = (ASKED_FOR,),
    signature: str = "none: documents that are asked for",
    headers: tuple[str, ...] = (NUMBER_HEADER,),
) -> Source:
    """Make the connector; its notes are the docstring of the vendor's module."""
    return Source(
        name=vendor.name,
        kind="tracking",
        topics=topics,
        signature=signature,
        headers=headers,
        formats=vendor.formats,
        words=vendor.table.words,
        limits=(f"{SCANS_MAX} scans a parcel",),
        notes=(notes or "").strip(),
        normalise=partial(normalise, vendor),
    )


def normalise(vendor: Vendor, delivery: Delivery) -> Outcome:
    """Read one delivery of a vendor."""
    writer = writer_for(delivery, vendor.name)
    return read_body(delivery.body, partial(_document, vendor, writer))


def _document(vendor: Vendor, writer: Writer, value: object) -> Outcome:
    try:
        parts = list(islice(vendor.parcels(Node(value)), ELEMENTS_MAX + 1))
    except UnreadableError as error:
        return error.quarantined()
    if not parts:
        return Quarantined(reason=f"nothing that {vendor.name} sends", value=shown(value))
    if len(parts) > ELEMENTS_MAX:
        return Quarantined(reason=f"over {ELEMENTS_MAX} parcels")
    outcomes = [_part(vendor, writer, part) for part in parts]
    return outcomes[0] if len(outcomes) == 1 else join(outcomes)


def _part(vendor: Vendor, writer: Writer, part: "Node | Outcome") -> Outcome:
    if not isinstance(part, Node):
        return part
    try:
        story = vendor.story(part)
        if not isinstance(story, Story):
            return story
        number = _number(story.number or writer.delivery.headers.get(NUMBER_HEADER, ""), part)
        return _told(vendor, Teller.of(writer, vendor, story, number), story, part.at)
    except UnreadableError as error:
        return error.quarantined()


def _number(text: str, part: Node) -> str:
    at = path(part.at, NUMBER_HEADER)
    if not text.strip():
        raise UnreadableError("names no parcel, nor does the header", at, text)
    try:
        return parcel_number(text)
    except ValueError as error:
        raise UnreadableError(str(error), at, text) from error


@dataclass(slots=True)
class _Telling:
    """What came of the events so far: facts, what was bad, when they were and what they say."""

    facts: list[Fact] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    states: set[Parcel] = field(default_factory=set)
    latest: datetime | None = None


def _told(vendor: Vendor, teller: Teller, story: Story, at: str) -> Outcome:
    """Tell all events, then what the status and the promise add to them."""
    events = list(islice(story.events, SCANS_MAX + 1))
    if len(events) > SCANS_MAX:
        return Quarantined(reason=f"over {SCANS_MAX} scans", field=at)
    telling = _Telling()
    for event in events:
        try:
            _tell(vendor, teller, telling, event)
        except UnreadableError as error:
            telling.quarantined.append(error.quarantined())
    try:
        _tell_beside(teller, telling, story, at)
    except UnreadableError as error:
        telling.quarantined.append(error.quarantined())
    nothing = not (telling.facts or telling.quarantined)
    return Normalised(
        facts=tuple(telling.facts),
        quarantined=tuple(telling.quarantined),
        ignored="a parcel of which nothing is told yet" if nothing else "",
    )


def _tell(vendor: Vendor, teller: Teller, telling: _Telling, event: Node) -> None:
    line = vendor.line(event)
    if line is None:
        return
    if line.at is None:
        raise UnreadableError("has no time", event.at, line.code)
    state, said = teller.scan(line, line.at)
    telling.facts += said
    telling.states.add(state)
    telling.latest = max(telling.latest or line.at, line.at)


def _tell_beside(teller: Teller, telling: _Telling, story: Story, at: str) -> None:
    """Tell what stands beside the events; where the vendor tells no time, ours has to do."""
    told_at = telling.latest or story.told_at or teller.writer.delivery.received_at
    line = story.status
    if line is not None and teller.adds(line, telling.states):
        when = line.at or told_at
        if when is None:
            raise UnreadableError("a status without a time", at, line.code)
        telling.facts += teller.status(line, when)
    expected_at = story.expects() if story.expects else None
    if expected_at and told_at:
        telling.facts.append(teller.promise(expected_at, told_at))
    if story.order and telling.facts and told_at:
        telling.facts.append(teller.belongs(story.order, told_at))
