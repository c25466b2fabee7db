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


class CommandProcessor(AgentProcessor):
    """Puts commands where they meet their order in one fixed order with its facts."""

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Check each command and send it on."""
        for record in records:
            command = read_command(record.value, moment(record.timestamp * 1000))
            if isinstance(command, Quarantined):
                self._bury_unread(record, command)
                continue
            key = str(command.order_key).encode()
            self._context.outbox.send(topic.ORDER_LOG, key, encode_record(command))
