"""What the lifecycle counts: facts by kind and outcome, tenants, anomalies, refusals.

Counting a record costs as much as a dictionary; series are told once a transaction.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from domain.command import Record
from domain.envelope import kind_of
from domain.message import Anomaly, CommandResult, Message

if TYPE_CHECKING:
    from streams.metric import Metrics

_TENANT_LABELS_MAX: Final = 100


class Tally:
    """Counts for one partition."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._facts: Counter[tuple[type[Record], bool]] = Counter()
        self._tenants: Counter[bytes] = Counter()
        self._tenants_named: set[str] = set()

    def tenant(self, key: bytes | None, records: int) -> None:
        """Note records of an order."""
        self._tenants[(key or b"").partition(b"/")[0]] += records

    def fact(self, kind: type[Record], *, repeat: bool) -> None:
        """Note a record that met its order."""
        self._facts[kind, repeat] += 1

    def message(self, message: Message) -> None:
        """Count what has a series of its own; the rest is counted by topic."""
        if isinstance(message, Anomaly):
            self._metrics.anomalies.labels(kind=message.kind, change=message.change).inc()
        elif isinstance(message, CommandResult) and not message.accepted:
            self._metrics.refused.labels(command=message.command, guard=message.guard).inc()

    def recalled(self, *, changed: bool) -> None:
        """Count a state that came back: changed by what came late, or all that was a repeat."""
        self._metrics.recalls.labels(outcome="changed" if changed else "repeat").inc()

    def count(self) -> None:
        """Tell what was noted."""
        repeats = 0
        for (kind, repeat), times in self._facts.items():
            outcome = "repeat" if repeat else "applied"
            self._metrics.facts.labels(kind=kind_of(kind), outcome=outcome).inc(times)
            repeats += times if repeat else 0
        if repeats:
            self._metrics.duplicates.inc(repeats)
        self._facts.clear()
        for tenant, times in self._tenants.items():
            self._metrics.tenants.labels(tenant=self._tenant_label(tenant)).inc(times)
        self._tenants.clear()

    def _tenant_label(self, tenant: bytes) -> str:
        """Name a tenant, or `other` once there are too many for a label (X.22)."""
        name = tenant.decode(errors="replace")
        if name not in self._tenants_named and len(self._tenants_named) >= _TENANT_LABELS_MAX:
            return "other"
        self._tenants_named.add(name)
        return name
