"""A worker's transactional producer: record batches out, offsets in, one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from streams.engine.client import client_options
from streams.engine.outbox import EVERY
from streams.engine.partitioner import partition_of
from streams.engine.sender import QuickProducer

if TYPE_CHECKING:
    from aiokafka.producer.message_accumulator import BatchBuilder

    from streams.engine.group import Membership
    from streams.engine.outbox import Outgoing
    from streams.engine.share import Change, Share
    from streams.settings import Settings

_TRANSACTION_MS_MIN: Final = 10_000


class Transactions:
    """Writes what batches brought about, all of it or nothing."""

    def __init__(self, *, settings: Settings, transactional_id: str) -> None:
        self.transactional_id = transactional_id
        self._group = settings.application_id
        self._seconds_max = settings.transaction_seconds_max
        self._timeout_ms = max(_TRANSACTION_MS_MIN, int(settings.transaction_seconds_max * 2000))
        self._partitions: dict[str, int] = {}
        self._round = 0
        self._producer = QuickProducer(
            **client_options(settings),
            transactional_id=transactional_id,
            transaction_timeout_ms=self._timeout_ms,
            max_batch_size=settings.batch_bytes_max,
            max_request_size=settings.batch_bytes_max * 16,
        )

    async def start(self) -> None:
        """Take the transactional id: a former owner is fenced, what it left open is aborted."""
        await self._producer.start()

    async def stop(self) -> None:
        """Close the connections."""
        await self._producer.stop()

    def vouch(self, membership: Membership) -> None:
        """Commit offsets in the name of this member of the group from now on."""
        self._producer.vouch(membership)

    async def fence(self, transactional_ids: Iterable[str]) -> None:
        """End what others left open under these ids."""
        others = [each for each in transactional_ids if each != self.transactional_id]
        await self._producer.fence(others, self._timeout_ms)

    async def write(self, shares: Sequence[Share]) -> None:
        """Commit the shares in one transaction; any failure is the caller's end."""
        async with asyncio.timeout(self._seconds_max):
            await self._producer.begin_transaction()
            sent: list[Awaitable[Any]] = [  # Any: aiokafka's record metadata, not looked at
                await self._producer.send_batch(batch, to.topic, partition=to.partition)
                for to, batch in await self._packs(shares)
            ]
            sent.append(self._send_offsets(shares))
            await asyncio.gather(*sent)  # flush() and commit swallow failed batches (fact F4)
            await self._producer.commit_transaction()

    async def _send_offsets(self, shares: Sequence[Share]) -> None:
        offsets = {
            share.source: OffsetAndMetadata(share.offset, "") for share in shares
        }  # the last
        await self._producer.send_offsets_to_transaction(offsets, self._group)

    async def _packs(self, shares: Sequence[Share]) -> list[tuple[TopicPartition, BatchBuilder]]:
        by_topic: dict[str, list[Sequence[Outgoing]]] = {}
        for share in shares:
            for topic, records in share.outgoing.items():
                by_topic.setdefault(topic, []).append(records)
        packs: list[tuple[TopicPartition, BatchBuilder]] = []
        for topic, parts in by_topic.items():
            packs += self._pack(topic, parts, await self._partition_count(topic))
        for share in shares:
            if share.changelog is not None:
                packs += [(share.changelog, batch) for batch in self._pack_changes(share.changes)]
        return packs

    async def _partition_count(self, topic: str) -> int:
        if topic not in self._partitions:
            self._partitions[topic] = len(await self._producer.partitions_for(topic))
        return self._partitions[topic]

    def _pack(
        self, topic: str, parts: Sequence[Sequence[Outgoing]], count: int
    ) -> list[tuple[TopicPartition, BatchBuilder]]:
        open_batches: dict[int, BatchBuilder] = {}
        packs: list[tuple[TopicPartition, BatchBuilder]] = []
        everywhere: list[tuple[Any, Any, Any, Any]] = []  # Any: the rest of an Outgoing
        self._round += 1  # records without a key stay together in a batch and wander with it
        for partition, key, value, given_headers, timestamp_ms in chain.from_iterable(parts):
            if partition == EVERY:
                everywhere.append((key, value, given_headers, timestamp_ms))
                continue
            headers = list(given_headers)  # aiokafka's compiled builder takes nothing else
            if partition is None:
                partition = self._round % count if key is None else partition_of(key, count)  # noqa: PLW2901 - hot loop
            batch = open_batches.get(partition)
            if batch is None or not batch.append(
                timestamp=timestamp_ms, key=key, value=value, headers=headers
            ):
                batch = open_batches[partition] = self._producer.create_batch()
                packs.append((TopicPartition(topic, partition), batch))
                batch.append(timestamp=timestamp_ms, key=key, value=value, headers=headers)
        for rest in everywhere:  # rare, so they may have batches of their own
            copies = [(partition, *rest) for partition in range(count)]
            packs += self._pack(topic, [copies], count)
        return packs

    def _pack_changes(self, changes: Iterable[Change]) -> list[BatchBuilder]:
        batches: list[BatchBuilder] = []
        append = _never
        for key, value in changes:
            if not append(timestamp=None, key=key, value=value):
                batches.append(self._producer.create_batch())
                append = batches[-1].append
                append(timestamp=None, key=key, value=value)
        return batches


def _never(**_: object) -> None:
    """Stand in for the batch before the first one."""
