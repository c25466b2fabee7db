"""A partition's transactional producer: record batches out, offsets in, one commit.

aiokafka waits 20 to 100 ms when the broker still finishes the former transaction or verifies the
present one (KIP-890); on a quick broker those waits are most of a transaction, so the handlers
here ask again sooner. They also overlap what may overlap: four round trips instead of five.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import CoordinationType
from aiokafka.producer.sender import (
    AddOffsetsToTxnHandler,
    AddPartitionsToTxnHandler,
    Sender,
    SendProduceReqHandler,
    TxnOffsetCommitHandler,
)
from aiokafka.structs import OffsetAndMetadata

from streams.engine.client import client_options
from streams.engine.partitioner import partition_of

if TYPE_CHECKING:
    from aiokafka.producer.message_accumulator import BatchBuilder, MessageBatch

    from streams.engine.outbox import Outgoing
    from streams.settings import Settings

_ASK_AGAIN_SECONDS: Final = 0.002  # a local broker finishes a transaction in 1 to 5 ms
_PAUSE_SECONDS: Final = 0.1  # aiokafka's own
_ASK_QUICKLY_TIMES: Final = 10  # afterwards the broker is slow or busy: aiokafka's own pace
_TRANSACTION_MS_MIN: Final = 10_000

Change = tuple[bytes, bytes | None]


class _QuickAddPartitions(AddPartitionsToTxnHandler):
    def handle_response(self, resp: Any) -> float | None:  # Any: aiokafka's generated response
        return self._sender.pause_after(super().handle_response(resp))  # type: ignore[no-any-return]


class _QuickAddOffsets(AddOffsetsToTxnHandler):
    def handle_response(self, resp: Any) -> float | None:  # Any: aiokafka's generated response
        return self._sender.pause_after(super().handle_response(resp))  # type: ignore[no-any-return]


class _QuickOffsetCommit(TxnOffsetCommitHandler):
    def handle_response(self, resp: Any) -> float | None:  # Any: aiokafka's generated response
        return self._sender.pause_after(super().handle_response(resp))  # type: ignore[no-any-return]


class _QuickProduce(SendProduceReqHandler):
    def handle_response(self, response: Any) -> None:  # Any: aiokafka's generated response
        super().handle_response(response)
        if self._to_reenqueue:  # a broker that did not answer at all keeps aiokafka's own pace
            self._default_backoff: float = self._sender.pause_after(_PAUSE_SECONDS)


class _QuickSender(Sender):
    """Announces partitions and group side by side, and asks again soon while the broker is busy."""

    _asked = 0

    def pause_after(self, pause: float | None) -> float | None:
        """Shorten a pause, but not for ever."""
        self._asked = 0 if pause is None else self._asked + 1
        return _ASK_AGAIN_SECONDS if 0 < self._asked <= _ASK_QUICKLY_TIMES else pause

    def _maybe_do_transactional_request(self) -> asyncio.Task[Any] | None:
        partitions = self._txn_manager.partitions_to_add()
        group = self._txn_manager.consumer_group_to_add()
        if partitions and group is not None:
            return asyncio.ensure_future(self._add_both(partitions, group))
        if partitions:  # refused while the group was taken: they are asked for again
            return asyncio.ensure_future(self._do_add_partitions_to_txn(partitions))
        if self._txn_manager.offsets_to_commit() is not None and self._is_producing():
            return None  # two verifications of one producer at once make the broker refuse one
        task: asyncio.Task[Any] | None = super()._maybe_do_transactional_request()
        return task

    def _is_producing(self) -> bool:
        return bool(self._in_flight or self._message_accumulator._batches)  # noqa: SLF001 - ours

    async def _add_both(self, partitions: set[TopicPartition], group: str) -> None:
        await asyncio.gather(
            self._do_add_partitions_to_txn(partitions), self._do_add_offsets_to_txn(group)
        )

    async def _do_add_partitions_to_txn(self, tps: set[TopicPartition]) -> bool:
        node_id = await self._coordinator()
        return bool(await _QuickAddPartitions(self, tps).do(node_id))

    async def _do_add_offsets_to_txn(self, group_id: str) -> bool:
        node_id = await self._coordinator()
        return bool(await _QuickAddOffsets(self, group_id).do(node_id))

    async def _do_txn_offset_commit(
        self, offsets: dict[TopicPartition, OffsetAndMetadata], group_id: str
    ) -> None:
        node_id = await self._find_coordinator(CoordinationType.GROUP, group_id)
        await _QuickOffsetCommit(self, offsets, group_id).do(node_id)

    async def _send_produce_req(
        self, node_id: int, batches: dict[TopicPartition, MessageBatch]
    ) -> None:
        await _QuickProduce(self, batches).do(node_id)
        self._in_flight.remove(node_id)
        self._muted_partitions.difference_update(batches)

    async def _coordinator(self) -> int:
        node_id: int = await self._find_coordinator(
            CoordinationType.TRANSACTION, self._txn_manager.transactional_id
        )
        return node_id


class _QuickProducer(AIOKafkaProducer):
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
            sent: list[Awaitable[Any]] = [  # Any: aiokafka's record metadata, not looked at
                await self._send(*pack) for pack in await self._packs(outgoing)
            ]
            if changelog is not None:
                sent += [await self._send(changelog, pack) for pack in self._pack_changes(changes)]
            if offset is not None:
                sent.append(self._send_offset(*offset))
            await asyncio.gather(*sent)  # flush() and commit swallow failed batches (fact F4)
            await self._producer.commit_transaction()

    async def _send_offset(self, source: TopicPartition, offset: int) -> None:
        await self._producer.send_offsets_to_transaction(
            {source: OffsetAndMetadata(offset, "")}, self._group
        )

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
