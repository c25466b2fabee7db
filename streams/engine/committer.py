"""All tasks of a worker share one transaction at a time: fold what waits, commit it together.

A transaction costs the broker the same few log writes however little is in it, and one for every
partition it touches; so there is one for the worker instead of one for each task. Idle, it begins
with the first record that comes, and takes in what that brings to other stages of the worker
(`handover.py`). Busy, what comes during a commit is folded meanwhile and is the next transaction.

The transactional id is that of the first partition owned. Whoever gets a partition takes its id
away from whoever led with it, so what a dead worker left open ends when its partitions move; what
the group's generation has left behind, its coordinator refuses (`group.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from aiokafka import TopicPartition

from streams.engine.producer import Transactions
from streams.engine.recovery import recover
from streams.engine.task import Phase

if TYPE_CHECKING:
    from streams.engine.crash import Die
    from streams.engine.group import Membership
    from streams.engine.handover import Written
    from streams.engine.share import Share
    from streams.engine.task import PartitionTask
    from streams.metric import Metrics
    from streams.settings import Settings

    _Taken = tuple[PartitionTask, Share]

_log = logging.getLogger(__name__)

_ENOUGH_RECORDS: Final = 200  # computing more takes longer than a commit does


class Committer:
    """Works for the tasks that it is given, from one assignment to the next."""

    def __init__(self, *, settings: Settings, metrics: Metrics, die: Die) -> None:
        self.owns = False
        self._settings = settings
        self._metrics = metrics
        self._die = die
        self._tasks: Mapping[TopicPartition, PartitionTask] = {}
        self._topics: frozenset[str] = frozenset()  # that these tasks read
        self._transactions: Transactions | None = None
        self._held = True
        self._awake = asyncio.Event()
        self._working = asyncio.Lock()
        self._folding = asyncio.Lock()
        self._transaction = 0  # its number
        self._taken: list[_Taken] = []  # folded, and not yet on its way
        self._commit: asyncio.Task[None] | None = None
        self._owner: asyncio.Task[None] | None = None
        self._worker: asyncio.Task[None] | None = None

    def wake(self) -> None:
        """There may be something to do."""
        self._awake.set()

    async def hold(self) -> None:
        """Finish the transaction at hand and begin no other."""
        self._held = True
        async with self._working:
            await self._committed()
            if self._taken:
                await self._write()

    async def own(
        self, membership: Membership, tasks: Mapping[TopicPartition, PartitionTask]
    ) -> None:
        """Commit for these tasks from now on; those without their state get it back first."""
        await _cancelled(self._owner)
        self.owns = False
        self._tasks = tasks
        self._topics = frozenset(source.topic for source in tasks)
        self._owner = self._follow(self._own(membership), "own")
        if self._worker is None:
            self._worker = self._follow(self._work(), "work")

    def release(self) -> None:
        """Go on; every task knows where it stands."""
        self._held = False
        self.wake()

    async def stop(self) -> None:
        """End without finishing anything that no commit is on its way for."""
        self._held = True
        await _cancelled(self._owner, self._worker, self._commit)
        if self._transactions is not None:
            await self._transactions.stop()

    def _follow(self, work: Coroutine[None, None, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"committer-{name}")
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._die(task.get_name(), error)

    # Owning: the id, the ids of those before, their state.

    async def _own(self, membership: Membership) -> None:
        if not self._tasks:
            return
        new = [task for task in self._tasks.values() if task.phase is Phase.RECOVERING]
        transactions = await self._lead(self._id_of(min(self._tasks)))
        transactions.vouch(membership)
        await transactions.fence(self._id_of(task.source) for task in new)
        self.owns = True
        self.wake()
        await recover(settings=self._settings, tasks=new)

    async def _lead(self, transactional_id: str) -> Transactions:
        if self._transactions is not None:
            if self._transactions.transactional_id == transactional_id:
                return self._transactions
            await self._transactions.stop()
            self._transactions = None
        transactions = Transactions(settings=self._settings, transactional_id=transactional_id)
        try:
            await transactions.start()
        except asyncio.CancelledError:
            await transactions.stop()
            raise
        self._transactions = transactions
        return transactions

    def _id_of(self, source: TopicPartition) -> str:
        stage = self._tasks[source].stage.name
        return f"{self._settings.application_id}-{stage}-{source.partition}"

    # Working: fold while the former commit is on its way, commit, fold.

    async def _work(self) -> None:
        while True:
            await self._something_to_do()
            async with self._working:
                if self.owns and not self._held:
                    await self._turn()

    async def _something_to_do(self) -> None:
        self._awake.clear()
        pause = None if self._is_enough() else self._pause_seconds()
        if pause == 0:
            return
        try:
            async with asyncio.timeout(pause):
                await self._awake.wait()  # records came, or the commit on its way is done
        except TimeoutError:
            return

    def _pause_seconds(self) -> float | None:
        if self._held or not self.owns:
            return None
        pauses = [task.pause_seconds() for task in self._tasks.values()]
        return min((each for each in pauses if each is not None), default=None)

    async def _turn(self) -> None:
        """Take up what waits; send it off unless the former commit is still on its way."""
        if not self._is_enough():
            await self._take_up()
        if self._commit is not None and not self._commit.done():
            return
        await self._committed()
        if self._taken:
            self._commit = self._follow(self._write(), "commit")
            self._commit.add_done_callback(lambda _: self.wake())

    def _is_enough(self) -> bool:
        """Tell whether the next transaction has so much that more would only delay it."""
        return _records(self._taken) >= _ENOUGH_RECORDS

    async def _take_up(self) -> None:
        async with self._folding:
            busy = [task for task in self._tasks.values() if task.is_due()]
            folded = await self._fold(busy)  # the list may be another one by then
            self._taken += folded

    async def _fold(self, busy: Sequence[PartitionTask]) -> list[_Taken]:
        records_max = max(1, self._settings.records_per_transaction_max // max(1, len(busy)))
        folded = [(task, await task.fold(records_max)) for task in busy]
        return [(task, share) for task, share in folded if share is not None]

    async def _committed(self) -> None:
        if self._commit is not None:
            await self._commit
            self._commit = None

    async def _write(self) -> None:
        """Write what is folded, what that brings to others here, and so on; commit all of it."""
        assert self._transactions is not None
        self._transaction += 1
        await self._transactions.begin()
        taken, self._taken = self._taken, []
        shares = last = [share for _, share in taken]
        while any(self._topics.intersection(share.outgoing) for share in last):
            sent = await self._transactions.send(last, self._topics)
            followed = await self._follow_up(sent)
            taken += followed
            last = [share for _, share in followed]
            shares = shares + last
        await self._transactions.end(shares, last)
        self._metrics.transactions.inc()
        for task, share in taken:
            task.committed(share)

    async def _follow_up(self, sent: Sequence[Written]) -> list[_Taken]:
        """Hand over what was written, and fold it, unless the next transaction had the task first.

        No share may overtake another of its task: what is taken up for the next transaction
        stays there, and so does what comes to its task now.
        """
        async with self._folding:
            ours = [each for each in sent if each.place in self._tasks]
            for each in ours:
                self._tasks[each.place].hand_over(each, self._transaction)
            if self._is_enough():
                return []
            places = {each.place for each in ours} - {task.source for task, _ in self._taken}
            tasks = [self._tasks[place] for place in sorted(places)]
            return await self._fold([task for task in tasks if task.is_due()])


def _records(taken: Sequence[_Taken]) -> int:
    return sum(share.records for _, share in taken)


async def _cancelled(*tasks: asyncio.Task[None] | None) -> None:
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
