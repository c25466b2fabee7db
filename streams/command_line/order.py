"""`orderstream order KEY`: one order as the system sees it, and what may be done with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click
import msgspec
from aiokafka import TopicPartition

from domain.archive import Recalled
from domain.body import Empty
from domain.command import Record, Verdict
from domain.envelope import kind_of
from domain.explain import Explanation, explain
from domain.instant import moment
from domain.message import StatusChanged
from domain.order import Order
from domain.rules import Rules
from readmodel.picture import snapshot_of, timeline_of
from readmodel.scope import EVERYBODY
from streams.command_line.broker import Reader, reader, run
from streams.command_line.failure import NoGood, WrongUse
from streams.command_line.installation import read_settings
from streams.command_line.order_log import records, rules_of
from streams.command_line.output import plain_line, show_table
from streams.command_line.subject import Opened, opening
from streams.command_line.timeline import entry_row
from streams.engine.partitioner import partition_of
from streams.replay import Replay, collect_verdicts
from streams.topic import ORDER_LOG, ORDER_SNAPSHOTS, ORDER_STATUS

if TYPE_CHECKING:
    from streams.settings import Settings

_ORDER_KEY: Final = re.compile(r"[^/\s]{1,64}/[^/\s]{1,64}/\S{1,128}")
_AXES: Final = ("lifecycle", "closure", "hold", "risk", "payment", "fulfilment")
_SUMMARY_CHARACTERS_MAX: Final = 100
_Json = dict[str, Any]  # Any: JSON

_status: Final = msgspec.json.Decoder(StatusChanged)


@dataclass(kw_only=True)
class Picture:
    """What the topics say about one order."""

    key: str
    snapshot: _Json | None = None
    history: list[StatusChanged] = field(default_factory=list)
    log: list[tuple[datetime, Record]] = field(default_factory=list)
    order: Order | None = None
    words: dict[int, bytes] = field(default_factory=dict)
    """Bodies of the log with their sealed texts opened, by their place in it."""


@click.command("order")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--view", "from_view", is_flag=True, help="Ask the view, not the topics.")
@click.option("--seconds-max", default=60.0, show_default=True, help="Limit of each reading.")
@click.argument("key")
def command(*, key: str, as_json: bool, from_view: bool, seconds_max: float) -> None:
    """Show one order: every axis, each profile's words, why, what is allowed now, timeline.

    KEY is TENANT/CHANNEL/ORDER as in the messages. The topics of the order's partition are read,
    which takes a moment where they are long. The view answers at once, but does not judge what
    is allowed.
    """
    if not _ORDER_KEY.fullmatch(key):
        raise WrongUse(f"{key!r} is not TENANT/CHANNEL/ORDER")
    rules_for = rules_of(read_settings())
    shown = _from_view(key) if from_view else _from_topics(key, rules_for, seconds_max)
    if as_json:
        click.echo(plain_line(shown), nl=False)
    else:
        _print(shown)


def _from_topics(key: str, rules_for: Callable[[str], Rules], seconds_max: float) -> _Json:
    picture = run(partial(_look, key=key, rules_for=rules_for, seconds_max=seconds_max))
    if picture.snapshot is None and not picture.log:
        raise NoGood(f"nothing is known of {key}")
    return describe(picture, rules_for(key))


def _from_view(key: str) -> _Json:
    from streams.command_line.database import ask

    snapshot, entries = ask(
        lambda connection: (
            snapshot_of(connection, EVERYBODY, key),
            timeline_of(connection, EVERYBODY, key),
        )
    )
    if snapshot is None:
        raise NoGood(f"the view knows nothing of {key}")
    history = [msgspec.convert(_as_said(one), StatusChanged) for one in entries if one["axis"]]
    picture = Picture(key=key, snapshot=snapshot, history=history)
    shown = describe(picture, None)
    rows = [entry_row(entry) for entry in entries]
    shown["timeline"] = [{"from": row.pop("by"), **row} for row in rows]
    return shown


def _as_said(entry: _Json) -> _Json:
    """Give a change in the words of its topic."""
    tenant, channel, _ = entry["order_key"].split("/", 2)
    named = {"from": entry["before"], "to": entry["after"], "id": entry["event_id"]}
    said = {str(name): value for name, value in entry.items()}  # SQLAlchemy's are its own kind
    return {**said, **named, "tenant": tenant, "channel": channel}


async def _look(
    settings: Settings, *, key: str, rules_for: Callable[[str], Rules], seconds_max: float
) -> Picture:
    picture = Picture(key=key)
    with opening(settings) as opened:
        await _read(settings, picture, opened, seconds_max)
    verdicts = collect_verdicts(record for _, record in picture.log)
    replay = Replay(rules_for, verdicts=verdicts)
    for seen_at, record in picture.log:
        replay.take(record, seen_at=seen_at)
    picture.order = replay.order(key)
    return picture


async def _read(settings: Settings, picture: Picture, opened: Opened, seconds_max: float) -> None:
    wanted = picture.key.encode()
    async with reader(settings) as kafka:
        partition = partition_of(wanted, await kafka.partitions(ORDER_LOG))
        read = partial(_of_key, kafka, wanted, partition, seconds_max)
        for value in await read(ORDER_SNAPSHOTS):
            picture.snapshot = msgspec.json.decode(opened(ORDER_SNAPSHOTS, wanted, value))
        picture.history = [_status.decode(value) for value in await read(ORDER_STATUS)]
        log = TopicPartition(ORDER_LOG, partition)
        async for found, record, timestamp_ms in records(
            kafka, log, await kafka.end(log), key=wanted, seconds_max=seconds_max
        ):
            if record is not None and found == wanted and record.order_key == picture.key:
                body = msgspec.json.encode(record.body)
                picture.words[len(picture.log)] = opened(ORDER_LOG, wanted, body)
                picture.log.append((moment(timestamp_ms * 1000), record))


async def _of_key(
    kafka: Reader, key: bytes, partition: int, seconds_max: float, topic: str
) -> list[bytes]:
    """Read what one key has in its partition of a topic."""
    count = await kafka.partitions(topic)
    if partition >= count:
        raise NoGood(f"the topic {topic} has {count} partitions, fewer than {ORDER_LOG}")
    source = TopicPartition(topic, partition)
    return [
        record.value
        async for record in kafka.read(source, seconds_max=seconds_max)
        if record.key == key and record.value
    ]


def describe(picture: Picture, rules: Rules | None) -> _Json:
    """Put together what is shown, as plain values."""
    newest = {(status.profile, status.axis, status.subject): status for status in picture.history}
    snapshot = picture.snapshot or {}
    explained = explain(picture.order, rules) if picture.order and rules else None
    following = {one.axis: one.next for one in explained.axes} if explained else {}
    return {
        "order_key": picture.key,
        "snapshot": snapshot,
        "axes": [
            {
                **_axis(name, snapshot, newest.get(("", name, ""))),
                "next": ", ".join(following.get(name, ())),
            }
            for name in _AXES
        ],
        "words": list(_words(snapshot, newest)),
        "parcels": snapshot.get("parcels", []),
        "money": snapshot.get("money", {}),
        "anomalies": snapshot.get("anomalies", []),
        "allowed": list(_commands(explained)) if explained else [],
        "timeline": list(_timeline(picture)),
    }


def _axis(name: str, snapshot: _Json, status: StatusChanged | None) -> _Json:
    numbers = status.because.numbers if status else {}
    return {
        "axis": name,
        "state": snapshot.get(name),
        "since": status.occurred_at.isoformat() if status else None,
        "because": status.because.rule if status else None,
        "numbers": ", ".join(f"{name} {number}" for name, number in sorted(numbers.items())),
    }


def _words(
    snapshot: _Json, newest: Mapping[tuple[str, str, str], StatusChanged]
) -> Iterator[_Json]:
    for profile, words in snapshot.get("words", {}).items():
        for axis, word in words.items():
            by_subject = word if isinstance(word, dict) else {"": word}
            for subject, shown in by_subject.items():
                status = newest.get((profile, axis, subject))
                because = status.because.rule if status else None
                yield {
                    "profile": profile,
                    "axis": axis,
                    "subject": subject,
                    "word": shown,
                    "because": because,
                }


def _commands(explanation: Explanation) -> Iterator[_Json]:
    """Say of every command whether it would be accepted now, and if not, which guard refuses."""
    yield from (
        {"command": name, "allowed": True, "guard": "", "reason": ""}
        for name in explanation.allowed
    )
    yield from (
        {"command": one.command, "allowed": False, "guard": one.guard, "reason": one.reason}
        for one in explanation.blocked
    )


def _timeline(picture: Picture) -> Iterator[_Json]:
    """Merge what came in with what it changed, by time; what came in stands first."""
    entries = [
        (record.occurred_at, 0, number, _record_row(record, picture.words[number]))
        for number, (_, record) in enumerate(picture.log)
    ]
    entries += [
        (status.occurred_at, 1, number, _status_row(status))
        for number, status in enumerate(picture.history)
    ]
    for at, _, _, row in sorted(entries, key=lambda entry: entry[:3]):
        yield {"at": at.isoformat(), **row}


def _record_row(record: Record, words: bytes) -> _Json:
    body = record.body
    if isinstance(body, Verdict):
        refused = f"refused by {body.guard}: {body.refusal}"
        said = f"{body.command} {'accepted' if body.accepted else refused}"
        return {"what": "command.judged", "from": record.actor, "detail": said}
    if isinstance(body, Recalled):  # the state itself says nothing to people
        words = f"version {body.version}".encode()
    said = "" if isinstance(body, Empty) else words.decode()
    if len(said) > _SUMMARY_CHARACTERS_MAX:
        said = said[:_SUMMARY_CHARACTERS_MAX] + "…"
    kind = kind_of(type(record))
    return {"what": kind, "from": record.source or record.actor, "detail": said}


def _status_row(status: StatusChanged) -> _Json:
    axis = ".".join(filter(None, (status.profile, status.axis, status.subject)))
    change = f"{status.before or '-'} → {status.after}"
    return {"what": f"  {axis}", "from": "", "detail": f"{change} ({status.because.rule})"}


def _print(shown: _Json) -> None:
    money = shown["money"]
    click.echo(f"{shown['order_key']}  version {shown['snapshot'].get('version', '-')}")
    show_table(
        shown["axes"], ("axis", "state", "since", "because", "numbers", "next"), title="Axes"
    )
    columns: Sequence[str] = ("profile", "axis", "subject", "word", "because")
    show_table(shown["words"], columns, title="In each profile's words")
    show_table([money], tuple(money), title="Money, in minor units")
    if shown["parcels"]:
        columns = ("number", "state", "carrier", "shipment_id", "at")
        show_table(shown["parcels"], columns, title="Parcels")
    if shown["anomalies"]:
        click.echo(f"Anomalies: {', '.join(shown['anomalies'])}")
    columns = ("command", "allowed", "guard", "reason")
    if shown["allowed"]:
        show_table(shown["allowed"], columns, title="What is allowed now")
    show_table(shown["timeline"], ("at", "what", "from", "detail"), title="Timeline")
