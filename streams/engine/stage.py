"""What an agent is made of: a stage names its topic and makes one processor per partition.

A processor is synchronous and does nothing but compute: it reads and writes its store, sends to
its outbox, and never waits. What it did becomes visible in one transaction, or not at all; so it
needs no rollback, and an exception out of it ends the process (nothing was committed).
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a processor may touch."""

    stage: str
    partition: int
    store: Store
    outbox: Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One kind of work: where its records come from, where its state is kept, who does it."""

    name: str
    topic: str
    changelog: str | None
    make: Callable[[Context], Processor]
