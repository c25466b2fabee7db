"""A command as an operator or a service writes it: bytes in, a command or a quarantine out.

Tolerant where nothing can be misread: `kind` may lack its `command.`, the time may be missing
(the log's time counts, spec model 1), `command_id` is another name of `event_id`.
"""

from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from connectors.delivery import Quarantined
from connectors.typed_body import read_typed
from domain.command import Command
from domain.instant import EPOCH
from domain.personal import PERSONAL_CHARACTERS_MAX, overlong

_PREFIX: Final = "command."
_decode: Final = msgspec.json.Decoder(dict[str, Any])  # Any: JSON, judged by the conversion below


def read_command(value: bytes | None, logged_at: datetime | None = None) -> Command | Quarantined:
    """Read a command; with `logged_at` that is when it happened, its own time only observed."""
    command = read_typed(value, _decode_tolerantly, "command")
    if isinstance(command, Quarantined):
        return command
    if value and len(value) > PERSONAL_CHARACTERS_MAX and (field := overlong(command)):
        reason = f"not a command: over {PERSONAL_CHARACTERS_MAX} characters"
        return Quarantined(reason=reason, field=field)
    if command.order_key is None:
        return Quarantined(reason="a command names its order", field="order_key")
    tenant, channel, _ = command.order_key.split("/", 2)
    command = replace(command, tenant=tenant, channel=channel)
    if logged_at is None:
        return command
    stated = command.occurred_at if command.occurred_at != EPOCH else None
    return replace(command, occurred_at=logged_at, observed_at=stated)


def _decode_tolerantly(value: bytes) -> Command:
    fields = _decode.decode(value)
    command: Command = msgspec.convert(_completed(fields), Command)
    return command


def _completed(fields: dict[str, Any]) -> dict[str, Any]:  # Any: JSON
    kind = fields.get("kind", "")
    if isinstance(kind, str) and not kind.startswith(_PREFIX):
        fields["kind"] = _PREFIX + kind
    if "event_id" not in fields and "command_id" in fields:
        fields["event_id"] = fields["command_id"]
    fields.setdefault("occurred_at", EPOCH.isoformat())
    return fields
