"""Etsy's receipts, from the Open API version 3, and the webhooks that name one.

Seen in a payload (masked): statuses in title case with words that no documentation lists
(`Fully Refunded`); a receipt fully refunded and shipped, the refund first; a shipment dated for
a day after the receipt's own time; a refund without an id; each time under two names.

From the documentation, not seen: the other statuses, receipts in `results`, webhooks with
`event_type` and `resource_url` alone, so that the receipt is fetched. `order.delivered` names no
parcel: the delivery itself is told by who tracks it.
"""

import re
from functools import partial
from typing import Final

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source, Wanted
from connectors.etsy.payload import Receipt
from connectors.etsy.receipt import receipt_facts
from connectors.etsy.table import REFUND, STATUS
from connectors.listing import distinct, read_body, read_parts
from connectors.payload import Fields
from connectors.quarantine import path, shown
from connectors.writer import Writer, writer_for

NAME: Final = "etsy"
EVENTS: Final = ("order.paid", "order.canceled", "order.shipped", "order.delivered")
_OPERATIONS: Final = ("getShopReceipt", "getShopReceipts")
_RECEIPT: Final = re.compile(
    r"https://[a-z.]+/(v3/application/shops/[0-9]{1,20}/receipts/([0-9]{1,20}))", re.ASCII
)


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of Etsy."""
    topic = delivery.topic.strip()
    if topic and topic not in (*EVENTS, *_OPERATIONS):
        return Quarantined(reason="unknown topic", field="topic", value=topic[:200])
    writer = writer_for(delivery, NAME, delivery.headers.get("webhook-id", ""))
    return read_body(delivery.body, partial(_content, writer))


def _content(writer: Writer, value: object) -> Outcome:
    paged = isinstance(value, dict) and "results" in value
    inner = value["results"] if isinstance(value, dict) and paged else value
    name = "results" if paged else "elements"
    return read_parts(inner, partial(_element, writer), name=name)


def _element(writer: Writer, element: Fields, at: str) -> Outcome:
    if "event_type" in element:
        return _event(writer, element, at)
    if "receipt_id" not in element:
        reason, field = "is no payload of Etsy", at or "body"
        return Quarantined(reason=reason, field=field, value=shown(element))
    receipt = Receipt.model_validate(element)
    facts = receipt_facts(writer.about(receipt.receipt_id), receipt)
    return Normalised(facts=distinct(facts))


def _event(writer: Writer, element: Fields, at: str) -> Outcome:
    event = element["event_type"]
    if event not in EVENTS:
        return Quarantined(
            reason="unknown event", field=path(at, "event_type"), value=shown(event)
        )
    url = element.get("resource_url")
    found = _RECEIPT.fullmatch(url) if isinstance(url, str) else None
    if found is None:
        field = path(at, "resource_url")
        return Quarantined(reason="names no receipt", field=field, value=shown(url))
    wanted = Wanted(
        source=NAME,
        account=writer.delivery.account,
        what="receipt",
        id=found[2],
        path=found[1],
        topic="getShopReceipt",
    )
    return Normalised(wanted=(wanted,))


SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=(*EVENTS, *_OPERATIONS),
    signature="hmac-sha256 base64 of webhook-id, webhook-timestamp and body in webhook-signature",
    headers=("webhook-id", "webhook-timestamp", "webhook-signature"),
    normalise=normalise,
    words={"status": STATUS, "status of a refund": REFUND},
)
