"""Evidence of payments: how the ledger takes in one more statement about a money operation."""

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from domain.evidence import TooMany, conflict
from domain.identity import digest, operation_key
from domain.order import OPERATIONS_MAX, Operation, Order
from domain.vocabulary import Evidence

if TYPE_CHECKING:
    from domain import fact as facts

_STRENGTH: Final[dict[str, int]] = {evidence: rank for rank, evidence in enumerate(Evidence)}


def add_operation(order: Order, fact: "facts.PaymentCaptured", at: int, kind: str) -> Order:
    """Keep a money operation; of two statements the newer one counts, a contradiction is noted."""
    body = fact.body
    key = operation_key(kind, body, fact.event_id)
    new = Operation(
        at,
        body.amount,
        body.currency,
        body.evidence,
        body.parent,
        body.final,
        fact.revision,
        body.code,
    )
    old = order.operations.get(key)
    if old is None:
        if len(order.operations) >= OPERATIONS_MAX:
            raise TooMany("payment operations", OPERATIONS_MAX)
        return replace(order, operations={**order.operations, key: new})
    if contradicts(old, new) and key not in order.conflicts:
        order = conflict(order, key)
        old = order.operations[key]
    joined = _join_operations(old, new, known_conflict=key in order.conflicts)
    if joined == old:
        return order
    return replace(order, operations={**order.operations, key: joined})


def contradicts(old: Operation, new: Operation) -> bool:
    """Say whether two statements without revision give one operation different money."""
    if new.revision:
        return False
    if old.revision:
        return old.unrevised not in {0, _money_digest(new)}
    return (old.amount, old.currency) != (new.amount, new.currency)


def _money_digest(operation: Operation) -> int:
    return digest(f"{operation.amount} {operation.currency}".encode())


def _join_operations(old: Operation, new: Operation, *, known_conflict: bool) -> Operation:
    first, second = sorted((old, new), key=_statement_order)
    return replace(
        second,
        evidence=min(old.evidence, new.evidence, key=_STRENGTH.__getitem__),
        parent=max(old.parent, new.parent),
        final=old.final or new.final,
        unrevised=_unrevised(first, second, known_conflict=known_conflict),
    )


def _unrevised(first: Operation, second: Operation, *, known_conflict: bool) -> int:
    if not second.revision or known_conflict:
        return 0
    return second.unrevised or first.unrevised or (0 if first.revision else _money_digest(first))


def _statement_order(operation: Operation) -> tuple[int, int, int, str, str]:
    return (
        operation.revision,
        operation.at,
        operation.amount,
        operation.currency,
        operation.code,
    )
