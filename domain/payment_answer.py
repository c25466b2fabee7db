"""What was asked of a provider, or is under way, and which answer it got (spec model, 8.8, 8.12)."""

from typing import Final

from domain.authorization import AUTHORIZATION_ENDS
from domain.ledger import Entry, Ledger, amount_of, by_time, of_kinds

PENDING_ANSWERS: Final = ("captured", "authorized", "failed", "reversed", "expired")
DISPUTE_ANSWERS: Final = ("dispute_won", "dispute_lost")
_ANSWERS: Final[dict[str, tuple[str, ...]]] = {
    "refund_requested": ("refunded", "refund_failed"),
    "capture_requested": ("captured", "capture_failed"),
    "reversal_requested": AUTHORIZATION_ENDS,
}


def unanswered(ledger: Ledger, kind: str, answers: tuple[str, ...]) -> int:
    """Sum the operations of a kind that got none of the answers.

    An answer names what it answers, or has the same parent and answers nothing else by name.
    A dispute that was opened again since is open.
    """
    if kind not in ledger:
        return 0
    asked = {(entry.provider, entry.reference): entry for entry in ledger[kind]}
    answered: dict[tuple[str, str], int] = {}
    siblings: dict[tuple[str, str], int] = {}
    for entry in sorted(of_kinds(ledger, answers), key=by_time):
        named = {(entry.provider, entry.reference), (entry.provider, entry.operation.parent)}
        told = answered if named & asked.keys() else siblings
        told |= dict.fromkeys(named, entry.operation.at)
    open_amounts = 0
    for name, entry in asked.items():
        since = entry.operation.at if kind == "disputed" else 0
        parent = (entry.provider, entry.operation.parent)
        beside = siblings.get(parent, -1) if entry.operation.parent else -1
        if max(answered.get(name, -1), beside) < since:
            open_amounts += entry.amount
    return open_amounts


def unmet(ledger: Ledger, kind: str) -> int:
    return amount_of(unmet_requests(ledger, kind)) if kind in ledger else 0


def unmet_requests(ledger: Ledger, kind: str) -> list[Entry]:
    """List what was asked for and has no answer yet; each answer meets one request (8.8, 8.12).

    It names the request, or is about the same payment; of several requests it meets the one over
    its own amount, else the oldest. Money sent back at another provider meets its own amount.
    """
    waiting = sorted(ledger.get(kind, ()), key=by_time)
    for answer in sorted(of_kinds(ledger, _ANSWERS[kind]), key=by_time):
        met = min(
            (ask for ask in waiting if _may_meet(answer, ask)),
            key=lambda ask: (
                not _names(answer, ask),
                ask.provider != answer.provider,
                ask.amount != answer.amount,
                by_time(ask),
            ),
            default=None,
        )
        if met:
            waiting.remove(met)
    return waiting


def _names(answer: Entry, ask: Entry) -> bool:
    return ask.reference in {answer.reference, answer.operation.parent}


def _may_meet(answer: Entry, ask: Entry) -> bool:
    """Say whether an answer can be about a request: same provider, same payment, not before it."""
    if answer.provider != ask.provider:
        since = answer.operation.at >= ask.operation.at
        return answer.kind == "refunded" and answer.amount == ask.amount and since
    if _names(answer, ask):
        return True
    same = ask.operation.parent in {answer.operation.parent, answer.reference, ""}
    return answer.operation.at >= ask.operation.at and (same or not answer.operation.parent)
