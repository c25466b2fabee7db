"""What is still authorised: the grants that did not end, each less what was captured of it."""

from typing import Final

from domain.ledger import Entry, Ledger, amount_of, of_kinds
from domain.payment_witness import counted

AUTHORIZATION_ENDS: Final = ("reversed", "expired")


def still_authorized(ledger: Ledger, captures: list[Entry]) -> int:
    """Sum what is still authorised: adjusted, less captured, ended ones left out."""
    if "authorized" not in ledger:
        return 0
    authorizations = counted(ledger, "authorized", "")
    unlinked = amount_of(
        capture for capture in captures if not any(belongs(capture, one) for one in authorizations)
    )
    still_open = sum(left for _, left in open_authorizations(ledger, captures))
    return max(still_open - unlinked, 0)


def open_authorizations(ledger: Ledger, captures: list[Entry]) -> list[tuple[Entry, int]]:
    """List the authorisations that did not end, each less the captures that name it."""
    ended = {
        (entry.provider, name)
        for entry in of_kinds(ledger, AUTHORIZATION_ENDS)
        for name in (entry.reference, entry.operation.parent)
        if name
    }
    standing = []
    for entry in counted(ledger, "authorized", ""):
        linked = [capture for capture in captures if belongs(capture, entry)]
        final = any(capture.operation.final for capture in linked)
        if not final and (entry.provider, entry.reference) not in ended:
            granted = _adjusted(ledger, entry) if "adjusted" in ledger else entry.amount
            standing.append((entry, max(granted - amount_of(linked), 0)))
    return standing


def belongs(capture: Entry, authorization: Entry) -> bool:
    """Say whether an operation names an authorisation, or another one, as what it acts on."""
    return capture.provider == authorization.provider and (
        authorization.reference in (capture.operation.parent, capture.reference)
    )


def _adjusted(ledger: Ledger, authorization: Entry) -> int:
    adjustments = [
        entry.operation for entry in ledger["adjusted"] if belongs(entry, authorization)
    ]
    latest = max(adjustments, key=lambda one: (one.revision, one.at, one.amount), default=None)
    return latest.amount if latest else authorization.amount
