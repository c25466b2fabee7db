"""`orderstream replay`: a story of facts and commands in, everything it brings about out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO, Final

import click
import msgspec

from connectors.delivery import Quarantined
from domain.codec import encode_message
from domain.command import CommandJudged
from domain.configuration import ConfigurationRequest
from domain.instant import EPOCH, Misdated, micros
from domain.message import (
    ActionRequired,
    Anomaly,
    CommandResult,
    Notification,
    StatusChanged,
)
from domain.rules import Rules
from domain.stock_fact import StockFact
from domain.stock_level import StockNow
from streams.command_line.failure import WrongUse
from streams.command_line.line import lines, open_twice, read_line
from streams.command_line.output import binary_output, plain_line
from streams.reference_room import Refused
from streams.replay import Replay, Said, collect_verdicts
from streams.rulebook import SHOWN_BY_DEFAULT, RulesError, make_rules
from streams.stock_room import StockRoom

_NOT_UNDERSTOOD: Final = 3
_OUTPUTS: Final[dict[type, str]] = {
    StatusChanged: "status",
    Notification: "notification",
    CommandResult: "command_result",
    Anomaly: "anomaly",
    ActionRequired: "action_required",
    StockNow: "stock_level",
}
"""A message that is not named here is called as its class: StockMovement is stock_movement."""


@click.command("replay")
@click.option("--profile", "profiles", multiple=True, help="May repeat; the first governs.")
@click.option(
    "--policy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="TOML or JSON: fields of the policy, and zone.",
)
@click.option("--at", help="Let time pass until then (RFC 3339 or a date): deadlines fire.")
@click.argument("file", type=click.File("rb"))
@click.pass_context
def command(
    ctx: click.Context,
    profiles: tuple[str, ...],
    policy: Path | None,
    at: str | None,
    file: BinaryIO,
) -> None:
    """Play canonical facts and commands through, without a broker.

    FILE holds one JSON object a line, in the order of the log; `-` is standard input. Blank lines
    and lines that begin with # are passed over. Exit status 3 if a line was not understood.
    Facts of stocks (`stock.level_set` and the like) may stand between them; stocks answer the
    orders, unless FILE holds their answers. So may requests to configure a tenant
    (`configuration.define_state` and the like), unless FILE holds what came of them.
    """
    rules = _rules(profiles, policy)
    until = _time(at) if at else None
    stream = open_twice(file)
    verdicts = collect_verdicts(_judged(stream))
    stream.seek(0)
    answered = any(line and b'"stock.line_reserved"' in line for _, line in lines(stream))
    stream.seek(0)
    stocks = None if answered else StockRoom()
    configured = any(line and b'"configuration.changed"' in line for _, line in lines(stream))
    stream.seek(0)
    replay = Replay(lambda _key: rules, verdicts=verdicts, stocks=stocks, learns=not configured)
    ctx.exit(_NOT_UNDERSTOOD if _play(replay, stream, until) else 0)


def _play(replay: Replay, stream: BinaryIO, until: datetime | None) -> int:
    """Print what every line brings about; give the number of lines that were not understood."""
    write, refused, before = binary_output().write, 0, EPOCH
    for number, line in lines(stream):
        record = read_line(line, before)
        if isinstance(record, Quarantined):
            field = f"{record.field}: " if record.field else ""
            write(_quarantined(f"line {number}", f"{field}{record.reason}"))
            refused += 1
            continue
        before = max(before, record.occurred_at)
        if isinstance(record, StockFact):
            said = replay.take_stock(record)
        elif isinstance(record, ConfigurationRequest):
            said = replay.configure(record)
        else:
            said = replay.take(record)
        refused += _print(write, said, f"line {number}")
    if until:
        refused += _print(write, replay.pass_time(until), f"time {until.isoformat()}")
    for waiting in replay.waiting():
        write(_tagged("waiting", msgspec.json.encode(waiting)))
    for snapshot in replay.snapshots():
        write(_tagged("snapshot", encode_message(snapshot)))
    return refused


def _print(write: Callable[[bytes], Any], said: Iterable[Said], where: str) -> int:
    refused = 0
    for one in said:
        if isinstance(one, Refused):
            write(_quarantined(where, one.reason))
            refused += 1
        else:
            write(_tagged(output_of(type(one)), encode_message(one)))
    return refused


def output_of(message: type) -> str:
    """Name a kind of message as the outputs of a replay are named."""
    return _OUTPUTS.get(message) or re.sub(r"(?<!^)(?=[A-Z])", "_", message.__name__).lower()


def _tagged(output: str, encoded: bytes) -> bytes:
    return b'{"output":"%s",%s\n' % (output.encode(), encoded[1:])


def _quarantined(where: str, reason: str) -> bytes:
    return plain_line({"quarantined": where, "reason": reason})


def _judged(stream: BinaryIO) -> Iterable[CommandJudged]:
    for _, line in lines(stream):
        if line and b'"command.judged"' in line:
            record = read_line(line)
            if isinstance(record, CommandJudged):
                yield record


def _rules(profiles: tuple[str, ...], file: Path | None) -> Rules:
    policy = _policy(file) if file else {}
    zone = str(policy.pop("zone", "UTC"))
    where = f"--policy {file}" if file else "--profile"
    try:
        return make_rules(profiles or SHOWN_BY_DEFAULT, policy, zone, where=where)
    except RulesError as error:
        raise WrongUse(str(error)) from error


def _policy(file: Path) -> dict[str, Any]:  # Any: judged by make_rules
    try:
        content = file.read_bytes()
        is_json = content.lstrip().startswith(b"{")
        decode = msgspec.json.decode if is_json else msgspec.toml.decode
        return decode(content, type=dict[str, Any])
    except (msgspec.MsgspecError, OSError, ValueError, RecursionError) as error:
        raise WrongUse(f"--policy {file}: {error}") from error


def _time(text: str) -> datetime:
    """Read a time with its zone, or the beginning of a day (UTC)."""
    try:
        if len(text) == len("2026-01-31"):
            return _of_our_time(datetime.combine(date.fromisoformat(text), time(), UTC))
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(f"--at {text!r} is neither a date nor an RFC 3339 time") from error
    if when.tzinfo is None:
        raise WrongUse(f"--at {text!r} has no time zone; write {text}Z for UTC")
    return _of_our_time(when)


def _of_our_time(when: datetime) -> datetime:
    try:
        micros(when)
    except Misdated as error:
        raise WrongUse(f"--at {error}") from error
    return when
