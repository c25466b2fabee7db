"""Every trace of up to five records of one stock, against a count that anybody can follow.

Traces that leave the same state behind go on as one, so the 111,110 of them are 9,000 steps.
"""

from math import comb
from typing import NamedTuple

import pytest

from domain.stock import Stock, claim_name, take, unseen_stock
from domain.stock_fact import StockLevelWasSet, StockMovement
from domain.stock_state import numbers_of
from tests.domain.builders import NINE, minute
from tests.domain.stock_builders import adjusted, level, moved, received

RECORDS = (
    level(5, at=-10),
    level(3, at=20),
    received(2, at=15),
    adjusted(-3, at=30),
    moved("1", 1, wanted=3, since=1),
    moved("1", 2, wanted=3, committed=2, since=1),
    moved("1", 3, wanted=1, left="2@25", since=1),
    moved("1", 4, left="2@25", since=1),
    moved("2", 1, wanted=4, since=2),
    moved("2", 2, wanted=2, committed=1, left="1@10", since=2),
)
TRACE_MAX = 5


class Node(NamedTuple):
    """A stock, the settled claims beside it, what each order was answered, and what was told."""

    stock: Stock
    settled: dict
    answered: dict[str, tuple[int, int]]
    told: frozenset[int]


def _next(node: Node, index: int) -> Node:
    record = RECORDS[index]
    name = claim_name(record) if isinstance(record, StockMovement) else ""
    step = take(node.stock, record, node.settled.get(name))
    settled = {key: claim for key, claim in node.settled.items() if key != name or step.repeat}
    if name and step.settled:
        settled[name] = step.settled
    answered = dict(node.answered)
    for answer in step.answers:
        seq = answered.get(answer.order_key, (0, 0))[0]
        assert answer.revision > seq, "a stock numbers its answers upwards"
        answered[answer.order_key] = (answer.revision, answer.body.quantity)
    return Node(step.stock, settled, answered, node.told | {index})


def _count(told: frozenset[int]) -> tuple[tuple[int, ...], dict[str, int]]:
    """Count anew, piece by piece: the numbers, and what each order gets of what it waits for."""
    records = [RECORDS[index] for index in told]
    wishes = {}
    for one in sorted(
        (one for one in records if isinstance(one, StockMovement)), key=lambda one: one.revision
    ):
        wishes[one.order_key] = one.body
    facts = [one for one in records if not isinstance(one, StockMovement)]
    counts = [one for one in facts if isinstance(one, StockLevelWasSet)]
    count = max(counts, key=lambda one: one.occurred_at, default=None)
    since = count.occurred_at if count else minute(-1_000)
    on_hand = count.body.on_hand if count else 0
    on_hand += sum(
        one.body.quantity for one in facts if one not in counts and one.occurred_at >= since
    )
    on_hand -= sum(
        one.quantity for wish in wishes.values() for one in wish.departures if one.at >= since
    )
    gets = dict.fromkeys(wishes, 0)
    queue = [key for key, wish in wishes.items() for _ in range(wish.committed)]
    queue += [key for key, wish in wishes.items() for _ in range(wish.wanted - wish.committed)]
    begun = sum(wish.committed for wish in wishes.values())
    queue[:begun] = sorted(queue[:begun], key=lambda key: wishes[key].since or NINE)
    queue[begun:] = sorted(queue[begun:], key=lambda key: wishes[key].since or NINE)
    for key in queue[: max(on_hand, 0)]:
        gets[key] += 1
    allocated = sum(max(gets[key], wish.committed) for key, wish in wishes.items())
    return (on_hand, allocated, on_hand - allocated, begun, on_hand - begun), gets


@pytest.mark.rule("S3.27")
def test_every_trace_of_five_records_counts_right():
    """
    After each record of each trace: both formulas, the plain count, and what orders believe.
    """
    begin = Node(unseen_stock(RECORDS[0]), {}, {}, frozenset())
    counted: dict[frozenset[int], tuple] = {}
    layer: dict[tuple, Node] = {(): begin}
    for _ in range(TRACE_MAX):
        following = {}
        for node in layer.values():
            for index in range(len(RECORDS)):
                after = _next(node, index)
                if after.told not in counted:
                    counted[after.told] = _count(after.told)
                numbers, gets = counted[after.told]
                assert numbers_of(after.stock)[:5] == numbers
                _believed(after, gets)
                following[_fingerprint(after)] = after
        layer = following
    sets = sum(comb(len(RECORDS), size) for size in range(1, TRACE_MAX + 1))
    assert len(counted) == sets


def _believed(node: Node, gets: dict[str, int]) -> None:
    claims = {name.split(" ")[0]: claim for name, claim in node.stock.claims.items()}
    for key, quantity in gets.items():
        wanted = claims[key].wanted if key in claims else 0
        believed = min(node.answered.get(key, (0, 0))[1], wanted)
        assert believed == quantity, (key, believed, quantity)


def _fingerprint(node: Node) -> tuple:
    stock = node.stock
    claims = tuple(sorted((name, _tuple(claim)) for name, claim in stock.claims.items()))
    settled = tuple(sorted((name, _tuple(claim)) for name, claim in node.settled.items()))
    answered = tuple(sorted((key, quantity) for key, (_, quantity) in node.answered.items()))
    standing = tuple(sorted(name for name, times in stock.raised.items() if times > 0))
    book = tuple(sorted(stock.book.departures.items())), tuple(sorted(stock.book.entries))
    return node.told, claims, settled, answered, standing, book


def _tuple(claim) -> tuple:
    return tuple(getattr(claim, name) for name in claim.__struct_fields__)
