"""What fences a worker that the group has left behind, on a real Kafka."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import replace

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalGenerationError, KafkaError

from streams.engine.group import Membership, settled_offsets
from streams.engine.producer import Transactions
from streams.engine.share import Share
from streams.settings import load_settings

pytestmark = pytest.mark.kafka
EITHER_WAY = pytest.mark.parametrize("implicit", [True, False])


def test_a_broker_since_4_0_gives_each_transaction_an_epoch_of_its_own(log, prefix):
    log.make(f"{prefix}-in", f"{prefix}-out")

    async def story():
        async with _member(log, prefix) as consumer, _transactions(log, prefix, "a") as owner:
            owner.vouch(await _membership(consumer))
            seen = []
            for offset in range(1, 4):
                await _commit(owner, _share(prefix, offset, b"%d" % offset))
                seen.append(owner._producer._txn_manager.producer_epoch)
            return seen

    first, second, third = asyncio.run(story())

    assert (second, third) == (first + 1, first + 2)
    assert [value for _, _, value in log.read(f"{prefix}-out")] == [b"1", b"2", b"3"]
    assert log.committed(prefix, f"{prefix}-in") == 3


def test_a_producer_goes_on_from_either_protocol_to_the_other(log, prefix):
    log.make(f"{prefix}-in", f"{prefix}-out")

    async def story():
        async with _member(log, prefix) as consumer, _transactions(log, prefix, "a") as owner:
            owner.vouch(await _membership(consumer))
            for offset, implicit in enumerate([False, True, True, False, False, True], 1):
                owner._producer._sender.implicit = implicit
                await _commit(owner, _share(prefix, offset, b"%d" % offset))

    asyncio.run(story())

    assert [value for _, _, value in log.read(f"{prefix}-out")] == [b"%d" % n for n in range(1, 7)]
    assert log.committed(prefix, f"{prefix}-in") == 6


def test_a_transaction_of_offsets_alone_is_one_too(log, prefix):
    log.make(f"{prefix}-in")

    async def story():
        async with _member(log, prefix) as consumer, _transactions(log, prefix, "a") as owner:
            owner.vouch(await _membership(consumer))
            for offset in range(1, 6):  # at once: the broker still ends the former
                await _commit(owner, replace(_share(prefix, offset, b""), outgoing={}))

    asyncio.run(story())

    assert log.committed(prefix, f"{prefix}-in") == 5


@EITHER_WAY
def test_a_member_of_a_former_generation_commits_nothing(log, prefix, implicit):
    log.make(f"{prefix}-in", f"{prefix}-out")

    async def story():
        async with _member(log, prefix) as consumer, _transactions(log, prefix, "a") as owner:
            owner._producer._sender.implicit = implicit
            here = await _membership(consumer)
            owner.vouch(here)
            await _commit(owner, _share(prefix, 1, b"mine"))
            owner.vouch(Membership(here.generation - 1, here.member_id, None))
            with pytest.raises(KafkaError) as refused:
                await _commit(owner, _share(prefix, 2, b"late"))
            return refused.value.__cause__

    assert isinstance(asyncio.run(story()), IllegalGenerationError)
    assert [value for _, _, value in log.read(f"{prefix}-out")] == [b"mine"]
    assert log.committed(prefix, f"{prefix}-in") == 1


@EITHER_WAY
def test_an_id_taken_by_the_next_owner_ends_what_was_open_under_it(log, prefix, implicit):
    log.make(f"{prefix}-in", f"{prefix}-out")
    source = TopicPartition(f"{prefix}-in", 0)

    async def story():
        async with (
            _member(log, prefix) as consumer,
            _transactions(log, prefix, "dead") as dead,
            _transactions(log, prefix, "next") as taker,
        ):
            here = await _membership(consumer)
            dead._producer._sender.implicit = implicit
            dead.vouch(here)
            await _commit(dead, _share(prefix, 1, b"done"))
            await _leave_open(dead, source, prefix)
            reader = asyncio.create_task(settled_offsets(consumer, prefix, [source]))
            done, _ = await asyncio.wait([reader], timeout=1.0)
            assert not done  # an open transaction can still move the offset
            begun = time.monotonic()
            await taker.fence([f"{prefix}-dead"])
            return await reader, time.monotonic() - begun

    settled, seconds = asyncio.run(story())

    assert settled == {source: 1}
    assert seconds < 5  # without it, the transaction's own limit ends it
    assert [value for _, _, value in log.read(f"{prefix}-out")] == [b"done"]


def _member(log, prefix):
    return AIOKafkaConsumer(
        f"{prefix}-in",
        bootstrap_servers=log.brokers,
        group_id=prefix,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )


async def _commit(owner, share):
    await owner.begin()
    await owner.end([share], [share])


class _transactions:  # noqa: N801 - reads as the words of a test
    def __init__(self, log, prefix, name):
        settings = load_settings(brokers=log.brokers, application_id=prefix)
        self._made = Transactions(settings=settings, transactional_id=f"{prefix}-{name}")

    async def __aenter__(self):
        await self._made.start()
        return self._made

    async def __aexit__(self, *_):
        with contextlib.suppress(KafkaError):  # one that failed says so again
            await self._made.stop()


async def _membership(consumer):
    async with asyncio.timeout(20):
        while not consumer.assignment():  # noqa: ASYNC110 - the condition is no event
            await asyncio.sleep(0.05)
    coordinator = consumer._coordinator
    return Membership(coordinator.generation, coordinator.member_id, None)


def _share(prefix, offset, value):
    return Share(
        source=TopicPartition(f"{prefix}-in", 0),
        offset=offset,
        outgoing={f"{prefix}-out": [(0, b"k", value, (), None)]},
        changelog=None,
        changes=[],
        records=1,
        computing_seconds=0.0,
        begun=time.monotonic(),
    )


async def _leave_open(owner, source, prefix):
    """Do all of a transaction but its end, as a worker killed in between does."""
    share = _share(prefix, 2, b"never")
    await owner.begin()
    await owner.send([share], ())
    await owner._send_offsets([share])
