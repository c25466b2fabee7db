"""Plays the scene: sends what is due, reads what comes out, and ends when all has arrived.

Nothing but Kafka is between the two: deliveries go to the feed topics as a gateway would send
them, and what is shown is what any other service reads.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from rich.console import Console

from streams.demo import view
from streams.demo.crew import Crew, WorkerGoneError, settings_of, worker_on
from streams.demo.scene import make_scene
from streams.demo.show import LiveScreen, Pace, PlainScreen, Screen, print_summary
from streams.demo.story import Delivery, Scene
from streams.demo.tally import READ, Director, Tally, differences
from streams.embedded import embedded_broker
from streams.topic import TOPICS

PLAY_SECONDS_MAX: Final = 40.0
"""From the first delivery; all is there after a few."""
_QUIET_SECONDS: Final = 1.0
"""So long nothing more may come after the end, or somebody was told twice."""
_POLL_MS: Final = 100
_LOG_CHARACTERS: Final = 170
_EXIT_INTERRUPTED: Final = 130


def run(*, keep: bool = False, console: Console | None = None) -> int:
    """Run the demo; 0 when everything ended as it must, 1 when something is missing or wrong."""
    console = console or _console()
    for name in ("aiokafka", "asyncio"):  # what matters is raised
        logging.getLogger(name).setLevel(logging.CRITICAL)
    scene = make_scene()
    screen = LiveScreen(console, scene) if console.is_terminal else PlainScreen(console)
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # clean up as on Ctrl-C
    try:
        return asyncio.run(_run(scene, screen, console, keep=keep))
    except WorkerGoneError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted")
        return _EXIT_INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, before)
        screen.close()


def _console() -> Console:
    """Write to standard output; a log has no width of its own."""
    console = Console()
    return console if console.is_terminal else Console(width=_LOG_CHARACTERS)


async def _run(scene: Scene, screen: Screen, console: Console, *, keep: bool) -> int:
    screen.say("starting the built-in broker, one worker, and one for the view …")
    with (
        embedded_broker() as brokers,
        TemporaryDirectory(prefix="orderstream-demo.") as folder,
    ):
        database = view.address_of(Path(folder))
        async with _stage(brokers) as (producer, consumer):
            with (
                worker_on(brokers) as crew,
                worker_on(brokers, "--roles", "view", database=database) as viewers,
            ):
                await crew.ready()
                await viewers.ready()
                stage = (producer, consumer, crew)
                performance = await _play(scene, screen, console, stage)
                wrong = performance.wrong()
                wrong += await view.caught_up(database, scene, performance.tally, viewers)
                wrong += view.show_orders(console, settings_of(brokers, database))
                _print_verdict(scene, console, wrong)
                if keep:
                    await _stay(crew, console, database)
    return 1 if wrong else 0


async def _play(
    scene: Scene,
    screen: Screen,
    console: Console,
    stage: tuple[AIOKafkaProducer, AIOKafkaConsumer, Crew],
) -> Performance:
    performance = Performance(scene, screen, *stage)
    await performance.play()
    screen.close()
    console.print()
    pace = Pace(sent=performance.sent, seconds=performance.seconds)
    print_summary(console, scene, performance.tally, pace)
    return performance


def _print_verdict(scene: Scene, console: Console, wrong: list[str]) -> None:
    console.print()
    for line in wrong:
        console.print(f"wrong: {line}", style="red", markup=False, soft_wrap=True)
    if not wrong:
        console.print(
            f"All {len(scene.stories)} orders ended as they must, and so they stand in the view.",
            style="green",
            highlight=False,
        )


class Performance:
    """One run of a scene through a broker and its worker."""

    def __init__(
        self,
        scene: Scene,
        screen: Screen,
        producer: AIOKafkaProducer,
        consumer: AIOKafkaConsumer,
        crew: Crew,
        *,
        seconds_max: float = PLAY_SECONDS_MAX,
    ) -> None:
        self.tally = Tally()
        self.sent = 0
        self.seconds = 0.0
        self._scene = scene
        self._screen = screen
        self._director = Director(scene)
        self._producer = producer
        self._consumer = consumer
        self._crew = crew
        self._seconds_max = seconds_max

    async def play(self) -> None:
        """Go on until nothing differs and nothing more comes, or time is up."""
        begun = last = time.monotonic()
        while (now := time.monotonic()) - begun < self._seconds_max:
            self._crew.insist()
            await self._send(self._director.due(self.tally, now))
            if await self._read():
                last = time.monotonic()
                self.seconds = last - begun
                self._screen.refresh(self.tally)
            elif now - last > _QUIET_SECONDS and not self.wrong():
                return

    def wrong(self) -> list[str]:
        """Say what is missing or other than it must be."""
        return self._director.waiting(self.tally) + differences(self._scene, self.tally)

    async def _send(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            await self._producer.send(
                delivery.topic,
                value=delivery.value,
                key=delivery.key,
                headers=list(delivery.headers),
                timestamp_ms=int(delivery.at.timestamp() * 1000),
            )
        self.sent += len(deliveries)

    async def _read(self) -> bool:
        """Take in what came out since the last look."""
        found = await self._consumer.getmany(timeout_ms=_POLL_MS)
        for source, records in found.items():
            for record in records:
                line = self.tally.take(source.topic, record.value, record.headers)
                if line:
                    self._screen.hear(line)
        return bool(found)


@contextlib.asynccontextmanager
async def _stage(brokers: str) -> AsyncIterator[tuple[AIOKafkaProducer, AIOKafkaConsumer]]:
    """Have every topic there before anybody asks for it, and a reader of all that comes out."""
    async with AIOKafkaProducer(bootstrap_servers=brokers, linger_ms=5) as producer:
        sources = [
            TopicPartition(topic.name, partition)
            for topic in TOPICS
            for partition in sorted(await producer.partitions_for(topic.name))
        ]
        async with AIOKafkaConsumer(
            bootstrap_servers=brokers,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=_POLL_MS,
            check_crcs=False,  # the built-in broker's commit markers are wrong (ADR 5)
        ) as consumer:
            consumer.assign([source for source in sources if source.topic in READ])
            yield producer, consumer


async def _stay(crew: Crew, console: Console, database: str) -> None:
    """Leave everything running until Ctrl-C."""
    settings = settings_of(crew.brokers, database)
    environment = " ".join(f"{name}='{text}'" for name, text in settings.items())
    console.print(
        f"\nbroker   {crew.brokers}\nmetrics  {crew.web}/metrics\n"
        f"Look around, for instance with:\n"
        f"  {environment} orderstream order {make_scene().stories[0].order_key}\n"
        f"  {environment} orderstream orders --search lamp\n"
        "Ctrl-C ends it.",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    with contextlib.suppress(asyncio.CancelledError):  # Ctrl-C is how this is meant to end
        while True:
            crew.insist()
            await asyncio.sleep(1)
