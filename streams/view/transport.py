"""The view's consumer: it goes on where the database says, not where the group says.

The positions stand in the same transaction as the rows, so Kafka's own offsets are not used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol

from aiokafka import TopicPartition

from streams.engine.transport import Consumer, ConsumerThread, Transport

if TYPE_CHECKING:
    import aiokafka


class Positioned(Protocol):
    """Who knows where each partition goes on."""

    def position(self, source: TopicPartition) -> int | None:
        """Give the offset that comes next; None for the beginning."""


class _Thread(ConsumerThread):
    async def _positions(
        self,
        consumer: aiokafka.AIOKafkaConsumer,  # noqa: ARG002 - the signature of what it replaces
        sources: Sequence[TopicPartition],
    ) -> Mapping[TopicPartition, int | None]:
        engine: Positioned = self.consumer.app.engine
        return {source: engine.position(source) for source in sources}


class _Consumer(Consumer):
    def _new_consumer_thread(self) -> ConsumerThread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)


class ViewTransport(Transport):
    """Kafka by batches, positions from the view."""

    Consumer: ClassVar[type] = _Consumer
