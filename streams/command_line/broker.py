"""How commands talk to a broker: wrong settings and absent brokers are one line each."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.command_line.failure import NoGood
from streams.command_line.installation import read_settings
from streams.engine.client import client_options, knock
from streams.engine.errors import NotAdmittedError
from streams.settings import Settings

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

Result = TypeVar("Result")
Work = Callable[[Settings], Coroutine[Any, Any, Result]]  # Any: what a coroutine is sent

_FETCH_BYTES_MAX: Final = 8 * 1024 * 1024
_RECORDS_A_ROUND: Final = 5_000
_ROUND_MS: Final = 500
_METADATA_SECONDS_MAX: Final = 15.0


def run(work: Work[Result]) -> Result:
    """Do something with a broker; whatever a broker does to us is one line."""
    settings = read_settings()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what matters is raised
    try:
        return asyncio.run(_asked(settings, work))
    except TimeoutError as error:
        raise NoGood(f"the brokers {settings.brokers} did not answer in time: {error}") from error
    except (KafkaError, ssl.SSLError) as error:
        raise NoGood(f"the brokers {settings.brokers} refuse: {error!r}") from error


async def _asked(settings: Settings, work: Work[Result]) -> Result:
    try:
        await knock(settings)
    except NotAdmittedError as error:
        raise NoGood(str(error)) from error
    except ConnectionError as error:
        raise NoGood(f"{error} (ORDERSTREAM_BROKERS)") from error
    return await work(settings)


def insist_on_welcome(settings: Settings) -> None:
    """Give up where brokers do not let this client in; those that are away may come yet."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # as above
    try:
        with suppress(KafkaError, OSError):  # the worker waits, and says so
            asyncio.run(knock(settings))
    except NotAdmittedError as error:
        raise NoGood(str(error)) from error


@asynccontextmanager
async def reader(settings: Settings, *, group: str | None = None) -> AsyncIterator[Reader]:
    """Read what is committed; the group, if any, is only asked for its offsets, never joined."""
    consumer = AIOKafkaConsumer(
        **client_options(settings),
        group_id=group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        check_crcs=not settings.embedded,
        max_partition_fetch_bytes=_FETCH_BYTES_MAX,
        fetch_max_wait_ms=settings.fetch_wait_ms,  # a fetch under way delays the next partition's
    )
    admin = AIOKafkaAdminClient(**client_options(settings))
    try:
        await consumer.start()
        await admin.start()
        yield Reader(consumer, admin)
    finally:
        await admin.close()
        await consumer.stop()


class Reader:
    """Reads partitions from an offset to an end that is fixed when the reading begins."""

    def __init__(self, consumer: AIOKafkaConsumer, admin: AIOKafkaAdminClient) -> None:
        self._consumer = consumer
        self._admin = admin

    async def partitions(self, topic: str) -> int:
        """Count a topic's partitions; a topic that is not there ends the command."""
        (entry,) = await self._admin.describe_topics([topic])
        if entry["error_code"] or not entry["partitions"]:
            raise NoGood(f"the topic {topic} is not there; `topics --create` makes it")
        return len(entry["partitions"])

    async def begin(self, source: TopicPartition) -> int:
        """Give the offset of the first record that is still there."""
        return int((await self._consumer.beginning_offsets([source]))[source])

    async def end(self, source: TopicPartition) -> int:
        """Give the offset behind the last committed record."""
        return int((await self._consumer.end_offsets([source]))[source])

    async def committed(self, source: TopicPartition) -> int | None:
        """Give where the group stands; None where it never stood."""
        offset: int | None = await self._consumer.committed(source)
        return offset

    async def read(
        self,
        source: TopicPartition,
        *,
        end: int | None = None,
        begin: int | None = None,
        seconds_max: float | None = None,
    ) -> AsyncIterator[ConsumerRecord]:
        """Give the records below `end`; raises TimeoutError when that takes too long."""
        consumer = self._consumer
        consumer.assign([source])
        end = await self.end(source) if end is None else end
        if begin is None:
            await consumer.seek_to_beginning(source)
        else:
            consumer.seek(source, begin)
        loop = asyncio.get_running_loop()
        stop = loop.time() + seconds_max if seconds_max else None
        while (position := await consumer.position(source)) < end:
            if stop and loop.time() > stop:
                where = f"{source.topic}[{source.partition}] is at {position} of {end}"
                raise TimeoutError(f"{where} after {seconds_max:g} seconds")
            found = await consumer.getmany(
                source, timeout_ms=_ROUND_MS, max_records=_RECORDS_A_ROUND
            )
            for record in found.get(source, ()):
                if record.offset < end:
                    yield record


@asynccontextmanager
async def writer(settings: Settings) -> AsyncIterator[AIOKafkaProducer]:
    """Write records that every replica has taken, each once."""
    producer = AIOKafkaProducer(**client_options(settings), acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def insist_on_topic(producer: AIOKafkaProducer, topic: str) -> None:
    """Make sure that a topic is there before anything waits for it."""
    try:
        async with asyncio.timeout(_METADATA_SECONDS_MAX):
            await producer.partitions_for(topic)
    except (KafkaError, TimeoutError) as error:
        raise NoGood(f"the topic {topic} is not there; `topics --create` makes it") from error
