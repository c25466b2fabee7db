"""The keys of people: made once, kept, destroyed for good; on SQLite and on PostgreSQL."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from readmodel.database import migrate, open_database
from readmodel.errors import WrongDatabase
from readmodel.seal import subject_of
from readmodel.subject_key import SUBJECT_KEYS, SubjectKeys
from tests.readmodel.world import NOW

KEYS = [f"acme/shop/{number}" for number in range(5_000)]
ONE, TWO = KEYS[:2]


@pytest.fixture
def keys(empty_url):
    made = SubjectKeys(empty_url)
    yield made
    made.close()


def _rows(keys):
    with keys.engine.connect() as connection:
        return {
            row["order_key"]: row for row in connection.execute(select(SUBJECT_KEYS)).mappings()
        }


def test_an_order_has_one_key_for_good(keys):
    first = keys.of_orders([ONE, TWO], NOW)

    assert keys.of_orders([TWO, ONE, KEYS[2]], NOW).items() >= first.items()
    assert len(set(first.values())) == 2
    assert {len(secret) for secret in first.values()} == {64}


def test_many_orders_are_asked_for_at_once(keys):
    made = keys.of_orders(KEYS, NOW)

    begun = time.process_time()
    assert keys.of_orders(KEYS, NOW) == made
    assert time.process_time() - begun < 2
    assert len(keys.of_subjects({subject_of(key) for key in KEYS})) == len(KEYS)


def test_workers_that_meet_an_order_at_once_get_one_key(empty_url):
    stores = [SubjectKeys(empty_url) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda store: store.of_orders(KEYS[:50], NOW), stores))
    for store in stores:
        store.close()

    assert all(one == found[0] for one in found)


@pytest.mark.rule("X.20")
def test_an_erased_key_is_gone_and_no_other_is_made(keys):
    before = keys.of_orders([ONE, TWO], NOW)

    keys.erase([ONE, "acme/shop/unseen"], NOW)

    assert keys.of_orders([ONE, TWO, "acme/shop/unseen"], NOW) == {
        ONE: None,
        TWO: before[TWO],
        "acme/shop/unseen": None,
    }
    assert keys.of_subjects([subject_of(ONE), subject_of(TWO)]) == {
        subject_of(TWO): (TWO, before[TWO])
    }
    assert _rows(keys)[ONE]["secret"] is None
    assert _rows(keys)[ONE]["erased_at"] is not None
    assert _rows(keys)[TWO]["erased_at"] is None


def test_erasing_twice_keeps_when_it_was_first(keys):
    keys.erase([ONE], NOW)
    first = _rows(keys)[ONE]["erased_at"]

    keys.erase([ONE], NOW.replace(year=2030))

    assert _rows(keys)[ONE]["erased_at"] == first


@pytest.mark.rule("X.20")
def test_the_file_holds_no_byte_of_a_destroyed_key(tmp_path):
    keys = SubjectKeys(f"sqlite:///{tmp_path / 'keys.db'}")
    made = keys.of_orders(KEYS[:300], NOW)
    assert _is_in_files(tmp_path, made[ONE])

    keys.erase([ONE], NOW)

    assert not _is_in_files(tmp_path, made[ONE])
    assert _is_in_files(tmp_path, made[TWO])
    keys.close()


def _is_in_files(folder: Path, secret: bytes) -> bool:
    return any(secret[:16] in file.read_bytes() for file in folder.iterdir())


def test_the_table_may_stand_in_the_views_own_database(url):
    keys = SubjectKeys(url)
    made = keys.of_orders([ONE], NOW)
    view = open_database(url)
    migrate(view)

    assert keys.of_orders([ONE], NOW) == made
    view.dispose()
    keys.close()


def test_a_key_is_on_disk_before_it_is_used(empty_url):
    engine = open_database(empty_url, durable=True)
    asked = "PRAGMA synchronous" if engine.dialect.name == "sqlite" else "SHOW synchronous_commit"
    with engine.connect() as connection:
        assert connection.exec_driver_sql(asked).scalar_one() in {2, "on"}
    engine.dispose()


def test_a_database_that_cannot_be_is_said():
    with pytest.raises(WrongDatabase, match="needs"):
        SubjectKeys("mysql://x/y")
