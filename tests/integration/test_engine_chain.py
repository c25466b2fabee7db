"""Two stages in one worker: what one commits the other reads, and both catch up completely."""

from __future__ import annotations

import asyncio

import pytest

from streams.app import create_app
from streams.engine.stage import Stage
from streams.settings import load_settings
from tests.integration.counting import Counting

pytestmark = pytest.mark.kafka


def test_a_stage_reads_what_another_stage_committed(log, prefix):
    log.make(*(f"{prefix}-{end}" for end in ("in", "mid", "out", "log1", "log2")))
    for number in range(2000):
        log.producer.produce(f"{prefix}-in", b"%d" % number, b"k%d" % (number % 20))
    log.producer.flush()
    stages = [_stage(prefix, "in", "log1", "mid"), _stage(prefix, "mid", "log2", "out")]
    settings = load_settings(brokers=log.brokers, application_id=prefix, web_port=0)
    died = []

    async def story():
        app = create_app(settings, stages, die=lambda cause, error: died.append((cause, error)))
        await app.start()
        async with asyncio.timeout(30):
            while not _caught_up(app):  # noqa: ASYNC110 - the condition is no event
                await asyncio.sleep(0.1)
        ready, live = app.engine.ready, app.engine.live
        await app.stop()
        return ready, live

    assert asyncio.run(story()) == (True, True)
    assert died == []
    assert len(log.read(f"{prefix}-out")) == 2000
    assert {value for _, _, value in log.read(f"{prefix}-log2")} >= {b"100"}


def _stage(prefix, source, changelog, output):
    return Stage(
        name=source,
        topic=f"{prefix}-{source}",
        changelog=f"{prefix}-{changelog}",
        make=lambda context: Counting(context, f"{prefix}-{output}"),
    )


def _caught_up(app):
    sample = app.engine.metrics.registry.get_sample_value
    labels = [{"stage": stage.name, "topic": stage.topic} for stage in app.engine.stages.values()]
    done = [sample("orderstream_events_in_total", each) == 2000 for each in labels]
    lags = [
        sample("orderstream_lag", {"stage": each["stage"], "partition": str(partition)})
        for each in labels
        for partition in range(4)
    ]
    return all(done) and set(lags) == {0}
