"""The same kind of stories as sources send them: Shopify, Stripe and EasyPost in their own words.

A payload is what stands on a feed topic: the vendor's body and the headers that say whose it is.
Commands come as an operator writes them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from streams import topic
from tests.harness.story import BEGINNING, SECONDS_BETWEEN_ORDERS, disturbed, interleave

ACCOUNT: Final = "acme/web"
_STEPS: Final = (
    ("pre_transit", "label_created", 0),
    ("in_transit", "departed_facility", 8),
    ("out_for_delivery", "out_for_delivery", 24),
    ("delivered", "delivered", 31),
)


class Payload(NamedTuple):
    """A record on its way to a feed topic, or a command."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


def feed(seed: int, orders: int, live: int = 500, *, commands: bool = True) -> Iterator[Payload]:
    """Tell so many orders through the feeds, and some commands about them."""

    def tell(chance: random.Random, number: int) -> list[Payload]:
        told = disturbed(chance, list(payloads(chance, number)))
        return told if commands else [one for one in told if one.topic != topic.ORDER_COMMANDS]

    return interleave(seed, orders, live, tell)


def payloads(chance: random.Random, number: int) -> Iterator[Payload]:
    """Tell one order's story in the words of its sources."""
    shop = Shop(chance, number)
    fate = chance.random()
    yield shop.order()
    yield shop.charge()
    if fate < 0.06:
        yield shop.command("cancel", {"reason": "buyer_asked"})
    elif fate < 0.10:
        yield shop.command("hold", {"reason": "address"})
        yield shop.command("release", {})
    if fate >= 0.03:
        yield shop.fulfillment()
        for steps in sorted(chance.sample((2, 3, 4), 2)):
            yield shop.tracker(steps, "turned_around" if 0.5 < fate < 0.52 else "")
    if fate > 0.95:
        yield shop.charge(refunded=500)


class Shop:
    """One order of a Shopify shop that takes money by Stripe and tracks parcels by EasyPost."""

    def __init__(self, chance: random.Random, number: int) -> None:
        self.number = number
        self.id = 5_000_000_000 + number
        self.pieces = chance.randint(1, 3)
        self.price = chance.randint(5, 90)
        self.parcel = f"JD{number:012}"
        self.at = BEGINNING + timedelta(seconds=SECONDS_BETWEEN_ORDERS * number)

    @property
    def order_key(self) -> str:
        return f"{ACCOUNT}/{self.id}"

    @property
    def total(self) -> int:
        return self.pieces * self.price * 100

    def order(self) -> Payload:
        at = _text(self.at)
        body = {
            "id": self.id,
            "name": f"#{self.number}",
            "order_number": self.number,
            "created_at": at,
            "updated_at": at,
            "financial_status": "pending",
            "fulfillment_status": None,
            "currency": "EUR",
            "total_price": f"{self.total / 100:.2f}",
            "payment_gateway_names": ["stripe"],
            "email": f"buyer{self.number}@example.test",
            "customer": {"id": 700 + self.number, "first_name": "Ida", "last_name": "Berg"},
            "shipping_address": {
                "name": "Ida Berg",
                "address1": "Lindenweg 7",
                "zip": "04109",
                "city": "Leipzig",
                "country_code": "DE",
            },
            "line_items": [
                {
                    "id": self.id * 10,
                    "quantity": self.pieces,
                    "sku": "MUG-1",
                    "name": "Mug - blue",
                    "price": f"{self.price}.00",
                }
            ],
            "fulfillments": [],
            "refunds": [],
        }
        return self._payload(topic.FEED_ORDERS, "shopify", "orders/create", body)

    def fulfillment(self) -> Payload:
        body = {
            "id": self.id + 1_000_000_000,
            "order_id": self.id,
            "status": "success",
            "created_at": _text(self.at + timedelta(hours=5)),
            "tracking_company": "DHL",
            "tracking_number": self.parcel,
            "tracking_numbers": [self.parcel],
            "line_items": [{"id": self.id * 10, "quantity": self.pieces}],
        }
        return self._payload(topic.FEED_ORDERS, "shopify", "fulfillments/create", body)

    def charge(self, refunded: int = 0) -> Payload:
        at = int(self.at.timestamp()) + 60
        charge: dict[str, Any] = {
            "id": f"ch_{self.number}",
            "object": "charge",
            "amount": self.total,
            "amount_captured": self.total,
            "amount_refunded": min(refunded, self.total),
            "captured": True,
            "refunded": 0 < self.total <= refunded,
            "currency": "eur",
            "created": at,
            "status": "succeeded",
            "payment_intent": f"pi_{self.number}",
            "livemode": True,
            "metadata": {"order_id": str(self.id)},
        }
        kind = "charge.refunded" if refunded else "charge.succeeded"
        event = {
            "id": f"evt_{self.number}_{'re' if refunded else 'ch'}",
            "object": "event",
            "api_version": "2025-03-31.basil",
            "created": at + (86_400 if refunded else 0),
            "livemode": True,
            "type": kind,
            "data": {
                "object": charge,
                "previous_attributes": {"amount_refunded": 0} if refunded else {},
            },
        }
        return self._payload(topic.FEED_PAYMENTS, "stripe", kind, event)

    def tracker(self, steps: int, unheard_of: str = "") -> Payload:
        details = [self._detail(*step) for step in _STEPS[:steps]]
        details[-1]["status_detail"] = unheard_of or details[-1]["status_detail"]
        last = details[-1]
        body = {
            "id": f"evt_{self.number}_{steps}",
            "object": "Event",
            "description": "tracker.updated",
            "mode": "production",
            "result": {
                "id": f"trk_{self.number}",
                "object": "Tracker",
                "mode": "production",
                "tracking_code": self.parcel,
                "status": last["status"],
                "status_detail": last["status_detail"],
                "updated_at": last["datetime"],
                "carrier": "DHL",
                "tracking_details": details,
            },
        }
        return self._payload(topic.FEED_TRACKING, "easypost", "tracker.updated", body)

    def command(self, name: str, body: dict[str, str]) -> Payload:
        value = {
            "kind": name,
            "command_id": f"{name}-{self.number}",
            "order_key": self.order_key,
            "actor": "clerk",
            "body": body,
        }
        key = self.order_key.encode()
        return Payload(topic.ORDER_COMMANDS, key, json.dumps(value).encode(), [])

    def _detail(self, status: str, detail: str, hours: int) -> dict[str, Any]:
        return {
            "status": status,
            "status_detail": detail,
            "datetime": _text(self.at + timedelta(hours=6 + hours)),
            "tracking_location": {"city": "Leipzig", "state": "", "country": "DE"},
        }

    def _payload(self, to: str, source: str, name: str, body: dict[str, Any]) -> Payload:
        headers = {"source": source, "account": ACCOUNT, "topic": name}
        encoded = [(each, text.encode()) for each, text in headers.items()]
        return Payload(to, str(self.id).encode(), json.dumps(body).encode(), encoded)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
