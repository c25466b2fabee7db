"""Orders leave the hot state and come back on a real Kafka, through kills."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest

from domain import fact as facts
from domain.codec import encode_record
from streams.agents.hot_state import is_stub
from streams.rulebook import rulebook
from tests.harness import oracle
from tests.harness.feeds import Payload
from tests.harness.installation import Installation
from tests.harness.oracle import check
from tests.harness.story import Teller, order_log

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(180)]

ORDERS: Final = 200
ROLES: Final = "lifecycle,archive,recall"
POLICY: Final = {"default": {"policy": {"retention_days": 30}}}
_LONG_AGO_MS: Final = 1_767_600_000_000
LATE: Final = range(0, ORDERS, 10)


@pytest.fixture(scope="module")
def job(kafka: str, tmp_path_factory: pytest.TempPathFactory):
    folder = Path(tmp_path_factory.mktemp("retention"))
    installation = Installation(kafka, folder, ORDERSTREAM_PROFILES=json.dumps(POLICY))
    installation.make_topics()
    yield installation
    installation.end()
    installation.remove_topics()


def test_an_order_leaves_for_the_archive_and_a_late_refund_brings_it_back(job: Installation):
    _tell_of_long_ago(job)
    worker = job.start(roles=ROLES)
    job.wait(lambda: worker.metric("orderstream_stubs") > ORDERS * 0.9, worker)
    job.wait(job.drained, worker)
    left = _stubs(job)
    states = {one.key: one.value or b"" for one in job.read("order-archive")}
    assert sum(map(len, left.values())) * 20 < sum(len(states[key]) for key in left)
    assert worker.metric("orderstream_stubs") == worker.metric("orderstream_archived_total")

    job.send([*_refunds(), *_repeats()])
    job.wait(lambda: worker.metric("orderstream_recalls_total", outcome="asked") > 0, worker)
    worker.kill()
    worker = job.start(roles=ROLES)
    came = {Teller(number).key.encode() for number in LATE} & left.keys()
    job.wait(lambda: job.drained() and not any(map(_waits, _stubs(job).values())), worker)

    assert worker.stop() == 0, worker.last_words()
    report = check(job.read_all(oracle.TOPICS), rulebook(POLICY))
    assert not report.violations, str(report)
    assert report.counts["recalled"] >= len(came) > 0
    assert left.keys() - came <= _stubs(job).keys()
    assert all(_refunded(job, key) for key in came)


def _tell_of_long_ago(job: Installation) -> None:
    """Put orders on the log with a time at which they would have left by now."""
    for key, value in order_log(5, ORDERS, 50):
        job.producer.produce("order-log", value, key, timestamp=_LONG_AGO_MS)
    job.producer.flush()


def _kept(job: Installation) -> dict[bytes, bytes]:
    return {one.key or b"": one.value or b"" for one in job.read("lifecycle-changelog")}


def _stubs(job: Installation) -> dict[bytes, bytes]:
    return {key: value for key, value in _kept(job).items() if is_stub(value)}


def _waits(stub: bytes) -> bool:
    return b"event_id" in stub


def _refunds() -> list[Payload]:
    tellers = [Teller(number) for number in LATE]
    refunds = [
        one.money(facts.PaymentRefunded, "late", f"re_{one.number}", 2_000, 100) for one in tellers
    ]
    return [_payload(one) for one in refunds]


def _repeats() -> list[Payload]:
    """Tell again of captures that are long known."""
    records = [value for _, value in order_log(5, ORDERS, 50) if b'"payment.captured"' in value]
    keys = [json.loads(value)["order_key"].encode() for value in records]
    return [Payload("order-log", *one, []) for one in zip(keys, records, strict=True)][::7]


def _payload(record: facts.Fact) -> Payload:
    return Payload("order-log", str(record.order_key).encode(), encode_record(record), [])


def _refunded(job: Installation, key: bytes) -> bool:
    """Tell whether the order's last snapshot has the late refund."""
    last = [one.value or b"" for one in job.read("order-snapshots") if one.key == key][-1]
    return any(one["at"].startswith("2026-03-") for one in json.loads(last)["operations"])
