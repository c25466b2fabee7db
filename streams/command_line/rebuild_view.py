"""`orderstream rebuild --view`: the view written again from its topics, while the old one answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Final

import click
from aiokafka import TopicPartition
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from readmodel.batch import Incoming, Place, Span, apply
from readmodel.database import for_writing
from readmodel.happening import TOPICS
from readmodel.rebuild import REBUILD, Begun, begin, finish
from streams.command_line.broker import Reader, reader, run
from streams.command_line.database import database
from streams.subject import opener_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from readmodel.opening import Opener
    from streams.settings import Settings

_NO_LIMIT: Final = 0
Write = Callable[[Sequence[Incoming], dict[Place, Span]], None]


def rebuild_view() -> None:
    """Build the view anew, or go on where an earlier try was broken off."""
    click.echo(run(_rebuild))


async def _rebuild(settings: Settings) -> str:
    with database(settings, statement_ms=_NO_LIMIT) as engine:
        begun = await asyncio.to_thread(begin, engine, datetime.now(UTC))
        async with reader(settings) as kafka:
            ends, whole = await _look(kafka)
            write = partial(_apply, for_writing(engine), opener_of(settings))
            await _write(kafka, write, begun, ends, settings.view_batch_records_max)
        removed = await asyncio.to_thread(
            finish, engine, begun.generation, whole, datetime.now(UTC)
        )
    again = ", resumed" if begun.resumed else ""
    return (
        f"the view is built again from {sum(ends.values())} records{again}; "
        f"{removed} orders were in no topic any more"
    )


async def _look(kafka: Reader) -> tuple[dict[Place, int], set[str]]:
    """Say where each partition ends now, and which topics have lost nothing to their retention."""
    ends, whole = dict[Place, int](), set[str]()
    for topic in TOPICS:
        places = [Place(topic, number) for number in range(await kafka.partitions(topic))]
        begins = [await kafka.begin(TopicPartition(*place)) for place in places]
        ends |= {place: await kafka.end(TopicPartition(*place)) for place in places}
        if not any(begins):
            whole.add(topic)
    return ends, whole


async def _write(
    kafka: Reader, write: Write, begun: Begun, ends: dict[Place, int], records_max: int
) -> None:
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress("{task.description}", *columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("records", total=sum(ends.values()))
        progress.advance(bar, sum(begun.positions.values()))
        for place, end in ends.items():
            position = begun.positions.get(place)
            async for batch, after in _batches(kafka, place, position, end, records_max):
                spans = {place: Span(position, after)}
                await asyncio.to_thread(write, batch, spans)
                progress.advance(bar, after - (position or 0))
                position = after


def _apply(
    engine: Engine, opener: Opener | None, batch: Sequence[Incoming], spans: dict[Place, Span]
) -> None:
    records = batch if opener is None else opener.records(batch)
    apply(engine, records, spans, consumer=REBUILD)


async def _batches(
    kafka: Reader, place: Place, position: int | None, end: int, records_max: int
) -> AsyncIterator[tuple[list[Incoming], int]]:
    """Give batches with the offset behind each; the last ends where the partition does."""
    batch: list[Incoming] = []
    if (position or 0) >= end:
        return
    source = TopicPartition(*place)
    async for raw in kafka.read(source, begin=position, end=end):
        batch.append(
            Incoming(place.topic, place.partition, raw.offset, raw.timestamp, raw.key, raw.value)
        )
        if len(batch) >= records_max and raw.offset + 1 < end:
            yield batch, raw.offset + 1
            batch = []
    yield batch, end
