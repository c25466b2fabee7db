"""How long the words of a command may be: its types have room for what sealing makes of them."""

import json

import pytest

from connectors.command import read_command
from connectors.delivery import Quarantined


def _note(length: int) -> bytes:
    command = {"kind": "add_note", "event_id": "c1", "order_key": "acme/web/1"}
    return json.dumps({**command, "body": {"text": "x" * length}}).encode()


@pytest.mark.parametrize("length", [1, 4_096])
def test_words_up_to_the_bound_are_taken(length):
    assert read_command(_note(length)).body.text == "x" * length


@pytest.mark.parametrize(("length", "field"), [(4_097, "body.text"), (24_000, "body.text")])
def test_longer_words_are_refused_by_the_name_of_their_field(length, field):
    assert read_command(_note(length)) == Quarantined(
        reason="not a command: over 4096 characters", field=field
    )


def test_words_that_no_field_has_room_for_are_no_command():
    assert read_command(_note(24_001)).reason.startswith("not a command: ")
