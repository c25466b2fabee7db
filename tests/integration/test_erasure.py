"""People are sealed, read and erased on a real Kafka, and nobody but feeds waits for their keys."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from domain.codec import encode_record
from streams import topic
from streams.cli import main
from streams.rulebook import rulebook
from tests.domain.builders import KEY, placed
from tests.harness import oracle
from tests.harness.feeds import Payload, Shop
from tests.harness.installation import Installation, free_port

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]

SHOP: Final = Shop(random.Random(1), 1)
ASKED: Final = SHOP.command("hold", {"note": "ring Ida twice"})
WORDS: Final = (b"Ida", b"Berg", b"buyer1@", b"Lindenweg", b"ring")


@pytest.fixture
def job(kafka: str, tmp_path: Path):
    installation = Installation(
        kafka,
        tmp_path,
        ORDERSTREAM_SUBJECT_KEYS_URL=f"sqlite:///{tmp_path / 'keys.db'}",
        ORDERSTREAM_DATABASE_URL=f"sqlite:///{tmp_path / 'view.db'}",
    )
    installation.make_topics()
    yield installation
    installation.end()
    installation.remove_topics()


def _run(job: Installation, *arguments: str) -> str:
    done = CliRunner().invoke(main, arguments, env=job.environment)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.mark.rule("X.20")
def test_a_person_is_read_by_who_may_and_after_erasure_by_nobody(job: Installation):
    _without_keys_only_feeds_wait(job)
    worker = job.start()
    job.send([SHOP.charge(), ASKED])
    job.wait(job.drained, worker)

    shown = _run(job, "order", "--json", SHOP.order_key)
    assert all(word.decode() in shown for word in WORDS)
    _run(job, "migrate")
    assert _run(job, "erase", "--tenant", "acme", "--order", SHOP.order_key).split() == [
        SHOP.order_key
    ]

    after = _run(job, "order", "--json", SHOP.order_key)
    assert _axes(after) == _axes(shown)
    assert not any(word.decode() in after for word in WORDS)
    assert worker.stop() == 0, worker.last_words()
    _nothing_is_readable(job)


def _without_keys_only_feeds_wait(job: Installation) -> None:
    nowhere = f"postgresql://orderstream@127.0.0.1:{free_port()}/keys"
    worker = job.start("away", ORDERSTREAM_SUBJECT_KEYS_URL=nowhere)
    plain = Payload(topic.ORDER_LOG, KEY.encode(), encode_record(placed()), [])
    job.send([SHOP.order(), plain])

    job.wait(lambda: bool(job.read(topic.ORDER_SNAPSHOTS)), worker)
    job.wait(lambda: worker.metric("orderstream_ready") == 0, worker)

    assert SHOP.order_key.encode() not in {one.key for one in job.read(topic.ORDER_LOG)}
    assert not worker.ready
    assert worker.live
    assert worker.stop() == 0, worker.last_words()


def _axes(shown: str) -> list[dict[str, str]]:
    return [{**axis, "numbers": ""} for axis in json.loads(shown)["axes"]]


def _nothing_is_readable(job: Installation) -> None:
    topics = job.read_all(oracle.TOPICS)
    report = oracle.check(topics, rulebook({}))
    assert not report.violations, str(report)
    assert report.counts["orders"] == 2
    whole = b"".join(one.value or b"" for entries in topics.values() for one in entries)
    assert not [word for word in WORDS if word in whole]
