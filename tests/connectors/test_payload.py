"""Fields that the models of connectors share: what they read and what they leave to a person."""

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.payload import PIECES_MAX, Pieces

READ = TypeAdapter(Pieces).validate_python


@pytest.mark.parametrize(
    ("written", "pieces"),
    [(0, 0), (2, 2), (2.0, 2), ("2", 2), ("2.0", 2), ("2.0000", 2), (PIECES_MAX, PIECES_MAX)],
)
def test_whole_pieces_are_read_however_they_are_written(written, pieces):
    """A tool between vendor and feed may write numbers as text or with a point."""
    assert READ(written) == pieces


@pytest.mark.parametrize(
    "written",
    [
        *(1.5, "1.5", -1, "-1", -1.0, "", " 2", "2,0", "1e3", "٢", True, None, [], float("inf")),
        *(PIECES_MAX + 1, str(PIECES_MAX + 1), "9" * 20, 1e18),
    ],
)
def test_what_is_no_count_of_pieces_is_refused(written):
    with pytest.raises(ValidationError):
        READ(written)
