"""Finds out what a delivery holds (an event, an object, a list) and has each part told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.json_body import invalid, malformed, parse
from connectors.money import NotMoney
from connectors.stripe.charge import charge_facts, refund_facts
from connectors.stripe.dispute import dispute_facts
from connectors.stripe.intent import intent_facts, session_facts
from connectors.stripe.payload import (
    ELEMENTS_MAX,
    Charge,
    Dispute,
    Event,
    Intent,
    Model,
    Refund,
    Session,
)
from connectors.stripe.table import OURS, TOPICS
from connectors.stripe.teller import Teller
from domain.fact import Fact

_Payload = TypeVar("_Payload", bound=Model)
_Object = Mapping[str, Any]  # parsed JSON: the models say what is in it
_Reader = Callable[[Teller, _Object], list[Fact]]


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Stripe."""
    try:
        value = parse(delivery.body)
    except ValueError as error:
        return malformed(error)
    mark = "sha256:" + sha256(delivery.body).hexdigest()[:32]
    teller = Teller(delivery=delivery, payload_hash=mark)
    elements = _elements(value)
    if elements is None:
        return _one(teller, value, "")
    if len(elements) > ELEMENTS_MAX:
        return Quarantined(reason=f"list over {ELEMENTS_MAX} elements", value=str(len(elements)))
    return _together([_one(teller, each, f"data.{at}") for at, each in enumerate(elements)])


def _elements(value: object) -> Sequence[object] | None:
    if isinstance(value, dict) and value.get("object") == "list":
        value = value.get("data")
    return value if isinstance(value, list) else None


def _together(outcomes: Sequence[Outcome]) -> Outcome:
    facts: list[Fact] = []
    quarantined: list[Quarantined] = []
    for outcome in outcomes:
        if isinstance(outcome, Quarantined):
            quarantined.append(outcome)
        else:
            facts += outcome.facts
    ignored = "" if facts or quarantined else "a list in which no order needs anything"
    return Normalised(facts=tuple(facts), quarantined=tuple(quarantined), ignored=ignored)


def _one(teller: Teller, value: object, at: str) -> Outcome:
    if not isinstance(value, dict):
        return Quarantined(reason="not an object of Stripe", field=at, value=type(value).__name__)
    try:
        if value.get("object") == "event":
            return _event(teller, value, at)
        return _object(teller, value, at)
    except ValidationError as error:
        return invalid(error, at)
    except NotMoney as error:
        path = ".".join(filter(None, (at, error.field)))
        return Quarantined(reason=error.reason, field=path, value=str(error.value)[:200])


def _event(teller: Teller, value: _Object, at: str) -> Outcome:
    event = Event.model_validate(value)
    inner = event.data.object
    if str(inner.get("object")) in _READERS:
        teller = replace(teller, event=event, livemode=event.livemode)
        return _object(teller, inner, ".".join(filter(None, (at, "data.object"))))
    if event.type.startswith(OURS):
        return _no_reader(inner, "data.object.object")
    return Normalised(ignored=f"{event.type}: no order needs it")


def _object(teller: Teller, value: _Object, at: str) -> Outcome:
    reader = _READERS.get(str(value.get("object")))
    if reader is None:
        return _no_reader(value, ".".join(filter(None, (at, "object"))))
    if teller.livemode is None and isinstance(live := value.get("livemode"), bool):
        teller = replace(teller, livemode=live)
    facts = reader(teller, value)
    return Normalised(facts=tuple(facts), ignored="" if facts else "says nothing of money yet")


def _no_reader(value: _Object, at: str) -> Quarantined:
    word = value.get("object")
    thin = word == "v2.core.event"
    reason = "thin event: its object has to be fetched" if thin else "not an object we read"
    return Quarantined(reason=reason, field=at, value=word[:200] if isinstance(word, str) else "")


def _reader(model: type[_Payload], tell: Callable[[Teller, _Payload], list[Fact]]) -> _Reader:
    return lambda teller, value: tell(teller, model.model_validate(value))


_READERS: Final = {
    "charge": _reader(Charge, charge_facts),
    "refund": _reader(Refund, refund_facts),
    "dispute": _reader(Dispute, dispute_facts),
    "payment_intent": _reader(Intent, intent_facts),
    "checkout.session": _reader(Session, session_facts),
}

SOURCE: Final = Source(
    name="stripe",
    kind="payments",
    topics=TOPICS,
    signature="hmac-sha256 hex of `t.body` as v1 in stripe-signature, t within 300 s",
    headers=("stripe-signature",),
    normalise=normalise,
)
