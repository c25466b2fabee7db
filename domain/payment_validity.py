"""Whether an order is valid: a promise that its source or its money stands for (spec model, 8.2)."""

from typing import Final

from domain.ledger import Entry, Ledger, amount_of, of_kinds
from domain.order import Revision
from domain.vocabulary import Validity

_TAKE_BACK: Final = ("failed", "reversed", "capture_failed", "dispute_lost")
_STATED, _CAPTURED, _TAKEN_BACK = range(3)


def is_valid(revisions: dict[int, Revision], ledger: Ledger, captures: list[Entry]) -> bool:
    """Walk the order's story in time: valid once its source says so or once it was fully paid.

    A failed or reversed payment, a lost dispute, or a source that goes back to pending take it
    back unless the money still covers the total (spec model, 8.2).
    """
    if len(revisions) == 1 and not any(kind in ledger for kind in _TAKE_BACK):
        [only] = revisions.values()
        paid = 0 < amount_of(captures) >= only.total
        free = only.total == 0 and only.validity != Validity.PENDING
        return paid or free or only.validity == Validity.VALID
    stated = [(one.at, one.total) for one in revisions.values()]
    total = min(stated)[1] if stated else 0
    story: list[tuple[int, int, str, int]] = [
        (one.at, _STATED, one.validity, one.total) for _, one in sorted(revisions.items())
    ]
    story += [(e.operation.at, _CAPTURED, "captured", e.amount) for e in captures]
    story += [
        (e.operation.at, _TAKEN_BACK, e.kind, e.amount) for e in of_kinds(ledger, _TAKE_BACK)
    ]
    story.sort()
    valid, word_before, captured = False, "", 0
    for _, rank, word, amount in story:
        if rank == _STATED:
            total = amount
            went_back = word_before == Validity.VALID and word == Validity.PENDING
            valid = word == Validity.VALID or (valid and not went_back)
            word_before = word or word_before
        elif rank == _CAPTURED:
            captured += amount
        elif word == "dispute_lost":  # a capture that failed is not among the captures at all
            captured -= amount
        free = total == 0 and word_before != Validity.PENDING
        covered = free or 0 < captured >= total
        valid = covered or (valid and rank != _TAKEN_BACK)
    return valid
