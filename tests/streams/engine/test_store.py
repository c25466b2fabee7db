from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.errors import StoreError
from streams.engine.store import MemoryStore

KEYS = st.sampled_from([b"a", b"b", b"c"])
WRITES = st.lists(st.tuples(KEYS, st.one_of(st.none(), st.binary(max_size=3))))


def test_a_key_changed_often_is_one_change_with_its_last_value():
    store = MemoryStore()

    store.put(b"k", b"1")
    store.put(b"k", b"2")

    assert store.take_changes() == [(b"k", b"2")]
    assert store.take_changes() == []


def test_deleting_leaves_a_tombstone_for_the_changelog():
    store = MemoryStore()
    store.put(b"k", b"1")
    store.take_changes()

    store.put(b"k", None)

    assert store.get(b"k") is None
    assert len(store) == 0
    assert store.take_changes() == [(b"k", None)]


def test_what_is_restored_is_no_change():
    store = MemoryStore()

    store.restore(b"k", b"1")
    store.restore(b"gone", b"1")
    store.restore(b"gone", None)

    assert dict(store.items()) == {b"k": b"1"}
    assert store.take_changes() == []


def test_a_stage_without_changelog_cannot_keep_state():
    with pytest.raises(StoreError):
        MemoryStore(logged=False).put(b"k", b"1")


@given(st.lists(WRITES))
def test_the_changelog_gives_the_same_state_again(batches):
    store, copy = MemoryStore(), MemoryStore()

    for batch in batches:
        for key, value in batch:
            store.put(key, value)
        for key, value in store.take_changes():
            copy.restore(key, value)

    assert dict(copy.items()) == dict(store.items())
