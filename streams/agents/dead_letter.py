"""Dead letters: what cannot be processed, with everything needed to look at it and send it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from streams import topic

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.outbox import Outbox
    from streams.metric import Metrics

PREFIX: Final = "dead-letter-"
"""Begins the names of the headers that we add; the record's own headers stay as they came."""
CAUSE_CHARACTERS_MAX: Final = 500
VALUE_BYTES_MAX: Final = 4 * 1024 * 1024
"""Longer bodies are cut, and say so: a dead letter that no topic takes would stop the partition."""


def bury(  # noqa: PLR0913 - a dead letter tells all of these
    outbox: Outbox,
    metrics: Metrics,
    record: ConsumerRecord,
    *,
    stage: str,
    cause: str,
    field: str = "",
    value: str = "",
) -> None:
    """Send a record's original bytes to the dead letters, with where it stood and why."""
    added = {
        "cause": cause[:CAUSE_CHARACTERS_MAX],
        "field": field,
        "value": value[:CAUSE_CHARACTERS_MAX],
        "stage": stage,
        "topic": record.topic,
        "partition": str(record.partition),
        "offset": str(record.offset),
        "timestamp": str(record.timestamp),
    }
    content = record.value or b""
    if len(content) > VALUE_BYTES_MAX:
        added["cut"] = f"{len(content)} bytes"
        content = content[:VALUE_BYTES_MAX]
    headers: Sequence[tuple[str, bytes]] = [
        *((name, text) for name, text in record.headers if not name.startswith(PREFIX)),
        *((PREFIX + name, said.encode(errors="replace")) for name, said in added.items()),
    ]
    outbox.send(topic.DEAD_LETTERS, record.key, content, headers)
    metrics.dead_letters.labels(topic=record.topic, cause=_family(cause)).inc()


def _family(cause: str) -> str:
    """Shorten a cause to a word of a closed set: labels must not grow with the input."""
    for family in _FAMILIES:
        if family in cause:
            return family
    return "other"


_FAMILIES: Final = (
    "fetch",
    "internal",
    "unknown source",
    "header",
    "account",
    "without a value",
    "UTF-8",
    "deeper",
    "over",
    "more than",
    "JSON",
    "wrong key",
    "names no order",
    "not a command",
    "not a record",
    "invalid",
    "required",
    "signature",
    "unknown",
)
