"""Puts what a tracker says into facts: scans, what its status adds to them, its promise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from connectors.delivery import EPOCH, Delivery
from connectors.easypost.payload import Detail, Event, Location, Tracker
from connectors.easypost.table import DETAILS, REASON, SHARPER, STATUS
from domain.body import EtaChanged, Scan, UnknownReported
from domain.fact import Fact, ShipmentEtaChanged, ShipmentScan, UnknownWasReported
from domain.vocabulary import Parcel

NAME: Final = "easypost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Teller:
    """Knows the tracker, the delivery that brought it and the event around it, if any."""

    delivery: Delivery
    payload_hash: str
    tracker: Tracker
    event: Event | None = None

    def scan(self, detail: Detail, written: str) -> list[Fact]:
        """Tell one line of the story; `written` is its time as it came."""
        code = _code(detail.status, detail.status_detail)
        place = _place(detail.tracking_location)
        scan = ShipmentScan(
            **self._envelope(f"{code}:{_stamp(detail.at)}:{place}", detail.at),
            body=self._scan(detail.status, detail.status_detail, place=place, local_time=written),
        )
        return [scan, *self._unknown_words(detail.status, detail.status_detail)]

    def status(self) -> list[Fact]:
        """Tell the tracker's own status as a scan that nobody made: once per state."""
        tracker = self.tracker
        state = state_of(tracker.status, tracker.status_detail)
        scan = ShipmentScan(
            **self._envelope(f"status:{state}", tracker.updated_at),
            inferred=True,
            body=self._scan(tracker.status, tracker.status_detail),
        )
        return [scan, *self._unknown_words(tracker.status, tracker.status_detail)]

    def promise(self, expected_at: datetime) -> Fact:
        """Tell when the parcel is expected; a newer tracker knows better."""
        at = self.tracker.updated_at
        return ShipmentEtaChanged(
            **self._envelope(f"eta:{_stamp(expected_at)}", at),
            revision=_micros(at),
            body=EtaChanged(expected_at=expected_at, number=self.tracker.tracking_code),
        )

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
        return [
            UnknownWasReported(
                **self._envelope(f"unknown:{field}:{word}", self.tracker.updated_at),
                body=UnknownReported(field=f"tracker.{field}", value=word),
            )
            for field, word in words
        ]

    def _envelope(self, name: str, at: datetime) -> dict[str, Any]:  # keywords of any fact
        number = self.tracker.tracking_code
        mode = (self.event.mode if self.event else "") or self.tracker.mode
        return {
            "event_id": f"{NAME}:{number}:{name}",
            "occurred_at": at,
            "reference": f"parcel:{number}",
            "tenant": self.delivery.tenant,
            "channel": self.delivery.channel,
            "source": NAME,
            "received_at": self.delivery.received_at,
            "delivery_id": self.event.id if self.event else "",
            "test": mode == "test",
            "payload_hash": self.payload_hash,
        }


def state_of(status: str, detail: str) -> Parcel:
    """Look up what a status and its detail mean; unknown where no table says it."""
    return SHARPER.get((status, detail)) or STATUS.get(status, Parcel.UNKNOWN)


def _code(status: str, detail: str) -> str:
    return f"{status}/{detail}"


def _place(location: Location) -> str:
    """Write a place the same way each time: city, state, country, as far as they are known."""
    parts = (location.city, location.state, location.country)
    return ", ".join(" ".join(part.split()).upper() for part in parts if part.strip())


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _micros(at: datetime) -> int:
    since = at - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
