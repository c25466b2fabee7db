"""Reading a partition's state back: changelog to its end, then where the group stands.

It comes after the partition's producer has started: that aborted whatever a former owner had
open, so the end of the changelog and the committed offset belong together (ADR on ownership).
Values are not decoded: a million keys are read in seconds because nothing looks at them.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.engine.client import client_options
from streams.engine.errors import RecoveryError

if TYPE_CHECKING:
    from streams.engine.store import MemoryStore
    from streams.settings import Settings

_FETCH_BYTES_MAX: Final = 8 * 1024 * 1024
_RECORDS_A_ROUND: Final = 5_000  # between two rounds the loop serves others: health, other tasks
_ROUND_MS: Final = 500


async def recover(
    *,
    settings: Settings,
    source: TopicPartition,
    changelog: TopicPartition | None,
    store: MemoryStore,
) -> int | None:
    """Fill the store and give the group's committed offset of the source, None for no offset."""
    reader = AIOKafkaConsumer(
        **client_options(settings),
        group_id=settings.application_id,  # assigned by hand: it never joins the group
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        check_crcs=not settings.embedded,  # its commit markers are wrong (ADR 5)
        max_partition_fetch_bytes=_FETCH_BYTES_MAX,
        fetch_max_wait_ms=settings.fetch_wait_ms,
    )
    await reader.start()
    try:
        if changelog is not None:
            await _read_to_end(reader, changelog, store, settings.recovery_seconds_max)
        committed: int | None = await reader.committed(source)
        return committed
    finally:
        await reader.stop()


async def _read_to_end(
    reader: AIOKafkaConsumer, changelog: TopicPartition, store: MemoryStore, seconds_max: float
) -> None:
    position, end = -1, -1
    try:
        async with asyncio.timeout(seconds_max):
            reader.assign([changelog])
            end = (await reader.end_offsets([changelog]))[changelog]
            await reader.seek_to_beginning(changelog)
            while (position := await reader.position(changelog)) < end:
                await _read_some(reader, changelog, store)
    except TimeoutError as error:
        raise RecoveryError(
            topic=changelog.topic, partition=changelog.partition, position=position, end=end
        ) from error


async def _read_some(
    reader: AIOKafkaConsumer, changelog: TopicPartition, store: MemoryStore
) -> None:
    restore = store.restore
    batches = await reader.getmany(changelog, timeout_ms=_ROUND_MS, max_records=_RECORDS_A_ROUND)
    for record in batches.get(changelog, ()):
        if record.key is not None:
            restore(record.key, record.value)
    await asyncio.sleep(0)
