"""Shopify's webhooks and REST lists.

Seen in real payloads: ids beyond 2^53; `fulfillment_status: "pending"` outside the documented
list; `processed_at` and a refund's `created_at` null; a refund's `subtotal` a float beside order
money as text; orders without customer or addresses; refunds without lines or transactions; a
refund that arrives before the cancel that caused it. From the documentation, not seen: the
`current_*` fields and `total_outstanding`, `orders/edited` with an `order_edit` that the whole
order follows, `orders/delete` with the id alone, the transaction kinds `change`,
`emv_authorization` and `suggested_refund`, `failure` of a shipment as "tracking failed".

Order webhooks carry no transactions, see `payment.py`. Times have whole seconds, see
`order.revision_of`. A reopened order is told by a null `closed_at` only, which says nothing.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import from_json

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.money import NotMoney
from connectors.shopify.fulfilment import event_facts, fulfillment_facts
from connectors.shopify.order import order_facts
from connectors.shopify.payload import (
    Fulfillment,
    FulfillmentEvent,
    Order,
    Refund,
    Transaction,
    read_identifier,
    read_time,
)
from connectors.shopify.payment import refund_facts, transaction_facts
from connectors.shopify.purse import gaps
from connectors.shopify.statement import Statement, hash_of
from domain.body import Reason
from domain.fact import Fact, OrderCancelledAtSource
from domain.vocabulary import CancelReason

ELEMENTS_MAX: Final = 250
"""Shopify's own bound for one page of a list."""

_VALUE_CHARACTERS_MAX: Final = 200

TOPICS: Final = {
    "orders/create": "order",
    "orders/updated": "order",
    "orders/paid": "order",
    "orders/cancelled": "order",
    "orders/fulfilled": "order",
    "orders/partially_fulfilled": "order",
    "orders/edited": "order",
    "orders/delete": "deleted",
    "fulfillments/create": "fulfillment",
    "fulfillments/update": "fulfillment",
    "fulfillment_events/create": "fulfillment_event",
    "refunds/create": "refund",
    "order_transactions/create": "transaction",
    "tender_transactions/create": "tender_transaction",
}

IGNORED: Final = {
    "order_edit": "an edit names no amounts; the whole order follows as orders/updated",
    "tender_transaction": "the same money as order_transactions/create, without its direction",
}

SHAPES: Final = (
    ("fulfillment_event", {"fulfillment_id", "status"}),
    ("refund", {"refund_line_items"}),
    ("transaction", {"kind", "gateway"}),
    ("tender_transaction", {"remote_reference", "payment_method"}),
    ("order_edit", {"order_id", "staff_note"}),
    ("fulfillment", {"order_id", "tracking_numbers"}),
    ("order", {"total_price", "created_at"}),
)
"""First match wins, where no topic says what the body is."""

