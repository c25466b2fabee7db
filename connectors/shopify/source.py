"""Shopify's webhooks and REST lists.

Seen in real payloads: ids beyond 2^53; `fulfillment_status: "pending"` outside the documented
list; `processed_at` and a refund's `created_at` null; a refund's `subtotal` a float beside order
money as text; orders without customer or addresses; refunds without lines or transactions; a
refund that arrives before the cancel that caused it. From the documentation, not seen: the
`current_*` fields and `total_outstanding`, `orders/edited` with an `order_edit` that the whole
order follows, `orders/delete` with the id alone, the transaction kinds `change`,
`emv_authorization` and `suggested_refund`, `failure` of a shipment as "tracking failed", disputes,
risk assessments, returns, and fulfilment orders, whose webhooks name no order and make us ask for
the document (`fulfillment_orders/ID.json` below an API of `https://SHOP/admin/api/VERSION`).

Answers of the GraphQL API are read too, see `graphql.py`, and events that EventBridge delivers.

Order webhooks carry no transactions, see `payment.py`. Times have whole seconds, see
`order.revision_of`. A reopened order is told by a null `closed_at` only, which says nothing.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from msgspec.structs import replace

from connectors import event_bridge
from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.listing import distinct, join, read_body, read_parts, unwrap
from connectors.payload import Fields, read_identifier, read_time
from connectors.quarantine import path, shown
from connectors.shopify import graphql, work
from connectors.shopify.dispute import DISPUTES, dispute_facts
from connectors.shopify.fulfilment import SCANS, STATUSES, event_facts, fulfillment_facts
from connectors.shopify.order import CANCEL_REASONS, FULFILMENT, order_facts
from connectors.shopify.payload import (
    Dispute,
    Fulfillment,
    FulfillmentEvent,
    FulfillmentOrder,
    Order,
    Refund,
    Return,
    Risk,
    Transaction,
)
from connectors.shopify.payment import (
    FINANCIAL,
    MANUAL,
    TRANSACTIONS,
    refund_facts,
    transaction_facts,
)
from connectors.shopify.purse import gaps
from connectors.shopify.risk import RISKS, risk_facts
from connectors.shopify.rma import STEPS, return_facts
from connectors.shopify.table import (
    ELSEWHERE,
    FETCHED,
    IGNORED,
    MOVED,
    MOVED_FETCHED,
    SHAPES,
    TOPICS,
)
from connectors.writer import Writer, writer_for
from domain.body import Reason
from domain.fact import Fact, OrderCancelledAtSource
from domain.vocabulary import CancelReason

NAME: Final = "shopify"

_SPELLED: Final = {topic.replace("/", "_"): topic for topic in TOPICS}

_WRAPPERS: Final = {
    *(name for name, _ in SHAPES),
    *(f"{name}s" for name, _ in SHAPES),
    "data",
}


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Shopify."""
    return read_body(delivery.body, partial(_content, delivery))


def _content(delivery: Delivery, value: object) -> Outcome:
    if bridged := event_bridge.opened(value):
        headers = {**delivery.headers, **event_bridge.headers(bridged)}
        return _content(replace(delivery, headers=headers), bridged.get("payload"))
    topic = _topic(delivery)
    orders = graphql.orders_in(value)
    if orders is None and topic and topic not in TOPICS:
        if topic.partition("/")[0] in ELSEWHERE or topic.rpartition("_")[0] in ELSEWHERE:
            return Normalised(ignored=f"{topic[:200]}: no order needs it")
        return Quarantined(reason="unknown topic", field="topic", value=topic[:200])
    writer = writer_for(delivery, NAME, delivery.headers.get("x-shopify-webhook-id", ""))
    if delivery.headers.get(_TEST, "").lower() == "true":
        writer = replace(writer, test=True)
    if orders is not None:
        return read_parts(orders, partial(_answered, writer), name="data")
    return read_parts(unwrap(value, _WRAPPERS), partial(_element, writer, topic), name="elements")


