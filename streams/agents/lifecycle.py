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
from domain.configuration import (
    Catalogue,
    Channel,
    Configuration,
    ConfigurationChanged,
    RealOrderCame,
    StateName,
    StateWasUsed,
    TenantRules,
)
from domain.deadline import fire, next_deadline
from domain.envelope import kind_of
from domain.evidence import TooMany
from domain.fact import ReferenceWasLinked
from domain.instant import Misdated, moment
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
from domain.snapshot import take_snapshot
from domain.stock_fact import StockMovement, key_of
from domain.vocabulary import OrderKey
from streams import topic
from streams.agents.configuration import PREFIX
from streams.agents.deadline_index import BODY, DeadlineIndex, with_deadline
from streams.agents.feed import reference_key
from streams.agents.processor import AgentProcessor

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.stage import Context
    from streams.metric import Metrics

_log = logging.getLogger(__name__)

_changed: Final = msgspec.json.Decoder(ConfigurationChanged)
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(Catalogue).decode

_TOPICS: Final[dict[type, str]] = {
    StatusChanged: topic.ORDER_STATUS,
    Notification: topic.NOTIFICATIONS,
    CommandResult: topic.COMMAND_RESULTS,
    ActionRequired: topic.ACTION_REQUIRED,
    Anomaly: topic.ANOMALIES,
}
_TENANT_LABELS_MAX: Final = 100
_COUNTED: Final = frozenset({Anomaly, CommandResult})
"""Messages that have a series of their own; the rest is counted by topic."""


