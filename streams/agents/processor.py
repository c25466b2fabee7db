"""What the processors of all agents are: a context, the series, and a way to the dead letters.

Most agents have nothing to take up, to put off or to wait for; those that have say so themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.agents.dead_letter import bury

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from connectors.delivery import Quarantined
    from streams.engine.stage import Context
    from streams.metric import Metrics


class AgentProcessor:
    """A processor (`engine/stage.py`) that keeps nothing but what its records say."""

    def __init__(self, context: Context, metrics: Metrics) -> None:
        self._context = context
        self._metrics = metrics

    def restored(self) -> None:
        """Nothing to take up."""

    def finish(self) -> None:
        """Nothing is put off."""

    def fire(self, now_ms: int) -> int | None:
        """Nothing is ever due."""
        del now_ms
        return None

    def _bury(
        self, record: ConsumerRecord, cause: str, *, field: str = "", value: str = ""
    ) -> None:
        """Put a record among the dead letters; the partition goes on."""
        bury(
            self._context.outbox,
            self._metrics,
            record,
            stage=self._context.stage,
            cause=cause,
            field=field,
            value=value,
        )

    def _bury_unread(self, record: ConsumerRecord, found: Quarantined) -> None:
        """Put a record among the dead letters that an edge could not read."""
        self._bury(record, found.reason, field=found.field, value=found.value)
