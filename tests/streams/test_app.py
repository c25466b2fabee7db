"""A worker without a broker: it lives, it is not ready, it says so."""

from __future__ import annotations

import asyncio
import socket

import aiohttp
import pytest
from faust.transport import conductor

from streams.app import create_app
from streams.engine.errors import UnfitRuntimeError
from streams.engine.stage import Stage
from streams.settings import load_settings

STAGE = Stage(name="nothing", topic="in", changelog=None, make=lambda _: None)


def test_a_worker_whose_broker_is_away_lives_and_is_not_ready(caplog):
    settings = load_settings(brokers=f"127.0.0.1:{_closed_port()}", web_port=0)

    async def story():
        app = create_app(settings, [STAGE])
        await app.health.maybe_start()
        starting = asyncio.create_task(app.engine.maybe_start())
        await asyncio.sleep(0.7)
        answers = {
            path: await _ask(app.health.port, path) for path in ("live", "ready", "metrics")
        }
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await app.health.stop()
        return answers

    answers = asyncio.run(story())

    assert answers["live"][0] == 200
    assert answers["ready"][0] == 503
    assert "orderstream_ready 0.0" in answers["metrics"][1]
    assert "broker away, trying again" in caplog.text


def test_a_worker_refuses_faust_without_its_compiled_extension(monkeypatch):
    monkeypatch.setattr(conductor, "ConductorHandler", None)

    with pytest.raises(UnfitRuntimeError):
        create_app(load_settings(), [STAGE])


async def _ask(port, path):
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/{path}") as answer,
    ):
        return answer.status, await answer.text()


def _closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
