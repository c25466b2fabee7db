"""Every series the workers expose; all begin with orderstream_ and their labels are closed sets.

The registry is an argument, so two workers in one process (tests, the demo) do not collide.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge, Histogram

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

NAMESPACE: Final = "orderstream"
_RECORD_BUCKETS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
_SECOND_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The series, made once per registry and handed to whoever counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._make_flow()
        self._make_domain()
        self._make_life()
        self._make_view()

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, namespace=NAMESPACE, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, namespace=NAMESPACE, registry=self.registry)

    def _database(self, name: str, text: str) -> Gauge:
        """Make the sign of life of a database; NaN, of which no alert comes, where none is used."""
        gauge = self._gauge(name, text)
        gauge.set(math.nan)
        return gauge

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        return Histogram(
            name, text, ("stage",), namespace=NAMESPACE, registry=self.registry, buckets=buckets
        )

    def _make_flow(self) -> None:
        self.events_in = self._counter("events_in", "Records committed.", "stage", "topic")
        self.events_out = self._counter("events_out", "Records sent.", "topic")
        self.handed_over = self._counter(
            "handed_over", "Records taken from another stage of the worker, not fetched.", "stage"
        )
        self.transactions = self._counter("transactions", "Transactions committed.")
        self.batch_records = self._histogram(
            "batch_records", "Records of one partition in one transaction.", _RECORD_BUCKETS
        )
        self.batch_seconds = self._histogram(
            "batch_seconds", "From the first record taken to the commit.", _SECOND_BUCKETS
        )
        self.fold_seconds = self._histogram(
            "fold_seconds", "Computing of one partition's records.", _SECOND_BUCKETS
        )
        self.lag = self._gauge("lag", "Records not committed yet.", "stage", "partition")
        self.commit_age_seconds = self._gauge(
            "commit_age_seconds", "Since the last progress.", "stage", "partition"
        )

    def _make_domain(self) -> None:
        self.facts = self._counter("facts", "Facts by what became of them.", "kind", "outcome")
        self.tenants = self._counter(
            "tenant_facts", "Facts by tenant; those past the first hundred as other.", "tenant"
        )
        self.duplicates = self._counter("duplicates", "Repeats recognised.")
        self.parked = self._gauge("parked", "Facts waiting for their order.", "partition")
        self.refused = self._counter("refused", "Commands refused.", "command", "guard")
        self.anomalies = self._counter("anomalies", "Anomalies.", "kind", "change")
        self.dead_letters = self._counter("dead_letters", "Dead letters.", "topic", "cause")
        self.unknown_codes = self._counter("unknown_codes", "Codes not known.", "source")
        self.fetches = self._counter("fetches", "Requests for documents.", "source", "outcome")
        self.documents_waiting = self._gauge(
            "documents_waiting", "Documents waiting to be fetched.", "partition"
        )

        self.archived = self._counter("archived", "Orders whose state left for the archive.")
        self.stubs = self._gauge("stubs", "Orders whose state the archive has.", "partition")
        self.recalls = self._counter(
            "recalls", "States asked for again, and what came of it.", "outcome"
        )

    def _make_life(self) -> None:
        self.recovery_seconds = self._gauge(
            "recovery_seconds", "The last recovery took.", "stage", "partition"
        )
        self.store_keys = self._gauge("store_keys", "Keys in state.", "stage", "partition")
        self.tasks_started = self._counter("tasks_started", "Partitions taken.", "stage")
        self.rebalances = self._counter("rebalances", "Assignments received.")
        self.restarts = self._counter(
            "restarts", "Partition tasks started anew after a stale hand-over.", "stage"
        )
        self.ready = self._gauge("ready", "1 when assigned and recovered.")
        self.live = self._gauge("live", "1 while work makes progress.")
        self.keys_database = self._database(
            "keys_database", "1 while the database of keys answers; NaN where nothing is sealed."
        )

    def _make_view(self) -> None:
        self.view_rows = self._counter("view_rows", "Rows written to the view.")
        self.view_unreadable = self._counter("view_unreadable", "Records the view cannot read.")
        self.view_retries = self._counter("view_retries", "Writes that the database refused.")
        self.view_database = self._database(
            "view_database", "1 while the view's database answers; NaN where there is no view."
        )
