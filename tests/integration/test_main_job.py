"""The main job end to end on a real Kafka: what sources send in, what other services read out."""

from __future__ import annotations

import json
import random
from collections import defaultdict

import pytest

from streams.rulebook import rulebook
from tests.harness import inflow, oracle
from tests.harness.feeds import ACCOUNT, Payload, Shop
from tests.harness.inflow import check_inflow
from tests.harness.installation import Installation
from tests.harness.oracle import check

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(120)]

EASY = Shop(random.Random(1), 1)
EARLY = Shop(random.Random(2), 2)
CALLED_OFF = Shop(random.Random(3), 3)
BROKEN = {
    "feeds.orders": (b'{"id": 1', "shopify"),
    "feeds.payments": (b"[" * 10_000, "stripe"),
    "feeds.tracking": (b'{"object": "Tracker", "weight": NaN}', "easypost"),
}


@pytest.fixture(scope="module")
def worked_off(kafka, tmp_path_factory):
    """Everything these tests send, worked off by one worker with every role."""
    job = Installation(kafka, tmp_path_factory.mktemp("main-job"))
    job.make_topics()
    job.send([*_broken(), _from("nobody", b"{}"), EARLY.charge()])
    worker = job.start()
    try:
        job.wait(job.drained, worker)
        job.send([EASY.order(), EASY.charge(), EASY.fulfillment(), EASY.tracker(4), EASY.order()])
        job.send([EARLY.order(), CALLED_OFF.order()])
        job.wait(job.drained, worker)
        job.send([CALLED_OFF.command("cancel", {"reason": "buyer_asked"})])
        job.send([CALLED_OFF.command("mark_shipped", {}), _wrong_key(), _no_command()])
        job.wait(job.drained, worker)
        counted = {
            name: worker.metric(f"orderstream_{name}_total") for name in ("dead_letters", "facts")
        }
        assert worker.stop() == 0, worker.last_words()
        yield job.read_all([*oracle.TOPICS, *inflow.TOPICS]), counted
    finally:
        job.end()
        job.remove_topics()


@pytest.fixture
def topics(worked_off):
    return worked_off[0]


def _broken():
    for topic, (value, source) in BROKEN.items():
        yield _from(source, value, topic)


def _from(source, value, topic="feeds.orders"):
    headers = [("source", source.encode()), ("account", ACCOUNT.encode())]
    return Payload(topic, b"k", value, headers)


def _wrong_key():
    fact = {
        "kind": "order.confirmed",
        "event_id": "stray",
        "occurred_at": "2026-01-05T09:00:00Z",
        "order_key": EASY.order_key,
        "body": {},
    }
    return Payload("order-log", b"acme/web/other", json.dumps(fact).encode(), [])


def _no_command():
    return Payload("order-commands", b"acme/web/1", b'{"kind": "explode"}', [])


def test_everything_is_there_once(topics):
    report = check(topics, rulebook({}))
    wrong_key = [one for one in topics["order-log"] if b'"stray"' in one.value]
    topics = topics | {"order-log": [one for one in topics["order-log"] if one not in wrong_key]}
    check_inflow(topics, report)

    assert not report.violations, str(report)
    assert report.counts["orders"] == 3


def test_an_order_is_told_from_its_placing_to_its_delivery(topics):
    said = _said(topics, EASY)

    assert said["payment"][-1] == "paid"
    assert said["fulfilment"][-1] == "delivered"
    assert said["lifecycle"][-1] == "completed"


def test_the_last_snapshot_shows_the_whole_order(topics):
    snapshot = _snapshot(topics, EASY)

    assert snapshot["lifecycle"] == "completed"
    assert snapshot["money"]["captured"] == EASY.total
    assert [parcel["number"] for parcel in snapshot["parcels"]] == [EASY.parcel]


def test_the_customer_is_told(topics):
    told = {
        json.loads(one.value)["trigger"]
        for one in topics["notifications"]
        if one.key == EASY.order_key.encode()
    }

    assert told


def test_a_payment_before_its_order_waits_for_it(topics):
    assert _snapshot(topics, EARLY)["payment"] == "paid"


def test_commands_are_answered_and_bind(topics):
    answers = {
        answer["command"]: answer
        for answer in (json.loads(one.value) for one in topics["command-results"])
    }

    assert answers["cancel"]["accepted"]
    assert not answers["mark_shipped"]["accepted"]
    assert _snapshot(topics, CALLED_OFF)["lifecycle"] == "cancelled"


def test_what_cannot_be_read_is_a_dead_letter_with_its_cause_and_bytes(topics, worked_off):
    letters = [(one, _headers(one)) for one in topics["dead-letters"]]
    by_place = {
        (said["dead-letter-topic"], one.value): said["dead-letter-cause"] for one, said in letters
    }

    for topic, (value, _) in BROKEN.items():
        assert by_place[topic, value]
    assert by_place["feeds.orders", b"{}"] == "unknown source"
    assert "wrong key" in by_place["order-log", _wrong_key().value]
    assert "not a command" in by_place["order-commands", _no_command().value]
    assert len(letters) == worked_off[1]["dead_letters"] == 6


def test_a_dead_letter_keeps_the_headers_it_came_with(topics):
    letter = next(one for one in topics["dead-letters"] if one.value == b"{}")

    assert _headers(letter)["source"] == "nobody"
    assert _headers(letter)["account"] == ACCOUNT


def _headers(entry):
    return {name: text.decode() for name, text in entry.headers}


def _said(topics, shop):
    words = defaultdict(list)
    for one in topics["order-status"]:
        said = json.loads(one.value)
        if one.key == shop.order_key.encode() and "profile" not in said:
            words[said["axis"]].append(said["to"])
    return words


def _snapshot(topics, shop):
    shown = [one for one in topics["order-snapshots"] if one.key == shop.order_key.encode()]
    return json.loads(shown[-1].value)
