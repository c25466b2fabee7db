"""Finds out what a delivery holds (an event, an object, a list) and has each part told."""

from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace

from connectors import event_bridge
from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.listing import read_body, read_parts
from connectors.part import Part
from connectors.payload import Fields
from connectors.quarantine import path, shown
from connectors.stripe.charge import charge_facts, refund_facts
from connectors.stripe.dispute import dispute_facts
from connectors.stripe.intent import intent_facts, session_facts
from connectors.stripe.payload import Charge, Dispute, Event, Intent, Refund, Session
from connectors.stripe.table import DISPUTE, INTENT, OURS, REFUND, SESSION_PAYMENT, TOPICS
from connectors.stripe.teller import PROVIDER, Teller
from connectors.writer import writer_for
from domain.fact import Fact

_Payload = TypeVar("_Payload", bound=Part)
_Reader = Callable[[Teller, Fields], list[Fact]]


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Stripe."""
    read = partial(_element, Teller(writer=writer_for(delivery, PROVIDER)))
    return read_body(delivery.body, lambda value: read_parts(_elements(value), read, name="data"))


def _elements(value: object) -> object:
    value = event_bridge.opened(value) or value
    if isinstance(value, dict) and value.get("object") == "list":
        return value.get("data")
    return value


def _element(teller: Teller, value: Fields, at: str) -> Outcome:
    match value.get("object"):
        case "event":
            return _event(teller, value, at)
        case "v2.core.event":
            return _thin(teller, value, at)
        case _:
            return _object(teller, value, at)


def _event(teller: Teller, value: Fields, at: str) -> Outcome:
    event = Event.read(value)
    # Sessions did not say when they were made before 2022.
    inner = {"created": event.created, **event.data.object}
    if str(inner.get("object")) in _READERS:
        writer = replace(teller.writer, delivery_id=event.id, test=event.livemode is False)
        told = replace(teller, writer=writer, event=event)
        return _object(told, inner, path(at, "data.object"))
    if event.type.startswith(OURS):
        return _no_reader(inner, path(at, "data.object.object"))
    return Normalised(ignored=f"{event.type}: no order needs it")


def _object(teller: Teller, value: Fields, at: str) -> Outcome:
    reader = _READERS.get(str(value.get("object")))
    if reader is None:
        return _no_reader(value, path(at, "object"))
    if teller.event is None or teller.event.livemode is None:
        test = value.get("livemode") is False
        teller = replace(teller, writer=replace(teller.writer, test=test))
    facts = reader(teller, value)
    return Normalised(facts=tuple(facts), ignored="" if facts else "says nothing of money yet")


def _no_reader(value: Fields, at: str) -> Quarantined:
    word = value.get("object")
    reason = "not an object we read"
    return Quarantined(reason=reason, field=at, value=shown(word) if word else "")


def _thin(teller: Teller, value: Fields, at: str) -> Outcome:
    """Ask for the object of an event that only names it; `v1.` stands before the usual types."""
    event_type = str(value.get("type"))
    if not event_type.removeprefix("v1.").startswith(OURS):
        return Normalised(ignored=f"{event_type[:100]}: no order needs it")
    related = value.get("related_object")
    named = related if isinstance(related, dict) else {}
    what, where = str(named.get("type")), str(named.get("url")).removeprefix("/")
    if what not in _READERS:
        return Quarantined(
            reason="thin event of an object that we do not read",
            field=path(at, "related_object.type"),
            value=shown(named.get("type")),
        )
    document = Wanted(
        source=PROVIDER,
        account=teller.writer.delivery.account,
        what=what,
        id=str(named.get("id")),
        path=where,
        topic=event_type.removeprefix("v1."),
    )
    return Normalised(wanted=(document,))


def _reader(model: type[_Payload], tell: Callable[[Teller, _Payload], list[Fact]]) -> _Reader:
    return lambda teller, value: tell(teller, model.read(value))


_READERS: Final = {
    "charge": _reader(Charge, charge_facts),
    "refund": _reader(Refund, refund_facts),
    "dispute": _reader(Dispute, dispute_facts),
    "payment_intent": _reader(Intent, intent_facts),
    "checkout.session": _reader(Session, session_facts),
}

SOURCE: Final = Source(
    name=PROVIDER,
    kind="payments",
    topics=TOPICS,
    signature="hmac-sha256 hex of `t.body` as v1 in stripe-signature, t within 300 s",
    headers=("stripe-signature",),
    normalise=normalise,
    words={
        "payment_intent.status": INTENT,
        "refund.status": REFUND,
        "dispute.status": DISPUTE,
        "checkout.session.payment_status": SESSION_PAYMENT,
    },
)
