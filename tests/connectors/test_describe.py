"""What a table's meanings are in words."""

from typing import NamedTuple

import pytest

from connectors.describe import becomes, written
from domain.fact import PaymentCaptured, PaymentFailed
from domain.vocabulary import HoldReason, Parcel, Validity


class Meaning(NamedTuple):
    progress: int
    validity: Validity
    hold: HoldReason | None = None
    kinds: tuple = ()


@pytest.mark.parametrize(
    ("meaning", "text"),
    [
        (Parcel.DELIVERED, "delivered"),
        (Validity.UNSTATED, "nothing"),
        (None, "nothing"),
        ("", "nothing"),
        ((), "nothing"),
        ("manual", "manual"),
        (PaymentCaptured, "payment.captured"),
        ((PaymentCaptured, PaymentFailed), "payment.captured, payment.failed"),
        ({"done": PaymentCaptured, "else": None}, "done payment.captured"),
        (Meaning(3, Validity.VALID), "validity valid"),
        (Meaning(3, Validity.UNSTATED), "nothing"),
        (
            Meaning(3, Validity.PENDING, HoldReason.PAYMENT, (PaymentFailed,)),
            "validity pending; hold payment; kinds payment.failed",
        ),
    ],
)
def test_a_meaning_says_what_a_word_becomes(meaning, text):
    assert becomes(meaning) == text


def test_words_that_count_together_are_written_together():
    assert (written("paid"), written(("failure", "lost")), written(7)) == (
        "paid",
        "failure/lost",
        "7",
    )
