"""The archive of orders' states: who asks for one, and how it is read back from its place.

`order-archive` is compacted, and the newest record of a key keeps its offset, so a place is enough
to find a state again: no index, no database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Protocol

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from msgspec import Meta, Struct

from streams.engine.client import client_options
from streams.topic import ORDER_ARCHIVE

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.settings import Settings

_log = logging.getLogger(__name__)

ROUND_SECONDS_MAX: Final = 20.0
_READ_MS: Final = 2_000
_FETCH_BYTES: Final = 64 * 1024  # of one place one record is wanted; a larger one comes whole


class StateWanted(Struct, frozen=True, kw_only=True):
    """Asks for the state of the order that is the key: which version, and where it stands."""

    version: Annotated[int, Meta(ge=1)]
    offset: Annotated[int, Meta(ge=0)]
    schema: int = 1


encode_wanted: Final = msgspec.json.Encoder().encode
decode_wanted: Final = msgspec.json.Decoder(StateWanted).decode


class StateHead(Struct, frozen=True, array_like=True):
    """As much of an encoded state as says whose it is; the rest is passed over (`order.py`)."""

    key: str
    schema: int
    test: bool
    version: int


read_head: Final = msgspec.msgpack.Decoder(StateHead).decode


@dataclass(frozen=True, slots=True)
class Found:
    """Records by their offsets; those that are missing are not there any more, or not yet read.

    `failed` says that reading broke off, so that what is missing may well be there.
    """

    records: Mapping[int, ConsumerRecord]
    failed: bool = False


class Reading(Protocol):
    """A reading under way, as an asyncio.Task is one."""

    def done(self) -> bool:
        """Tell whether it ended."""

    def result(self) -> Found:
        """Give what was found."""


class Archive(Protocol):
    """What reads places of a partition."""

    def start(self, partition: int, offsets: Collection[int]) -> Reading:
        """Begin to read."""


class KafkaArchive:
    """Reads with a consumer of its own, which lives as long as one round of places.

    Nothing is kept between rounds, so nothing is left to close when a partition goes elsewhere.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._tasks: set[asyncio.Task[Found]] = set()

    def start(self, partition: int, offsets: Collection[int]) -> Reading:
        """Begin to read; it is held here, for whoever began it may be gone before it ends."""
        task = asyncio.get_running_loop().create_task(self._read_all(partition, offsets))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _read_all(self, partition: int, offsets: Collection[int]) -> Found:
        """Read what can be read; whatever happens, the answer is a value."""
        found: dict[int, ConsumerRecord] = {}
        source = TopicPartition(ORDER_ARCHIVE, partition)
        consumer = self._consumer()
        try:
            async with asyncio.timeout(ROUND_SECONDS_MAX):
                await consumer.start()
                consumer.assign([source])
                for offset in sorted(offsets):
                    record = await _read(consumer, source, offset)
                    if record is not None:
                        found[offset] = record
        except (KafkaError, OSError, TimeoutError) as error:
            _log.warning("archive not read: partition=%d error=%r", partition, error)
            return Found(found, failed=True)
        finally:
            await consumer.stop()
        return Found(found)

    def _consumer(self) -> AIOKafkaConsumer:
        settings = self._settings
        return AIOKafkaConsumer(
            **client_options(settings),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # what lies before the first offset is gone
            check_crcs=not settings.embedded,  # its commit markers are wrong (ADR 5)
            max_partition_fetch_bytes=_FETCH_BYTES,
            fetch_max_wait_ms=settings.fetch_wait_ms,
        )


async def _read(
    consumer: AIOKafkaConsumer, source: TopicPartition, offset: int
) -> ConsumerRecord | None:
    """Read the record at an offset; None where another one comes first."""
    consumer.seek(source, offset)
    batches = await consumer.getmany(source, timeout_ms=_READ_MS, max_records=1)
    first = next(iter(batches.get(source, ())), None)
    return first if first is not None and first.offset == offset else None
