"""Every topic of an installation, declared once: partitions, retention, cleanup.

The topics of the co-partitioned group share one partition count, because an order's log, state
and outputs are written by the task that owns its partition.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from streams.engine.client import client_options

if TYPE_CHECKING:
    from streams.settings import Settings

_DAY_MS: Final = 86_400_000
_CHANGELOG_SEGMENT_BYTES: Final = 128 * 1024 * 1024  # only closed segments are compacted
_DEAD_LETTER_ROOM_BYTES: Final = 64 * 1024
_LOOK_SECONDS: Final = 0.1
_LOOKS_MAX: Final = 100


class Keep(StrEnum):
    """How long records of a topic stay."""

    FEED = "feed"
    ORDER_LOG = "order log"
    OUTPUT = "output"
    LAST_PER_KEY = "last per key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic as the code means it."""

    name: str
    key: str
    keep: Keep
    with_order_log: bool = False  # a member of the co-partitioned group


FEED_ORDERS: Final = "feeds.orders"
FEED_PAYMENTS: Final = "feeds.payments"
FEED_TRACKING: Final = "feeds.tracking"
ORDER_COMMANDS: Final = "order-commands"
ORDER_LOG: Final = "order-log"
REFERENCES: Final = "references"
DOCUMENTS_WANTED: Final = "documents-wanted"
ORDER_STATUS: Final = "order-status"
ORDER_SNAPSHOTS: Final = "order-snapshots"
NOTIFICATIONS: Final = "notifications"
COMMAND_RESULTS: Final = "command-results"
ACTION_REQUIRED: Final = "action-required"
ANOMALIES: Final = "anomalies"
CONFIGURATION_REQUESTS: Final = "configuration-requests"
ORDER_ARCHIVE: Final = "order-archive"
ORDER_RECALLS: Final = "order-recalls"
STOCK_FACTS: Final = "stock-facts"
STOCK_MOVEMENTS: Final = "stock-movements"
STOCK_LEVELS: Final = "stock-levels"
DEAD_LETTERS: Final = "dead-letters"
LIFECYCLE_CHANGELOG: Final = "lifecycle-changelog"
RESOLVER_CHANGELOG: Final = "resolver-changelog"
STOCK_CHANGELOG: Final = "stock-changelog"
FETCH_CHANGELOG: Final = "fetch-changelog"
CONFIGURATION_CHANGELOG: Final = "configuration-changelog"

