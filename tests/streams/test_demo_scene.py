"""The demo's scene, played without a broker: every stage in this process, nothing in between."""

from __future__ import annotations

from collections import deque

import pytest
from prometheus_client import CollectorRegistry

from streams.demo.scene import PROFILES, make_scene
from streams.demo.story import Delivery, Scene
from streams.demo.tally import READ, Director, Tally, differences
from streams.engine.local import LocalStage, record
from streams.metric import Metrics
from streams.settings import load_settings
from streams.stages import make_stages


class Players:
    """Every stage of a worker on one partition; what one says, the next one hears."""

    def __init__(self) -> None:
        settings = load_settings(profiles=PROFILES)
        stages = make_stages(settings, Metrics(CollectorRegistry()))
        self.stages = {stage.topic: LocalStage(stage) for stage in stages}
        self.tally = Tally()

    def hear(self, delivery: Delivery) -> None:
        """Take one delivery in, and all that follows from it."""
        stamp = int(delivery.at.timestamp() * 1000)
        waiting = deque(
            [
                record(
                    delivery.topic,
                    delivery.value,
                    key=delivery.key,
                    headers=delivery.headers,
                    timestamp_ms=stamp,
                )
            ]
        )
        while waiting:
            heard = waiting.popleft()
            if heard.topic in READ:
                self.tally.take(heard.topic, heard.value, heard.headers)
            else:
                waiting += [
                    record(said.topic, said.value, key=said.key, headers=said.headers)
                    for said in self.stages[heard.topic].process([heard])
                ]

    def play(self, scene: Scene, *, last_first: bool = False) -> None:
        """Play a scene to its end; of what goes out together one topic is heard after another."""
        director = Director(scene)
        while due := director.due(self.tally):
            for delivery in sorted(due, key=lambda one: one.topic, reverse=last_first):
                self.hear(delivery)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return make_scene()


@pytest.mark.parametrize("last_first", [False, True])
def test_every_story_ends_as_the_model_says_whichever_way_the_topics_race(scene, last_first):
    players = Players()

    players.play(scene, last_first=last_first)

    assert differences(scene, players.tally) == []
