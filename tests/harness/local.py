"""The whole main job without a broker: every topic a list, every stage worked off in turn."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from prometheus_client import CollectorRegistry

from streams.archive import Found
from streams.engine.local import LocalStage, Said, record
from streams.metric import Metrics
from streams.settings import load_settings
from streams.stages import ROLES, make_stages
from tests.harness.oracle import Entry

BATCH_RECORDS: Final = 50
_MILLISECONDS_FIRST: Final = 1_770_000_000_000
_ARCHIVE: Final = "order-archive"
_FIRINGS_MAX: Final = 1_000
_SOON_MS: Final = 100


class LocalArchive:
    """Reads the archive's list as if it had just been compacted: of a key the newest is there."""

    def __init__(self, topics: dict[str, list[Entry]]) -> None:
        self._topics = topics
        self.away = False

    def start(self, partition: int, offsets: Collection[int]) -> _Read:
        del partition
        newest = {entry.key: entry for entry in self._topics[_ARCHIVE]}
        there = {
            entry.offset: _record(_ARCHIVE, entry)
            for entry in newest.values()
            if entry.offset in offsets
        }
        return _Read(Found({}, failed=True) if self.away else Found(there))


class _Read(NamedTuple):
    found: Found

    def done(self) -> bool:
        return True

    def result(self) -> Found:
        return self.found


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
        self.topics: dict[str, list[Entry]] = defaultdict(list)
        self.metrics = metrics
        self.archive = LocalArchive(self.topics)
        self.now_ms = _MILLISECONDS_FIRST
        made = make_stages(settings, metrics, roles or ROLES, archive=self.archive)
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
        self.topics[topic].append(Entry(0, offset, self.now_ms, key, value, tuple(headers)))
        self.now_ms += 1

    def end(self) -> None:
        """Let go of what is outside, as a worker that ends does."""
        for stage in self._stages:
            if stage.stage.outside is not None:
                stage.stage.outside.close()

    def run(self) -> None:
        """Work until no stage has anything to do."""
        while sum(self._step(stage) for stage in self._stages):
            pass

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass for every stage, and work off what that brings about."""
        self.now_ms += milliseconds
        for stage in self._stages:
            self._fire(stage)
        self.run()

    def lose_time(self) -> None:
        """Let every stage do what is due, and die before anything of it is committed."""
        for stage in self._stages:
            kept = len(stage.changelog)
            stage.fire(self.now_ms)
            del stage.changelog[kept:]
            stage.restart()

    def stored(self, key: bytes) -> bytes | None:
        """Give what the lifecycle keeps under a key."""
        return self._lifecycle.store.get(key)

    def restore(self, key: bytes, value: bytes) -> None:
        """Let the lifecycle begin with what a former one kept."""
        self._lifecycle.changelog.append((key, value))
        self._lifecycle.restart()

    @property
    def _lifecycle(self) -> LocalStage:
        [found] = [one for one in self._stages if one.stage.name == "lifecycle"]
        return found

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
        if stage.stage.name == "recall":
            self._fire(stage)  # it reads beside the engine, so it is called again until it has
        if self._restarts:
            stage.restart()
        return bool(batch)

    def _fire(self, stage: LocalStage) -> None:
        for _ in range(_FIRINGS_MAX):
            due, said = stage.fire(self.now_ms)
            self._take(stage, said)
            if due is None or due > self.now_ms + _SOON_MS:
                break

    @staticmethod
    def _lose(stage: LocalStage, batch: Sequence[Entry]) -> None:
        """Work off a batch and die before anything of it is committed."""
        kept = len(stage.changelog)
        stage.process(_record(stage.stage.topic, entry) for entry in batch)
        del stage.changelog[kept:]
        stage._offset -= len(batch)
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
