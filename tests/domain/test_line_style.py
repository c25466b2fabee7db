"""How a line looks for every way in which its pieces can lie."""

from itertools import product

import pytest

from domain.line_style import Colour, Style, look_of
from domain.order import LineUnits
from tests.domain.builders import rows

LOOKS = """
ordered cancelled gone held supplier style       colour
4       0         0    4    0        ready       green
4       0         0    3    0        backordered orange
4       0         0    0    0        backordered red
4       0         4    0    0        struck      -
4       4         0    0    0        struck      -
4       1         3    0    0        struck      -
4       1         1    2    0        ready       green
4       1         1    1    0        backordered orange
4       1         1    0    0        backordered red
4       0         0    2    2        ready       green
4       0         0    0    4        ready       green
4       0         0    1    2        backordered orange
0       0         0    0    0        struck      -
"""


@pytest.mark.rule("S4.8", "S4.9", "S4.10")
@pytest.mark.parametrize("row", rows(LOOKS), ids=" ".join)
def test_a_line_looks_as_its_pieces_lie(row):
    """
    Struck where nothing is left, green where all of it is reserved, else red or orange.
    """
    ordered, cancelled, gone, held, supplier = map(int, row[:5])

    look = look_of(_units(ordered, cancelled, gone), held, supplier)

    assert (look.style, look.colour or "-", look.reserved) == (row[5], row[6], held)


@pytest.mark.rule("S4.8", "S4.9", "S4.10")
def test_every_line_has_one_look():
    """
    All lines of up to three pieces: struck exactly if done, green exactly if all is held.
    """
    for ordered, cancelled, gone, held in product(range(4), repeat=4):
        left = ordered - cancelled - gone
        if left < 0 or held > left:
            continue
        look = look_of(_units(ordered, cancelled, gone), held)
        assert (look.style is Style.STRUCK) == (left == 0)
        assert (look.colour is Colour.GREEN) == (0 < left == held)
        assert (look.colour is Colour.RED) == (0 == held < left)


def _units(ordered: int, cancelled: int, gone: int) -> LineUnits:
    return LineUnits("a", ordered, cancelled, 0, gone, 0, 0, 0, 0)
