"""What the consumer group vouches for: who may commit offsets, and which offsets are settled.

A transaction carries the membership under which its records were handed out; the coordinator
refuses it once the group has moved on (KIP-447). A new owner asks for offsets that no open
transaction can still move. aiokafka speaks neither version of the two requests, so they are here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from aiokafka import TopicPartition
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    KafkaError,
    NotCoordinatorError,
    for_code,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    Int16,
    Int32,
    Int64,
    Schema,
)

from streams.engine.wire import NO_TAGS, TAGS, TEXT

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

_ASK_AGAIN_SECONDS: Final = 0.05
_NO_OFFSET: Final = -1


@dataclass(frozen=True, slots=True)
class Membership:
    """One worker's place in one generation of the group."""

    generation: int
    member_id: str
    instance_id: str | None

    def follows(self, former: Membership | None) -> bool:
        """Tell whether nobody else can have owned this worker's partitions in between."""
        return former is not None and self.generation == former.generation + 1


class _OffsetCommitResponse(Response):
    API_KEY = 28
    API_VERSION = 3
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "errors",
            CompactArray(
                ("topic", TEXT),
                (
                    "partition_errors",
                    CompactArray(("partition", Int32), ("error_code", Int16), TAGS),
                ),
                TAGS,
            ),
        ),
        TAGS,
    )


class _OffsetCommitStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 28
    API_VERSION = 3
    RESPONSE_TYPE = _OffsetCommitResponse
    SCHEMA = Schema(
        ("transactional_id", TEXT),
        ("group_id", TEXT),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("generation_id", Int32),
        ("member_id", TEXT),
        ("group_instance_id", TEXT),
        (
            "topics",
            CompactArray(
                ("topic", TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", TEXT),
                        TAGS,
                    ),
                ),
                TAGS,
            ),
        ),
        TAGS,
    )


class _ImplicitOffsetCommitStruct(_OffsetCommitStruct):
    """The same words; the broker adds the group to the transaction (`implicit.py`)."""

    API_VERSION = 5


class MemberOffsetCommit(Request[_OffsetCommitStruct]):
    """Offsets of a transaction, refused unless the member is of the group's generation."""

    API_KEY = 28

    def __init__(  # noqa: PLR0913 - one argument for each part of the request
        self,
        *,
        transactional_id: str,
        group_id: str,
        producer_id: int,
        producer_epoch: int,
        membership: Membership,
        offsets: Iterable[tuple[TopicPartition, int]],
        implicit: bool,
    ) -> None:
        self._struct = _ImplicitOffsetCommitStruct if implicit else _OffsetCommitStruct
        self._fields = (
            transactional_id,
            group_id,
            producer_id,
            producer_epoch,
            membership.generation,
            membership.member_id,
            membership.instance_id,
            [
                (topic, [(place.partition, at, -1, "", NO_TAGS) for place, at in each], NO_TAGS)
                for topic, each in groupby(sorted(offsets), key=lambda one: one[0].topic)
            ],
            NO_TAGS,
        )

    def build(self, request_struct_class: type[_OffsetCommitStruct]) -> _OffsetCommitStruct:  # noqa: ARG002 - aiokafka's signature
        return self._struct(*self._fields)


class _OffsetFetchResponse(Response):
    API_KEY = 9
    API_VERSION = 7
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("topic", TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", TEXT),
                        ("error_code", Int16),
                        TAGS,
                    ),
                ),
                TAGS,
            ),
        ),
        ("error_code", Int16),
        TAGS,
    )


class _OffsetFetchStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 9
    API_VERSION = 7
    RESPONSE_TYPE = _OffsetFetchResponse
    SCHEMA = Schema(
        ("group_id", TEXT),
        (
            "topics",
            CompactArray(("topic", TEXT), ("partitions", CompactArray(Int32)), TAGS),
        ),
        ("require_stable", Boolean),
        TAGS,
    )


class _StableOffsets(Request[_OffsetFetchStruct]):
    API_KEY = 9

    def __init__(self, group_id: str, places: Iterable[TopicPartition]) -> None:
        topics = [
            (topic, [place.partition for place in each], NO_TAGS)
            for topic, each in groupby(sorted(places), key=lambda place: place.topic)
        ]
        self._fields = (group_id, topics, True, NO_TAGS)

    def build(self, request_struct_class: type[_OffsetFetchStruct]) -> _OffsetFetchStruct:
        return request_struct_class(*self._fields)


async def settled_offsets(
    reader: AIOKafkaConsumer, group_id: str, places: Iterable[TopicPartition]
) -> dict[TopicPartition, int | None]:
    """Give the group's offsets once no open transaction holds one of them; the caller limits it."""
    request = _StableOffsets(group_id, places)
    coordinator = reader._coordinator  # noqa: SLF001 - its public way knows older versions only
    while True:
        await coordinator.ensure_coordinator_known()
        try:
            return _offsets(await coordinator._send_req(request))  # noqa: SLF001 - as above
        except GroupAuthorizationFailedError:
            raise
        except KafkaError as error:  # unstable, loading or moved: all of them pass
            if isinstance(error, NotCoordinatorError):
                coordinator.coordinator_dead()
            await asyncio.sleep(_ASK_AGAIN_SECONDS)


def _offsets(answer: Any) -> dict[TopicPartition, int | None]:  # Any: aiokafka's response
    offsets: dict[TopicPartition, int | None] = {}
    _insist(answer.error_code)
    for topic, partitions, _ in answer.topics:
        for partition, offset, _, _, error_code, _ in partitions:
            _insist(error_code)
            offsets[TopicPartition(topic, partition)] = None if offset == _NO_OFFSET else offset
    return offsets


def _insist(error_code: int) -> None:
    if error_code:
        raise for_code(error_code)(error_code)