_WRAPPERS: Final = {
    *(name for name, _ in SHAPES),
    *(f"{name}s" for name, _ in SHAPES),
    "data",
}


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Shopify."""
    topic = (delivery.headers.get("x-shopify-topic") or delivery.topic).strip().lower()
    if topic and topic not in TOPICS:
        return Quarantined(reason="unknown topic", field="topic", value=topic[:200])
    try:
        content = _unwrap(from_json(delivery.body, allow_inf_nan=False))
    except ValueError as error:
        return Quarantined(reason=f"no JSON: {error}"[:200], field="body")
    if not isinstance(content, list):
        return _element(delivery, content, topic)
    if len(content) > ELEMENTS_MAX:
        return Quarantined(reason=f"more than {ELEMENTS_MAX} elements", field="body")
    return _together([_element(delivery, each, topic) for each in content])


def _unwrap(content: Any) -> Any:  # whatever JSON holds
    if isinstance(content, dict) and len(content) == 1:
        [(key, inner)] = content.items()
        if key in _WRAPPERS and isinstance(inner, dict | list):
            return inner
    return content


def _element(delivery: Delivery, element: Any, topic: str) -> Outcome:  # whatever JSON holds
    if not isinstance(element, dict):
        return Quarantined(reason="is no object", field="body", value=_shown(element))
    shape = next((name for name, keys in SHAPES if keys <= element.keys()), "")
    if (topic, shape) != ("orders/edited", "order_edit"):
        shape = TOPICS.get(topic, shape)
    if shape in IGNORED:
        return Normalised(ignored=IGNORED[shape])
    if not shape:
        return Quarantined(reason="is no payload of Shopify", field="body", value=_shown(element))
    try:
        return _READERS[shape](delivery, element)
    except ValidationError as error:
        return _refused(error)
    except NotMoney as error:
        return Quarantined(reason=error.reason, field=error.field, value=_shown(error.value))


def _together(outcomes: list[Outcome]) -> Outcome:
    facts: list[Fact] = []
    quarantined: list[Quarantined] = []
    ignored = "an empty list"
    for outcome in outcomes:
        if isinstance(outcome, Quarantined):
            quarantined.append(outcome)
            continue
        facts += outcome.facts
        quarantined += outcome.quarantined
        ignored = outcome.ignored
    ignored = "" if facts or quarantined else ignored
    return Normalised(facts=tuple(facts), quarantined=tuple(quarantined), ignored=ignored)


def _order(delivery: Delivery, element: dict[str, Any]) -> Outcome:  # whatever JSON holds
    order = Order.model_validate(element)
    told = _statement(delivery, order.id, test=order.test)
    return Normalised(facts=_distinct(order_facts(told, order)), quarantined=gaps(order))


def _fulfillment(delivery: Delivery, element: dict[str, Any]) -> Outcome:
    fulfillment = Fulfillment.model_validate(element)
    return _of_order(delivery, fulfillment, lambda told: fulfillment_facts(told, fulfillment))


def _event(delivery: Delivery, element: dict[str, Any]) -> Outcome:
    event = FulfillmentEvent.model_validate(element)
    return _of_order(delivery, event, lambda told: event_facts(told, event))


def _refund(delivery: Delivery, element: dict[str, Any]) -> Outcome:
    refund = Refund.model_validate(element)
    at = refund.processed_at or refund.created_at
    if at is None:
        return Quarantined(reason="has no time", field="created_at")
    test = any(transaction.test for transaction in refund.transactions)
    return _of_order(delivery, refund, lambda told: refund_facts(told, refund, at), test=test)


def _transaction(delivery: Delivery, element: dict[str, Any]) -> Outcome:
    transaction = Transaction.model_validate(element)
    at = transaction.processed_at or transaction.created_at
    if at is None:
        return Quarantined(reason="has no time", field="created_at")
    return _of_order(
        delivery,
        transaction,
        lambda told: transaction_facts(told, transaction, at),
        test=transaction.test,
    )


def _deleted(delivery: Delivery, element: dict[str, Any]) -> Outcome:
    """Read a deletion, which names the order and nothing else: its time is the delivery's."""
    try:
        order_id = read_identifier(element.get("id"))
        triggered = delivery.headers.get("x-shopify-triggered-at")
        at = read_time(triggered) if triggered else delivery.received_at
    except ValueError as error:
        return Quarantined(reason=str(error), field="id", value=_shown(element.get("id")))
    if at is None:
        return Quarantined(reason="a deletion without a time", field="x-shopify-triggered-at")
    told = _statement(delivery, order_id)
    body = Reason(reason=CancelReason.OTHER, note="deleted")
    return Normalised(
        facts=(told.fact(OrderCancelledAtSource, f"order:{order_id}:deleted", at, body=body),)
    )


_READERS: Final[dict[str, Callable[[Delivery, dict[str, Any]], Outcome]]] = {
    "order": _order,
    "deleted": _deleted,
    "fulfillment": _fulfillment,
    "fulfillment_event": _event,
    "refund": _refund,
    "transaction": _transaction,
}


def _of_order(
    delivery: Delivery,
    part: Fulfillment | FulfillmentEvent | Refund | Transaction,
    read: Callable[[Statement], Iterator[Fact]],
    *,
    test: bool | None = None,
) -> Outcome:
    if part.order_id is None:
        return Quarantined(reason="names no order", field="order_id")
    facts = _distinct(read(_statement(delivery, part.order_id, test=test)))
    ignored = "" if facts else "nothing that an order needs to know"
    return Normalised(facts=facts, ignored=ignored)


def _statement(delivery: Delivery, order_id: str, *, test: bool | None = None) -> Statement:
    return Statement(
        delivery=delivery,
        order_id=order_id,
        payload_hash=hash_of(delivery.body),
        test=bool(test),
    )


def _distinct(facts: Iterator[Fact]) -> tuple[Fact, ...]:
    """Say each fact once: a refund's transaction may stand in two places of one order."""
    return tuple({fact.event_id: fact for fact in facts}.values())


def _refused(error: ValidationError) -> Quarantined:
    first = error.errors(include_url=False, include_context=False)[0]
    return Quarantined(
        reason=first["msg"].removeprefix("Value error, "),
        field=".".join(str(part) for part in first["loc"]),
        value=_shown(first["input"]),
    )


def _shown(value: Any) -> str:  # whatever JSON holds
    """Show a value, but of an object only its keys: what is in it may be personal."""
    text = ", ".join(value) if isinstance(value, dict) else str(value)
    return text[:_VALUE_CHARACTERS_MAX]


SOURCE: Final = Source(
    name="shopify",
    kind="orders",
    topics=tuple(TOPICS),
    signature="hmac-sha256 base64 of the body in x-shopify-hmac-sha256",
    normalise=normalise,
    headers=("x-shopify-topic", "x-shopify-webhook-id", "x-shopify-triggered-at"),
)
"""`headers` are those that carry meaning beside the signature."""
