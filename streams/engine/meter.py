"""What a partition's task tells about itself: how much waits, how long since it got on.

Labelled series are looked up once here, not for every batch.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.engine.share import Share
    from streams.engine.stage import Stage
    from streams.metric import Metrics


class Meter:
    """The measures of one stage on one partition."""

    def __init__(self, *, metrics: Metrics, stage: Stage, partition: int) -> None:
        self.waiting = 0  # delivered and not taken up
        self.remaining: int | None = None  # in the topic and not delivered; None: not known yet
        self.progress_at = time.monotonic()
        self._caught_up_at = self.progress_at
        self._metrics = metrics
        self._stage = stage.name
        self._events_in = metrics.events_in.labels(stage.name, stage.topic)
        self._handed_over = metrics.handed_over.labels(stage.name)
        self._records = metrics.batch_records.labels(stage.name)
        self._seconds = metrics.batch_seconds.labels(stage.name)
        self._computing = metrics.fold_seconds.labels(stage.name)
        self._lag = metrics.lag.labels(stage.name, str(partition))
        self._age = metrics.commit_age_seconds.labels(stage.name, str(partition))
        self._recovery = metrics.recovery_seconds.labels(stage.name, str(partition))
        self._keys = metrics.store_keys.labels(stage.name, str(partition))
        metrics.tasks_started.labels(stage.name).inc()

    @property
    def behind(self) -> bool:
        """Tell whether older records are still to come, as far as is known."""
        return self.waiting > 0 or self.remaining is None or self.remaining > 0

    def behind_seconds(self) -> float:
        """Give the time since nothing older was to come, 0 when nothing is."""
        now = time.monotonic()
        if not self.behind:
            self._caught_up_at = now
        return now - self._caught_up_at

    def recovered(self, seconds: float, keys: int) -> None:
        """Note the end of a recovery."""
        self.progress_at = self._caught_up_at = time.monotonic()
        self._recovery.set(seconds)
        self._keys.set(keys)

    def started_anew(self) -> None:
        """Note that state had to be read again after a rebalance."""
        self._metrics.restarts.labels(self._stage).inc()

    def forgive(self) -> None:
        """Begin to count anew: what did not get on could not."""
        self.progress_at = time.monotonic()

    def handed_over(self, records: int) -> None:
        """Note records that came from another stage of this worker without being fetched."""
        self._handed_over.inc(records)

    def committed(self, share: Share, keys: int) -> None:
        """Note a share of a transaction that was committed."""
        self.progress_at = now = time.monotonic()
        self._keys.set(keys)
        for topic, records in share.outgoing.items():
            self._metrics.events_out.labels(topic).inc(len(records))
        if share.records:
            self._events_in.inc(share.records)
            self._records.observe(share.records)
            self._computing.observe(share.computing_seconds)
            self._seconds.observe(now - share.begun)

    def look(self, remaining: int | None) -> float:
        """Take the consumer's word on what remains; give the seconds without needed progress."""
        self.remaining = remaining
        now = time.monotonic()
        if self.behind_seconds() == 0:
            self.progress_at = now
        self._lag.set(self.waiting + (remaining or 0))
        self._age.set(now - self.progress_at)
        return now - self.progress_at
