"""What a whole order says beside its document: the facts that its status implies.

Each has the same name in every snapshot of the order, so that a status which is told a hundred
times is one fact, and is marked as inferred. Claims about money share the reference
`order:<id>`: the domain counts them only as far as nobody tells of the money itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.writer import Writer
from domain import fact as facts
from domain.body import Empty, Operation, Reason, ShipmentInfo, ShipmentRef, Units
from domain.document import Document
from domain.envelope import kind_of
from domain.fact import Fact
from domain.vocabulary import CancelReason, Evidence, Minor, Validity

COUNTED: Final = "counted"
"""The id of the shipment that stands for an order's own count of pieces that left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One version of an order, and since when it stands as it is.

    `revision` orders the versions; `placed_at` and `changed_at` are the same in the first one.
    """

    writer: Writer
    placed_at: datetime
    changed_at: datetime
    revision: int

    def document(self, document: Document) -> Fact:
        """Say how the whole order looks now."""
        kind: type[Fact] = facts.OrderRevised
        if document.validity is Validity.DRAFT:
            kind = facts.OrderSaved
        elif self.changed_at <= self.placed_at:
            kind = facts.OrderPlaced
        event_id = f"{self._name}:{self.revision}"
        return self.writer.fact(
            kind, event_id, self.changed_at, body=document, revision=self.revision
        )

    def links(self, *names: str) -> list[Fact]:
        """Say which names the order has; those of parcels and payments carry their prefix."""
        references = dict.fromkeys(name[:250] for name in names if name)
        return [self.writer.link(reference, self.placed_at) for reference in references]

    def claim(
        self,
        kind: type[Fact],
        amount: Minor,
        currency: str,
        *,
        code: str = "",
        at: datetime | None = None,
    ) -> Fact:
        """Say what the status claims of the order's money, since then as far as it is known."""
        body = Operation(
            reference=self._name,
            amount=amount,
            currency=currency,
            evidence=Evidence.STATUS,
            code=code,
        )
        return self._implied(kind, at or self.changed_at, body)

    def counted(self, pieces: Mapping[str, int]) -> list[Fact]:
        """Say how many pieces of each line left, whatever the shipments are that hold them."""
        lines = tuple(Units(line_id=line, quantity=n) for line, n in pieces.items() if n)
        if not lines:
            return []
        shipment = ShipmentInfo(shipment_id=COUNTED, lines=lines)
        left = ShipmentRef(shipment_id=COUNTED)
        return [
            self._implied(facts.ShipmentCreated, self.changed_at, shipment),
            self._implied(facts.ShipmentHandedOver, self.changed_at, left),
        ]

    def shipped(self, at: datetime | None = None) -> Fact:
        """Say that every piece left the house that nobody took off."""
        return self._implied(facts.OrderMarkedShipped, at or self.changed_at, Empty())

    def cancelled(
        self, reason: str = CancelReason.UNSPECIFIED, *, note: str = "", at: datetime | None = None
    ) -> Fact:
        """Say that the source called the order off."""
        body = Reason(reason=reason, note=note)
        return self._implied(facts.OrderCancelledAtSource, at or self.changed_at, body)

    def unknown(self, field: str, value: str) -> Fact:
        """Report a word that stands in no table, once per order."""
        event_id = f"{self._name}:unknown:{field}:{value}"
        return self.writer.unknown(event_id, self.placed_at, field=field, value=value)

    @property
    def _name(self) -> str:
        return f"order:{self.writer.order_id}"

    def _implied(self, kind: type[Fact], at: datetime, body: object) -> Fact:
        event_id = f"{self._name}:{kind_of(kind)}"
        return self.writer.fact(
            kind, event_id, at, body=body, revision=self.revision, inferred=True
        )
