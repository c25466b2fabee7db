"""The main job killed under load, with every role, on a real Kafka; the oracle judges the rest.

Each run prints its seed and what it counted; `FAULTS_SEED` plays a seed again, `FAULTS_KILLS`
makes it longer.
"""

from __future__ import annotations

import random

import pytest

from tests.faults.campaign import KILLS, disturbed_feeds, judge, let_live

pytestmark = [pytest.mark.kafka, pytest.mark.slow, pytest.mark.timeout(420)]


def test_ten_kills_of_the_only_worker(job, seed):
    chance = random.Random(seed)
    load = disturbed_feeds(job, seed)

    for life in range(KILLS):
        worker = job.start("only", ORDERSTREAM_WORKER_ID="only")
        let_live(job, chance, worker, at_least_begun=life % 3 == 2)
        worker.kill()
    worker = job.start("only", ORDERSTREAM_WORKER_ID="only")
    load.end()
    job.wait(job.drained, worker)

    assert worker.stop() == 0, worker.last_words()
    judge(job, seed, load)


def test_kills_while_another_worker_takes_over(job, seed):
    chance = random.Random(seed)
    load = disturbed_feeds(job, seed)
    running = [job.start("a"), job.start("b")]

    for life in range(KILLS // 2):
        let_live(job, chance, *running)
        running.pop(int(chance.random() * 2)).kill()
        running.append(job.start(f"c{life}"))
    load.end()
    job.wait(job.drained, *running)

    judge(job, seed, load)
