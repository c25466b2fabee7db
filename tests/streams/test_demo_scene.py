"""The demo's scene, played without a broker: every stage in this process, nothing in between."""

from __future__ import annotations

import io
from collections import Counter, deque
from dataclasses import replace
from itertools import count

import msgspec
import pytest
from prometheus_client import CollectorRegistry
from rich.console import Console

from streams.demo.scene import PROFILES, make_scene
from streams.demo.show import Pace, orders_table, print_summary
from streams.demo.story import Delivery, Scene, Stray
from streams.demo.tally import READ, Director, Tally, differences
from streams.engine.local import LocalStage, record
from streams.metric import Metrics
from streams.settings import load_settings
from streams.stages import make_stages


class Players:
    """Every stage of a worker on one partition; what one says, the next one hears."""

    def __init__(self) -> None:
        settings = load_settings(profiles=PROFILES)
        self.registry = CollectorRegistry()
        stages = make_stages(settings, Metrics(self.registry))
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
            elif heard.topic in self.stages:
                waiting += [
                    record(said.topic, said.value, key=said.key, headers=said.headers)
                    for said in self.stages[heard.topic].process([heard])
                ]

    def play(self, scene: Scene, *, last_first: bool = False) -> None:
        """Play a scene to its end; of what goes out together one topic is heard after another."""
        director, clock = Director(scene), count(step=2)  # two seconds between two looks
        while due := director.due(self.tally, next(clock)):
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


def test_what_the_worker_counts_agrees_with_the_scene(scene):
    players = Players()

    players.play(scene)

    count = players.registry.get_sample_value
    assert count("orderstream_unknown_codes_total", {"source": "easypost"}) == 2
    assert count("orderstream_unknown_codes_total", {"source": "woocommerce"}) == 1
    assert count("orderstream_parked", {"partition": "0"}) == 0
    assert count(
        "orderstream_refused_total", {"command": "mark_shipped", "guard": "no_hold"}
    ) == len([1 for story in scene.stories if "no_hold" in story.ending.commands.values()])


def test_the_scene_is_the_same_bytes_every_time(scene):
    assert make_scene() == scene
    assert make_scene(seed=7) != scene


def test_the_scene_has_every_happening_it_is_there_for(scene):
    told = "\n".join(each.about for each in (*scene.stories, *scene.strays))

    assert len(scene.stories) >= 30
    assert {story.order_key.rpartition("/")[0] for story in scene.stories} == {
        "acme/shop-eu",
        "acme/shop-us",
        "bazaar/woo",
    }
    for happening in (
        "comes twice",
        "payment arrives before its order",
        "scan arrives before the older ones",
        "cancel races a payment",
        "partial refund",
        "delivery attempt fails",
        "broken JSON",
        "unknown source",
        "held by an operator, released",
        "test order",
        "invents a status code",
        "invents an order status",
    ):
        assert happening in told


def test_ids_and_keys_are_nobody_elses(scene):
    keys = Counter(story.order_key for story in scene.stories)
    commands = Counter(name for story in scene.stories for name in story.ending.commands)

    assert set(keys.values()) == {1}
    assert set(commands.values()) == {1}


def test_every_check_fails_once_when_the_ending_is_another(scene):
    """A checker must be seen to fail: one wrong ending of each kind, one line for each."""
    players = Players()
    players.play(scene)
    wrong = {
        "shows": {"lifecycle": "draft"},
        "anomalies": frozenset({"quantity_exceeds_order"}),
        "commands": {"cancel-0": "accepted"},
        "notices": {"order_confirmation/customer": 2},
        "actions": ("refund", "refund"),
    }
    first, *others = scene.stories
    spoiled = [
        replace(first, ending=replace(first.ending, **{name: value}))
        for name, value in wrong.items()
    ]

    found = [
        differences(replace(scene, stories=(story, *others)), players.tally) for story in spoiled
    ]

    assert [len(lines) for lines in found] == [1] * len(wrong)


def test_dead_letters_too_few_or_too_many_are_named(scene):
    players = Players()
    players.play(scene)
    lost, *rest = scene.strays

    extra = differences(replace(scene, strays=tuple(rest)), players.tally)
    missing = differences(replace(scene, strays=(*scene.strays, lost)), players.tally)

    assert extra == ["dead letter nobody expects, from feeds.orders: " + _cause(players, lost)]
    assert missing == [f"no dead letter for: {lost.about}"]


def test_what_is_said_twice_or_with_a_gap_is_noticed():
    tally = Tally()
    said = {"order_key": "a/b/1", "axis": "payment", "from": None, "to": "paid", "seq": 1}
    later = said | {"from": "unpaid", "to": "refunded", "seq": 2}

    for message in (said | {"id": "1"}, said | {"id": "1"}, later | {"id": "2"}):
        tally.take("order-status", msgspec.json.encode(message))

    assert tally.broken == [
        "order-status: 1 was said twice",
        "1: follows 1 'paid'",
        "2: follows 1 'paid'",
    ]


def test_a_story_that_cannot_go_on_says_what_it_waits_for(scene):
    director = Director(scene)
    tally = Tally()
    director.due(tally, 0.0)

    assert director.due(tally, 0.5) == []
    assert (
        "acme/shop-eu/6100000001001 (placed, paid, sent, delivered)"
        " waits for lifecycle is -, not pending"
    ) in director.waiting(tally)


@pytest.mark.parametrize(("characters", "columns"), [(80, 5), (170, 8)])
def test_the_table_shows_every_order_or_as_many_as_fit(scene, characters, columns):
    players = Players()
    players.play(scene)

    whole = orders_table(scene, players.tally, characters=characters)
    part = orders_table(scene, players.tally, characters=characters, rows=20)

    assert len(whole.columns) == columns
    assert whole.row_count == len(scene.stories)
    assert part.row_count == 20


def test_the_summary_counts_what_came_out(scene):
    players = Players()
    players.play(scene)
    text = io.StringIO()

    console = Console(file=text, width=170)
    print_summary(console, scene, players.tally, Pace(sent=scene.deliveries, seconds=2.0))

    lines = [" ".join(line.split()) for line in text.getvalue().splitlines()]
    assert "storefront payment Refunded 2" in lines
    assert "order_placed merchant 31" in lines
    assert "feeds.orders unknown source an unknown source" in lines
    assert "money_after_cancel 1 0" in lines
    assert "release 2 1 held: no such hold stands" in lines
    assert any(line.startswith(f"{scene.deliveries} events in") for line in lines)


def _cause(players: Players, stray: Stray) -> str:
    (letter,) = [each for each in players.tally.dead if each.value == stray.delivery.value]
    return letter.cause
