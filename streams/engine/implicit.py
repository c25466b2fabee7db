"""Requests of Kafka's transaction version 2, in which brokers do what a producer had to ask for.

Since 4.0 (KIP-890) a broker adds a partition to a transaction when the first record comes, and the
group when its offsets come: a transaction is three round trips, records, offsets, end. Each end
gives the producer a new epoch, so what comes late cannot slip into the next transaction. aiokafka
does not speak these versions, so they are here.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiokafka.protocol.api import Request, RequestStruct, Response, ResponseHeader_v0
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactBytes,
    Int16,
    Int32,
    Int64,
    Schema,
)

from streams.engine.wire import NO_TAGS, TAGS, TEXT

_FEATURE: Final = "transaction.version"
_FEATURE_LEVEL: Final = 2
_FINALIZED: Final = 2  # the tag of what all brokers of the cluster agreed on
_FEATURES: Final = CompactArray(
    ("name", TEXT), ("max_version_level", Int16), ("min_version_level", Int16), TAGS
)


class _ProduceResponse(Response):
    API_KEY = 0
    API_VERSION = 12
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic", TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("partition", Int32),
                        ("error_code", Int16),
                        ("offset", Int64),
                        ("timestamp", Int64),
                        ("log_start_offset", Int64),
                        ("record_errors", CompactArray(("index", Int32), ("error", TEXT), TAGS)),
                        ("error_message", TEXT),
                        TAGS,
                    ),
                ),
                TAGS,
            ),
        ),
        ("throttle_time_ms", Int32),
        TAGS,
    )


class _ProduceStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 0
    API_VERSION = 12
    RESPONSE_TYPE = _ProduceResponse
    SCHEMA = Schema(
        ("transactional_id", TEXT),
        ("required_acks", Int16),
        ("timeout", Int32),
        (
            "topics",
            CompactArray(
                ("topic", TEXT),
                (
                    "partitions",
                    CompactArray(("partition", Int32), ("records", CompactBytes), TAGS),
                ),
                TAGS,
            ),
        ),
        TAGS,
    )


class ImplicitProduce(Request[_ProduceStruct]):
    """Record batches whose partitions join the transaction by themselves."""

    API_KEY = 0

    def __init__(
        self,
        *,
        transactional_id: str,
        timeout_ms: int,
        topics: Mapping[str, Sequence[tuple[int, bytes]]],
    ) -> None:
        self.required_acks = -1  # all replicas in sync
        self._fields = (
            transactional_id,
            self.required_acks,
            timeout_ms,
            [
                (topic, [(partition, records, NO_TAGS) for partition, records in each], NO_TAGS)
                for topic, each in topics.items()
            ],
            NO_TAGS,
        )

    def build(self, request_struct_class: type[_ProduceStruct]) -> _ProduceStruct:
        return request_struct_class(*self._fields)


class _EndResponse(Response):
    API_KEY = 26
    API_VERSION = 5
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        ("error_code", Int16),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        TAGS,
    )


class _EndStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 26
    API_VERSION = 5
    RESPONSE_TYPE = _EndResponse
    SCHEMA = Schema(
        ("transactional_id", TEXT),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("committed", Boolean),
        TAGS,
    )


class RenewingEnd(Request[_EndStruct]):
    """The end of a transaction; the answer tells the id and epoch of the next."""

    API_KEY = 26

    def __init__(
        self, *, transactional_id: str, producer_id: int, producer_epoch: int, committed: bool
    ) -> None:
        self._fields = (transactional_id, producer_id, producer_epoch, committed, NO_TAGS)

    def build(self, request_struct_class: type[_EndStruct]) -> _EndStruct:
        return request_struct_class(*self._fields)


class _FeaturesResponse(Response):
    API_KEY = 18
    API_VERSION = 3
    SCHEMA = Schema(
        ("error_code", Int16),
        ("api_versions", CompactArray(("key", Int16), ("min", Int16), ("max", Int16), TAGS)),
        ("throttle_time_ms", Int32),
        TAGS,
    )


class _FeaturesStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 18
    API_VERSION = 3
    RESPONSE_TYPE = _FeaturesResponse
    SCHEMA = Schema(("client_name", TEXT), ("client_version", TEXT), TAGS)

    def parse_response_header(self, read_buffer: io.BytesIO | bytes) -> ResponseHeader_v0:
        return ResponseHeader_v0.decode(read_buffer)  # this answer alone never has tags there


class FeaturesQuestion(Request[_FeaturesStruct]):
    """Asks what the brokers of the cluster agreed on."""

    API_KEY = 18

    def build(self, request_struct_class: type[_FeaturesStruct]) -> _FeaturesStruct:
        return request_struct_class("orderstream", "1", NO_TAGS)


def adds_implicitly(answer: Any) -> bool:  # Any: aiokafka's response
    """Tell whether brokers add partitions and groups to transactions by themselves."""
    agreed = answer.tags.get(_FINALIZED)
    levels = _FEATURES.decode(io.BytesIO(agreed)) if agreed else []
    return any(name == _FEATURE and level >= _FEATURE_LEVEL for name, level, *_ in levels or [])
