"""What a processor wants to say; it is said when the transaction commits.

Nothing is sent from here: the partition's task empties the outbox into record batches.
Records to one partition keep their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

# One record on its way out: partition (None: by key), key, value, headers, timestamp in ms.
# A bare tuple: there is one for every event, and a named one costs four times as much to make.
Outgoing = tuple[int | None, bytes | None, bytes | None, Sequence[tuple[str, bytes]], int | None]


EVERY: Final = -1
"""Instead of a partition: the record goes to each that the topic has."""


class Outbox:
    """Collects records by topic until they are taken."""

    __slots__ = ("_by_topic",)

    def __init__(self) -> None:
        self._by_topic: dict[str, list[Outgoing]] = {}

    def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]] = (),
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> None:
        """Add a record; without a partition, Kafka's rule over the key decides, or EVERY."""
        record = (partition, key, value, headers, timestamp_ms)
        try:
            self._by_topic[topic].append(record)
        except KeyError:
            self._by_topic[topic] = [record]

    def take(self) -> dict[str, list[Outgoing]]:
        """Give everything by topic and start anew."""
        taken, self._by_topic = self._by_topic, {}
        return taken
