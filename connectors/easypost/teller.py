"""Puts what a tracker says into facts: scans, what its status adds to them, its promise."""

from datetime import datetime
from typing import Final, Self

from msgspec import Struct
from msgspec.structs import replace

from connectors.easypost.payload import Detail, Event, Location, Tracker
from connectors.easypost.table import DETAILS, REASON, SHARPER, STATUS
from connectors.tracking.clock import stamp
from connectors.tracking.story import place
from connectors.writer import Writer
from domain.body import EtaChanged, Scan
from domain.fact import Fact, ShipmentEtaChanged, ShipmentScan
from domain.instant import micros
from domain.vocabulary import Parcel

NAME: Final = "easypost"


class Teller(Struct, frozen=True, kw_only=True, gc=False):
    """Knows the tracker and writes what it says about its parcel."""

    writer: Writer
    tracker: Tracker

    @classmethod
    def of(cls, writer: Writer, tracker: Tracker, event: Event | None = None) -> Self:
        """Begin to tell a tracker, alone or as the event around it brought it."""
        mode = (event.mode if event else "") or tracker.mode
        writer = replace(
            writer.about_reference(f"parcel:{tracker.tracking_code}"),
            delivery_id=event.id if event else "",
            test=mode == "test",
        )
        return cls(writer=writer, tracker=tracker)

    def scan(self, detail: Detail, written: str) -> list[Fact]:
        """Tell one line of the story; `written` is its time as it came."""
        code = _code(detail.status, detail.status_detail)
        place = _place(detail.tracking_location)
        body = self._scan(detail.status, detail.status_detail, place=place, local_time=written)
        name = self._name(f"{code}:{stamp(detail.at)}:{place}")
        scan = self.writer.fact(ShipmentScan, name, detail.at, body=body)
        return [scan, *self._unknown_words(detail.status, detail.status_detail)]

    def status(self) -> list[Fact]:
        """Tell the tracker's own status as a scan that nobody made: once per state."""
        tracker = self.tracker
        body = self._scan(tracker.status, tracker.status_detail)
        name = self._name(f"status:{body.state}")
        scan = self.writer.fact(ShipmentScan, name, tracker.updated_at, body=body, inferred=True)
        return [scan, *self._unknown_words(tracker.status, tracker.status_detail)]

    def promise(self, expected_at: datetime) -> Fact:
        """Tell when the parcel is expected; a newer tracker knows better."""
        at = self.tracker.updated_at
        body = EtaChanged(expected_at=expected_at, number=self.tracker.tracking_code)
        name = self._name(f"eta:{stamp(expected_at)}")
        return self.writer.fact(ShipmentEtaChanged, name, at, body=body, revision=micros(at))

    def _scan(self, status: str, detail: str, *, place: str = "", local_time: str = "") -> Scan:
        return Scan(
            state=state_of(status, detail),
            number=self.tracker.tracking_code,
            carrier=self.tracker.carrier,
            code=_code(status, detail),
            place=place,
            reason=REASON.get(detail, ""),
            local_time=local_time,
        )

    def _unknown_words(self, status: str, detail: str) -> list[Fact]:
        """Report the words that stand in no table, each once per parcel (X.21)."""
        words = []
        if status not in STATUS:
            words.append(("status", status))
        if detail not in DETAILS or (status == "failure" and (status, detail) not in SHARPER):
            words.append(("status_detail", _code(status, detail)))
        at = self.tracker.updated_at
        return [
            self.writer.unknown(
                self._name(f"unknown:{field}:{word}"), at, field=f"tracker.{field}", value=word
            )
            for field, word in words
        ]

    def _name(self, name: str) -> str:
        return f"{self.tracker.tracking_code}:{name}"


def state_of(status: str, detail: str) -> Parcel:
    """Look up what a status and its detail mean; unknown where no table says it."""
    return SHARPER.get((status, detail)) or STATUS.get(status, Parcel.UNKNOWN)


def _code(status: str, detail: str) -> str:
    return f"{status}/{detail}"


def _place(location: Location) -> str:
    return place(location.city, location.state, location.country)
