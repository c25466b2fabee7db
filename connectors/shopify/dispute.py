"""Disputes of Shopify Payments.

From the documentation: a dispute has no time of its last change, so its opening and its end are
told apart and each once; an inquiry has moved no money yet and stands as a dispute until it ends.
"""

from collections.abc import Iterator
from typing import Final

from connectors.money import minor_unsigned
from connectors.shopify.payload import Dispute
from connectors.writer import Writer
from domain import fact as facts
from domain.body import Operation
from domain.fact import Fact
from domain.vocabulary import Evidence

PROVIDER: Final = "shopify_payments"

Ended = type[facts.PaymentDisputeWon] | type[facts.PaymentDisputeLost]

DISPUTES: Final[dict[str, Ended | None]] = {
    "needs_response": None,
    "under_review": None,
    "charge_refunded": facts.PaymentDisputeWon,  # It ended because the money went back otherwise.
    "accepted": facts.PaymentDisputeLost,
    "won": facts.PaymentDisputeWon,
    "lost": facts.PaymentDisputeLost,
}


def dispute_facts(writer: Writer, dispute: Dispute) -> Iterator[Fact]:
    """Say that a dispute stands, and how it ended."""
    name = f"dispute:{dispute.id}"
    if dispute.status not in DISPUTES:
        event_id = f"{name}:unknown:{dispute.status}"
        yield writer.unknown(
            event_id, dispute.initiated_at, field="dispute.status", value=dispute.status
        )
        return
    body = Operation(
        provider=PROVIDER,
        reference=dispute.id,
        amount=minor_unsigned(dispute.amount, dispute.currency),
        currency=dispute.currency,
        evidence=Evidence.SHOP,
        code=dispute.reason,
    )
    yield writer.fact(facts.PaymentDisputed, f"{name}:disputed", dispute.initiated_at, body=body)
    if ended := DISPUTES[dispute.status]:
        at = dispute.finalized_on or dispute.initiated_at
        yield writer.fact(ended, f"{name}:{dispute.status}", at, body=body)
