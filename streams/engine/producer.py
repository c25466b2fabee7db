"""A partition's transactional producer: record batches out, offsets in, one commit.

aiokafka waits 20 ms when the broker still finishes the former transaction; on a quick broker that
wait is most of a transaction, so the two handlers here ask again sooner (engine.md, section 1).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import CoordinationType
from aiokafka.producer.sender import (
    BACKOFF_OVERRIDE,
    AddPartitionsToTxnHandler,
    Sender,
)
from aiokafka.structs import OffsetAndMetadata

from streams.engine.client import client_options
from streams.engine.partitioner import partition_of

if TYPE_CHECKING:
    from aiokafka.producer.message_accumulator import BatchBuilder

    from streams.engine.outbox import Outgoing
    from streams.settings import Settings

_ASK_AGAIN_SECONDS: Final = 0.002  # a local broker finishes a transaction in 1 to 5 ms
_ASK_QUICKLY_TIMES: Final = 10  # afterwards the broker is slow or busy: aiokafka's own pace
_TRANSACTION_MS_MIN: Final = 10_000

Change = tuple[bytes, bytes | None]


class _QuickAddPartitions(AddPartitionsToTxnHandler):  # type: ignore[misc]  # aiokafka is untyped
    def handle_response(self, resp: Any) -> float | None:  # Any: aiokafka's generated response
        pause: float | None = super().handle_response(resp)
        return self._sender.pause_after(pause)  # type: ignore[no-any-return]


class _QuickSender(Sender):  # type: ignore[misc]  # aiokafka is untyped
    _asked = 0

    def pause_after(self, pause: float | None) -> float | None:
        if pause != BACKOFF_OVERRIDE:
            self._asked = 0
            return pause
        self._asked += 1
        return _ASK_AGAIN_SECONDS if self._asked <= _ASK_QUICKLY_TIMES else pause

    async def _do_add_partitions_to_txn(self, tps: set[TopicPartition]) -> bool:
        node_id = await self._find_coordinator(
            CoordinationType.TRANSACTION, self._txn_manager.transactional_id
        )
        return bool(await _QuickAddPartitions(self, tps).do(node_id))


class _QuickProducer(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka is untyped
    def __init__(self, **options: Any) -> None:  # Any: aiokafka's untyped keywords
        super().__init__(**options)
        self._sender = _QuickSender(
            self.client,
            acks=-1,
            txn_manager=self._txn_manager,
            retry_backoff_ms=options.get("retry_backoff_ms", 100),
            message_accumulator=self._message_accumulator,
            request_timeout_ms=self._request_timeout_ms,
        )


class Transactions:
    """Writes what a batch brought about, all of it or nothing."""

    def __init__(self, *, settings: Settings, transactional_id: str) -> None:
        self._group = settings.application_id
        self._seconds_max = settings.transaction_seconds_max
        self._partitions: dict[str, int] = {}
        self._round = 0
        self._producer = _QuickProducer(
            **client_options(settings),
            transactional_id=transactional_id,
            transaction_timeout_ms=max(
                _TRANSACTION_MS_MIN, int(settings.transaction_seconds_max * 2000)
            ),
            max_batch_size=settings.batch_bytes_max,
            max_request_size=settings.batch_bytes_max * 16,
        )

    async def start(self) -> None:
        """Take the transactional id: a former owner is fenced, what it left open is aborted."""
        await self._producer.start()

    async def stop(self) -> None:
        """Close the connections."""
        await self._producer.stop()

    async def write(
        self,
        *,
        outgoing: Mapping[str, Sequence[Outgoing]],
        changelog: TopicPartition | None,
        changes: Iterable[Change],
        offset: tuple[TopicPartition, int] | None,
    ) -> None:
        """Commit records, changelog and offset in one transaction; any failure is the caller's end."""
        async with asyncio.timeout(self._seconds_max):
            await self._producer.begin_transaction()
            sent = [await self._send(*pack) for pack in await self._packs(outgoing)]
            if changelog is not None:
                sent += [
                    await self._send(changelog, pack) for pack in self._pack_changes(changes)
                ]
            if offset is not None:
                source, position = offset
                await self._producer.send_offsets_to_transaction(
                    {source: OffsetAndMetadata(position, "")}, self._group
                )
            await asyncio.gather(*sent)  # flush() and commit swallow failed batches (fact F4)
            await self._producer.commit_transaction()

    async def _send(self, to: TopicPartition, batch: BatchBuilder) -> asyncio.Future[Any]:
        delivered: asyncio.Future[Any] = await self._producer.send_batch(
            batch, to.topic, partition=to.partition
        )
        return delivered

    async def _packs(
        self, outgoing: Mapping[str, Sequence[Outgoing]]
    ) -> list[tuple[TopicPartition, BatchBuilder]]:
        packs: list[tuple[TopicPartition, BatchBuilder]] = []
        for topic, records in outgoing.items():
            packs += self._pack(topic, records, await self._partition_count(topic))
        return packs

    async def _partition_count(self, topic: str) -> int:
        if topic not in self._partitions:
            self._partitions[topic] = len(await self._producer.partitions_for(topic))
        return self._partitions[topic]

    def _pack(
        self, topic: str, records: Sequence[Outgoing], count: int
    ) -> list[tuple[TopicPartition, BatchBuilder]]:
        open_batches: dict[int, BatchBuilder] = {}
        packs: list[tuple[TopicPartition, BatchBuilder]] = []
        self._round += 1  # records without a key stay together in a batch and wander with it
        for partition, key, value, given_headers, timestamp_ms in records:
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
