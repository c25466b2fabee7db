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
        first, empty, second = (TopicPartition("in", each) for each in range(3))
        return 1, {
            first: [record("in", b"v", offset=7), record("in", b"w", offset=8)],
            empty: [],
            second: [record("in", b"x", offset=3)],
        }

    def remaining(self, source):
        return 0

    def _message(self, poll):
        return Consumer._message(self, poll)


async def _poll(stub):
    return [message async for _, message in Consumer.getmany(stub, 1.0)]


def test_a_poll_is_one_message_at_the_last_offset_of_its_first_partition():
    [message] = asyncio.run(_poll(Stub(flow_after_poll=True)))

    assert (message.partition, message.offset) == (0, 8)
    assert [(one.epoch, one.source.partition) for one in message.value] == [(1, 0), (1, 2)]
    assert [[each.offset for each in one.records] for one in message.value] == [[7, 8], [3]]


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