def _topic(delivery: Delivery) -> str:
    """Name the event as webhooks do, also where it is spelled as in GraphQL: `ORDERS_PAID`."""
    topic = (delivery.headers.get("x-shopify-topic") or delivery.topic).strip().lower()
    return _SPELLED.get(topic, topic)


def _element(writer: Writer, topic: str, element: Fields, at: str) -> Outcome:
    shape = TOPICS.get(topic, "")
    if not shape or topic == "orders/edited":
        seen = next((name for name, keys in SHAPES if keys <= element.keys()), "")
        shape = seen if not shape or seen == "order_edit" else shape
    if shape in IGNORED:
        return Normalised(ignored=IGNORED[shape])
    if not shape:
        return Quarantined(
            reason="is no payload of Shopify", field=at or "body", value=shown(element)
        )
    if shape == "fulfillment_order":
        return _work(topic, writer, element, at)
    return _READERS[shape](writer, element, at)


def _answered(writer: Writer, element: Fields, _: str) -> Outcome:
    """Read an order of a GraphQL answer."""
    return _order(writer, graphql.as_rest(element), "")


def _order(writer: Writer, element: Fields, at: str) -> Outcome:
    order = Order.read(element)
    facts = order_facts(writer.about(order.id, test=order.test), order)
    return Normalised(facts=distinct(facts), quarantined=gaps(order, at))


def _fulfillment(writer: Writer, element: Fields, at: str) -> Outcome:
    fulfillment = Fulfillment.read(element)
    return _of_order(writer, fulfillment, at, partial(fulfillment_facts, fulfillment=fulfillment))


def _event(writer: Writer, element: Fields, at: str) -> Outcome:
    event = FulfillmentEvent.read(element)
    return _of_order(writer, event, at, partial(event_facts, event=event))


def _refund(writer: Writer, element: Fields, at: str) -> Outcome:
    refund = Refund.read(element)
    time = refund.processed_at or refund.created_at or _told_at(writer.delivery)
    if isinstance(time, Quarantined):
        return time
    test = any(transaction.test for transaction in refund.transactions)
    return _of_order(writer, refund, at, partial(refund_facts, refund=refund, at=time), test=test)


def _transaction(writer: Writer, element: Fields, at: str) -> Outcome:
    transaction = Transaction.read(element)
    time = transaction.processed_at or transaction.created_at
    if time is None:
        return Quarantined(reason="has no time", field=path(at, "created_at"))
    tell = partial(transaction_facts, transaction=transaction, at=time)
    return _of_order(writer, transaction, at, tell, test=transaction.test)


def _deleted(writer: Writer, element: Fields, at: str) -> Outcome:
    """Read a deletion, which names the order and nothing else: its time is the delivery's."""
    try:
        order_id = read_identifier(element.get("id"))
    except ValueError as error:
        value = shown(element.get("id"))
        return Quarantined(reason=str(error), field=path(at, "id"), value=value)
    time = _told_at(writer.delivery)
    if isinstance(time, Quarantined):
        return time
    body = Reason(reason=CancelReason.OTHER, note="deleted")
    event_id = f"order:{order_id}:deleted"
    fact = writer.about(order_id).fact(OrderCancelledAtSource, event_id, time, body=body)
    return Normalised(facts=(fact,))


def _told_at(delivery: Delivery) -> datetime | Quarantined:
    """Say when an event happened that has no time of its own."""
    triggered = delivery.headers.get(_TRIGGERED_AT)
    try:
        time = read_time(triggered) if triggered else delivery.received_at
    except ValueError as error:
        return Quarantined(reason=str(error), field=_TRIGGERED_AT, value=shown(triggered))
    return time or Quarantined(reason="has no time", field=_TRIGGERED_AT)


def _dispute(writer: Writer, element: Fields, at: str) -> Outcome:
    dispute = Dispute.read(element)
    return _of_order(writer, dispute, at, partial(dispute_facts, dispute=dispute))


