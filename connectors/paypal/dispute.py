"""A dispute: opened, and how it ended. One operation for each transaction that is disputed."""

from connectors.money import NotMoney
from connectors.paypal.payload import Amount, Dispute, DisputedTransaction
from connectors.paypal.table import DISPUTE, OUTCOME, Outcome
from connectors.teller import Money, Teller
from domain.fact import Fact, PaymentDisputed, PaymentDisputeLost, PaymentDisputeWon
from domain.instant import micros


def dispute_facts(teller: Teller, dispute: Dispute) -> list[Fact]:
    """Tell what a dispute, as it now stands, says."""
    facts: list[Fact] = []
    for transaction in dispute.disputed_transactions:
        facts += _transaction(teller, dispute, transaction)
    return facts


def _transaction(teller: Teller, dispute: Dispute, transaction: DisputedTransaction) -> list[Fact]:
    name = transaction.seller_transaction_id
    amount = _amount(dispute, transaction)
    said = Money(
        reference=name,
        payment=name,
        amount=amount.minor,
        currency=amount.currency,
        at=dispute.create_time,
        code=dispute.reason or "",
        revision=micros(dispute.update_time or dispute.create_time),
        apart=dispute.dispute_id,
    )
    facts: list[Fact] = [teller.money(PaymentDisputed, said)]
    outcome, unknown = _outcome(teller, dispute, name)
    if unknown:
        return [*facts, unknown]
    if outcome != "open":
        facts.append(_ended(teller, dispute, said, outcome))
    return facts


def _outcome(teller: Teller, dispute: Dispute, name: str) -> tuple[Outcome, Fact | None]:
    """Say how a dispute stands, or which word of it is not known."""
    at = dispute.create_time
    if dispute.status not in DISPUTE:
        return "open", teller.unknown(name, "dispute.status", dispute.status, at)
    stands = DISPUTE[dispute.status]
    if stands is not None:
        return stands, None
    ended = dispute.dispute_outcome
    word = (ended.outcome_code if ended else None) or "NONE"
    if word not in OUTCOME:
        return "open", teller.unknown(name, "dispute_outcome.outcome_code", word, at)
    return OUTCOME[word], None


def _ended(teller: Teller, dispute: Dispute, said: Money, outcome: Outcome) -> Fact:
    """Tell how it ended; of a loss, what went back where that is said of the one transaction."""
    refunded = dispute.dispute_outcome.amount_refunded if dispute.dispute_outcome else None
    lost = outcome == "lost"
    alone = len(dispute.disputed_transactions) == 1
    amount = refunded.minor if refunded and lost and alone else said.amount
    ended = Money(
        reference=said.reference,
        payment=said.payment,
        amount=amount or said.amount,
        currency=said.currency,
        at=dispute.update_time or dispute.create_time,
        code=said.code,
        revision=said.revision,
        apart=said.apart,
    )
    return teller.money(PaymentDisputeLost if lost else PaymentDisputeWon, ended)


def _amount(dispute: Dispute, transaction: DisputedTransaction) -> Amount:
    """Find how much of a transaction is disputed: all of it where there are several."""
    if len(dispute.disputed_transactions) == 1:
        return dispute.dispute_amount
    if transaction.gross_amount is None:
        raise NotMoney("is missing", "disputed_transactions.gross_amount", None)
    return transaction.gross_amount
