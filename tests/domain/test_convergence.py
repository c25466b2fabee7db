"""X.1: the same facts give the same order, in whatever order and however often they arrive."""

from itertools import permutations

import pytest
from hypothesis import given
from msgspec.structs import replace

from domain import fact as facts
from domain.codec import encode_message
from tests.domain.builders import MONEY, RULES, run
from tests.domain.stories import BODIES, deliveries


def final(records) -> bytes:
    """Say what an order ends as, apart from how often it changed on the way."""
    return encode_message(replace(run(records).snapshot, version=0, seq={}))


@pytest.mark.rule("X.1")
@given(deliveries())
def test_any_order_of_arrival_ends_in_the_same_snapshot(both):
    """
    Permuted and repeated facts, contradictions and verdicts included, give equal bytes.
    """
    first, second = both

    assert final(first) == final(second)
