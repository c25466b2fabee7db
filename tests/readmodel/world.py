"""A view fed as by Kafka: records meet orders, what is said gets offsets, batches are applied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace
from sqlalchemy import Engine, select

from domain.codec import encode_message, encode_record
from domain.command import Record
from domain.message import (
    ActionRequired,
    Anomaly,
    CommandResult,
    Message,
    Notification,
    Snapshot,
    StatusChanged,
)
from domain.order import Order
from domain.process import process, unseen
from domain.rules import Rules
from domain.snapshot import take_snapshot
from readmodel.batch import LIVE, Incoming, Place, Span, Written, apply
from readmodel.database import for_writing
from readmodel.filter import FILTERS
from readmodel.order_table import ORDERS
from readmodel.query import Page, Question, list_orders
from readmodel.scope import EVERYBODY, Scope
from tests.domain.builders import KEY, NINE, RULES

NOW = datetime(2026, 2, 1, tzinfo=UTC)
TOPIC_OF = {
    StatusChanged: "order-status",
    Notification: "notifications",
    CommandResult: "command-results",
    Anomaly: "anomalies",
    ActionRequired: "action-required",
}


class World:
    """One view and the topics that it is made from."""

    def __init__(self, engine: Engine, rules: Rules = RULES) -> None:
        self.engine = engine
        self.writing = for_writing(engine)
        self.records: list[Incoming] = []
        self._rules = rules
        self._orders: dict[str, Order] = {}
        self._ends: dict[str, int] = defaultdict(int)
        self._applied: dict[str, int] = {}
        self._waiting: list[Incoming] = []

    def tell(self, *records: Record, key: str = KEY) -> Snapshot:
        """Let records meet their order; what is said is written to the view in one batch."""
        self.say(*records, key=key)
        self.apply()
        return self.snapshot(key)

    def say(self, *records: Record, key: str = KEY) -> None:
        """Put records and what they bring about on the topics."""
        order = self._orders.get(key) or unseen(key, NINE)
        tenant, channel, _ = key.split("/", 2)
        for record in records:
            addressed = replace(record, order_key=key, tenant=tenant, channel=channel)
            self.put("order-log", key, encode_record(addressed))
            step = process(order, addressed, self._rules)
            order = step.order
            for message in step.messages:
                self._put_message(key, message)
            for verdict in step.log:
                self.put("order-log", key, encode_record(verdict))
        self._orders[key] = order
        self.put("order-snapshots", key, encode_message(self.snapshot(key)))

    def _put_message(self, key: str, message: Message) -> None:
        self.put(TOPIC_OF[type(message)], key, encode_message(message))

    def put(self, topic: str, key: str | None, value: bytes | None, timestamp_ms: int = 0) -> None:
        """Append to a topic of one partition."""
        offset = self._ends[topic]
        self._ends[topic] += 1
        at = timestamp_ms or 1_770_000_000_000 + len(self.records)
        raw = key.encode() if key is not None else None
        record = Incoming(topic, 0, offset, at, raw, value)
        self.records.append(record)
        self._waiting.append(record)

    def apply(self, consumer: str = LIVE) -> Written:
        """Write what waits in one batch."""
        batch, self._waiting = self._waiting, []
        return self.write(batch, consumer)

    def write(self, batch: Iterable[Incoming], consumer: str = LIVE) -> Written:
        """Write some records, whatever was written before."""
        batch = list(batch)
        places = {record.topic: record.offset + 1 for record in batch}
        spans = {
            Place(topic, 0): Span(self._applied.get(topic), end) for topic, end in places.items()
        }
        written = apply(self.writing, batch, spans, consumer=consumer)
        self._applied |= places
        return written

    def snapshot(self, key: str = KEY) -> Snapshot:
        """The order as the state machine has it."""
        return take_snapshot(self._orders[key], self._rules)

    def row(self, key: str = KEY):
        with self.engine.connect() as connection:
            found = connection.execute(select(ORDERS).where(ORDERS.c.order_key == key))
            return found.mappings().one_or_none()

    def rows(self, table, key: str = KEY):
        with self.engine.connect() as connection:
            found = connection.execute(select(table).where(table.c.order_key == key))
            return [dict(row) for row in found.mappings()]

    def page(self, scope: Scope = EVERYBODY, **asked) -> Page:
        filters = {name.replace("__", "."): asked.pop(name) for name in _filters(asked)}
        with self.engine.connect() as connection:
            question = Question(filters=filters, **asked)
            return list_orders(connection, scope, question, NOW)

    def listed(self, scope: Scope = EVERYBODY, **asked) -> list[str]:
        return [row["order_key"].split("/", 2)[2] for row in self.page(scope, **asked).rows]


def _filters(asked: dict[str, object]) -> list[str]:
    return [name for name in asked if name in FILTERS or "__" in name]