class LifecycleProcessor(AgentProcessor):
    """Keeps one order per key of its partition."""

    def __init__(
        self, context: Context, metrics: Metrics, rules_for: Callable[[str], Rules]
    ) -> None:
        super().__init__(context, metrics)
        self._rules_of = TenantRules(rules_for, self._recall)
        self._deadlines = DeadlineIndex(context.store)
        self._waiting: dict[bytes, list[ConsumerRecord]] = {}
        self._counts: Counter[tuple[type[Record], bool]] = Counter()
        self._tenants: Counter[bytes] = Counter()
        self._tenants_named: set[str] = set()

    def restored(self) -> None:
        """Collect the deadlines of all orders."""
        self._deadlines.restore()

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Put each record to those of its order; they are worked off when the transaction ends.

        Order by order, an order is decoded, changed, shown and encoded while it is in the
        processor's cache: mixed as they come, most of the time goes into waiting for memory.
        """
        for record in records:
            if record.key and record.key.startswith(PREFIX):
                self._configure(record)
                continue
            waiting = self._waiting.get(record.key)
            if waiting is None:
                self._waiting[record.key] = [record]
            else:
                waiting.append(record)

    def _configure(self, record: ConsumerRecord) -> None:
        """Take a tenant's catalogue, at its place in the log: what came before meets the old one."""
        self._meet_orders()
        if record.value is None:
            self._bury(record, "record without a value")
            return
        try:
            changed = _changed.decode(record.value)
        except msgspec.MsgspecError as error:
            self._bury(record, f"not a catalogue: {error}")
            return
        self._context.store.put(record.key, with_deadline(0, _pack(changed.body)))
        self._rules_of.take(changed)

    def _recall(self, tenant: str) -> Catalogue:
        value = self._context.store.get(PREFIX + tenant.encode())
        return _unpack(memoryview(value)[BODY:]) if value else Catalogue()

    def _tell_configuration(self, before: Order | None, order: Order, rules: Rules) -> None:
        """Report the first use of a state of the shop's own, and a channel's first real order."""
        chosen = order.derived.promise.state.partition("/")[2]
        tenant, channel, _ = order.key.split("/", 2)
        if (
            chosen
            and chosen in rules.states
            and chosen not in self._rules_of.catalogue(tenant).used
        ):
            self._report(StateWasUsed, order, StateName(name=chosen), f"used:{chosen}")
        if rules.policy.test_orders_end and not rules.real_orders and not order.test:
            known = before is not None and "placed" in before.marks
            if "placed" in order.marks and not known:
                self._report(RealOrderCame, order, Channel(channel=channel), f"real:{channel}")

    def _report(
        self, kind: Callable[..., Configuration], order: Order, body: object, name: str
    ) -> None:
        tenant = order.key.partition("/")[0]
        told = kind(
            event_id=f"{order.key}:{name}",
            tenant=tenant,
            occurred_at=moment(order.placed_at or order.seen_at),
            actor="system",
            body=body,
        )
        self._context.outbox.send(
            topic.CONFIGURATION_REQUESTS, tenant.encode(), encode_record(told)
        )

    def finish(self) -> None:
        """Work off what waits, and count it."""
        self._meet_orders()
        self._count()

    def _meet_orders(self) -> None:
        """Let the waiting records meet their orders; store and show every touched order once."""
        for key, records in self._waiting.items():
            self._tenants[(key or b"").partition(b"/")[0]] += len(records)
            before = self._load(key, records[0].timestamp) if key else None
            order = before
            for record in records:
                order = self._safely_meet(order, record)
            if order is not before and order is not None:
                self._keep(key, before, order)
        self._waiting.clear()

    def _safely_meet(self, order: Order | None, record: ConsumerRecord) -> Order | None:
        """Process a record, or bury it: whatever is wrong with it, its order is untouched."""
        try:
            return self._meet(order, record)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self._bury(record, f"not a record of the order log: {error}")
        except (TooMany, Misdated) as error:
            self._bury(record, str(error))
        except Exception as error:  # noqa: BLE001 - one order's surprise must not stop the others
            _log.exception("record could not be processed: offset=%d", record.offset)
            self._bury(record, f"internal: {type(error).__name__}: {error}")
        return order

    def _meet(self, order: Order | None, record: ConsumerRecord) -> Order | None:
        if record.value is None:
            self._bury(record, "record without a value")
            return order
        fact = decode_record(record.value)
        if order is None or fact.order_key != order.key:
            self._bury(record, "wrong key: not the order's")
            return order
        step = process(order, fact, self._rules_of(order.key))
        self._counts[type(fact), step.repeat] += 1
        if step.repeat:
            return order
        self._say(record.key, step)
        return step.order

    def _load(self, key: bytes, timestamp: int) -> Order | None:
        value = self._context.store.get(key)
        if value is not None:
            return decode_order(memoryview(value)[BODY:])
        if not _is_order_key(key):
            return None
        return unseen(key.decode(), moment(timestamp * 1000))

    def _say(self, key: bytes, step: Step) -> None:
        send, partition = self._context.outbox.send, self._context.partition
        for message in step.messages:
            said = type(message)
            if isinstance(message, StockMovement):
                send(topic.STOCK_MOVEMENTS, key_of(message).encode(), encode_message(message))
                continue
            send(_TOPICS[said], key, encode_message(message), (), partition)
            if said in _COUNTED:
                self._note(message)
        for record in step.log:
            if isinstance(record, ReferenceWasLinked):
                reference = reference_key(record.tenant, record.body.reference)
                send(topic.REFERENCES, reference, encode_record(record))
            elif str(record.order_key).encode() == key:
                send(topic.ORDER_LOG, key, encode_record(record), (), partition)
            else:
                send(topic.ORDER_LOG, str(record.order_key).encode(), encode_record(record))

    def _keep(self, key: bytes, before: Order | None, order: Order) -> None:
        rules, context = self._rules_of(order.key), self._context
        self._tell_configuration(before, order, rules)
        deadline = next_deadline(order, rules)
        deadline_ms = -(-deadline.at // 1000) if deadline else 0
        context.store.put(key, with_deadline(deadline_ms, encode_order(order)))
        self._deadlines.add(deadline_ms, key)
        snapshot = encode_message(take_snapshot(order, rules))
        context.outbox.send(topic.ORDER_SNAPSHOTS, key, snapshot, (), context.partition)

    def fire(self, now_ms: int) -> int | None:
        """Append a fact for every deadline that passed; it takes effect when the log brings it."""
        for key in self._deadlines.due(now_ms):
            order = self._load(key, now_ms)
            deadline = next_deadline(order, self._rules_of(order.key)) if order else None
            if order and deadline is not None and deadline.at <= now_ms * 1000:
                fact = encode_record(fire(order, deadline))
                partition = self._context.partition
                self._context.outbox.send(topic.ORDER_LOG, key, fact, (), partition)
        return self._deadlines.next()

    def _note(self, message: Message) -> None:
        if isinstance(message, Anomaly):
            self._metrics.anomalies.labels(kind=message.kind, change=message.change).inc()
        elif isinstance(message, CommandResult) and not message.accepted:
            self._metrics.refused.labels(command=message.command, guard=message.guard).inc()

    def _count(self) -> None:
        repeats = 0
        for (kind, repeat), times in self._counts.items():
            outcome = "repeat" if repeat else "applied"
            self._metrics.facts.labels(kind=kind_of(kind), outcome=outcome).inc(times)
            repeats += times if repeat else 0
        if repeats:
            self._metrics.duplicates.inc(repeats)
        self._counts.clear()
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


def _is_order_key(key: bytes) -> bool:
    try:
        msgspec.convert(key.decode(), OrderKey)
    except (msgspec.ValidationError, UnicodeDecodeError):
        return False
    return True
