"""Puts a story into facts: its scans, what its status adds to them, and its promise."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, Self

from msgspec import Struct
from msgspec.structs import replace

from connectors.tracking.clock import stamp
from connectors.tracking.story import Line, Story, Vendor
from connectors.tracking.table import Table
from connectors.writer import Writer
from domain.body import EtaChanged, Scan
from domain.fact import Fact, ShipmentEtaChanged, ShipmentScan
from domain.instant import micros
from domain.vocabulary import PARCEL_RANK, Parcel

_CODE_CHARACTERS_MAX: Final = 100
_PLACE_CHARACTERS_MAX: Final = 150
_ARRIVED: Final = frozenset({Parcel.DELIVERED, Parcel.COLLECTED})
_MOVED: Final = PARCEL_RANK[Parcel.HANDED_OVER]


class Teller(Struct, frozen=True, kw_only=True, gc=False):
    """Knows the parcel and the vendor's words, and writes what is told."""

    writer: Writer
    table: Table
    number: str
    carrier: str
    back: bool

    @classmethod
    def of(cls, writer: Writer, vendor: Vendor, story: Story, number: str) -> Self:
        """Begin to tell a story."""
        writer = replace(
            writer.about_reference(f"parcel:{number}"),
            delivery_id=story.delivery_id or writer.delivery_id,
            test=story.test,
        )
        return cls(
            writer=writer,
            table=vendor.table,
            number=number,
            carrier=story.carrier or vendor.carrier or vendor.name,
            back=story.back,
        )

    def scan(self, line: Line, at: datetime) -> tuple[Parcel, list[Fact]]:
        """Tell one line; the same line of another delivery is the same fact."""
        body = self._body(line)
        name = f"{self.number}:{body.code}:{stamp(at)}:{body.place}"
        scan = self.writer.fact(ShipmentScan, name, at, body=body)
        return body.state, [scan, *self._unknown(line, at)]

    def status(self, line: Line, at: datetime) -> list[Fact]:
        """Tell where the vendor says the parcel is, as a scan that nobody made: once a state."""
        body = self._body(line)
        name = f"{self.number}:status:{body.state}"
        scan = self.writer.fact(ShipmentScan, name, at, body=body, inferred=True)
        return [scan, *self._unknown(line, at)]

    def adds(self, line: Line, states: Collection[Parcel]) -> bool:
        """Whether the state of the whole says more than events that came to these states."""
        state = self.state_of(line)
        if state is Parcel.UNKNOWN:
            return not states and not self._knows(line)
        return state not in states and not (states and state is Parcel.CREATED)

    def promise(self, expected_at: datetime, at: datetime) -> Fact:
        """Tell when the parcel is expected; who speaks later knows better."""
        body = EtaChanged(expected_at=expected_at, number=self.number)
        name = f"{self.number}:eta:{stamp(expected_at)}"
        return self.writer.fact(ShipmentEtaChanged, name, at, body=body, revision=micros(at))

    def belongs(self, order: str, at: datetime) -> Fact:
        """Tell which order the parcel is for, by the name that the shop gave it."""
        return self.writer.alias(self.writer.reference, f"order:{order}", at)

    def state_of(self, line: Line) -> Parcel:
        """Look up what a line means; unknown where no table says it."""
        state = self.table.state(line.all_words) or Parcel.UNKNOWN
        if state in _ARRIVED and (line.back or self.back):
            return Parcel.RETURNED_TO_SENDER
        return Parcel.RETURNING if line.back and PARCEL_RANK[state] >= _MOVED else state

    def _body(self, line: Line) -> Scan:
        return Scan(
            state=self.state_of(line),
            number=self.number,
            carrier=self.carrier,
            code=line.code[:_CODE_CHARACTERS_MAX],
            place=line.place[:_PLACE_CHARACTERS_MAX],
            reason=self.table.reason((*line.causes, *line.all_words)),
            local_time=line.written,
        )

    def _unknown(self, line: Line, at: datetime) -> list[Fact]:
        """Report a word that stands in no table, once a parcel (X.21)."""
        if self._knows(line):
            return []
        word = "/".join(dict.fromkeys((line.code, *line.words, *line.stronger)))[
            : 2 * _CODE_CHARACTERS_MAX
        ]
        name = f"{self.number}:unknown:{word}"
        return [self.writer.unknown(name, at, field="scan.code", value=word)]

    def _knows(self, line: Line) -> bool:
        return self.table.knows(line.code, line.all_words)
