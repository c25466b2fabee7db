"""What all facts of one delivery share, and how one is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from connectors.delivery import EPOCH, Delivery
from domain.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One delivery's word about one order."""

    delivery: Delivery
    order_id: str
    payload_hash: str
    test: bool = False

    def fact(
        self,
        kind: Callable[..., Fact],
        event_id: str,
        occurred_at: datetime,
        *,
        body: object = None,
        revision: int = 0,
        inferred: bool = False,
    ) -> Fact:
        """Write one fact about the order of this statement."""
        delivery = self.delivery
        envelope: dict[str, Any] = (
            {} if body is None else {"body": body}
        )  # the kind knows its body
        return kind(
            event_id=f"shopify:{event_id}",
            occurred_at=occurred_at,
            order_key=f"{delivery.account}/{self.order_id}",
            tenant=delivery.tenant,
            channel=delivery.channel,
            source="shopify",
            received_at=delivery.received_at,
            revision=revision,
            delivery_id=delivery.headers.get("x-shopify-webhook-id", "")[:200],
            test=self.test,
            inferred=inferred,
            payload_hash=self.payload_hash,
            **envelope,
        )


def hash_of(body: bytes) -> str:
    """Name a body by its content."""
    return f"sha256:{sha256(body).hexdigest()[:32]}"


def micros(time: datetime) -> int:
    """Count microseconds since 1970."""
    since = time - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
