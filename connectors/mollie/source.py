"""Finds out what a delivery holds: an id alone, an event, an object, a list of objects."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.listing import distinct, read_body, read_parts
from connectors.mollie.order import link_facts, order_facts
from connectors.mollie.payload import (
    Capture,
    Chargeback,
    Event,
    Order,
    Payment,
    PaymentLink,
    Refund,
)
from connectors.mollie.payment import (
    capture_facts,
    chargeback_facts,
    payment_facts,
    refund_facts,
)
from connectors.mollie.table import (
    CAPTURE,
    DOCUMENTS,
    IGNORED,
    ORDER,
    PAYMENT,
    PAYMENT_LINK,
    REFUND,
    TOPICS,
)
from connectors.payload import Fields, StrictPayload
from connectors.quarantine import path, shown
from connectors.teller import Teller
from connectors.writer import writer_for
from domain.fact import Fact

PROVIDER: Final = "mollie"

_Payload = TypeVar("_Payload", bound=StrictPayload)
_Reader = Callable[[Teller, Fields], list[Fact]]
_ID_ALONE: Final = frozenset({"id", "testmode"})
_LISTS: Final = ("payments", "refunds", "captures", "chargebacks", "orders")


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Mollie."""
    read = partial(_element, Teller(writer=writer_for(delivery, PROVIDER), provider=PROVIDER))
    return read_body(
        delivery.body, lambda value: read_parts(_elements(value), read, name="_embedded")
    )


def _elements(value: object) -> object:
    """Find the elements of a page of objects."""
    if isinstance(value, dict) and "resource" not in value:
        embedded = value.get("_embedded")
        lists = embedded if isinstance(embedded, dict) else {}
        for name in _LISTS:
            if isinstance(lists.get(name), list):
                return lists[name]
    return value


def _element(teller: Teller, value: Fields, at: str) -> Outcome:
    resource = value.get("resource")
    if resource == "event":
        return _event(teller, value, at)
    if "id" in value and value.keys() <= _ID_ALONE:
        return _fetched(teller.writer.delivery, value["id"], path(at, "id"))
    if resource is None and "testByMollie" in value:
        return Normalised(ignored="a test of the address")
    return _object(teller, value, at)


def _event(teller: Teller, value: Fields, at: str) -> Outcome:
    """Read an event's entity if it stands there, and have fetched what only it names."""
    event = Event.model_validate(value)
    writer = replace(teller.writer, delivery_id=event.id)
    embedded = value.get("_embedded")
    entity = embedded.get("entity") if isinstance(embedded, dict) else None
    if not isinstance(entity, dict):
        return _fetched(writer.delivery, event.entity_id, path(at, "entityId"))
    if event.type == "payment-link.paid":
        entity = {"paidAt": value["createdAt"], **entity}
    told = _object(replace(teller, writer=writer), entity, path(at, "_embedded.entity"))
    if isinstance(told, Normalised) and entity.get("resource") == "payment-link":
        wanted = _wanted(writer.delivery, event.entity_id)
        return Normalised(
            facts=told.facts,
            quarantined=told.quarantined,
            wanted=(wanted,) if wanted else (),
        )
    return told


def _fetched(delivery: Delivery, name: object, at: str) -> Outcome:
    """Have the document fetched that an id alone stands for."""
    if not isinstance(name, str):
        return Quarantined(reason="is no id of Mollie", field=at, value=shown(name))
    if wanted := _wanted(delivery, name):
        return Normalised(wanted=(wanted,))
    for prefix, what in IGNORED.items():
        if name.startswith(prefix):
            return Normalised(ignored=f"{what}: no order needs it")
    return Quarantined(reason="is no id that we can fetch", field=at, value=shown(name))


def _wanted(delivery: Delivery, name: str) -> Wanted | None:
    prefix, underscore, rest = name.partition("_")
    what, way = DOCUMENTS.get(prefix + underscore, ("", ""))
    if not what or not rest.isalnum() or not rest.isascii():
        return None
    return Wanted(
        source=PROVIDER,
        account=delivery.account,
        what=what,
        id=name,
        path=way.format(name),
        topic=what,
    )


def _object(teller: Teller, value: Fields, at: str) -> Outcome:
    reader = _READERS.get(str(value.get("resource")))
    if reader is None:
        word = value.get("resource")
        return Quarantined(
            reason="not an object we read",
            field=path(at, "resource"),
            value=shown(word) if word else "",
        )
    writer = replace(teller.writer, test=value.get("mode") == "test")
    facts = distinct(reader(Teller(writer=writer, provider=PROVIDER), value))
    return Normalised(facts=facts, ignored="" if facts else "says nothing of money yet")


def _reader(model: type[_Payload], tell: Callable[[Teller, _Payload], list[Fact]]) -> _Reader:
    return lambda teller, value: tell(teller, model.model_validate(value))


_READERS: Final[Mapping[str, _Reader]] = {
    "capture": _reader(Capture, capture_facts),
    "chargeback": _reader(Chargeback, chargeback_facts),
    "order": _reader(Order, order_facts),
    "payment": _reader(Payment, payment_facts),
    "payment-link": _reader(PaymentLink, link_facts),
    "refund": _reader(Refund, refund_facts),
}

SOURCE: Final = Source(
    name=PROVIDER,
    kind="payments",
    topics=TOPICS,
    signature=(
        "newer webhooks: hmac-sha256 hex of the body in x-mollie-signature, after `sha256=`; "
        "classic ones have none, their document is fetched"
    ),
    normalise=normalise,
    formats=("json", "form"),
    words={
        "payment.status": PAYMENT,
        "refund.status": REFUND,
        "capture.status": CAPTURE,
        "order.status": ORDER,
        "payment-link.status": PAYMENT_LINK,
        "id that has a document fetched": {
            f"{prefix}…": way for prefix, (_, way) in DOCUMENTS.items()
        },
    },
)
