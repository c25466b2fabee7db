"""A dispute: opened, and how it ended. Moving the money there and back is part of it."""

from msgspec.structs import replace

from connectors.stripe.payload import Dispute
from connectors.stripe.table import DISPUTE
from connectors.stripe.teller import Money, Teller
from domain.fact import Fact, PaymentDisputed


def dispute_facts(teller: Teller, dispute: Dispute) -> list[Fact]:
    """Tell what a dispute, as it now stands, says."""
    name = dispute.payment_intent or dispute.charge or dispute.id
    intent = dispute.payment_intent or ""
    facts = teller.is_payment(dispute.charge or "", intent, dispute.created)
    if dispute.status not in DISPUTE:
        unknown = teller.unknown(name, "dispute.status", dispute.status, dispute.created)
        return [*facts, unknown]
    said = Money(
        reference=dispute.id,
        parent=dispute.charge or "",
        payment=name,
        amount=dispute.amount,
        currency=dispute.currency,
        created=dispute.created,
        code=dispute.reason or "",
        may_change=True,
    )
    facts.append(teller.money(PaymentDisputed, said))
    if ended := DISPUTE[dispute.status]:
        facts.append(teller.money(ended, replace(said, created=teller.now(dispute.created))))
    return facts
