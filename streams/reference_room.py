"""All references in memory, for a replay: facts that wait for their order, and links that free them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from domain.envelope import Envelope
from domain.fact import Fact, ReferenceWasLinked
from domain.instant import micros, moment
from domain.message import Anomaly
from domain.reference import HOPS_MAX, Entry, deadline_of, miss, resolve
from domain.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Facts that still wait for somebody to say which order a reference belongs to."""

    tenant: str
    reference: str
    facts: int
    since: datetime
    deadline: datetime | None  # None: it passed, the anomaly was raised


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that could not take effect; the orders are as if it had never come."""

    reason: str


class ReferenceDue(NamedTuple):
    """When a reference that nobody linked is an anomaly, in microseconds."""

    at: int
    tenant: str
    reference: str


class ReferenceRoom:
    """Does what the resolver agent does, one record after the other."""

    def __init__(self, rules_for: Callable[[str], Rules]) -> None:
        self._rules_for = rules_for
        self._entries: dict[tuple[str, str], Entry] = {}

    def take(self, record: Fact, seen_at: datetime) -> Iterator[Fact | Anomaly | Refused]:
        """Take a link, or a fact that knows only a reference; gives facts that know their order.

        What a given fact brings about may be taken in before the next one is asked for.
        """
        queue: deque[tuple[Fact, int]] = deque([(record, 0)])
        while queue:
            fact, hops = queue.popleft()
            name = (fact.tenant, reference_of(fact))
            if hops > HOPS_MAX:
                yield Refused(f"reference: {name[1]} leads in a circle")
                continue
            found = resolve(self._entries.get(name, Entry()), fact, seen_at=micros(seen_at))
            if found.full:
                yield Refused(f"reference: more waits at {name[1]} than it can hold")
                continue
            self._entries[name] = found.entry
            yield from found.anomalies
            yield from found.to_orders
            queue.extend((renamed, hops + 1) for renamed in found.to_references)

    def deadlines(self) -> Iterator[ReferenceDue]:
        """Say when each reference that waits is given up."""
        for (tenant, reference), entry in self._entries.items():
            if at := deadline_of(entry, self._rules_for):
                yield ReferenceDue(at, tenant, reference)

    def give_up(self, due: ReferenceDue) -> Anomaly:
        """Tell that nobody said whose a reference is; its facts go on waiting."""
        name = due.tenant, due.reference
        self._entries[name], anomaly = miss(self._entries[name], *name, due.at)
        return anomaly

    def waiting(self) -> Iterator[Waiting]:
        """Give the references that facts still wait at."""
        for (tenant, reference), entry in self._entries.items():
            if entry.waiting:
                due = deadline_of(entry, self._rules_for)
                yield Waiting(
                    tenant=tenant,
                    reference=reference,
                    facts=len(entry.waiting),
                    since=moment(entry.waiting_since),
                    deadline=moment(due) if due else None,
                )


def reference_of(fact: Envelope) -> str:
    """Name the reference that a fact knows, or that a link is about."""
    return fact.body.reference if isinstance(fact, ReferenceWasLinked) else fact.reference
