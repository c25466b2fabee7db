"""What the view reads of sealed records: its own tenants' people, and of erased ones nobody."""

from __future__ import annotations

import json

import pytest

from domain.codec import encode_message
from domain.document import Address, Party
from domain.personal import rewrite
from readmodel.batch import Incoming
from readmodel.opening import Opener
from readmodel.seal import sealer
from readmodel.subject_key import SubjectKeys
from tests.domain.builders import KEY, placed, run
from tests.readmodel.world import NOW

IDA = Party(name="Ida Berg", locale="de")
HOME = Address(name="Ida Berg", city="Leipzig", country="DE")


@pytest.fixture
def keys(tmp_path):
    made = SubjectKeys(f"sqlite:///{tmp_path / 'keys.db'}")
    yield made
    made.close()


def _snapshot(keys, key=KEY):
    seal = sealer(key, keys.of_orders([key], NOW)[key])
    told = rewrite(placed(customer=IDA, ship_to=HOME, note="ring twice"), seal)
    return encode_message(run([told]).snapshot)


def _incoming(value, topic="order-snapshots", key=KEY):
    return Incoming(topic, 0, 0, 0, key.encode(), value)


def _order(opened):
    return json.loads(opened.value)["order"]


def test_a_batch_is_opened_with_one_question(keys, monkeypatch):
    values = [_snapshot(keys, f"acme/shop/{number}") for number in range(3)]
    asked = []
    real = keys.of_subjects
    monkeypatch.setattr(keys, "of_subjects", lambda names: asked.append(names) or real(names))

    opened = Opener(keys).records([_incoming(value) for value in values])

    assert {_order(one)["customer"]["name"] for one in opened} == {"Ida Berg"}
    assert [len(names) for names in asked] == [3]


def test_what_is_plain_is_passed_on_without_a_question(keys, monkeypatch):
    monkeypatch.delattr(SubjectKeys, "of_subjects")
    records = [_incoming(b'{"a":1}'), _incoming(None)]

    assert Opener(keys).records(records) is records


@pytest.mark.rule("X.20")
def test_of_an_erased_person_country_and_language_are_left(keys):
    value = _snapshot(keys)
    keys.erase([KEY], NOW)

    [opened] = Opener(keys).records([_incoming(value)])

    assert _order(opened)["customer"] == {"locale": "de"}
    assert _order(opened)["ship_to"] == {"country": "DE"}
    assert "note" not in _order(opened)


@pytest.mark.rule("X.19")
def test_a_text_copied_from_another_tenant_is_not_opened(keys):
    value = _snapshot(keys)

    [opened] = Opener(keys).records([_incoming(value, key="thief/shop/1")])

    assert b"Ida" not in opened.value


def test_the_log_stays_closed_for_the_timeline(keys):
    record = _incoming(_snapshot(keys), "order-log")

    assert Opener(keys).records([record]) == [record]
