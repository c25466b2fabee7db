"""Commands: checked for shape, stamped with the log's time, and put on the order log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from connectors.command import read_command
from connectors.delivery import Quarantined
from domain.codec import encode_record
from domain.instant import moment
from streams import topic
from streams.agents.processor import AgentProcessor

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from domain.command import Command
    from streams.agents.sealing import Sealing
    from streams.engine.stage import Context
    from streams.metric import Metrics


class CommandProcessor(AgentProcessor):
    """Puts commands where they meet their order in one fixed order with its facts."""

    def __init__(
        self, context: Context, metrics: Metrics, *, sealing: Sealing | None = None
    ) -> None:
        super().__init__(context, metrics)
        self._encode = encode_record if sealing is None else sealing.encode
        self._sealing = sealing

    async def prepare(self, records: Sequence[ConsumerRecord]) -> None:
        """Get the keys of the orders that these commands are for."""
        if self._sealing is not None:
            commands = map(_read, records)
            await self._sealing.prepare(
                each for each in commands if not isinstance(each, Quarantined)
            )

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Check each command and send it on."""
        for record in records:
            command = _read(record)
            if isinstance(command, Quarantined):
                self._bury_unread(record, command)
                continue
            key = str(command.order_key).encode()
            self._context.outbox.send(topic.ORDER_LOG, key, self._encode(command))


def _read(record: ConsumerRecord) -> Command | Quarantined:
    return read_command(record.value, moment(record.timestamp * 1000))
