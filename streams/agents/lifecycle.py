"""The lifecycle agent: the order log in; status, snapshots, notices, answers and anomalies out.

Everything of one order is on one partition in one order, so the task of that partition is the
only writer. Outputs go to the partition of the log they come from (`topic.py`).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from domain.codec import (
    decode_order,
    decode_record,
    encode_message,
    encode_order,
    encode_record,
)
from domain.command import Record
from domain.deadline import fire, next_deadline
from domain.evidence import TooMany
from domain.instant import moment
from domain.message import (
    ActionRequired,
    Anomaly,
    CommandResult,
    Message,
    Notification,
    StatusChanged,
)
from domain.order import Order
from domain.process import Step, process, unseen
from domain.rules import Rules
from domain.snapshot import SnapshotWriter
from streams import topic
from streams.agents.dead_letter import bury
from streams.agents.deadline_index import BODY, DeadlineIndex, with_deadline

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.stage import Context
    from streams.metric import Metrics

_log = logging.getLogger(__name__)

ORDERS_CACHED_MAX: Final = 5_000
"""Decoded orders kept per partition; an order costs about 10 kB decoded, 1 kB as bytes."""

_TOPICS: Final[dict[type, str]] = {
    StatusChanged: topic.ORDER_STATUS,
    Notification: topic.NOTIFICATIONS,
    CommandResult: topic.COMMAND_RESULTS,
    ActionRequired: topic.ACTION_REQUIRED,
    Anomaly: topic.ANOMALIES,
}
_COUNTED: Final = frozenset({Anomaly, CommandResult})
"""Messages that have a series of their own; the rest is counted by topic."""


class LifecycleProcessor:
    """Keeps one order per key of its partition."""

    def __init__(
        self, context: Context, metrics: Metrics, rules_for: Callable[[str], Rules]
    ) -> None:
        self._context = context
        self._metrics = metrics
        self._rules_for = rules_for
        self._deadlines = DeadlineIndex(context.store)
        self._orders: dict[str, Order] = {}
        self._touched: dict[str, Order] = {}
        self._snapshots = SnapshotWriter(ORDERS_CACHED_MAX)
        self._counts: Counter[tuple[type[Record], bool]] = Counter()

    def restored(self) -> None:
        """Collect the deadlines of all orders."""
        self._deadlines.restore()

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Let each record meet its order."""
        for record in records:
            try:
                self._meet(record)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                self._bury(record, f"not a record of the order log: {error}")
            except TooMany as error:
                self._bury(record, str(error))
            except Exception as error:  # noqa: BLE001 - one order's surprise: the order is untouched
                _log.exception("record could not be processed: offset=%d", record.offset)
                self._bury(record, f"internal: {type(error).__name__}: {error}")

    def finish(self) -> None:
        """Store and show every touched order once."""
        for key, order in self._touched.items():
            self._keep(key, order)
        self._touched.clear()
        self._count()

    def _meet(self, record: ConsumerRecord) -> None:
        if record.value is None:
            self._bury(record, "record without a value")
            return
        fact = decode_record(record.value)
        key = fact.order_key
        if key is None or record.key != key.encode():
            self._bury(record, "wrong key: not the order's")
            return
        order = self._touched.get(key) or self._load(key, record.timestamp)
        step = process(order, fact, self._rules_for(key))
        self._counts[type(fact), step.repeat] += 1
        if step.repeat:
            return
        self._touched[key] = step.order
        self._say(key.encode(), step)

    def _load(self, key: str, timestamp: int) -> Order:
        order = self._orders.get(key)
        if order is not None:
            return order
        value = self._context.store.get(key.encode())
        if value is None:
            return unseen(key, moment(timestamp * 1000))
        return decode_order(memoryview(value)[BODY:])

    def _say(self, key: bytes, step: Step) -> None:
        send, partition = self._context.outbox.send, self._context.partition
        for message in step.messages:
            said = type(message)
            send(_TOPICS[said], key, encode_message(message), (), partition)
            if said in _COUNTED:
                self._note(message)
        for verdict in step.log:
            send(topic.ORDER_LOG, key, encode_record(verdict), (), partition)

    def _keep(self, key: str, order: Order) -> None:
        rules = self._rules_for(key)
        deadline = next_deadline(order, rules)
        deadline_ms = -(-deadline.at // 1000) if deadline else 0
        encoded_key, context = key.encode(), self._context
        context.store.put(encoded_key, with_deadline(deadline_ms, encode_order(order)))
        self._deadlines.add(deadline_ms, encoded_key)
        snapshot = self._snapshots.write(order, rules)
        context.outbox.send(topic.ORDER_SNAPSHOTS, encoded_key, snapshot, (), context.partition)
        if len(self._orders) >= ORDERS_CACHED_MAX:
            del self._orders[next(iter(self._orders))]
        self._orders[key] = order

    def fire(self, now_ms: int) -> int | None:
        """Append a fact for every deadline that passed; it takes effect when the log brings it."""
        for key in self._deadlines.due(now_ms):
            order = self._load(key.decode(), now_ms)
            deadline = next_deadline(order, self._rules_for(order.key))
            if deadline is not None and deadline.at <= now_ms * 1000:
                fact = encode_record(fire(order, deadline))
                partition = self._context.partition
                self._context.outbox.send(topic.ORDER_LOG, key, fact, (), partition)
        return self._deadlines.next()

    def _bury(self, record: ConsumerRecord, cause: str) -> None:
        stage = self._context.stage
        bury(self._context.outbox, self._metrics, record, stage=stage, cause=cause)

    def _note(self, message: Message) -> None:
        if isinstance(message, Anomaly):
            self._metrics.anomalies.labels(kind=message.kind, change=message.change).inc()
        elif isinstance(message, CommandResult) and not message.accepted:
            self._metrics.refused.labels(command=message.command, guard=message.guard).inc()

    def _count(self) -> None:
        repeats = 0
        for (kind, repeat), times in self._counts.items():
            outcome = "repeat" if repeat else "applied"
            self._metrics.facts.labels(kind=_tag(kind), outcome=outcome).inc(times)
            repeats += times if repeat else 0
        if repeats:
            self._metrics.duplicates.inc(repeats)
        self._counts.clear()


def _tag(kind: type[Record]) -> str:
    return str(kind.__struct_config__.tag)
