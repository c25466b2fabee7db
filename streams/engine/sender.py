"""aiokafka's transactional producer with a quicker sender and the group's proof in its offsets.

aiokafka waits 20 to 100 ms when the broker still finishes the former transaction or verifies the
present one (KIP-890); on a quick broker those waits are most of a transaction, so the handlers
here ask again sooner, and then ever later: a busy broker is not helped by more questions. They
also overlap what may overlap: four round trips instead of five, and three where brokers add
partitions and groups by themselves (`implicit.py`).
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.client import ConnectionGroup, CoordinationType
from aiokafka.errors import (
    ConcurrentTransactions,
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaError,
    NodeNotReadyError,
    NotCoordinatorError,
    RequestTimedOutError,
    for_code,
)
from aiokafka.producer.sender import (
    AddOffsetsToTxnHandler,
    AddPartitionsToTxnHandler,
    EndTxnHandler,
    Sender,
    SendProduceReqHandler,
    TxnOffsetCommitHandler,
)
from aiokafka.producer.transaction_manager import PidAndEpoch
from aiokafka.protocol.transaction import InitProducerIdRequest

from streams.engine.group import MemberOffsetCommit
from streams.engine.implicit import (
    FeaturesQuestion,
    ImplicitProduce,
    RenewingEnd,
    adds_implicitly,
)

if TYPE_CHECKING:
    from aiokafka.producer.message_accumulator import MessageBatch
    from aiokafka.structs import OffsetAndMetadata

    from streams.engine.group import Membership

_ASK_AGAIN_SECONDS: Final = 0.002  # a local broker finishes a transaction in 1 to 5 ms
_ASK_LATER: Final = 1.5  # each pause by so much longer, up to aiokafka's own
_PAUSE_SECONDS: Final = 0.1  # aiokafka's own
_PASSING: Final = (
    ConcurrentTransactions,
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    NodeNotReadyError,
    NotCoordinatorError,
    RequestTimedOutError,
)


class QuickProducer(AIOKafkaProducer):
    """A transactional producer of one group member."""

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

    async def start(self) -> None:
        """Take the id, and learn how transactions go here."""
        await super().start()
        self._sender.implicit = await self._adds_implicitly()

    async def _adds_implicitly(self) -> bool:
        node_id = self.client.get_random_node()
        try:
            return adds_implicitly(await self.client.send(node_id, FeaturesQuestion()))
        except (NotImplementedError, KafkaError):  # too old to be asked: the old way always works
            return False

    def vouch(self, membership: Membership) -> None:
        """Send offsets in the name of this member from now on."""
        self._sender.membership = membership

    async def fence(self, transactional_ids: Iterable[str], timeout_ms: int) -> None:
        """End what others have open under these ids; whoever used one can commit no more."""
        await asyncio.gather(*(self._fence(each, timeout_ms) for each in transactional_ids))

    async def _fence(self, transactional_id: str, timeout_ms: int) -> None:
        request = InitProducerIdRequest(
            transactional_id=transactional_id, transaction_timeout_ms=timeout_ms
        )
        while True:
            try:
                await self._take_id(transactional_id, request)
            except _PASSING:
                await asyncio.sleep(_PAUSE_SECONDS)
            else:
                return

    async def _take_id(self, transactional_id: str, request: InitProducerIdRequest) -> None:
        group = ConnectionGroup.COORDINATION
        node_id = await self.client.coordinator_lookup(
            CoordinationType.TRANSACTION, transactional_id
        )
        await self.client.ready(node_id, group=group)
        answer = await self.client.send(node_id, request, group=group)
        if answer.error_code:
            raise for_code(answer.error_code)(transactional_id)


class _QuickSender(Sender):
    """Announces partitions and group side by side, and asks again soon while the broker is busy."""

    membership: Membership
    implicit = False
    _asked = 0

    def pause_after(self, pause: float | None) -> float | None:
        """Shorten a pause, less each time."""
        if pause is None:
            self._asked = 0
            return None
        self._asked += 1
        return min(pause, _ASK_AGAIN_SECONDS * _ASK_LATER**self._asked)

    def _maybe_do_transactional_request(self) -> asyncio.Task[Any] | None:
        if self.implicit:
            self._count_as_added()
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

    def _count_as_added(self) -> None:
        """Ask for nothing that the broker does when records and offsets come."""
        manager = self._txn_manager
        for partition in tuple(manager.partitions_to_add()):
            manager.partition_added(partition)
        group = manager.consumer_group_to_add()
        if group is not None:
            manager.consumer_group_added(group)

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
        await _MemberOffsetCommit(self, offsets, group_id).do(node_id)

    async def _send_produce_req(
        self, node_id: int, batches: dict[TopicPartition, MessageBatch]
    ) -> None:
        await _QuickProduce(self, batches).do(node_id)
        self._in_flight.remove(node_id)
        self._muted_partitions.difference_update(batches)

    async def _do_txn_commit(self, commit_result: int) -> None:
        if not self.implicit or self._txn_manager.is_empty_transaction():
            await super()._do_txn_commit(commit_result)
            return
        await self._message_accumulator.flush_for_commit()
        await _RenewingEnd(self, commit_result).do(await self._coordinator())

    async def _coordinator(self) -> int:
        node_id: int = await self._find_coordinator(
            CoordinationType.TRANSACTION, self._txn_manager.transactional_id
        )
        return node_id


class _QuickAddPartitions(AddPartitionsToTxnHandler):
    def handle_response(self, resp: Any) -> float | None:  # Any: aiokafka's generated response
        return self._sender.pause_after(super().handle_response(resp))  # type: ignore[no-any-return]


class _QuickAddOffsets(AddOffsetsToTxnHandler):
    def handle_response(self, resp: Any) -> float | None:  # Any: aiokafka's generated response
        return self._sender.pause_after(super().handle_response(resp))  # type: ignore[no-any-return]


class _MemberOffsetCommit(TxnOffsetCommitHandler):
    def create_request(self) -> MemberOffsetCommit:
        manager = self._sender._txn_manager  # noqa: SLF001 - as aiokafka's own handlers
        return MemberOffsetCommit(
            transactional_id=manager.transactional_id,
            group_id=self._group_id,
            producer_id=manager.producer_id,
            producer_epoch=manager.producer_epoch,
            membership=self._sender.membership,
            offsets=[(place, told.offset) for place, told in self._offsets.items()],
            implicit=self._sender.implicit,
        )

    def handle_response(self, resp: Any) -> float | None:  # Any: aiokafka's generated response
        errors = [
            (topic, [(partition, code) for partition, code, _ in partitions])
            for topic, partitions, _ in resp.errors
        ]
        if any(code == ConcurrentTransactions.errno for _, each in errors for _, code in each):
            return self._sender.pause_after(_PAUSE_SECONDS)  # type: ignore[no-any-return]
        pause = super().handle_response(SimpleNamespace(errors=errors))
        return self._sender.pause_after(pause)  # type: ignore[no-any-return]


class _RenewingEnd(EndTxnHandler):
    def create_request(self) -> RenewingEnd:
        manager = self._sender._txn_manager  # noqa: SLF001 - as aiokafka's own handlers
        return RenewingEnd(
            transactional_id=manager.transactional_id,
            producer_id=manager.producer_id,
            producer_epoch=manager.producer_epoch,
            committed=bool(self._commit_result),
        )

    def handle_response(self, resp: Any) -> float | None:  # Any: aiokafka's generated response
        if not resp.error_code:  # before anybody hears of the end: the next begins with it
            manager = self._sender._txn_manager  # noqa: SLF001 - as above
            manager._pid_and_epoch = PidAndEpoch(resp.producer_id, resp.producer_epoch)  # noqa: SLF001 - as above
            manager._sequence_numbers.clear()  # noqa: SLF001 - an epoch counts from 0
        return super().handle_response(resp)  # type: ignore[no-any-return]


class _QuickProduce(SendProduceReqHandler):
    def create_request(self) -> Any:  # Any: aiokafka's request or ours
        if not self._sender.implicit:
            return super().create_request()
        topics = defaultdict(list)
        for place, batch in self._batches.items():
            topics[place.topic].append((place.partition, batch.get_data_buffer()))
        return ImplicitProduce(
            transactional_id=self._sender._txn_manager.transactional_id,  # noqa: SLF001 - as above
            timeout_ms=self._sender._request_timeout_ms,  # noqa: SLF001 - as above
            topics=topics,
        )

    def _can_retry(self, error: KafkaError, batch: MessageBatch) -> bool:
        """The former transaction may not be through yet; here the records ask for the next."""
        return isinstance(error, ConcurrentTransactions) or bool(super()._can_retry(error, batch))

    def handle_response(self, response: Any) -> None:  # Any: aiokafka's generated response
        if self._sender.implicit:
            response = _without_tags(response)
        super().handle_response(response)
        if self._to_reenqueue:  # a broker that did not answer at all keeps aiokafka's own pace
            self._default_backoff: float = self._sender.pause_after(_PAUSE_SECONDS)


def _without_tags(response: Any) -> Any:  # Any: ours, in the form that aiokafka knows
    topics = [(topic, [each[:-1] for each in told]) for topic, told, _ in response.topics]
    return SimpleNamespace(API_VERSION=8, topics=topics)
