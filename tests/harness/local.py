"""The whole main job without a broker: every topic a list, every stage worked off in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from prometheus_client import CollectorRegistry

from streams.engine.local import LocalStage, Said, record
from streams.metric import Metrics
from streams.settings import load_settings
from streams.stages import make_stages
from tests.harness.oracle import Entry

BATCH_RECORDS: Final = 50
_MILLISECONDS_FIRST: Final = 1_770_000_000_000


class LocalJob:
    """All stages on one partition; restarts between batches where it is told to.

    `crashes` numbers the batches whose work is lost before it is committed, and done again.
    """

    def __init__(
        self,
        roles: Sequence[str] | None = None,
        *,
        restarts: bool = False,
        crashes: Collection[int] = (),
        batch_records: int = BATCH_RECORDS,
        **chosen: Any,
    ) -> None:
        settings, metrics = load_settings(**chosen), Metrics(CollectorRegistry())
        made = make_stages(settings, metrics, roles) if roles else make_stages(settings, metrics)
        self.topics: dict[str, list[Entry]] = defaultdict(list)
        self._stages = [LocalStage(stage) for stage in made]
        self._done: dict[str, int] = defaultdict(int)
        self._logged: dict[str, int] = defaultdict(int)
        self._restarts = restarts
        self._crashes = crashes
        self._batch_records = batch_records
        self.batches = 0

    def write(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> None:
        offset = len(self.topics[topic])
        at = _MILLISECONDS_FIRST + sum(map(len, self.topics.values()))
        self.topics[topic].append(Entry(0, offset, at, key, value, tuple(headers)))

    def run(self) -> None:
        """Work until no stage has anything to do."""
        while sum(self._step(stage) for stage in self._stages):
            pass

    def _step(self, stage: LocalStage) -> bool:
        name = stage.stage.topic
        begin = self._done[name]
        batch = self.topics[name][begin : begin + self._batch_records]
        self._done[name] += len(batch)
        if batch:
            self.batches += 1
        if batch and self.batches in self._crashes:
            self._lose(stage, batch)
        self._take(stage, stage.process(_record(name, entry) for entry in batch))
        if self._restarts:
            stage.restart()
        return bool(batch)

    @staticmethod
    def _lose(stage: LocalStage, batch: Sequence[Entry]) -> None:
        """Work off a batch and die before anything of it is committed."""
        kept = len(stage.changelog)
        stage.process(_record(stage.stage.topic, entry) for entry in batch)
        del stage.changelog[kept:]
        stage.restart()

    def _take(self, stage: LocalStage, said: Iterable[Said]) -> None:
        for one in said:
            self.write(one.topic, one.key, one.value, one.headers)
        if stage.stage.changelog is not None:
            for key, value in stage.changelog[self._logged[stage.stage.name] :]:
                self.write(stage.stage.changelog, key, value)
            self._logged[stage.stage.name] = len(stage.changelog)


def _record(topic: str, entry: Entry):
    return record(
        topic,
        entry.value,
        key=entry.key,
        headers=entry.headers,
        offset=entry.offset,
        timestamp_ms=entry.timestamp,
    )
