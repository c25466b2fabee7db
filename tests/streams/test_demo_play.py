"""How a performance goes on and ends, with the stages in this process in the broker's place."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from tempfile import TemporaryFile
from types import SimpleNamespace

import pytest
from aiokafka import TopicPartition
from rich.console import Console

from streams.demo.crew import Crew, WorkerGoneError
from streams.demo.play import Performance
from streams.demo.scene import make_scene
from streams.demo.show import LiveScreen, PlainScreen
from streams.demo.story import Delivery
from tests.streams.test_demo_scene import Players


class Wire:
    """Stands in for producer, consumer and crew: what is sent is worked off at once."""

    def __init__(self) -> None:
        self.players = Players()
        self._out = []
        self.players.tally = SimpleNamespace(
            take=lambda *record: self._out.append(record), shown={}
        )
        self.alive = True

    async def send(self, topic, *, value, key, headers, timestamp_ms) -> None:
        at = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
        heard = Delivery(topic=topic, value=value, at=at, key=key, headers=tuple(headers))
        self.players.hear(heard)

    async def getmany(self, *, timeout_ms):
        await asyncio.sleep(0 if self._out else timeout_ms / 1000)
        out, self._out = self._out, []
        found = {}
        for topic, value, headers in out:
            one = SimpleNamespace(value=value, headers=headers)
            found.setdefault(TopicPartition(topic, 0), []).append(one)
        return found

    def insist(self) -> None:
        if not self.alive:
            raise WorkerGoneError("gone")


def _performance(scene, wire, **options):
    screen = PlainScreen(Console(file=io.StringIO(), width=170))
    return Performance(scene, screen, wire, wire, wire, **options)


def test_a_performance_ends_by_itself_when_all_has_arrived():
    scene = make_scene()
    performance = _performance(scene, Wire())

    asyncio.run(performance.play())

    assert performance.wrong() == []
    assert performance.sent == scene.deliveries
    assert 0 < performance.seconds < 30


def test_a_performance_that_misses_something_ends_in_time_and_names_it():
    scene = make_scene()
    first, *others = scene.stories
    other_end = replace(first.ending, shows={"payment": "refunded"})
    spoiled = replace(scene, stories=(replace(first, ending=other_end), *others))
    performance = _performance(spoiled, Wire(), seconds_max=3.0)

    asyncio.run(performance.play())

    assert performance.wrong() == [
        f"{first.order_key} ({first.about}): payment is paid, not refunded"
    ]


def test_a_performance_without_its_worker_ends_at_once():
    wire = Wire()
    wire.alive = False

    with pytest.raises(WorkerGoneError):
        asyncio.run(_performance(make_scene(), wire).play())


def test_a_worker_that_is_gone_is_told_with_the_end_of_its_log():
    with TemporaryFile() as log:
        child = subprocess.Popen(
            [sys.executable, "-c", "print('last line'); raise SystemExit(70)"], stdout=log
        )
        child.wait()

        with pytest.raises(WorkerGoneError, match=r"(?s)status 70.*last line"):
            Crew(brokers="-", web="-", log=log, worker=child).insist()


def test_the_live_table_is_drawn_and_closed():
    players = Players()
    scene = make_scene()
    players.play(scene)
    text = io.StringIO()
    screen = LiveScreen(Console(file=text, width=170, height=20, force_terminal=True), scene)

    screen.say("starting")
    screen.hear("a/b/1  anomaly raised: unknown_code")
    screen.refresh(players.tally)
    screen.close()

    assert "Partially Refunded / Delivered" in text.getvalue()
    assert "anomaly raised" in text.getvalue()


def test_sigterm_leaves_nobody_behind():
    """The broker and the worker end with the demo, even while it is still starting."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "demo"],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert demo.stdout is not None
    demo.stdout.readline()
    demo.send_signal(signal.SIGTERM)

    _, _ = demo.communicate(timeout=30)

    assert demo.returncode == 130
