"""Parts of payloads: each type reads what payloads hold in its place, or names what it cannot."""

from datetime import UTC, datetime

import pytest
from msgspec import field
from msgspec.structs import asdict

from connectors.misread import Misread
from connectors.part import Flag, Identifier, Note, Part, Pieces, Rows, Text, Time, UtcTime
from connectors.payload import TEXT_CHARACTERS_MAX

NINE = datetime(2024, 5, 1, 9, tzinfo=UTC)


class Piece(Part, frozen=True, kw_only=True):
    id: Identifier
    quantity: Pieces = 1


class Whole(Part, frozen=True, kw_only=True):
    name: Text = ""
    note: Note = ""
    parent: Identifier | None = field(default=None, name="parentId")
    at: Time | None = None
    made: UtcTime | None = None
    test: Flag = None
    words: Rows[Text] = ()
    pieces: Rows[Piece] = ()
    first: Piece | None = None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, {}),
        ({"unread": [1]}, {}),
        ({"name": "Mug", "note": None}, {"name": "Mug"}),
        ({"name": 7}, {"name": "7"}),
        ({"name": "x" * 5_000}, {"name": "x" * TEXT_CHARACTERS_MAX}),
        ({"note": "x" * 5_000}, {"note": "x" * 4_096}),
        ({"parentId": 0}, {"parent": "0"}),
        ({"parentId": "00017"}, {"parent": "00017"}),
        ({"parentId": None, "parent": 5}, {}),
        ({"parentId": 10**20 - 1}, {"parent": "9" * 20}),
        ({"at": "2024-05-01T11:00:00+02:00"}, {"at": NINE}),
        ({"made": "2024-05-01T09:00:00"}, {"made": NINE}),
        ({"test": "No"}, {"test": False}),
        ({"test": 1}, {"test": True}),
        ({"words": ["a", None, 5]}, {"words": ("a", "", "5")}),
        ({"words": None, "pieces": None}, {}),
        ({"pieces": [{"id": 1}]}, {"pieces": (Piece(id="1"),)}),
        ({"first": {"id": "1", "quantity": 0}}, {"first": Piece(id="1", quantity=0)}),
    ],
)
def test_what_a_payload_holds_is_read_by_the_type_of_its_field(payload, expected):
    """Null is no text and no rows, a number is text, an id is digits."""
    assert asdict(Whole.read(payload)) == asdict(Whole()) | expected


@pytest.mark.parametrize(
    ("payload", "at", "value"),
    [
        ([], "", []),
        ({"name": 1.5}, "name", 1.5),
        ({"name": True}, "name", True),
        ({"parentId": 1.0}, "parentId", 1.0),
        ({"parentId": 10**20}, "parentId", 10**20),
        ({"parentId": "x1"}, "parentId", "x1"),
        ({"at": "2024-05-01T09:00:00"}, "at", "2024-05-01T09:00:00"),
        ({"at": "1024-05-01T09:00:00Z"}, "at", "1024-05-01T09:00:00Z"),
        ({"at": 1714557600}, "at", 1714557600),
        ({"test": "perhaps"}, "test", "perhaps"),
        ({"test": 2}, "test", 2),
        ({"words": "abc"}, "words", "abc"),
        ({"words": ["a", []]}, "words.1", []),
        ({"pieces": [{"id": 1}, {"id": "-1"}]}, "pieces.1.id", "-1"),
        ({"pieces": [{"id": 1, "quantity": -1}]}, "pieces.0.quantity", -1),
        ({"pieces": [{"quantity": 1}]}, "pieces.0.id", {"quantity": 1}),
        ({"first": "x"}, "first", "x"),
        ({"first": {"id": []}}, "first.id", []),
    ],
    ids=repr,
)
def test_what_cannot_be_read_is_named_with_its_path_and_value(payload, at, value):
    """The path is in the payload's words, so that its sender finds the place."""
    with pytest.raises(Misread) as misread:
        Whole.read(payload)

    assert misread.value.field == at
    assert misread.value.value == value
    assert misread.value.reason


def test_a_list_has_a_bound():
    """A thousand rows are an order; more are a mistake or an attack."""
    Whole.read({"words": ["a"] * 1_000})

    with pytest.raises(Misread, match="words"):
        Whole.read({"words": ["a"] * 1_001})


def test_what_a_general_part_reads_its_special_ones_read_too():
    """Fields come down with their types."""

    class Special(Piece, frozen=True, kw_only=True):
        name: Text = ""

    assert Special.read({"id": 5, "name": None}) == Special(id="5")
