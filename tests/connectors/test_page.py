"""Pages that are larger than a body may be."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.page import split

LARGE_ID = 9_007_199_254_740_993_001


@given(
    st.lists(
        st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=30)), min_size=1
    ),
    st.sampled_from([None, "orders", 'da"ta']),
    st.sampled_from([None, 2]),
    st.integers(20, 200),
)
def test_the_parts_hold_the_same_elements_in_order(elements, name, indent, limit):
    """Whatever the wrapper is called and however the page is written."""
    page = elements if name is None else {name: elements}
    body = json.dumps(page, indent=indent).encode()

    parts = split(body, limit)

    read = [json.loads(part) for part in parts]
    told = [each for part in read for each in (part if name is None else part[name])]
    assert told == elements
    assert all(
        len(part) <= limit or len(one if name is None else one[name]) == 1
        for part, one in zip(parts, read, strict=True)
    )


def test_bytes_of_elements_stay_as_they_are():
    """Large ids and amounts with all their decimals."""
    body = b'{"orders": [{"id": %d, "total": 10.50}, {"id": 1e3}]}' % LARGE_ID

    assert split(body, 40) == [
        b'{"orders":[{"id": %d, "total": 10.50}]}' % LARGE_ID,
        b'{"orders":[{"id": 1e3}]}',
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"x" * 50,
        b'{"a": [1], "b": [2]}' + b" " * 40,
        b"[" * 60,
        b'{"a": 1}' + b" " * 40,
    ],
)
def test_what_is_no_page_stays_whole(body):
    """The guard says what is wrong with it."""
    assert split(body, 40) == [body]
