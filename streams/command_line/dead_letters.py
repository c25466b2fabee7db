"""`orderstream dead-letters`: what could not be processed, why, and how to try it again."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click
from aiokafka import TopicPartition

from streams.agents.dead_letter import PREFIX
from streams.command_line.broker import Reader, insist_on_topic, reader, run, writer
from streams.command_line.failure import NoGood, WrongUse
from streams.command_line.output import plain_line, show_table
from streams.topic import DEAD_LETTERS

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.settings import Settings

_COLUMNS: Final = ("position", "at", "from", "stage", "source", "cause", "field", "bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One dead letter: the record as it was, and what was added when it was buried."""

    position: str  # partition:offset in dead-letters
    at: str
    key: bytes | None
    value: bytes
    headers: Sequence[tuple[str, bytes]]
    added: dict[str, str]

    @property
    def row(self) -> dict[str, object]:
        """Give what a list shows of it."""
        own = {name: text.decode(errors="replace") for name, text in self.headers}
        added = self.added
        return {
            "position": self.position,
            "at": self.at,
            "from": f"{added.get('topic')}[{added.get('partition')}]@{added.get('offset')}",
            "stage": added.get("stage", ""),
            "source": own.get("source", ""),
            "cause": added.get("cause", ""),
            "field": added.get("field", ""),
            "bytes": len(self.value),
        }


@click.group("dead-letters")
def command() -> None:
    """Look at what could not be processed; after a fix, send it again.

    A letter is named by its position, PARTITION:OFFSET, as `list` shows it. To send a letter
    twice does no harm: facts carry the same ids again, and a repeat changes nothing.
    """


@command.command("list")
@click.option("--cause", default="", help="Only causes that contain this text.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_letters(*, cause: str, as_json: bool) -> None:
    """List the dead letters."""
    letters = run(partial(_letters, wanted=_by_cause(cause)))
    show_table([letter.row for letter in letters], _COLUMNS, as_json=as_json)


@command.command("show")
@click.argument("position")
def show(position: str) -> None:
    """Show one dead letter with its headers and its bytes, as one JSON object."""
    letter = _one(run(partial(_at, positions=(_place(position),))), position)
    click.echo(
        plain_line(
            {**letter.row, "value_of_cause": letter.added.get("value", "")} | _whole(letter)
        ),
        nl=False,
    )


@command.command("redrive")
@click.option("--all", "everything", is_flag=True, help="Every dead letter.")
@click.option("--cause", default="", help="Those whose cause contains this text.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.argument("positions", nargs=-1)
def redrive(*, everything: bool, cause: str, as_json: bool, positions: tuple[str, ...]) -> None:
    """Send dead letters again, to the topic they came from, as they were."""
    if bool(positions) + bool(cause) + everything != 1:
        raise WrongUse("redrive takes positions, or --cause TEXT, or --all")
    if positions:
        letters = run(partial(_at, positions=tuple(_place(one) for one in positions)))
        for position in positions:
            _one(letters, position)
    else:
        letters = run(partial(_letters, wanted=_by_cause(cause)))
    sent = run(partial(_send_again, letters=letters))
    show_table(sent, ("position", "topic", "partition", "offset"), as_json=as_json)


def _by_cause(cause: str) -> Callable[[Letter], bool]:
    return lambda letter: cause in letter.added.get("cause", "")


def _place(position: str) -> tuple[int, int]:
    partition, _, offset = position.partition(":")
    if not partition.isdecimal() or not offset.isdecimal():
        raise WrongUse(f"{position!r} is not PARTITION:OFFSET")
    return int(partition), int(offset)


def _one(letters: Sequence[Letter], position: str) -> Letter:
    for letter in letters:
        if _place(letter.position) == _place(position):
            return letter
    raise NoGood(f"no dead letter at {position}")


def _whole(letter: Letter) -> dict[str, Any]:  # Any: JSON
    """Give key, headers and value; bytes that are no text in base64."""
    return {
        "key": None if letter.key is None else letter.key.decode(errors="replace"),
        "headers": {name: text.decode(errors="replace") for name, text in letter.headers},
        **_readable(letter.value),
    }


def _readable(value: bytes) -> dict[str, str]:
    try:
        return {"value": value.decode()}
    except UnicodeDecodeError:
        return {"value_base64": base64.b64encode(value).decode()}


async def _letters(settings: Settings, *, wanted: Callable[[Letter], bool]) -> list[Letter]:
    async with reader(settings) as kafka:
        return [letter async for letter in _everything(kafka) if wanted(letter)]


async def _everything(kafka: Reader) -> AsyncIterator[Letter]:
    for partition in range(await kafka.partitions(DEAD_LETTERS)):
        async for record in kafka.read(TopicPartition(DEAD_LETTERS, partition)):
            yield _letter(record)


async def _at(settings: Settings, *, positions: Sequence[tuple[int, int]]) -> list[Letter]:
    """Read the letters at some positions; those that are not there are left out."""
    letters = []
    async with reader(settings) as kafka:
        count = await kafka.partitions(DEAD_LETTERS)
        for partition, offset in positions:
            if partition >= count:
                continue
            source = TopicPartition(DEAD_LETTERS, partition)
            end = min(offset + 1, await kafka.end(source))
            found = kafka.read(source, begin=offset, end=end)
            letters += [_letter(record) async for record in found]
    return letters


def _letter(record: ConsumerRecord) -> Letter:
    return Letter(
        position=f"{record.partition}:{record.offset}",
        at=datetime.fromtimestamp(record.timestamp / 1000, UTC).isoformat(timespec="seconds"),
        key=record.key,
        value=record.value or b"",
        headers=[pair for pair in record.headers if not pair[0].startswith(PREFIX)],
        added={
            name.removeprefix(PREFIX): (text or b"").decode(errors="replace")
            for name, text in record.headers
            if name.startswith(PREFIX)
        },
    )


async def _send_again(settings: Settings, *, letters: Sequence[Letter]) -> list[dict[str, object]]:
    sent = []
    async with writer(settings) as producer:
        for letter in letters:
            topic = letter.added.get("topic", "")
            await insist_on_topic(producer, topic)
            place = await producer.send_and_wait(
                topic, letter.value, key=letter.key, headers=_headers_again(letter)
            )
            sent.append(
                {
                    "position": letter.position,
                    "topic": place.topic,
                    "partition": place.partition,
                    "offset": place.offset,
                }
            )
    return sent


def _headers_again(letter: Letter) -> list[tuple[str, bytes]]:
    """Give the headers as they were; of a feed's record also its time, if they do not say.

    Signatures are judged by that time: sent again later, they must not have become too old.
    """
    written = letter.added.get("timestamp", "")
    names = {name.lower() for name, _ in letter.headers}
    if "source" not in names or "received_at" in names or not written.isdecimal():
        return list(letter.headers)
    at = datetime.fromtimestamp(int(written) / 1000, UTC)
    return [*letter.headers, ("received_at", at.isoformat().encode())]
