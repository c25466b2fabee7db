"""`orderstream rebuild`: state built again from the order log, compared with what stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

import click
import msgspec
from aiokafka import TopicPartition

from domain.codec import encode_message
from domain.command import CommandJudged
from domain.instant import moment
from streams.command_line.broker import Reader, reader, run
from streams.command_line.installation import read_settings
from streams.command_line.order_log import judged, records, rules_of
from streams.command_line.output import show_table
from streams.reference_room import Refused
from streams.replay import Replay, collect_verdicts
from streams.topic import ORDER_LOG, ORDER_SNAPSHOTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from domain.rules import Rules
    from streams.settings import Settings

_SHOWN_MAX: Final = 100
_COLUMNS: Final = ("order", "difference")


@dataclass(slots=True, kw_only=True)
class Comparison:
    """What was read and where the two differ."""

    orders: int = 0
    records: int = 0
    refused: int = 0
    behind: int = 0
    differences: list[tuple[str, str]] = field(default_factory=list)


@click.command("rebuild")
@click.option("--view", "of_view", is_flag=True, help="Write the view again, compare nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def command(ctx: click.Context, *, as_json: bool, of_view: bool) -> None:
    """Build every order again from the order log, and compare it with order-snapshots.

    Reads as far as the workers have come. Snapshots must be equal byte for byte; exit status 1
    if one is not. Run it with the workers' own settings: profiles and policies are part of a
    snapshot.

    With --view the view is written again from its topics, while the old one still answers; one
    that was broken off goes on.
    """
    if of_view:
        from streams.command_line.rebuild_view import rebuild_view

        rebuild_view()
        return
    found = run(partial(_compare, rules_for=rules_of(read_settings())))
    rows = [{"order": key, "difference": text} for key, text in found.differences[:_SHOWN_MAX]]
    if rows:
        show_table(rows, _COLUMNS, as_json=as_json)
    click.echo(
        f"{found.orders} orders from {found.records} records of the log, "
        f"{found.refused} refused, {found.behind} not worked off yet: "
        f"{len(found.differences) or 'no'} differences",
        err=as_json,
    )
    ctx.exit(1 if found.differences else 0)


async def _compare(settings: Settings, *, rules_for: Callable[[str], Rules]) -> Comparison:
    found = Comparison()
    async with reader(settings, group=settings.application_id) as kafka:
        await kafka.partitions(ORDER_SNAPSHOTS)
        for partition in range(await kafka.partitions(ORDER_LOG)):
            await _compare_partition(kafka, partition, rules_for, found)
    return found


async def _compare_partition(
    kafka: Reader, partition: int, rules_for: Callable[[str], Rules], found: Comparison
) -> None:
    log = TopicPartition(ORDER_LOG, partition)
    last = await kafka.end(log)
    worked_off = await kafka.committed(log)
    end = last if worked_off is None else min(worked_off, last)
    # A command's verdict stands behind the command, so the log is read twice. The second time
    # only to where the workers are: what they have not seen is in no snapshot.
    verdicts: list[CommandJudged] = []
    async for raw in kafka.read(log, end=last):
        found.behind += raw.offset >= end
        verdicts += judged(raw.value)
    replay = await _fold(
        kafka, log, end, Replay(rules_for, verdicts=collect_verdicts(verdicts), judge=False), found
    )
    standing: dict[str, bytes] = {}
    async for record in kafka.read(TopicPartition(ORDER_SNAPSHOTS, partition)):
        if record.key is not None and record.value is not None:
            standing[record.key.decode(errors="replace")] = record.value
    found.differences += _differences(replay, standing)
    found.orders += sum(1 for _ in replay.orders())


async def _fold(
    kafka: Reader, log: TopicPartition, end: int, replay: Replay, found: Comparison
) -> Replay:
    async for key, record, timestamp_ms in records(kafka, log, end):
        found.records += 1
        if record is None or record.order_key is None or record.order_key.encode() != key:
            found.refused += 1
            continue
        said = replay.take(record, seen_at=moment(timestamp_ms * 1000))
        found.refused += sum(isinstance(one, Refused) for one in said)
    return replay


def _differences(replay: Replay, standing: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Compare every order's snapshot byte for byte."""
    left = dict(standing)
    for snapshot in replay.snapshots():
        built, stands = encode_message(snapshot), left.pop(snapshot.order_key, None)
        if stands is None:
            yield snapshot.order_key, "has no snapshot"
        elif built != stands:
            yield snapshot.order_key, _difference(built, stands)
    for key in left:
        yield key, "has a snapshot and nothing in the log"


def _difference(built: bytes, stands: bytes) -> str:
    try:
        one, other = msgspec.json.decode(built), msgspec.json.decode(stands)
        names = sorted({*one, *other})
        differing = [name for name in names if one.get(name) != other.get(name)]
        versions = f"version {one['version']} from the log, {other['version']} in the snapshot"
    except (msgspec.MsgspecError, ValueError, AttributeError, KeyError, TypeError):
        return "its snapshot cannot be read"
    if one["version"] < other["version"]:
        versions += ", which moved on meanwhile"
    return f"{versions}: {', '.join(differing) or 'the same fields in other bytes'}"
