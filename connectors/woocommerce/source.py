"""WooCommerce's webhooks and REST lists.

Seen in real payloads: an envelope `{"data": …}`; ids as text and sku as a number; a guest as
`customer_id: 0`; no own status for a partial refund, only negative `refunds[].total`; refund
objects (`/orders/<id>/refunds`) that name neither order nor currency; half pieces of a bundle;
`auto-draft` with `date_paid`; `completed` without it. From the plugin's source: the ping when a
webhook is made, unsigned form text `webhook_id=<n>`; `order.deleted` with the id alone, also sent
when an order goes to the trash; `X-WC-Webhook-Delivery-ID` is shared by deliveries of one second.
From the documentation, not seen: `checkout-draft`, `trash`, `order.restored`.

Times have whole seconds, see `order.revision_of`. Meta data is read for Stripe's ids only.
"""

import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import from_json

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.money import NotMoney
from connectors.woocommerce.order import order_facts
from connectors.woocommerce.payload import Order, read_identifier
from domain.body import Reason
from domain.fact import Fact, OrderCancelledAtSource
from domain.vocabulary import CancelReason

ELEMENTS_MAX: Final = 250
"""More than WooCommerce puts on one page (100)."""

_VALUE_CHARACTERS_MAX: Final = 200
_PING: Final = re.compile(rb"webhook_id=[0-9]{1,20}")

TOPICS: Final = ("order.created", "order.updated", "order.deleted", "order.restored")
OTHER_RESOURCES: Final = ("coupon.", "customer.", "product.")


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of WooCommerce."""
    if _PING.fullmatch(delivery.body.strip()):
        return Normalised(ignored="the ping of a new webhook")
    topic = (delivery.headers.get("x-wc-webhook-topic") or delivery.topic).strip().lower()
    if topic.startswith(OTHER_RESOURCES):
        return Normalised(ignored="says nothing of an order")
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
        if key in {"data", "order", "orders"} and isinstance(inner, dict | list):
            return inner
    return content


def _element(delivery: Delivery, element: Any, topic: str) -> Outcome:  # whatever JSON holds
    if not isinstance(element, dict):
        return Quarantined(reason="is no object", field="body", value=_shown(element))
    try:
        if topic == "order.deleted":
            return _deleted(delivery, element)
        if "refunded_by" in element or "refunded_payment" in element:
            return Quarantined(
                reason="a refund by itself names no currency; its order tells of it too",
                field="currency",
            )
        order = Order.model_validate(element)
        return Normalised(facts=_distinct(order_facts(_sayer(delivery, order.id), order)))
    except ValidationError as error:
        return _refused(error)
    except NotMoney as error:
        return Quarantined(reason=error.reason, field=error.field, value=_shown(error.value))


def _deleted(delivery: Delivery, element: dict[str, Any]) -> Outcome:  # whatever JSON holds
    """Read a deletion, which names the order and nothing else: its time is the delivery's."""
    try:
        order_id = read_identifier(element.get("id"))
    except ValueError as error:
        return Quarantined(reason=str(error), field="id", value=_shown(element.get("id")))
    if delivery.received_at is None:
        return Quarantined(reason="a deletion without a time", field="received_at")
    body = Reason(reason=CancelReason.OTHER, note="deleted")
    say = _sayer(delivery, order_id)
    event_id = f"order:{order_id}:deleted"
    fact = say(OrderCancelledAtSource, event_id, delivery.received_at, body=body)
    return Normalised(facts=(fact,))


def _sayer(delivery: Delivery, order_id: str) -> Callable[..., Fact]:
    """Make the function that writes this delivery's facts about one order."""
    payload_hash = f"sha256:{sha256(delivery.body).hexdigest()[:32]}"
    delivery_id = delivery.headers.get("x-wc-webhook-delivery-id", "")[:200]

    def say(
        kind: Callable[..., Fact],
        event_id: str,
        occurred_at: datetime,
        *,
        body: object,
        revision: int = 0,
        inferred: bool = False,
    ) -> Fact:
        return kind(
            event_id=f"woocommerce:{event_id}",
            occurred_at=occurred_at,
            order_key=f"{delivery.account}/{order_id}",
            tenant=delivery.tenant,
            channel=delivery.channel,
            source="woocommerce",
            received_at=delivery.received_at,
            revision=revision,
            delivery_id=delivery_id,
            inferred=inferred,
            payload_hash=payload_hash,
            body=body,
        )

    return say


def _together(outcomes: list[Outcome]) -> Outcome:
    facts: list[Fact] = []
    quarantined: list[Quarantined] = []
    for outcome in outcomes:
        if isinstance(outcome, Quarantined):
            quarantined.append(outcome)
        else:
            facts += outcome.facts
    ignored = "" if facts or quarantined else "an empty list"
    return Normalised(facts=tuple(facts), quarantined=tuple(quarantined), ignored=ignored)


def _distinct(facts: Any) -> tuple[Fact, ...]:  # an iterator of facts
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
    name="woocommerce",
    kind="orders",
    topics=TOPICS,
    signature="hmac-sha256 base64 of the body in x-wc-webhook-signature",
    normalise=normalise,
    headers=("x-wc-webhook-topic", "x-wc-webhook-delivery-id"),
)
"""`headers` are those that carry meaning beside the signature."""