def _risk(writer: Writer, element: Fields, at: str) -> Outcome:
    risk = Risk.read(element)
    return _of_order(writer, risk, at, partial(risk_facts, risk=risk))


def _return(writer: Writer, element: Fields, at: str) -> Outcome:
    asked = Return.read(element)
    time = _told_at(writer.delivery)
    if isinstance(time, Quarantined):
        return time
    return _of_order(writer, asked, at, partial(return_facts, asked=asked, at=time))


def _work(topic: str, writer: Writer, element: Fields, at: str) -> Outcome:
    """Read fulfilment orders: those that name their order tell, the others are asked for."""
    parts = work.named_in(element)
    if not parts:
        return Quarantined(
            reason="names no fulfilment order", field=path(at, "id"), value=shown(element)
        )
    return join(_work_part(topic, writer, part, path(at, key)) for key, part in parts)


def _work_part(topic: str, writer: Writer, part: Fields, at: str) -> Outcome:
    fetched = topic in {FETCHED, MOVED_FETCHED}
    if "order_id" in part or fetched:
        whole = FulfillmentOrder.read(part)
        time = whole.updated_at or whole.created_at or _told_at(writer.delivery)
        if isinstance(time, Quarantined):
            return time
        moved = topic in {MOVED, MOVED_FETCHED}
        tell = partial(work.work_facts, work=whole, at=time, moved=moved)
        return _of_order(writer, whole, at, tell)
    document = work.wanted(writer, part, moved=topic == MOVED)
    if document is None:
        return Quarantined(reason="is no id", field=path(at, "id"), value=shown(part.get("id")))
    return Normalised(wanted=(document,))


_TRIGGERED_AT: Final = "x-shopify-triggered-at"
_TEST: Final = "x-shopify-test"
"""`true` on what the shop sends to try a hook out; the parts of an order say it nowhere else."""

_READERS: Final[dict[str, Callable[[Writer, Fields, str], Outcome]]] = {
    "order": _order,
    "deleted": _deleted,
    "fulfillment": _fulfillment,
    "fulfillment_event": _event,
    "refund": _refund,
    "transaction": _transaction,
    "dispute": _dispute,
    "risk": _risk,
    "return": _return,
}


class _Part(Protocol):
    """What says itself to which order it belongs, if it does."""

    @property
    def order_id(self) -> str | None: ...


def _of_order(
    writer: Writer,
    part: _Part,
    at: str,
    tell: Callable[[Writer], Iterator[Fact]],
    *,
    test: bool | None = None,
) -> Outcome:
    if part.order_id is None:
        return Quarantined(reason="names no order", field=path(at, "order_id"))
    facts = distinct(tell(writer.about(part.order_id, test=test)))
    ignored = "" if facts else "nothing that an order needs to know"
    return Normalised(facts=facts, ignored=ignored)


SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=tuple(TOPICS),
    signature="hmac-sha256 base64 of the body in x-shopify-hmac-sha256",
    normalise=normalise,
    words={
        "financial_status": FINANCIAL,
        "displayFulfillmentStatus": graphql.FULFILMENT,
        "fulfillment_status": dict.fromkeys(FULFILMENT, "known; the fulfilments say which pieces"),
        "cancel_reason": CANCEL_REASONS,
        "transaction.kind/status": TRANSACTIONS,
        "fulfillment.status": STATUSES,
        "fulfillment.shipment_status and fulfillment_event.status": SCANS,
        "dispute.status": DISPUTES,
        "risk_level": RISKS,
        "return.status": STEPS,
        "fulfillment_order.status": work.STATUSES,
        "fulfillment_hold.reason": work.HOLDS,
        "payment_gateway_names": dict.fromkeys(sorted(MANUAL), "manual"),
    },
    headers=("x-shopify-topic", "x-shopify-webhook-id", _TRIGGERED_AT, _TEST),
)
