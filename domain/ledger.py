"""The payment ledger: an order's money operations with their keys taken apart.

Amounts of another currency than the order's stand apart and are never added (spec model, 1).
"""

from collections.abc import Iterable

from msgspec import Struct

from domain.order import Operation


class Entry(Struct, frozen=True, gc=False):
    """An operation with its key taken apart."""

    kind: str
    provider: str
    reference: str
    amount: int
    operation: Operation


Ledger = dict[str, list[Entry]]
"""The operations in the order's own currency, by kind."""


def open_ledger(operations: dict[str, Operation], currency: str) -> tuple[Ledger, list[Entry]]:
    """Take the keys apart; operations in another currency stand apart."""
    ledger: Ledger = {}
    foreign: list[Entry] = []
    for key, operation in operations.items():
        kind, provider, reference = key.split("|", 2)
        entry = Entry(kind, provider, reference, operation.amount, operation)
        if operation.currency != currency:
            foreign.append(entry)
        elif kind in ledger:
            ledger[kind].append(entry)
        else:
            ledger[kind] = [entry]
    return ledger, foreign


def amount_of(entries: Iterable[Entry]) -> int:
    return sum([entry.amount for entry in entries])


def of_kinds(ledger: Ledger, kinds: Iterable[str]) -> list[Entry]:
    return [entry for kind in kinds if kind in ledger for entry in ledger[kind]]


def by_time(entry: Entry) -> tuple[int, str, str, str]:
    return entry.operation.at, entry.kind, entry.provider, entry.reference
