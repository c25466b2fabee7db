"""Commands: checked for shape, stamped with the log's time, and put on the order log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.command import read_command
from connectors.delivery import Quarantined
from domain.codec import encode_record
from domain.instant import moment
from streams import topic
from streams.agents.dead_letter import bury

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.stage import Context
    from streams.metric import Metrics


class CommandProcessor:
    """Puts commands where they meet their order in one fixed order with its facts."""

    def __init__(self, context: Context, metrics: Metrics) -> None:
        self._context = context
        self._metrics = metrics

    def restored(self) -> None:
        """Nothing to take up: verdicts are the order's own memory."""

    def finish(self) -> None:
        """Nothing is put off."""

    def fire(self, now_ms: int) -> None:
        """Nothing is ever due."""
        del now_ms

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Check each command and send it on."""
        for record in records:
            command = read_command(record.value, moment(record.timestamp * 1000))
            if isinstance(command, Quarantined):
                bury(
                    self._context.outbox,
                    self._metrics,
                    record,
                    stage=self._context.stage,
                    cause=command.reason,
                    field=command.field,
                    value=command.value,
                )
                continue
            key = str(command.order_key).encode()
            self._context.outbox.send(topic.ORDER_LOG, key, encode_record(command))
