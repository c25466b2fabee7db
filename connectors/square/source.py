"""Finds out what a delivery holds: an event, an object in its wrapper, a list of them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.listing import distinct, read_body, read_parts
from connectors.payload import Fields, StrictPayload
from connectors.quarantine import path, shown
from connectors.square.order import order_facts
from connectors.square.order_payload import Order
from connectors.square.payload import Dispute, Event, Payment, Refund
from connectors.square.payment import dispute_facts, payment_facts, refund_facts
from connectors.square.table import (
    DISPUTE,
    FULFILMENT,
    ORDER,
    OURS,
    PAYMENT,
    REFUND,
    TOPICS,
)
from connectors.teller import Teller
from connectors.writer import writer_for
from domain.fact import Fact

PROVIDER: Final = "square"

_Payload = TypeVar("_Payload", bound=StrictPayload)
_Reader = Callable[[Teller, Fields], list[Fact]]
_ENVIRONMENT: Final = "square-environment"
_CHANGES: Final = ("order_created", "order_updated", "order_fulfillment_updated")


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Square."""
    is_test = delivery.headers.get(_ENVIRONMENT, "").lower() == "sandbox"
    writer = replace(writer_for(delivery, PROVIDER), test=is_test)
    read = partial(_element, Teller(writer=writer, provider=PROVIDER))
    return read_body(delivery.body, lambda value: read_parts(value, read, name="elements"))


def _element(teller: Teller, value: Fields, at: str) -> Outcome:
    if "event_id" in value:
        return _event(teller, value, at)
    for name in _READERS:
        many = value.get(f"{name}s")
        if isinstance(many, list):
            read = partial(_read, teller, name)
            return read_parts(many, read, name=path(at, f"{name}s"))
    return _object(teller, value, at)


def _event(teller: Teller, value: Fields, at: str) -> Outcome:
    event = Event.model_validate(value)
    if not event.type.startswith(OURS):
        return Normalised(ignored=f"{event.type}: no order needs it")
    writer = replace(teller.writer, delivery_id=event.event_id)
    inner = Teller(writer=writer, provider=PROVIDER)
    return _object(inner, event.data.object, path(at, "data.object"))


def _object(teller: Teller, value: Fields, at: str) -> Outcome:
    """Read the object under its name; of an order's change only its id, for nothing else is there."""
    for name in _READERS:
        if isinstance(value.get(name), dict):
            return _read(teller, name, value[name])
    for name in _CHANGES:
        change = value.get(name)
        if isinstance(change, dict):
            return _fetched(teller.writer.delivery, change.get("order_id"), path(at, name))
    reason = "not an object we read"
    return Quarantined(reason=reason, field=at or "body", value=shown(value))


def _read(teller: Teller, name: str, value: Fields, _at: str = "") -> Outcome:
    if name == "refund" and "device_id" in value:
        return Normalised(ignored="what a terminal was asked to do; the refund itself tells")
    facts = distinct(_READERS[name](teller, value))
    return Normalised(facts=facts, ignored="" if facts else "says nothing of money yet")


def _fetched(delivery: Delivery, name: object, at: str) -> Outcome:
    if not isinstance(name, str) or not name.isalnum() or not name.isascii():
        shown_name = shown(name) if name is not None else ""
        return Quarantined(reason="is no id of an order", field=f"{at}.order_id", value=shown_name)
    wanted = Wanted(
        source=PROVIDER,
        account=delivery.account,
        what="order",
        id=name,
        path=f"v2/orders/{name}",
        topic="order",
    )
    return Normalised(wanted=(wanted,))


def _reader(model: type[_Payload], tell: Callable[[Teller, _Payload], list[Fact]]) -> _Reader:
    return lambda teller, value: tell(teller, model.model_validate(value))


def _order(teller: Teller, order: Order) -> list[Fact]:
    writer = teller.writer.about(order.id, test=teller.writer.test)
    return list(order_facts(writer, order))


_READERS: Final[Mapping[str, _Reader]] = {
    "payment": _reader(Payment, payment_facts),
    "refund": _reader(Refund, refund_facts),
    "dispute": _reader(Dispute, dispute_facts),
    "order": _reader(Order, _order),
}

SOURCE: Final = Source(
    name=PROVIDER,
    kind="payments",
    topics=TOPICS,
    signature=(
        "hmac-sha256 base64 of the registered address and the body, one after the other, in "
        "x-square-hmacsha256-signature"
    ),
    headers=(_ENVIRONMENT,),
    normalise=normalise,
    words={
        "payment.status": PAYMENT,
        "refund.status": REFUND,
        "dispute.state": DISPUTE,
        "order.state": ORDER,
        "fulfillments.state": FULFILMENT,
    },
)
