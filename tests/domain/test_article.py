"""Goods that come back under the name of their article are those of its lines."""

import pytest

from domain.article import by_line
from domain.order import Item

ITEMS = (
    Item("1", 2, 0, 0, "tea"),
    Item("2", 3, 0, 0, "tea"),
    Item("3", 1, 0, 0, "cup"),
    Item("tea-line", 1, 0, 0, ""),
)

CASES = """
told         counted
-            -
1=1          1=1
tea=1        1=1
tea=3        1=2,2=1
tea=1,1=2    1=2,2=1
tea=9        1=2,2=7
cup=1,2=3    3=1,2=3
pot=1        -
tea-line=1   tea-line=1
"""


def counts(text):
    pairs = [pair.split("=") for pair in text.split(",") if text != "-"]
    return {name: int(count) for name, count in pairs}


@pytest.mark.parametrize("case", CASES.strip().splitlines()[1:])
def test_articles_are_counted_on_their_lines(case):
    """
    First lines first; what fits on none stays with the last, what nobody ordered is left out.
    """
    told, expected = map(counts, case.split())

    assert {name: n for name, n in by_line(told, ITEMS).items() if n} == expected
