"""Which bodies no connector gets to see."""

import json
from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.delivery import BODY_BYTES_MAX
from connectors.json_body import DEPTH_MAX, DIGITS_MAX, STRING_BYTES_MAX, admit, guard, parse

REFUSED = [
    (b"", "empty body"),
    (b" \n\t", "empty body"),
    (b"[" + b" " * BODY_BYTES_MAX + b"]", "body over"),
    (b'{"a":"\xff"}', "not UTF-8"),
    (b'{"a":1,"a":1}', "key twice in one object: a"),
    (b'{"a" :1, "a"\n: 2}', "key twice in one object: a"),
    (b'[{"b":{"a":{},"c":0,"a":{}}}]', "key twice in one object: a"),
    (rb'{"a":1,"a":2,"b":"\u003a"}', "key twice in one object: a"),
    (rb'{"a":1,"\u0061":2}', "key twice in one object: a"),
    (b"[" * 10_000 + b"]" * 10_000, "nested deeper"),
    (b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1), "nested deeper"),
    (b'{"a":' * (DEPTH_MAX + 1) + b"1" + b"}" * (DEPTH_MAX + 1), "nested deeper"),
    (b"[" * 10_000, "nested deeper"),
    (b"[[" * 20 + b'"[', "nested deeper"),
    (b'["]",' * 5_000 + b"1" + b"]" * 5_000, "nested deeper"),
    (b'["]",' * 5_000 + b"1" + b',"["]' * 5_000, "nested deeper"),
    (b"[NaN]", "NaN is no JSON number"),
    (b'{"a":-Infinity}', "-Infinity is no JSON number"),
    (b"[1e400]", "number out of range"),
    (b"[" + b"1" * (DIGITS_MAX + 1) + b"]", "number over 24 digits"),
    (b"[0." + b"1" * 40 + b"]", "number over 24 digits"),
    (rb'["\ud800"]', "lone surrogate"),
    (b'["' + b"x" * (STRING_BYTES_MAX + 1) + b'"]', "string over"),
    (b'{"' + b"x" * (STRING_BYTES_MAX + 1) + b'":1}', "string over"),
]

PASSED = [
    b"webhook_id=42",
    b"{}",
    b"[]",
    b"[" * DEPTH_MAX + b"]" * DEPTH_MAX,
    b"[" + b"1" * DIGITS_MAX + b"]",
    b'["' + b"1" * 40 + b'"]',
    b'["NaN", "Infinity", "[[[[", "}}}}", "a:b"]',
    rb'["\ud83d\ude00", "\u003a", "\\ud800"]',
    b'{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    b'["' + b"x" * STRING_BYTES_MAX + b'"]',
    b'{"broken": ',
    b"[" + b"[]," * 2_000 + b"[]]",
    b"[" + b'{"title": "[sale"},' * 50 + b"{}]",
    b"[" + rb'{"title": "\"[\\"},' * 50 + b"{}]",
]


@pytest.mark.parametrize(("body", "reason"), REFUSED, ids=lambda value: str(value)[:30])
def test_a_dangerous_body_is_refused_with_its_reason(body, reason):
    """Each limit names itself."""
    refused = guard(body)

    assert refused is not None
    assert reason in refused.reason


@pytest.mark.parametrize("body", PASSED, ids=lambda value: str(value)[:30])
def test_an_honest_body_passes(body):
    """What is at its limit, no JSON, or merely broken is the connector's business."""
    assert guard(body) is None


def test_without_the_question_for_duplicates_all_other_limits_stay():
    """A gateway that asked already may save the time, and nothing else changes."""
    left = {reason for body, reason in REFUSED if guard(body, duplicates=False) is None}

    assert left == {"key twice in one object: a", "number out of range"}


@pytest.mark.timeout(5)
def test_a_string_that_never_ends_costs_one_look():
    """Escaped quotes do not make the scan start over at each of them."""
    body = b"[" * DEPTH_MAX + b'{"' + rb"\"" * 60_000

    assert guard(body, duplicates=False) is not None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64) | st.text(printable, max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(printable, max_size=6), inner, max_size=4)
    ),
    max_leaves=40,
)


@given(JSON, st.booleans(), st.sampled_from([None, 1]))
def test_every_plain_document_passes_and_reads_back(value, ascii_only, indent):
    """No honest document is refused, however it is written."""
    body = json.dumps([value], ensure_ascii=ascii_only, indent=indent).encode()

    assert guard(body) is None
    assert parse(body) == parse(admit(body)) == [value]


@given(JSON, st.text(printable, min_size=1, max_size=6))
def test_a_key_that_stands_twice_is_found_wherever_it_stands(value, key):
    """Counting colons never misses a key that would be lost."""
    name = json.dumps(key)
    body = f'[{json.dumps(value)}, {{"x": {{{name}: 1, {name} : {json.dumps(value)}}}}}]'.encode()

    refused = guard(body)

    assert refused is not None
    assert refused.reason == f"key twice in one object: {key}"


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(body):
    """The guard never raises."""
    guard(body)
    guard(b"[" + body)


@pytest.mark.parametrize(
    "digits", ["18446744073709551616", "-9223372036854775809", "1" * DIGITS_MAX]
)
def test_numbers_beyond_64_bits_stay_exact(digits):
    """Some ids are; a double in between would make another order of them."""
    assert parse(admit(f"[{digits}]".encode())) == [int(digits)]


def test_what_was_parsed_to_find_a_key_twice_is_not_parsed_again():
    """The connector gets the same values, and the bytes that signatures and hashes are made of."""
    body = b'{"a": 1}'

    admitted = admit(body)

    assert admitted == body
    assert parse(admitted) is parse(admitted)
    assert parse(admit(body, duplicates=False)) == {"a": 1}
