"""What names people is known by its type, and a statement told in another form is no new one."""

from __future__ import annotations

from hashlib import sha256
from itertools import permutations
from typing import get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from domain import fact as facts
from domain.body import HoldPlaced, Note, Operation, ShipmentInfo
from domain.codec import decode_record, encode_message, encode_record
from domain.command import Record
from domain.document import Address, Document, Party
from domain.personal import (
    ERASED,
    PERSONAL_CHARACTERS_MAX,
    SEALED,
    overlong,
    personal_fields,
    personal_texts,
    rank,
    rewrite,
)
from domain.process import process
from domain.vocabulary import Minor
from tests.domain.builders import RULES, anomalies, document, placed, run, say
from tests.domain.stories import examples, histories

IDA = Party(customer_id="c1", name="Ida Berg", email="ida@example.org", locale="de")
HOME = Address(name="Ida Berg", street=("Weg 7", "Hof"), city="Leipzig", country="DE")


def plain(record):
    return record


def sealed(record):
    return rewrite(record, lambda text: f"{SEALED}{sha256(text.encode()).hexdigest()[:24]}:x")


def erased(record):
    return rewrite(record, lambda _: ERASED)


FORMS = (plain, sealed, erased)
PLACED = placed(revision=7, customer=IDA, ship_to=HOME)
FREE_TEXTS = {"note", "text"}
NOT_PERSONAL = {"country", "locale"}


def _structs(kind: type) -> set[type]:
    found = {kind}
    for hint in get_type_hints(kind).values():
        for one in (hint, *get_args(hint)):
            if isinstance(one, type) and issubclass(one, Struct) and one not in found:
                found |= _structs(one)
    return found


@pytest.mark.parametrize("kind", get_args(Record), ids=lambda kind: kind.__struct_config__.tag)
def test_whatever_a_person_may_be_named_in_is_personal(kind):
    """
    All free text of a record, and all of a party or an address but language and country.
    """
    for part in _structs(kind):
        named = {field for field in personal_fields(part) if "." not in field}
        wanted = FREE_TEXTS & set(part.__struct_fields__)
        if part in {Party, Address}:
            wanted = set(part.__struct_fields__) - NOT_PERSONAL
        assert wanted <= named, part


def test_every_personal_text_of_a_record_is_found_and_changed():
    told = replace(PLACED.body, note="for Ida")

    changed = rewrite(told, str.upper)

    assert personal_texts(told) == [
        *("for Ida", "c1", "Ida Berg", "ida@example.org"),
        *("Ida Berg", "Weg 7", "Hof", "Leipzig"),
    ]
    assert changed.ship_to == Address(
        name="IDA BERG", street=("WEG 7", "HOF"), city="LEIPZIG", country="DE"
    )
    assert changed.customer.locale == "de"


def test_a_record_that_names_nobody_stays_the_same_object():
    told = say(facts.ShipmentCreated, 1, ShipmentInfo(shipment_id="f1"))

    assert rewrite(told, str.upper) is told


def test_a_text_is_as_long_as_before_only_when_it_is_sealed():
    longest = "x" * PERSONAL_CHARACTERS_MAX
    said = say(facts.OrderNoteAdded, 1, Note(note_id="n", text="\U0001f600" * len(longest)))

    assert overlong(Document(currency="EUR", total=0, note=longest)) == ""
    assert overlong(document(ship_to=Address(street=("", longest + "x")))) == "ship_to.street"
    as_sealed = rewrite(said, lambda text: SEALED + "x" * (40 + len(text.encode()) * 4 // 3))
    assert decode_record(encode_record(as_sealed)) == as_sealed


@pytest.mark.parametrize(
    ("text", "order"),
    [
        *((SEALED + "00:x", 2), (ERASED, 1), ("erased:12", 0), ("Ida sealed:1:", 0), ("", 0)),
        *((b'{"note":"sealed:1:00:x"}', 2), (b'{"note":"erased:1"}', 1)),
        (b'{"note":"\\"sealed:1:00:x"}', 0),
    ],
)
def test_forms_are_told_apart_and_ordered(text, order):
    assert rank(text) == order


def final(records) -> bytes:
    return encode_message(replace(run(records).snapshot, version=0, seq={}))


@pytest.mark.rule("X.1", "X.20")
@examples(0.6)
@given(histories(), st.randoms(use_true_random=False))
def test_any_order_of_arrival_ends_the_same_whatever_form_facts_are_told_in(history, chance):
    """
    Each fact told plain, sealed, erased, or in several of these forms, in two orders.
    """
    told = [
        form(record)
        for record in history
        for form in chance.sample(FORMS, chance.randint(1, len(FORMS)))
    ]
    again = chance.sample(told, len(told))

    assert final(again) == final(told)


@pytest.mark.rule("X.20")
@examples(0.4)
@given(histories())
def test_after_erasure_everything_told_again_is_a_repeat(history):
    """
    What was sealed before and comes back without its person says nothing, whatever it is.
    """
    order = run(map(sealed, history)).order

    assert all(process(order, erased(record), RULES).repeat for record in history)


@pytest.mark.rule("X.20")
def test_no_status_depends_on_who_it_is_for():
    """
    The same facts sealed or erased give the same axes, words, money and commands.
    """
    waiting = HoldPlaced(hold_id="h1", note="call Ida")
    paid = Operation(amount=Minor(100), currency="EUR", reference="r1", note="Ida's card")
    told = [
        PLACED,
        say(facts.HoldWasPlaced, 1, waiting),
        say(facts.PaymentCaptured, 2, paid),
    ]

    def shown(form):
        snapshot = run(map(form, told)).snapshot
        return replace(snapshot, order=b"", holds=(), changes={})

    assert shown(plain) == shown(sealed) == shown(erased)


@pytest.mark.parametrize("again", FORMS)
@pytest.mark.parametrize("first", FORMS)
def test_one_document_in_two_forms_is_no_contradiction(first, again):
    told = run([first(PLACED), again(PLACED)])

    assert anomalies(told.messages) == []
    assert run([again(PLACED), first(PLACED)]).order.head == told.order.head


@pytest.mark.parametrize("form", [plain, sealed])
def test_two_addresses_under_one_revision_are_a_contradiction(form):
    moved = placed(revision=7, customer=IDA, ship_to=replace(HOME, city="Graz"))

    told = run([form(PLACED), erased(PLACED), form(moved)])

    assert anomalies(told.messages) == [("conflicting_duplicate", "raised")]


def test_other_pieces_under_one_revision_are_a_contradiction_whoever_they_are_for():
    other = placed("3a", revision=7, customer=IDA, ship_to=HOME)

    told = run([sealed(PLACED), erased(other)])

    assert anomalies(told.messages) == [("conflicting_duplicate", "raised")]


def test_a_document_that_was_plain_is_sealed_when_it_is_told_again():
    told = run([PLACED, sealed(PLACED)])

    assert b"Ida" not in encode_message(told.snapshot)


def test_the_form_that_stands_does_not_depend_on_which_came_first():
    told = [form(PLACED) for form in FORMS]

    heads = {run(arrival).order.head for arrival in permutations(told)}

    assert len(heads) == 1
