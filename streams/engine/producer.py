"""A worker's transactional producer: record batches out, offsets in, one commit.

A transaction may be sent in several parts. Where the records of a part came to lie is known before
the commit, so that who reads them in this worker need not wait for it (`handover.py`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Collection, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from aiokafka import TopicPartition
from aiokafka.structs import OffsetAndMetadata

from streams.engine.client import client_options
from streams.engine.handover import Written
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
_TIME_IS_OURS: Final = -1  # what a broker answers that keeps the records' own times


class _Pack(NamedTuple):
    """A batch, where it goes, and its records again if their reader is here."""

    to: TopicPartition
    batch: BatchBuilder
    records: list[Outgoing] | None


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

    async def begin(self) -> None:
        """Begin a transaction; any failure from here on is the caller's end."""
        await self._producer.begin_transaction()

    async def send(self, shares: Sequence[Share], topics: Collection[str]) -> list[Written]:
        """Write a part of the transaction; tell where its records to these topics came to lie."""
        async with asyncio.timeout(self._seconds_max):
            packs = await self._packs(shares, topics)
            sent = [await self._send(pack) for pack in packs]
            told = await asyncio.gather(*sent)  # flush() and commit swallow failed batches (F4)
        return [
            Written(pack.to, metadata.offset, pack.records)
            for pack, metadata in zip(packs, told, strict=True)
            if pack.records is not None and metadata.timestamp == _TIME_IS_OURS
        ]

    async def end(self, shares: Sequence[Share], last: Sequence[Share] = ()) -> None:
        """Write the last part and the offsets of all shares, and commit."""
        async with asyncio.timeout(self._seconds_max):
            sent = [await self._send(pack) for pack in await self._packs(last)]
            await asyncio.gather(*sent, self._send_offsets(shares))
            await self._producer.commit_transaction()

    async def _send(self, pack: _Pack) -> Awaitable[Any]:  # Any: aiokafka's record metadata
        return await self._producer.send_batch(  # type: ignore[no-any-return]
            pack.batch, pack.to.topic, partition=pack.to.partition
        )

    async def _send_offsets(self, shares: Sequence[Share]) -> None:
        offsets = {
            share.source: OffsetAndMetadata(share.offset, "") for share in shares
        }  # the last
        await self._producer.send_offsets_to_transaction(offsets, self._group)

    async def _packs(self, shares: Sequence[Share], told: Collection[str] = ()) -> list[_Pack]:
        by_topic: dict[str, list[Sequence[Outgoing]]] = {}
        for share in shares:
            for topic, records in share.outgoing.items():
                by_topic.setdefault(topic, []).append(records)
        packs: list[_Pack] = []
        for topic, parts in by_topic.items():
            count = await self._partition_count(topic)
            packs += self._pack(topic, parts, count, told=topic in told)
        for share in shares:
            if share.changelog is not None:
                changed = self._pack_changes(share.changes)
                packs += [_Pack(share.changelog, batch, None) for batch in changed]
        return packs

    async def _partition_count(self, topic: str) -> int:
        if topic not in self._partitions:
            self._partitions[topic] = len(await self._producer.partitions_for(topic))
        return self._partitions[topic]

    def _pack(
        self, topic: str, parts: Iterable[Sequence[Outgoing]], count: int, *, told: bool
    ) -> list[_Pack]:
        now_ms = int(time.time() * 1000)
        open_packs: dict[int, _Pack] = {}
        packs: list[_Pack] = []
        everywhere: list[Outgoing] = []
        self._round += 1  # records without a key stay together in a batch and wander with it
        for partition, key, value, given_headers, given_ms in chain.from_iterable(parts):
            timestamp_ms = now_ms if given_ms is None else given_ms
            if partition == EVERY:
                everywhere.append((None, key, value, given_headers, timestamp_ms))
                continue
            headers = list(given_headers)  # aiokafka's compiled builder takes nothing else
            if partition is None:
                partition = self._round % count if key is None else partition_of(key, count)  # noqa: PLW2901 - hot loop
            pack = open_packs.get(partition)
            if pack is None or not pack.batch.append(
                timestamp=timestamp_ms, key=key, value=value, headers=headers
            ):
                pack = open_packs[partition] = self._new_pack(
                    TopicPartition(topic, partition), told=told
                )
                packs.append(pack)
                pack.batch.append(timestamp=timestamp_ms, key=key, value=value, headers=headers)
            if pack.records is not None:
                pack.records.append((partition, key, value, given_headers, timestamp_ms))
        for rest in everywhere:  # rare, so they may have batches of their own
            copies = [(partition, *rest[1:]) for partition in range(count)]
            packs += self._pack(topic, [copies], count, told=told)
        return packs

    def _new_pack(self, to: TopicPartition, *, told: bool) -> _Pack:
        return _Pack(to, self._producer.create_batch(), [] if told else None)

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
