"""What the consumer does with a poll that came back in the middle of a rebalance."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from aiokafka import TopicPartition

from streams.engine.local import record
from streams.engine.transport import Consumer

SOURCE = ("in", 0)


class Stub(SimpleNamespace):
    """Has what getmany asks of a consumer; its poll answers with one record of epoch 1."""

    def __init__(self, *, flow_after_poll: bool) -> None:
        super().__init__(
            flow_active=True,
            should_stop=False,
            can_resume_flow=None,
            seeks=0,
            _must_seek=False,
            _thread=self,
            app=SimpleNamespace(consumer_generation_id=1),
            flow_after_poll=flow_after_poll,
        )

    async def wait(self, _) -> None:
        self.flow_active = True

    async def sleep(self, _) -> None:
        pass

    async def perform_seek(self) -> None:
        self.seeks += 1

    def _get_active_partitions(self):
        return {SOURCE}

    async def getmany(self, active, seconds):
        self.flow_active = self.flow_after_poll
        source = TopicPartition("in", 0)
        return 1, {source: [record("in", b"v", offset=7), record("in", b"w", offset=8)]}

    def remaining(self, source):
        return 0

    def _message(self, tp, fetched):
        return Consumer._message(self, tp, fetched)


async def _poll(stub):
    return [message async for _, message in Consumer.getmany(stub, 1.0)]


def test_a_poll_is_one_message_a_partition_at_its_last_offset():
    [message] = asyncio.run(_poll(Stub(flow_after_poll=True)))

    assert message.offset == 8
    assert [each.offset for each in message.value.records] == [7, 8]
    assert message.value.epoch == 1


def test_a_poll_that_came_back_while_the_flow_stood_still_is_asked_for_again():
    stub = Stub(flow_after_poll=False)

    async def story():
        dropped = await _poll(stub)
        stub.flow_after_poll = True
        return dropped, await _poll(stub)

    dropped, again = asyncio.run(story())

    assert dropped == []
    assert stub.seeks == 1
    assert len(again) == 1
