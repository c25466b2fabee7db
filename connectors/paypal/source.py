"""Finds out what a delivery holds (an event, an object, a list) and has each part told."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from msgspec.structs import replace

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.listing import distinct, read_body, read_parts
from connectors.payload import Fields, StrictPayload
from connectors.paypal.dispute import dispute_facts
from connectors.paypal.operation import (
    authorization_facts,
    capture_facts,
    refund_facts,
    reversal_facts,
)
from connectors.paypal.order import order_facts
from connectors.paypal.payload import Dispute, Event, Operation, Order
from connectors.paypal.table import (
    AUTHORIZATION,
    CAPTURE,
    DISPUTE,
    ORDER,
    OURS,
    OUTCOME,
    REFUND,
    REVERSED,
    TOPICS,
)
from connectors.quarantine import path, shown
from connectors.teller import Teller
from connectors.writer import writer_for
from domain.fact import Fact

PROVIDER: Final = "paypal"

_Payload = TypeVar("_Payload", bound=StrictPayload)
_Reader = Callable[[Teller, Fields], list[Fact]]


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of PayPal."""
    read = partial(_element, Teller(writer=writer_for(delivery, PROVIDER), provider=PROVIDER))
    return read_body(delivery.body, lambda value: read_parts(_elements(value), read, name="items"))


def _elements(value: object) -> object:
    """Find the elements of a page of events or of disputes."""
    if isinstance(value, dict) and not {"id", "dispute_id"} & value.keys():
        for name in ("events", "items"):
            if isinstance(value.get(name), list):
                return value[name]
    return value


def _element(teller: Teller, value: Fields, at: str) -> Outcome:
    sent = value.get("webhook_event")
    if isinstance(sent, dict):  # as a shop hands it to PayPal to have its signature verified
        return _element(teller, sent, path(at, "webhook_event"))
    return _event(teller, value, at) if "event_type" in value else _object(teller, value, at)


def _event(teller: Teller, value: Fields, at: str) -> Outcome:
    name = value["event_type"]
    if isinstance(name, str) and name and not name.startswith(OURS):
        return Normalised(ignored=f"{name[:200]}: no order needs it")
    event = Event.model_validate(value)
    kind = _kind(event.resource) or _BY_TYPE.get(event.resource_type or "", "")
    if event.event_type.endswith(REVERSED) and kind in {"capture", "refund"}:
        kind = "reversal"
    timed = {"create_time": value["create_time"], **event.resource}
    return _told(teller, kind, timed, path(at, "resource"), event.id)


def _object(teller: Teller, value: Fields, at: str) -> Outcome:
    return _told(teller, _kind(value), value, at)


def _told(teller: Teller, kind: str, value: Fields, at: str, delivery_id: str = "") -> Outcome:
    reader = _READERS.get(kind)
    if reader is None:
        return Quarantined(
            reason="not an object we read", field=path(at, "links"), value=shown(value)
        )
    writer = replace(teller.writer, test=_is_sandbox(value), delivery_id=delivery_id)
    facts = distinct(reader(Teller(writer=writer, provider=PROVIDER), value))
    return Normalised(facts=facts, ignored="" if facts else "says nothing of money yet")


def _kind(value: Fields) -> str:
    """Tell what an object is by the link to itself, else by a field that only it has."""
    href = _own_link(value)
    for part, kind in _BY_LINK.items():
        if part in href:
            return kind
    return next((kind for field, kind in _BY_FIELD.items() if field in value), "")


def _own_link(value: Fields) -> str:
    links = value.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "self":
            return str(link.get("href"))
    return ""


def _is_sandbox(value: Fields) -> bool:
    return ".sandbox.paypal.com" in _own_link(value)


def _reader(model: type[_Payload], tell: Callable[[Teller, _Payload], list[Fact]]) -> _Reader:
    return lambda teller, value: tell(teller, model.model_validate(value))


_BY_LINK: Final = {
    "/captures/": "capture",
    "/capture/": "capture",
    "/payments/sale/": "capture",
    "/authorizations/": "authorization",
    "/authorization/": "authorization",
    "/refunds/": "refund",
    "/refund/": "refund",
    "/checkout/orders/": "order",
    "/disputes/": "dispute",
}
_BY_FIELD: Final = {
    "dispute_id": "dispute",
    "purchase_units": "order",
    "final_capture": "capture",
    "seller_payable_breakdown": "refund",
}
_BY_TYPE: Final = {
    "authorization": "authorization",
    "capture": "capture",
    "checkout-order": "order",
    "dispute": "dispute",
    "refund": "refund",
    "sale": "capture",
}
_READERS: Final[Mapping[str, _Reader]] = {
    "authorization": _reader(Operation, authorization_facts),
    "capture": _reader(Operation, capture_facts),
    "dispute": _reader(Dispute, dispute_facts),
    "order": _reader(Order, order_facts),
    "refund": _reader(Operation, refund_facts),
    "reversal": _reader(Operation, reversal_facts),
}

SOURCE: Final = Source(
    name=PROVIDER,
    kind="payments",
    topics=TOPICS,
    signature=(
        "RSA with SHA-256 and PayPal's certificate over id, time, webhook id and the CRC-32 of the "
        "body, in paypal-transmission-sig; sent within 3 days"
    ),
    headers=("paypal-transmission-id", "paypal-transmission-time"),
    normalise=normalise,
    words={
        "capture.status": CAPTURE,
        "authorization.status": AUTHORIZATION,
        "refund.status": REFUND,
        "order.status": ORDER,
        "dispute.status": DISPUTE,
        "dispute_outcome.outcome_code": OUTCOME,
    },
)
