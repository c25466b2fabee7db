"""Which of several witnesses of the same money counts (spec model, 1 and 8.8).

Several may tell of it (`Evidence`): the provider itself, the shop that names only its own number
for it, an order status that implies it. Per provider the larger of the first two sums counts,
over all providers the larger of that and what a status claims; so nothing is counted twice, and
a witness that lags behind takes nothing away.
"""

from typing import Final

from domain.ledger import Entry, Ledger, amount_of, by_time
from domain.vocabulary import Evidence

COMMANDED: Final = "commanded"
"""The code of a refund that counts by command, until its provider tells of it (8.8)."""


def counted(ledger: Ledger, kind: str, undone_by: str) -> list[Entry]:
    """Choose the operations that count: one witness per provider, or a status that says more."""
    standing = ledger.get(kind, [])
    if undone_by in ledger:
        undone = {
            (entry.provider, entry.reference): entry.operation.at for entry in ledger[undone_by]
        }
        standing = [
            entry
            for entry in standing
            if undone.get((entry.provider, entry.reference), -1) < entry.operation.at
        ]
    for entry in standing:
        if entry.operation.evidence != Evidence.PROVIDER:
            return _strongest(_not_sent_elsewhere(standing))
    return standing


def _not_sent_elsewhere(standing: list[Entry]) -> list[Entry]:
    """Leave out commanded refunds that were carried out at another provider (spec model, 8.8).

    Told by the same amount, sent there since; a refund that its own provider or a command there
    accounts for is another one.
    """
    asked = [entry for entry in standing if entry.operation.code == COMMANDED]
    if not asked:
        return standing
    spare: dict[str, int] = {}
    for entry in standing:
        signed = entry.amount if entry.operation.evidence == Evidence.PROVIDER else -entry.amount
        spare[entry.provider] = spare.get(entry.provider, 0) + signed
    counting = sorted(standing, key=by_time)
    for ask in sorted(asked, key=by_time):
        for sent in counting:
            if _was_sent(ask, sent, spare):
                spare[sent.provider] -= ask.amount
                spare[ask.provider] += ask.amount
                counting.remove(ask)
                break
    return counting


def _was_sent(ask: Entry, sent: Entry, spare: dict[str, int]) -> bool:
    return (
        sent.provider != ask.provider
        and sent.operation.evidence == Evidence.PROVIDER
        and sent.amount == ask.amount
        and sent.operation.at >= ask.operation.at
        and spare[ask.provider] <= -ask.amount
        and spare[sent.provider] >= ask.amount
    )


def _strongest(entries: list[Entry]) -> list[Entry]:
    witnessed: list[Entry] = []
    for provider in {entry.provider for entry in entries}:
        told = [
            [e for e in entries if e.provider == provider and e.operation.evidence == evidence]
            for evidence in (Evidence.PROVIDER, Evidence.SHOP)
        ]
        witnessed.extend(max(told, key=amount_of))
    claims = [entry for entry in entries if entry.operation.evidence == Evidence.STATUS]
    claim = max(
        claims,
        key=lambda e: (e.amount, -e.operation.at, e.provider, e.reference),
        default=None,
    )
    if claim and claim.amount > amount_of(witnessed):
        return [claim]
    return witnessed
