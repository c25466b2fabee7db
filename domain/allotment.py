"""Which operations at a provider a movement of money acts on: newest first, each as far as it goes.

An order may be paid in several transactions and at several providers. Nothing is given back at
one that did not take it, nor captured from an authorisation beyond what it granted.
"""

from collections.abc import Iterable
from typing import NamedTuple

from domain.authorization import belongs, open_authorizations
from domain.ledger import Entry, open_ledger
from domain.order import Order
from domain.payment_answer import unmet_requests
from domain.payment_witness import counted


class Share(NamedTuple):
    """So much at one operation; the reference is empty where the provider gave none."""

    provider: str
    reference: str
    amount: int


def refund_shares(order: Order, amount: int) -> list[Share]:
    """Spread a refund over the captures, less what went back of each or was asked for."""
    ledger = open_ledger(order.operations, order.head.currency if order.head else "")[0]
    captures = counted(ledger, "captured", "capture_failed")
    gone = [
        *counted(ledger, "refunded", "refund_failed"),
        *unmet_requests(ledger, "refund_requested"),
    ]
    return _spread(amount, [(one, one.amount) for one in captures], gone)


def authorization_shares(order: Order, amount: int) -> list[Share]:
    """Spread a capture or a reversal over the open authorisations, less what was asked for."""
    ledger = open_ledger(order.operations, order.head.currency if order.head else "")[0]
    captures = counted(ledger, "captured", "capture_failed")
    standing = open_authorizations(ledger, captures)
    unlinked = [
        capture for capture in captures if not any(belongs(capture, one) for one, _ in standing)
    ]
    asked = [
        entry
        for kind in ("capture_requested", "reversal_requested")
        for entry in unmet_requests(ledger, kind)
    ]
    return _spread(amount, standing, [*unlinked, *asked])


def _spread(amount: int, found: list[tuple[Entry, int]], gone: Iterable[Entry]) -> list[Share]:
    """Take the amount from the newest operation, then from the one before it, and so on.

    What none of them can bear stays with the newest: the ledger as a whole can.
    """
    found.sort(key=lambda one: _age(one[0]), reverse=True)
    operations = [entry for entry, _ in found]
    left = [room for _, room in found]
    for entry in gone:
        _take_off(entry, operations, left)
    shares = [0] * len(found)
    for n, room in enumerate(left):
        shares[n] = min(room, amount)
        amount -= shares[n]
    if not found:
        return [Share("", "", amount)]
    shares[0] += amount
    return [
        Share(entry.provider, "" if entry.reference[:1] == "~" else entry.reference, share)
        for entry, share in zip(operations, shares, strict=True)
        if share
    ]


def _age(entry: Entry) -> tuple[int, str, str]:
    return entry.operation.at, entry.provider, entry.reference


def _take_off(entry: Entry, operations: list[Entry], left: list[int]) -> None:
    """Take what already moved from the operation that it names, else from others of its provider."""
    rest = entry.amount
    named = sorted(range(len(operations)), key=lambda n: not belongs(entry, operations[n]))
    for n in named:
        if operations[n].provider == entry.provider:
            taken = min(rest, left[n])
            left[n] -= taken
            rest -= taken
