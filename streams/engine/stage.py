"""What an agent is made of: a stage names its topic and makes one processor per partition.

A processor is synchronous and does nothing but compute: it reads and writes its store, sends to
its outbox, and never waits. What it did becomes visible in one transaction, or not at all; so it
needs no rollback, and an exception out of it ends the process (nothing was committed).

What a processor cannot compute without, such as keys out of a database, it says beforehand
(`Preparing`): its partition waits for that, and no other does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.outbox import Outbox
    from streams.engine.store import Store


class Processor(Protocol):
    """The work of one stage on one partition."""

    def restored(self) -> None:
        """Take note that the store is recovered; called once, before the first record."""

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Work through records of the stage's topic in offset order."""

    def finish(self) -> None:
        """Write what was put off: the transaction that holds the last records ends here."""

    def fire(self, now_ms: int) -> int | None:
        """Do what is due at now; answer when to be called next, None for not at all."""


class Preparing(Processor, Protocol):
    """A processor that needs something from outside before it works on records."""

    async def prepare(self, records: Sequence[ConsumerRecord]) -> None:
        """Get what is needed for the records that come next; waits as long as it takes."""


class Outside(Protocol):
    """Where processors get what they need from."""

    there: bool

    def close(self) -> None:
        """Let go of it: the worker ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a processor may touch."""

    stage: str
    partition: int
    store: Store
    outbox: Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One kind of work: where its records come from, where its state is kept, who does it.

    With an `outside` its processors are prepared (`Preparing`) before they work.
    """

    name: str
    topic: str
    changelog: str | None
    make: Callable[[Context], Processor]
    outside: Outside | None = None
