"""What one task adds to a transaction of its worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aiokafka import TopicPartition

    from streams.engine.outbox import Outgoing

Change = tuple[bytes, bytes | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Outputs, changes of state and the offset; there always is one, it carries the proof."""

    source: TopicPartition
    offset: int
    outgoing: Mapping[str, Sequence[Outgoing]]
    changelog: TopicPartition | None
    changes: Sequence[Change]
    records: int
    computing_seconds: float
    begun: float  # on the monotonic clock
