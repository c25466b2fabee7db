"""Magento's words: order states, statuses, and the numbers that invoices and credit memos carry.

A *state* is one of a closed list; a *status* is the shop's own label over a state. The state
decides; a status does where the payload has no state, and where it says more than its state.
"""

from typing import Final, NamedTuple

from domain.vocabulary import HoldReason, Validity


class Meaning(NamedTuple):
    """What a state says: how far the order goes, and what must have happened."""

    progress: int
    validity: Validity
    hold: HoldReason | None = None
    happened: str = ""


STATES: Final = {
    "new": Meaning(1, Validity.PENDING),
    "pending_payment": Meaning(2, Validity.PENDING),
    "payment_review": Meaning(3, Validity.PENDING, HoldReason.PAYMENT),
    "holded": Meaning(4, Validity.UNSTATED, HoldReason.MANUAL),
    "processing": Meaning(6, Validity.VALID),
    "complete": Meaning(7, Validity.VALID, happened="shipped"),
    "closed": Meaning(8, Validity.VALID, happened="closed"),
    "canceled": Meaning(9, Validity.UNSTATED, happened="cancelled"),
}
"""`progress` orders snapshots of one second. `closed`: all that was to be refunded is."""

STATUSES: Final = {
    "pending": STATES["new"],
    "pending_payment": STATES["pending_payment"],
    "payment_review": STATES["payment_review"],
    "holded": STATES["holded"],
    "processing": STATES["processing"],
    "complete": STATES["complete"],
    "closed": STATES["closed"],
    "canceled": STATES["canceled"],
    "fraud": Meaning(3, Validity.UNSTATED, HoldReason.FRAUD, happened="suspected"),
    "pending_paypal": STATES["pending_payment"],
    "paypal_reversed": Meaning(4, Validity.UNSTATED, HoldReason.PAYMENT),
    "paypal_canceled_reversal": STATES["processing"],
}

SHARPER: Final = frozenset({"fraud", "paypal_reversed"})
"""Statuses that say more than the state they are put over."""

UNKNOWN: Final = Meaning(5, Validity.UNKNOWN)

MANUAL: Final = frozenset(
    {"checkmo", "cashondelivery", "banktransfer", "purchaseorder", "companycredit"}
)
PICKUP: Final = frozenset({"instore_pickup", "in_store_pickup"})

OPEN, SETTLED, CANCELLED = 1, 2, 3
INVOICE_STATES: Final = frozenset({OPEN, SETTLED, CANCELLED})
"""The same three numbers for invoices and credit memos; settled is paid, or refunded."""


def meaning_of(state: str, status: str) -> Meaning | None:
    """Look up what state and status say together; None where neither is known."""
    if status in SHARPER and state not in {"complete", "closed", "canceled"}:
        return STATUSES[status]
    return STATES.get(state) if state else STATUSES.get(status)
