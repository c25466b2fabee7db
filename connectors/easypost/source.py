"""Tells a tracker's scans: each line of its story once, whatever delivery brings it again."""

from functools import partial
from typing import Final

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.easypost.payload import SCANS_MAX, Detail, Event, Promise, Tracker
from connectors.easypost.table import REASON, SHARPER, STATUS, TOPICS
from connectors.easypost.teller import NAME, Teller
from connectors.listing import read_body, read_parts
from connectors.misread import Misread
from connectors.payload import Fields
from connectors.quarantine import path, quarantine, shown
from connectors.writer import Writer, writer_for
from domain.fact import Fact


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of EasyPost."""
    read = partial(_element, writer_for(delivery, NAME))
    return read_body(
        delivery.body, lambda value: read_parts(_elements(value), read, name="trackers")
    )


def _elements(value: object) -> object:
    if isinstance(value, dict) and "object" not in value:
        return value.get("trackers", value.get("data", value))
    return value


def _element(writer: Writer, value: Fields, at: str) -> Outcome:
    match value.get("object"):
        case "Event":
            return _event(writer, value, at)
        case "Tracker":
            return _story(Teller.of(writer, Tracker.read(value)), value, at)
        case other:
            return Quarantined(
                reason="not an object we read",
                field=path(at, "object"),
                value=shown(other) if other else "",
            )


def _event(writer: Writer, value: Fields, at: str) -> Outcome:
    event = Event.read(value)
    if not event.description.startswith("tracker."):
        return Normalised(ignored=f"{event.description}: no order needs it")
    place = path(at, "result")
    if event.result is None or event.result.get("object") != "Tracker":
        return Quarantined(reason="event without its tracker", field=place)
    try:
        tracker = Tracker.read(event.result)
    except Misread as error:
        return quarantine(error, place)
    return _story(Teller.of(writer, tracker, event), event.result, place)


def _story(teller: Teller, value: Fields, at: str) -> Outcome:
    """Tell all scans, then what the status and the promise add to them."""
    tracker = teller.tracker
    if tracker.is_return:
        return Normalised(ignored="the parcel of a return")
    details = tracker.tracking_details or []
    if len(details) > SCANS_MAX:
        return Quarantined(reason=f"over {SCANS_MAX} scans", field=path(at, "tracking_details"))
    facts: list[Fact] = []
    quarantined: list[Quarantined] = []
    told: set[str] = set()
    for index, raw in enumerate(details):
        try:
            detail = Detail.read(raw)
        except Misread as error:
            quarantined.append(quarantine(error, path(at, f"tracking_details.{index}")))
            continue
        facts += teller.scan(detail, str(raw["datetime"]))
        told.add(detail.status)
    if tracker.status not in told and not (told and tracker.status in _NO_NEWS):
        facts += teller.status()
    try:
        if expected_at := Promise.read(value).est_delivery_date:
            facts.append(teller.promise(expected_at))
    except Misread as error:
        quarantined.append(quarantine(error, at))
    return Normalised(facts=tuple(facts), quarantined=tuple(quarantined))


_NO_NEWS: Final = frozenset({"unknown", "error"})

SOURCE: Final = Source(
    name=NAME,
    kind="tracking",
    topics=TOPICS,
    signature="hmac-sha256 hex of the body in x-hmac-signature, the secret in NFKD",
    headers=("x-hmac-signature",),
    normalise=normalise,
    words={
        "status": STATUS,
        "status/status_detail, where it says more": SHARPER,
        "status_detail, as a reason": REASON,
    },
    limits=(f"{SCANS_MAX} scans of one tracker",),
)
