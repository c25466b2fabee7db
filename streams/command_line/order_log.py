"""The order log as commands read it, and the rules that the workers go by."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

import msgspec

from domain.codec import decode_record
from domain.command import CommandJudged, Record
from streams.command_line.failure import WrongUse
from streams.rulebook import RulesError, rulebook

if TYPE_CHECKING:
    from aiokafka import TopicPartition

    from domain.rules import Rules
    from streams.command_line.broker import Reader
    from streams.settings import Settings


def rules_of(settings: Settings) -> Callable[[str], Rules]:
    """Give the rules that the workers go by."""
    try:
        return rulebook(settings.profiles)
    except RulesError as error:
        raise WrongUse(f"settings: ORDERSTREAM_PROFILES: {error}") from error


async def records(
    kafka: Reader,
    log: TopicPartition,
    end: int,
    *,
    key: bytes | None = None,
    seconds_max: float | None = None,
) -> AsyncIterator[tuple[bytes | None, Record | None, int]]:
    """Give key, record and time of the log's records; None stands for one that is none."""
    async for raw in kafka.read(log, end=end, seconds_max=seconds_max):
        if key is not None and raw.key != key:
            continue
        yield raw.key, _decoded(raw.value), raw.timestamp


def judged(value: bytes | None) -> list[CommandJudged]:
    """Give the verdict that a record of the log is, if it is one."""
    record = _decoded(value) if value and b'"command.judged"' in value else None
    return [record] if isinstance(record, CommandJudged) else []


def _decoded(value: bytes | None) -> Record | None:
    try:
        return decode_record(value or b"")
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
