"""Writes facts: what all facts of one delivery share stands in their envelope, said once here."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, Final, Self

from msgspec import Struct
from msgspec.structs import fields, replace

from connectors.delivery import Delivery
from domain.body import ReferenceLinked, UnknownReported
from domain.fact import Fact, ReferenceWasLinked, UnknownWasReported

_DELIVERY_ID_CHARACTERS_MAX: Final = 200
_UNKNOWN_ID_CHARACTERS_MAX: Final = 400


class Writer(Struct, frozen=True, kw_only=True, gc=False):
    """One delivery's word about one order, or about what only a reference is known of."""

    delivery: Delivery
    source: str
    payload_hash: str
    tenant: str
    channel: str
    delivery_id: str = ""
    order_id: str = ""
    reference: str = ""
    test: bool = False

    def about(self, order_id: str, *, test: bool | None = None) -> Self:
        """Write about this order; what is in a test delivery stays a test."""
        return replace(self, order_id=order_id, test=self.test or bool(test))

    def about_reference(self, reference: str) -> Self:
        """Write about the order that this reference will be known to belong to."""
        return replace(self, reference=reference)

    def fact(  # noqa: PLR0913 - what facts of one delivery differ in
        self,
        kind: Callable[..., Fact],
        event_id: str,
        occurred_at: datetime,
        *,
        body: object = None,
        revision: int = 0,
        inferred: bool = False,
        reference: str = "",
    ) -> Fact:
        """Write one fact; `event_id` is made of the vendor's own ids and needs no source.

        `reference` stands for the writer's own where each fact of a delivery has another.
        """
        source, order_id, delivery = self.source, self.order_id, self.delivery
        return kind(
            event_id=f"{source}:{event_id}",
            occurred_at=occurred_at,
            order_key=f"{delivery.account}/{order_id}" if order_id else None,
            reference=reference or self.reference,
            tenant=self.tenant,
            channel=self.channel,
            source=source,
            received_at=delivery.received_at,
            revision=revision,
            delivery_id=self.delivery_id,
            test=self.test,
            inferred=inferred,
            payload_hash=self.payload_hash,
            body=_usual_body(kind) if body is None else body,
        )

    def link(self, reference: str, at: datetime) -> Fact:
        """Say that a payment, a parcel or another name belongs to the order."""
        body = ReferenceLinked(reference=reference)
        event_id = f"order:{self.order_id}:linked:{reference}"
        return self.fact(ReferenceWasLinked, event_id, at, body=body)

    def alias(self, reference: str, other: str, at: datetime) -> Fact:
        """Say that what is told of a reference is meant for another one, which leads further."""
        body = ReferenceLinked(reference=reference, alias=other)
        writer = self.about_reference(reference)
        return writer.fact(ReferenceWasLinked, f"{reference}:is:{other}", at, body=body)

    def unknown(self, event_id: str, at: datetime, *, field: str, value: str) -> Fact:
        """Report a word that stands in no table (X.21)."""
        body = UnknownReported(field=field, value=value)
        short = event_id[:_UNKNOWN_ID_CHARACTERS_MAX]
        return self.fact(UnknownWasReported, short, at, body=body)


@cache
def _usual_body(kind: Any) -> object:  # Any: the class of a kind of fact
    """Give the body that a kind of fact has where nothing else is said."""
    return next(field.default for field in fields(kind) if field.name == "body")


def writer_for(delivery: Delivery, source: str, delivery_id: str = "") -> Writer:
    """Begin to write what a delivery says."""
    tenant, _, channel = delivery.account.partition("/")
    return Writer(
        delivery=delivery,
        source=source,
        tenant=tenant,
        channel=channel,
        payload_hash=f"sha256:{sha256(delivery.body).hexdigest()[:32]}",
        delivery_id=delivery_id[:_DELIVERY_ID_CHARACTERS_MAX],
    )