TOPICS: Final[tuple[Topic, ...]] = (
    Topic(name=FEED_ORDERS, key="free", keep=Keep.FEED),
    Topic(name=FEED_PAYMENTS, key="free", keep=Keep.FEED),
    Topic(name=FEED_TRACKING, key="free", keep=Keep.FEED),
    Topic(name=ORDER_COMMANDS, key="order key", keep=Keep.FEED),
    Topic(name=ORDER_LOG, key="order key", keep=Keep.ORDER_LOG, with_order_log=True),
    Topic(name=REFERENCES, key="reference", keep=Keep.FEED),
    Topic(name=DOCUMENTS_WANTED, key="account and source", keep=Keep.FEED),
    Topic(name=ORDER_STATUS, key="order key", keep=Keep.OUTPUT, with_order_log=True),
    Topic(name=ORDER_SNAPSHOTS, key="order key", keep=Keep.LAST_PER_KEY, with_order_log=True),
    Topic(name=NOTIFICATIONS, key="order key", keep=Keep.OUTPUT, with_order_log=True),
    Topic(name=COMMAND_RESULTS, key="order key", keep=Keep.OUTPUT, with_order_log=True),
    Topic(name=ACTION_REQUIRED, key="order key", keep=Keep.OUTPUT, with_order_log=True),
    Topic(name=ANOMALIES, key="order key", keep=Keep.OUTPUT, with_order_log=True),
    Topic(name=CONFIGURATION_REQUESTS, key="tenant", keep=Keep.FEED),
    Topic(name=ORDER_ARCHIVE, key="order key", keep=Keep.LAST_PER_KEY, with_order_log=True),
    Topic(name=ORDER_RECALLS, key="order key", keep=Keep.FEED, with_order_log=True),
    Topic(name=STOCK_FACTS, key="free", keep=Keep.FEED),
    Topic(name=STOCK_MOVEMENTS, key="tenant/warehouse/sku", keep=Keep.OUTPUT),
    Topic(name=STOCK_LEVELS, key="tenant/warehouse/sku", keep=Keep.LAST_PER_KEY),
    Topic(name=DEAD_LETTERS, key="original key", keep=Keep.OUTPUT),
    Topic(name=LIFECYCLE_CHANGELOG, key="order key", keep=Keep.LAST_PER_KEY, with_order_log=True),
    Topic(name=RESOLVER_CHANGELOG, key="reference", keep=Keep.LAST_PER_KEY),
    Topic(name=STOCK_CHANGELOG, key="tenant/warehouse/sku", keep=Keep.LAST_PER_KEY),
    Topic(name=FETCH_CHANGELOG, key="document", keep=Keep.LAST_PER_KEY),
    Topic(name=CONFIGURATION_CHANGELOG, key="tenant", keep=Keep.LAST_PER_KEY),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicState:
    """One topic as a broker has it, beside what was wanted."""

    topic: Topic
    partitions_wanted: int
    partitions: int | None  # None: the topic is not there
    created: bool = False

    @property
    def differs(self) -> bool:
        """Tell whether the broker has another number of partitions than the settings."""
        return self.partitions is not None and self.partitions != self.partitions_wanted


def topic_config(topic: Topic, settings: Settings) -> dict[str, str]:
    """Give the broker's configuration of a topic."""
    config = {
        "min.insync.replicas": str(max(1, settings.replication - 1)),
        "max.message.bytes": str(settings.message_bytes_max + _room(topic)),
    }
    if topic.keep is Keep.LAST_PER_KEY:
        return config | {
            "cleanup.policy": "compact",
            "segment.bytes": str(_CHANGELOG_SEGMENT_BYTES),
            "min.cleanable.dirty.ratio": "0.3",
        }
    days = {
        Keep.FEED: settings.feed_retention_days,
        Keep.ORDER_LOG: settings.order_log_retention_days,
        Keep.OUTPUT: settings.output_retention_days,
    }[topic.keep]
    return config | {
        "cleanup.policy": "delete",
        "retention.ms": str(days * _DAY_MS) if days else "-1",
    }


def _room(topic: Topic) -> int:
    """Give dead letters room for the headers that are added to a record of any size."""
    return _DEAD_LETTER_ROOM_BYTES if topic.name == DEAD_LETTERS else 0


async def topic_states(
    settings: Settings, *, create: bool = False, topics: tuple[Topic, ...] = TOPICS
) -> tuple[TopicState, ...]:
    """Tell how the broker has every topic; with create, make those that are missing."""
    admin = AIOKafkaAdminClient(**client_options(settings))
    await admin.start()
    try:
        created = await _create(admin, settings, topics) if create else frozenset()
        found = await _partitions(admin, topics)
        for _ in range(_LOOKS_MAX):
            if created <= found.keys():
                break
            await asyncio.sleep(_LOOK_SECONDS)  # a broker hears of a new topic a little later
            found = await _partitions(admin, topics)
    finally:
        await admin.close()
    return tuple(
        TopicState(
            topic=topic,
            partitions_wanted=settings.partitions,
            partitions=found.get(
                topic.name, settings.partitions if topic.name in created else None
            ),
            created=topic.name in created,
        )
        for topic in topics
    )


async def _partitions(admin: AIOKafkaAdminClient, topics: tuple[Topic, ...]) -> dict[str, int]:
    return {
        entry["topic"]: len(entry["partitions"])
        for entry in await admin.describe_topics([topic.name for topic in topics])
        if entry["error_code"] == 0
    }


async def _create(
    admin: AIOKafkaAdminClient, settings: Settings, topics: tuple[Topic, ...]
) -> frozenset[str]:
    there = set(await admin.list_topics())
    missing = [topic for topic in topics if topic.name not in there]
    if not missing:
        return frozenset()
    answer = await admin.create_topics(
        [
            NewTopic(
                name=topic.name,
                num_partitions=settings.partitions,
                replication_factor=settings.replication,
                topic_configs=topic_config(topic, settings),
            )
            for topic in missing
        ]
    )
    return frozenset(_created(answer.topic_errors))


def _created(errors: list[tuple[str, int, str | None]]) -> list[str]:
    names = []
    for name, code, *reason in errors:
        error = for_code(code)
        if code == 0:
            names.append(name)
        elif error is not TopicAlreadyExistsError:
            raise error(f"{name}: {reason}")
    return names
