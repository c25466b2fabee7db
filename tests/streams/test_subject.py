"""Keys for the edges: asked for in batches, kept for a while, waited for while they are away."""

from __future__ import annotations

import asyncio
import math

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import OperationalError

from domain.personal import ERASED, SEALED
from readmodel.subject_key import SubjectKeys
from streams import subject
from streams.metric import Metrics
from streams.settings import SettingsError, load_settings
from streams.stages import ROLES, make_stages
from streams.subject import Subjects
from tests.readmodel.world import NOW

ONE, TWO = "acme/shop/1", "acme/shop/2"
AWAY = OperationalError("SELECT", {}, Exception("connection refused"))


class Store:
    """A database of keys that says what it was asked, and may be away for some questions."""

    def __init__(self, keys, away=0) -> None:
        self.asked = []
        self._keys = keys
        self._away = away

    def of_orders(self, order_keys, now):
        self.asked.append(set(order_keys))
        if len(self.asked) <= self._away:
            raise AWAY
        return self._keys.of_orders(order_keys, now)


def shown(metrics, name):
    return metrics.registry.get_sample_value(f"orderstream_{name}")


@pytest.fixture
def keys(tmp_path):
    made = SubjectKeys(f"sqlite:///{tmp_path / 'keys.db'}")
    yield made
    made.close()


def test_only_keys_that_are_not_at_hand_are_asked_for(keys):
    store = Store(keys)
    subjects = Subjects(store)

    async def story():
        first = await subjects.sealers([ONE])
        both = await subjects.sealers([ONE, TWO])
        assert await subjects.sealers([TWO, ONE]) == both
        assert both[ONE] is first[ONE]

    asyncio.run(story())

    assert store.asked == [{ONE}, {TWO}]


def test_a_key_is_not_kept_for_long(keys, monkeypatch):
    monkeypatch.setattr(subject, "KEEP_SECONDS", -1.0)
    subjects = Subjects(keys)

    before = asyncio.run(subjects.sealers([ONE]))[ONE]
    keys.erase([ONE], NOW)

    assert before("Ida").startswith(SEALED)
    assert asyncio.run(subjects.sealers([ONE]))[ONE]("Ida") == ERASED


def test_there_are_never_more_keys_in_memory_than_so_many(keys, monkeypatch):
    monkeypatch.setattr(subject, "KEYS_MAX", 2)
    store = Store(keys)
    subjects = Subjects(store)

    for number in (0, 1, 2, 2, 0):
        asyncio.run(subjects.sealers([f"a/b/{number}"]))

    assert [names.pop() for names in store.asked] == ["a/b/0", "a/b/1", "a/b/2", "a/b/0"]


def test_while_the_database_is_away_it_is_asked_again_and_again(keys, monkeypatch):
    monkeypatch.setattr(subject, "_PAUSE_SECONDS_FIRST", 0.001)
    store = Store(keys, away=3)
    subjects = Subjects(store)

    async def story():
        asking = asyncio.create_task(subjects.sealers([ONE]))
        while subjects.there:  # noqa: ASYNC110 - the condition is no event
            await asyncio.sleep(0)
        return await asking

    assert asyncio.run(story()).keys() == {ONE}
    assert subjects.there
    assert len(store.asked) == 4


def test_the_series_says_whether_the_database_of_keys_answers(tmp_path):
    """1 while it does, 0 while it is away; where nothing is sealed neither, so no alert comes."""
    sealing, plain = Metrics(CollectorRegistry()), Metrics(CollectorRegistry())
    stages = make_stages(
        load_settings(subject_keys_url=f"sqlite:///{tmp_path / 'keys.db'}"), sealing
    )
    make_stages(load_settings(), plain)

    answers = shown(sealing, "keys_database")
    next(stage.outside for stage in stages if stage.outside).there = False

    assert (answers, shown(sealing, "keys_database")) == (1, 0)
    assert math.isnan(shown(plain, "keys_database"))


def test_a_worker_without_a_view_misses_no_database_of_one():
    """The alert on 0 is about view workers; the others showed 0 as well."""
    assert math.isnan(shown(Metrics(CollectorRegistry()), "view_database"))


def test_only_edges_wait_for_keys_and_only_where_they_are_kept(tmp_path):
    metrics = Metrics(CollectorRegistry())
    url = f"sqlite:///{tmp_path / 'keys.db'}"

    sealing = make_stages(load_settings(subject_keys_url=url), metrics)
    plain = make_stages(load_settings(), metrics)

    waiting = {stage.name for stage in sealing if stage.outside is not None}
    assert waiting == {"orders", "payments", "tracking", "commands", "resolver"}
    assert len({stage.outside for stage in sealing}) == 2  # one for all of a worker, and none
    assert {stage.outside for stage in plain} == {None}
    assert [stage.name for stage in plain] == list(ROLES)


def test_a_wrong_url_is_one_line():
    with pytest.raises(SettingsError, match="ORDERSTREAM_SUBJECT_KEYS_URL: names mysql"):
        load_settings(subject_keys_url="mysql://x/y")
