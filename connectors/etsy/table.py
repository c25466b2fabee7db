"""Etsy's words and what they mean here; what is in no table is unknown and is reported."""

from typing import Final, NamedTuple

from domain import fact as facts
from domain.fact import Fact
from domain.vocabulary import Validity


class Meaning(NamedTuple):
    """What a receipt's status says: how far it goes, and what must have happened.

    Whether an open receipt was paid for is told by its flag alone.
    """

    progress: int
    validity: Validity
    happened: str = ""


STATUS: Final = {
    "open": Meaning(1, Validity.UNSTATED),
    "payment processing": Meaning(2, Validity.PENDING, "pending"),
    "paid": Meaning(4, Validity.VALID),
    "completed": Meaning(5, Validity.VALID, "shipped"),
    "partially refunded": Meaning(6, Validity.VALID),
    "fully refunded": Meaning(7, Validity.VALID, "refunded"),
    "canceled": Meaning(8, Validity.UNSTATED, "cancelled"),
    "cancelled": Meaning(8, Validity.UNSTATED, "cancelled"),
}
"""In lower case, as the documentation has them; payloads write `Fully Refunded`."""

NEW_WORD: Final = Meaning(3, Validity.UNKNOWN)

REFUND: Final[dict[str, type[Fact]]] = {"SUCCESS": facts.PaymentRefunded}

PAID_BY_HAND: Final = frozenset({"bt", "check", "ck", "mo", "other"})
"""Bank transfer, cheque, money order, and whatever buyer and seller agreed on."""
