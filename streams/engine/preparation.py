"""Which of a task's waiting batches may be worked on: those that its processor was prepared for.

Without an `outside` that is all of them, at no cost. Preparing goes on beside the work of other
tasks and begins when everything prepared before was worked on, so it sees the state as it will be.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, takewhile
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from aiokafka import ConsumerRecord

    from streams.engine.stage import Preparing, Processor, Stage

RECORDS_MAX: Final = 2_000
"""Of one preparing, as their processor may hold what it read in them until they are worked on."""


class Preparation:
    """Prepares the processor of one task, a few batches at a time."""

    def __init__(self, stage: Stage, processor: Processor, wake: Callable[[], None]) -> None:
        self._processor = cast("Preparing", processor) if stage.outside is not None else None
        self._wake = wake
        self._batches = 0
        self._work: asyncio.Task[None] | None = None
        self._failure: BaseException | None = None

    @property
    def done(self) -> bool:
        """Tell whether the next batch may be worked on; raises what preparing it raised."""
        if self._failure is not None:
            raise self._failure
        return self._processor is None or self._batches > 0

    def begin(self, waiting: Iterable[Sequence[ConsumerRecord]]) -> None:
        """Prepare for the first batches that wait, unless that is under way or was done."""
        if self._processor is None or self._batches or self._work is not None:
            return
        batches = list(waiting)
        before = accumulate(map(len, batches), initial=0)
        batches = [
            batch
            for batch, _ in takewhile(
                lambda two: two[1] < RECORDS_MAX, zip(batches, before, strict=False)
            )
        ]
        if batches:
            records = list(chain.from_iterable(batches))
            self._work = asyncio.create_task(self._processor.prepare(records), name="prepare")
            self._work.add_done_callback(lambda work: self._ended(work, len(batches)))

    def take(self) -> None:
        """Note that a batch is worked on."""
        if self._processor is not None:
            self._batches -= 1

    def forget(self) -> None:
        """Let go of what was prepared: the records come again."""
        if self._work is not None:
            self._work.cancel()
            self._work = None
        self._batches = 0

    def _ended(self, work: asyncio.Task[None], batches: int) -> None:
        if work is not self._work:
            return  # forgotten meanwhile
        self._work = None
        self._failure = None if work.cancelled() else work.exception()
        self._batches = batches
        self._wake()
