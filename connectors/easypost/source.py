"""Tells a tracker's scans: each line of its story once, whatever delivery brings it again."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from pydantic import ValidationError

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.easypost.payload import (
    ELEMENTS_MAX,
    SCANS_MAX,
    Detail,
    Event,
    Promise,
    Tracker,
)
from connectors.easypost.table import TOPICS
from connectors.easypost.teller import NAME, Teller
from connectors.json_body import invalid, malformed, parse
from domain.fact import Fact

_Object = Mapping[str, Any]  # parsed JSON: the models say what is in it


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of EasyPost."""
    try:
        value = parse(delivery.body)
    except ValueError as error:
        return malformed(error)
    mark = "sha256:" + sha256(delivery.body).hexdigest()[:32]
    elements = _elements(value)
    if elements is None:
        return _one(delivery, mark, value, "")
    if len(elements) > ELEMENTS_MAX:
        return Quarantined(reason=f"list over {ELEMENTS_MAX} elements", value=str(len(elements)))
    return _together(
        [_one(delivery, mark, each, f"trackers.{at}") for at, each in enumerate(elements)]
    )


def _elements(value: object) -> Sequence[object] | None:
    if isinstance(value, dict) and "object" not in value:
        value = value.get("trackers", value.get("data"))
    return value if isinstance(value, list) else None


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    facts: list[Fact] = []
    quarantined: list[Quarantined] = []
    for outcome in outcomes:
        if isinstance(outcome, Quarantined):
            quarantined.append(outcome)
        else:
            facts += outcome.facts
            quarantined += outcome.quarantined
    ignored = "" if facts or quarantined else "a list in which no order needs anything"
    return Normalised(facts=tuple(facts), quarantined=tuple(quarantined), ignored=ignored)


def _one(delivery: Delivery, mark: str, value: object, at: str) -> Outcome:
    if not isinstance(value, dict):
        return Quarantined(
            reason="not an object of EasyPost", field=at, value=type(value).__name__
        )
    try:
        match value.get("object"):
            case "Event":
                return _event(delivery, mark, value, at)
            case "Tracker":
                tracker = Tracker.model_validate(value)
                teller = Teller(delivery=delivery, payload_hash=mark, tracker=tracker)
                return _story(teller, value, at)
            case other:
                word = other[:200] if isinstance(other, str) else ""
                return Quarantined(
                    reason="not an object we read", field=_path(at, "object"), value=word
                )
    except ValidationError as error:
        return invalid(error, at)


def _event(delivery: Delivery, mark: str, value: _Object, at: str) -> Outcome:
    event = Event.model_validate(value)
    if not event.description.startswith("tracker."):
        return Normalised(ignored=f"{event.description}: no order needs it")
    path = _path(at, "result")
    if event.result is None or event.result.get("object") != "Tracker":
        return Quarantined(reason="event without its tracker", field=path)
    try:
        tracker = Tracker.model_validate(event.result)
    except ValidationError as error:
        return invalid(error, path)
    teller = Teller(delivery=delivery, payload_hash=mark, tracker=tracker, event=event)
    return _story(teller, event.result, path)


def _story(teller: Teller, value: _Object, at: str) -> Outcome:
    """Tell all scans, then what the status and the promise add to them."""
    tracker = teller.tracker
    if tracker.is_return:
        return Normalised(ignored="the parcel of a return")
    details = tracker.tracking_details or []
    if len(details) > SCANS_MAX:
        return Quarantined(reason=f"over {SCANS_MAX} scans", field=_path(at, "tracking_details"))
    facts: list[Fact] = []
    quarantined: list[Quarantined] = []
    told: set[str] = set()
    for index, raw in enumerate(details):
        try:
            detail = Detail.model_validate(raw)
        except ValidationError as error:
            quarantined.append(invalid(error, _path(at, f"tracking_details.{index}")))
            continue
        facts += teller.scan(detail, str(raw["datetime"]))
        told.add(detail.status)
    if tracker.status not in told and not (told and tracker.status in _NO_NEWS):
        facts += teller.status()
    try:
        if expected_at := Promise.model_validate(value).est_delivery_date:
            facts.append(teller.promise(expected_at))
    except ValidationError as error:
        quarantined.append(invalid(error, at))
    return Normalised(facts=tuple(facts), quarantined=tuple(quarantined))


def _path(at: str, field: str) -> str:
    return f"{at}.{field}" if at else field


_NO_NEWS: Final = frozenset({"unknown", "error"})

SOURCE: Final = Source(
    name=NAME,
    kind="tracking",
    topics=TOPICS,
    signature="hmac-sha256 hex of the body in x-hmac-signature, the secret in NFKD",
    headers=("x-hmac-signature",),
    normalise=normalise,
)
