"""The recall agent: reads states back from the archive and puts them on their orders' logs.

It keeps no state: what a crash, a broker that is away or a place that is gone leaves unanswered,
the lifecycle asks for again (`hot_state.py`). Readings run beside the engine, one round at a time;
what they bring is sent when the agent is next called.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from domain.archive import recalled
from domain.codec import encode_record
from streams import topic
from streams.agents.processor import AgentProcessor
from streams.archive import StateWanted, decode_wanted

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.archive import Archive, Reading
    from streams.engine.stage import Context
    from streams.metric import Metrics

_log = logging.getLogger(__name__)

ROUND_MAX: Final = 200
"""Places of one round; each is a fetch of its own."""
WAITING_MAX: Final = 50_000
"""Requests in memory, about 200 bytes each; the lifecycle asks again for those past them."""
LOOK_MS: Final = 10
"""How soon to look again while something is read."""

_Wanted = dict[bytes, StateWanted]


class RecallProcessor(AgentProcessor):
    """Answers the requests of its partition."""

    def __init__(self, context: Context, metrics: Metrics, archive: Archive) -> None:
        super().__init__(context, metrics)
        self._archive = archive
        self._wanted: _Wanted = {}
        self._asked: _Wanted = {}
        self._reading: Reading | None = None

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Take requests in; of two for one order the later one counts."""
        for record in records:
            try:
                wanted = decode_wanted(record.value or b"")
            except (msgspec.MsgspecError, ValueError) as error:
                self._bury(record, f"not a request for a state: {error}")
                continue
            if record.key and len(self._wanted) < WAITING_MAX:
                self._wanted[record.key] = wanted

    def fire(self, now_ms: int) -> int | None:
        """Send what was read, begin to read what is wanted; tell when to look again."""
        if now_ms:
            self._collect()
            self._begin()
        return now_ms + LOOK_MS if self._reading or self._wanted else None

    def _begin(self) -> None:
        if self._reading is not None or not self._wanted:
            return
        keys = list(self._wanted)[:ROUND_MAX]
        self._asked = {key: self._wanted.pop(key) for key in keys}
        places = {wanted.offset for wanted in self._asked.values()}
        self._reading = self._archive.start(self._context.partition, places)

    def _collect(self) -> None:
        if self._reading is None or not self._reading.done():
            return
        found, self._reading = self._reading.result(), None
        for key, wanted in self._asked.items():
            record = found.records.get(wanted.offset)
            if record is not None and record.key == key and record.value:
                self._send(key, wanted, record, record.value)
                continue
            outcome = "failed" if found.failed else "gone"
            self._metrics.recalls.labels(outcome=outcome).inc()
            _log.warning("state not recalled: offset=%d outcome=%s", wanted.offset, outcome)
        self._asked = {}

    def _send(self, key: bytes, wanted: StateWanted, record: ConsumerRecord, state: bytes) -> None:
        told = recalled(key.decode(), wanted.version, wanted.offset, record.timestamp, state)
        partition = self._context.partition
        self._context.outbox.send(topic.ORDER_LOG, key, encode_record(told), (), partition)
