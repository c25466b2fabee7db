"""Lines of a story: JSON Lines with comments, each a record of the log or the reason why not."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO, Final

import msgspec
from msgspec.structs import replace

from connectors.command import read_command
from connectors.configuration import read_request
from connectors.delivery import Quarantined
from connectors.stock_fact import read_stock_fact
from domain.codec import decode_record
from domain.command import Command, Record
from domain.configuration import Configuration
from domain.envelope import Request
from domain.guard import GUARDS, name_of
from domain.instant import EPOCH
from domain.stock_fact import StockFact

LINE_BYTES_MAX: Final = 1_048_576
"""As much as a broker takes in one record by default."""
_MEMORY_BYTES_MAX: Final = 64 * 1024 * 1024
_BLOCK_BYTES: Final = 1_048_576
_VALUE_CHARACTERS_MAX: Final = 80
_BOM: Final = b"\xef\xbb\xbf"
_PATH: Final = re.compile(r"at `\$([^`]*)`")
_STEP: Final = re.compile(r"\.([^.\[]+)|\[(\d+)\]")
_CONFIGURATION: Final = re.compile(
    rb'"kind"\s*:\s*"configuration\.(define_state|delete_state|define_profile)"'
)
_STOCK: Final = re.compile(rb'"kind"\s*:\s*"stock\.(level_set|received|adjusted|limits_set)"')
_COMMANDS: Final = frozenset(name_of(command) for command in GUARDS)
_TOO_DEEP: Final = Quarantined(reason="nested too deep")


class _Kind(msgspec.Struct):
    kind: str


_kind: Final = msgspec.json.Decoder(_Kind)


def open_twice(stream: BinaryIO) -> BinaryIO:
    """Give a stream that can be read again from its beginning."""
    if stream.seekable():
        return stream
    spool = tempfile.SpooledTemporaryFile(_MEMORY_BYTES_MAX)  # noqa: SIM115 - the caller's now
    while block := stream.read(_BLOCK_BYTES):
        spool.write(block)
    spool.seek(0)
    return spool  # type: ignore[return-value]  # it is one but for its declared type


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """Give the lines that say something, numbered from 1; None stands for one that is too long."""
    number = 0
    while line := stream.readline(LINE_BYTES_MAX + 1):
        number += 1
        if len(line) > LINE_BYTES_MAX:
            while line and not line.endswith(b"\n"):
                line = stream.readline(_BLOCK_BYTES)
            yield number, None
            continue
        line = line.removeprefix(_BOM).strip() if number == 1 else line.strip()
        if line and not line.startswith(b"#"):
            yield number, line


def read_line(
    line: bytes | None, before: datetime = EPOCH
) -> Record | StockFact | Configuration | Quarantined:
    """Read a record; a command that states no time happened at the latest time before it."""
    if line is None:
        return Quarantined(reason=f"line over {LINE_BYTES_MAX} bytes")
    try:
        line.decode()
        record = decode_record(line)
    except UnicodeDecodeError as error:
        return Quarantined(reason=f"not UTF-8 at byte {error.start}")
    except RecursionError:
        return _TOO_DEEP
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        loose = _stock_fact(line) or _configuration(line) or _loose_command(line, before)
        return loose or Quarantined(reason=_explain(line, str(error)))
    if isinstance(record, Request):
        return _addressed(record)
    return record


def _stock_fact(line: bytes) -> StockFact | Quarantined | None:
    """Read what happened in a warehouse; None where the line speaks of something else."""
    if not _STOCK.search(line):
        return None
    fact = read_stock_fact(line)
    if isinstance(fact, Quarantined):
        return Quarantined(reason=_explain(line, fact.reason), field=fact.field, value=fact.value)
    return fact


def _configuration(line: bytes) -> Configuration | Quarantined | None:
    """Read what a tenant asks to change; None where the line speaks of something else."""
    if not _CONFIGURATION.search(line):
        return None
    request = read_request(line)
    if isinstance(request, Quarantined):
        reason = _explain(line, request.reason)
        return Quarantined(reason=reason, field=request.field, value=request.value)
    return request


def _addressed(command: Command) -> Command | Quarantined:
    """Give a command the tenant and channel of its order, as the worker does."""
    if command.order_key is None:
        return Quarantined(reason="a command names its order", field="order_key")
    tenant, channel, _ = command.order_key.split("/", 2)
    return replace(command, tenant=tenant, channel=channel)


def _loose_command(line: bytes, before: datetime) -> Command | Quarantined | None:
    """Read a command in the words that people may use; None where it is none."""
    try:
        kind = _kind.decode(line).kind
    except RecursionError:
        return _TOO_DEEP
    except (msgspec.MsgspecError, ValueError):
        return None
    if kind.removeprefix("command.") not in _COMMANDS:
        return None
    command = read_command(line)
    if isinstance(command, Quarantined):
        reason = _explain(line, command.reason)
        return Quarantined(reason=reason, field=command.field, value=command.value)
    return replace(command, occurred_at=before) if command.occurred_at == EPOCH else command


def _explain(line: bytes, message: str) -> str:
    """Put the value that is wrong behind a message that names its path."""
    path = _PATH.search(message)
    if path is None or path.group(1) == ".kind":
        return message
    try:
        value: Any = msgspec.json.decode(line)  # Any: JSON of somebody
        for name, position in _STEP.findall(path.group(1)):
            value = value[name] if name else value[int(position)]
    except (msgspec.MsgspecError, ValueError, LookupError, TypeError, RecursionError):
        return message
    shown = msgspec.json.encode(value).decode()
    if len(shown) > _VALUE_CHARACTERS_MAX:
        shown = shown[:_VALUE_CHARACTERS_MAX] + "…"
    return f"{message}, where it is {shown}"
