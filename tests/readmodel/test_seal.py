"""Sealed texts: readable with their key and with nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.personal import ERASED, PERSONAL_CHARACTERS_MAX, SEALED, rank
from readmodel.seal import new_secret, sealer, subject_of, subjects_in, unseal

KEY = "acme/shop/1001"
SUBJECT = subject_of(KEY)
SECRET = new_secret()
SEAL = sealer(KEY, SECRET)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(st.dictionaries(st.text(max_size=3), TEXTS), st.binary(min_size=64, max_size=64))
def test_what_is_sealed_is_read_with_its_key_wherever_it_stands_in_json(told, secret):
    seal = sealer(KEY, secret)
    value = json.dumps({name: [seal(text)] for name, text in told.items()}).encode()

    opened = unseal(value, {SUBJECT: secret})

    assert json.loads(opened.value) == {name: [text] for name, text in told.items()}
    assert not opened.lost


@given(st.dictionaries(st.text(), TEXTS))
def test_json_that_was_never_sealed_stays_byte_for_byte(told):
    value = json.dumps(told, ensure_ascii=False).encode()

    assert unseal(value, {SUBJECT: SECRET}).value == value


@given(TEXTS)
def test_a_text_is_sealed_the_same_each_time_and_otherwise_for_each_order(text):
    other = sealer("acme/shop/1002", SECRET)

    assert SEAL(text) == SEAL(text) != other(text)
    assert rank(SEAL(text)) == 2
    assert len(text) < 4 or text not in SEAL(text)


def test_the_longest_text_fits_its_field_when_it_is_sealed():
    assert len(SEAL("😀" * PERSONAL_CHARACTERS_MAX)) <= 24_000


@pytest.mark.rule("X.20")
def test_without_its_key_a_text_is_nothing():
    value = json.dumps({"name": SEAL("Ida"), "city": ERASED, "total": 5}).encode()

    opened = unseal(value, {})

    assert json.loads(opened.value) == {"name": "", "city": "", "total": 5}
    assert opened.lost


def test_an_erased_order_seals_nothing_and_says_so():
    assert sealer(KEY, None)("Ida") == ERASED


def test_another_key_opens_nothing():
    value = json.dumps({"name": SEAL("Ida")}).encode()

    assert unseal(value, {SUBJECT: new_secret()}).value == value


@pytest.mark.parametrize(
    "text",
    [
        *(f"{SEALED}{SUBJECT}:AAAA", f"{SEALED}{SUBJECT}:A", f"{SEALED}{SUBJECT}:", SEALED),
        *('x "' + SEAL("Ida"), SEAL("Ida") + '"', "\\", '\\"' + SEAL("Ida")),
    ],
)
def test_what_only_looks_sealed_stays(text):
    value = json.dumps({"name": text}).encode()

    assert unseal(value, {SUBJECT: SECRET}).value == value


def test_subjects_are_named_by_what_is_sealed():
    value = json.dumps([SEAL("Ida"), SEAL("Berg"), sealer("a/b/c", SECRET)("x"), ERASED]).encode()

    assert subjects_in(value) == {SUBJECT, subject_of("a/b/c")}
