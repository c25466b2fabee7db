"""The short way of records from one stage of a worker to the next: not through the consumer.

What a transaction wrote is at its place in the log before the commit. A task that has taken in
everything before that place may go on with it at once, in the same transaction: if that fails, the
process ends, and nothing of either was. Everywhere else the records come by the consumer, later.

Between the end of what a task knows and its worker's next records there may be the mark of the
worker's own last commit, which takes one offset; it is there before the next transaction of the
same producer can begin. A longer gap has somebody else's records in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aiokafka import ConsumerRecord

if TYPE_CHECKING:
    from aiokafka import TopicPartition

    from streams.engine.outbox import Outgoing

_NOWHERE: Final = -2  # an offset that nothing has, nor does whoever does not know where it is


@dataclass(frozen=True, slots=True)
class Written:
    """Records in the log, not committed yet: where the first lies, and all of them."""

    place: TopicPartition
    offset: int  # negative where the broker does not say
    records: Sequence[Outgoing]

    @property
    def end(self) -> int:
        """Give the offset after the last record."""
        return self.offset + len(self.records)

    def as_fetched(self) -> list[ConsumerRecord]:
        """Give the records as a consumer would."""
        topic, number = self.place
        return [
            ConsumerRecord(
                topic=topic,
                partition=number,
                offset=offset,
                timestamp=timestamp_ms,
                timestamp_type=0,
                key=key,
                value=value,
                checksum=None,
                serialized_key_size=-1 if key is None else len(key),
                serialized_value_size=-1 if value is None else len(value),
                headers=tuple(headers),
            )
            for offset, (_, key, value, headers, timestamp_ms) in enumerate(
                self.records, start=self.offset
            )
        ]


class Trace:
    """What a worker itself wrote last to the partition that one of its tasks reads."""

    __slots__ = ("_end", "_transaction")

    def __init__(self) -> None:
        self._end = _NOWHERE
        self._transaction = 0

    def forget(self) -> None:
        """Know of nothing: another producer writes from now on."""
        self._end = _NOWHERE

    def follows(self, written: Written, known: int, transaction: int) -> bool:
        """Tell whether nothing lies between what is known, up to an offset, and these records."""
        marked = known == self._end and transaction != self._transaction
        follows = written.offset == known or (marked and written.offset == known + 1)
        self._end, self._transaction = written.end, transaction
        return follows and written.offset >= 0
