"""Two stages in one worker: what one commits the other reads, and both catch up completely."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest

from streams.app import create_app
from streams.engine.stage import Stage
from streams.settings import load_settings
from tests.integration.counting import Counting

pytestmark = pytest.mark.kafka
EACH = 1000


def test_a_stage_reads_what_another_stage_committed(log, prefix):
    handed = _run(log, prefix, meanwhile=lambda _: None)

    assert handed > 0
    assert _counts(log, prefix) == {b"k%d" % key: 2 * EACH // 20 for key in range(20)}


def test_what_others_write_between_is_read_in_its_place(log, prefix):
    """Half of what the second stage reads is somebody else's."""

    def meanwhile(number):
        log.producer.produce(f"{prefix}-mid", b"other %d" % number, b"k%d" % (number % 20))

    _run(log, prefix, meanwhile=meanwhile, others=2 * EACH)

    assert _counts(log, prefix) == {b"k%d" % key: 4 * EACH // 20 for key in range(20)}


def _run(log, prefix, *, meanwhile, others=0):
    """Feed two stages in two halves; give how many records went from one to the other at once."""
    log.make(*(f"{prefix}-{end}" for end in ("in", "mid", "out", "log1", "log2")))
    stages = [_stage(prefix, "in", "log1", "mid"), _stage(prefix, "mid", "log2", "out")]
    settings = load_settings(brokers=log.brokers, application_id=prefix, web_port=0)
    died = []

    async def story():
        app = create_app(settings, stages, die=lambda cause, error: died.append((cause, error)))
        await app.start()
        for number in range(2 * EACH):
            log.producer.produce(f"{prefix}-in", b"%d" % number, b"k%d" % (number % 20))
            meanwhile(number)
            if number % 20 == 0:
                log.producer.poll(0)
                await asyncio.sleep(0.002)
        log.producer.flush()
        async with asyncio.timeout(30):
            while not _caught_up(app, others):  # noqa: ASYNC110 - the condition is no event
                await asyncio.sleep(0.1)
        ready, live = app.engine.ready, app.engine.live
        handed = _sample(app, "handed_over_total", stage="mid")
        await app.stop()
        return ready, live, handed

    ready, live, handed = asyncio.run(story())
    assert (ready, live) == (True, True)
    assert died == []
    return handed


def _counts(log, prefix):
    """Give how many records the second stage met of each key: it counted them without a gap."""
    said = defaultdict(list)
    for _, key, value in log.read(f"{prefix}-out"):
        said[key].append(int(value.split()[0]))
    assert all(counts == list(range(1, len(counts) + 1)) for counts in said.values())
    return {key: len(counts) for key, counts in said.items()}


def _stage(prefix, source, changelog, output):
    return Stage(
        name=source,
        topic=f"{prefix}-{source}",
        changelog=f"{prefix}-{changelog}",
        make=lambda context: Counting(context, f"{prefix}-{output}"),
    )


def _caught_up(app, others):
    lags = [
        _sample(app, "lag", stage=stage.name, partition=str(partition))
        for stage in app.engine.stages.values()
        for partition in range(4)
    ]
    done = {
        stage.name: _sample(app, "events_in_total", stage=stage.name, topic=stage.topic)
        for stage in app.engine.stages.values()
    }
    return set(lags) == {0} and done == {"in": 2 * EACH, "mid": 2 * EACH + others}


def _sample(app, name, **labels):
    return app.engine.metrics.registry.get_sample_value(f"orderstream_{name}", labels)
