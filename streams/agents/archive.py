"""The archive agent: tells each order's log where the archive has its state.

It knows what the sender cannot know, the record's offset. State is not decoded for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from domain.archive import stored
from domain.codec import encode_record
from streams import topic
from streams.agents.processor import AgentProcessor
from streams.archive import read_head

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord


class ArchiveProcessor(AgentProcessor):
    """Answers each record of the archive; the order's log is on the same partition."""

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Tell where each state stands, or bury what is none."""
        for record in records:
            if record.value is None:
                continue  # taken out of the archive
            try:
                head = read_head(record.value)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                self._bury(record, f"not a state: {error}")
                continue
            if head.key.encode() != record.key:
                self._bury(record, "wrong key: not the order's")
                continue
            told = stored(head.key, head.version, record.offset, record.timestamp)
            self._context.outbox.send(
                topic.ORDER_LOG, record.key, encode_record(told), (), self._context.partition
            )
