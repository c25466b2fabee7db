"""The lifecycle agent: the order log in; status, snapshots, notices, answers and anomalies out.

Everything of one order is on one partition in one order, so the task of that partition is the
only writer. Outputs go to the partition of the log they come from (`topic.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from domain.absence import Parked, Stub, is_answered, park, put_away, settled
from domain.archive import StateRecalled, StateStored
from domain.codec import decode_order, decode_record, encode_message, encode_record
from domain.command import Record
from domain.configuration import (
    Catalogue,
    ConfigurationChanged,
    TenantRules,
    learned,
)
from domain.evidence import TooMany
from domain.fact import ReferenceWasLinked
from domain.instant import Misdated, moment
from domain.message import (
    ActionRequired,
    Anomaly,
    CommandResult,
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
from streams.agents.deadline_index import BODY, with_deadline
from streams.agents.feed import reference_key
from streams.agents.hot_state import HotState
from streams.agents.processor import AgentProcessor
from streams.agents.tally import Tally
from streams.engine.local import record as record_of

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
Standing = Order | Stub
"""An order as this partition has it."""


class LifecycleProcessor(AgentProcessor):
    """Keeps one order per key of its partition."""

    def __init__(
        self, context: Context, metrics: Metrics, rules_for: Callable[[str], Rules]
    ) -> None:
        super().__init__(context, metrics)
        self._rules_of = TenantRules(rules_for, self._recall)
        self._state = HotState(context, metrics, self._rules_of)
        self._tally = Tally(metrics)
        self._waiting: dict[bytes, list[ConsumerRecord]] = {}

    def restored(self) -> None:
        """Collect the deadlines of all orders."""
        self._state.restored()

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
        """Report what a tenant's catalogue learns from an order."""
        tenant = order.key.partition("/")[0]
        for told in learned(before, order, rules, self._rules_of.catalogue(tenant)):
            self._context.outbox.send(
                topic.CONFIGURATION_REQUESTS, tenant.encode(), encode_record(told)
            )

    def finish(self) -> None:
        """Work off what waits, and count it."""
        self._meet_orders()
        self._tally.count()

    def _meet_orders(self) -> None:
        """Let the waiting records meet their orders; store and show every touched order once."""
        for key, records in self._waiting.items():
            self._tally.tenant(key, len(records))
            before = self._load(key, records[0].timestamp) if key else None
            standing, changed_ms = before, 0
            for record in records:
                after = self._safely_meet(standing, record)
                if after is not standing:
                    standing, changed_ms = after, record.timestamp
            if standing is not before and standing is not None:
                self._keep(key, before, standing, changed_ms)
        self._waiting.clear()

    def _safely_meet(self, standing: Standing | None, record: ConsumerRecord) -> Standing | None:
        """Process a record, or bury it: whatever is wrong with it, its order is untouched."""
        try:
            return self._meet(standing, record)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            self._bury(record, f"not a record of the order log: {error}")
        except (TooMany, Misdated) as error:
            self._bury(record, str(error))
        except Exception as error:  # noqa: BLE001 - one order's surprise must not stop the others
            _log.exception("record could not be processed: offset=%d", record.offset)
            self._bury(record, f"internal: {type(error).__name__}: {error}")
        return standing

    def _meet(self, standing: Standing | None, record: ConsumerRecord) -> Standing | None:
        if record.value is None:
            self._bury(record, "record without a value")
            return standing
        fact = decode_record(record.value)
        if isinstance(standing, Stub):
            return self._meet_away(standing, fact, record)
        if standing is None or fact.order_key != standing.key:
            self._bury(record, "wrong key: not the order's")
            return standing
        if isinstance(fact, StateStored):
            return put_away(standing.version, None, fact) or standing
        step = process(standing, fact, self._rules_of(standing.key))
        self._tally.fact(type(fact), repeat=step.repeat)
        if step.repeat:
            return standing
        self._say(record.key, step)
        return step.order

    def _meet_away(self, stub: Stub, fact: Record, record: ConsumerRecord) -> Standing:
        """Let a record wait for an order's state, or take that state back (`absence.py`)."""
        if str(fact.order_key).encode() != record.key:
            self._bury(record, "wrong key: not the order's")
            return stub
        if isinstance(fact, StateStored):
            return put_away(stub.version, stub, fact) or stub
        if isinstance(fact, StateRecalled):
            return self._take_back(stub, fact, record) if is_answered(stub, fact) else stub
        parked = park(stub, Parked(record.value or b"", record.timestamp, record.offset))
        if not stub.parked:
            self._state.ask(record.key, stub)
        return parked

    def _take_back(self, stub: Stub, told: StateRecalled, record: ConsumerRecord) -> Standing:
        """Have the order again, and take in what waited for it, in its order."""
        order = decode_order(told.body.state)
        if (order.key, order.version) != (told.order_key, stub.version):
            self._bury(record, "not the state that is away")
            return stub
        standing: Standing | None = order
        for each in stub.parked:
            late = record_of(
                topic.ORDER_LOG,
                each.value,
                key=record.key,
                partition=record.partition,
                offset=each.offset,
                timestamp_ms=each.timestamp_ms,
            )
            standing = self._safely_meet(standing, late)
        assert isinstance(standing, Order)  # what waited says nothing of whereabouts
        kept = settled(stub, standing.version)
        self._tally.recalled(changed=kept is None)
        return kept or standing

    def _load(self, key: bytes, timestamp: int) -> Standing | None:
        kept = self._state.load(key)
        if kept is not None or not _is_order_key(key):
            return kept
        return unseen(key.decode(), moment(timestamp * 1000))

    def _say(self, key: bytes, step: Step) -> None:
        send, partition = self._context.outbox.send, self._context.partition
        for message in step.messages:
            said = type(message)
            if isinstance(message, StockMovement):
                send(topic.STOCK_MOVEMENTS, key_of(message).encode(), encode_message(message))
                continue
            send(_TOPICS[said], key, encode_message(message), (), partition)
            self._tally.message(message)
        for record in step.log:
            if isinstance(record, ReferenceWasLinked):
                reference = reference_key(record.tenant, record.body.reference)
                send(topic.REFERENCES, reference, encode_record(record))
            elif str(record.order_key).encode() == key:
                send(topic.ORDER_LOG, key, encode_record(record), (), partition)
            else:
                send(topic.ORDER_LOG, str(record.order_key).encode(), encode_record(record))

    def _keep(
        self, key: bytes, before: Standing | None, standing: Standing, changed_ms: int
    ) -> None:
        """Store an order and show it; what is away was shown before it went."""
        if isinstance(standing, Stub):
            self._state.keep_stub(key, standing, changed_ms)
            return
        rules, context = self._rules_of(standing.key), self._context
        known = before if isinstance(before, Order) else None
        self._tell_configuration(known, standing, rules)
        self._state.keep(key, standing, rules, changed_ms)
        snapshot = encode_message(take_snapshot(standing, rules))
        context.outbox.send(topic.ORDER_SNAPSHOTS, key, snapshot, (), context.partition)

    def fire(self, now_ms: int) -> int | None:
        """Append a fact for every deadline that passed; it takes effect when the log brings it."""
        for key, fired in self._state.fire(now_ms):
            partition = self._context.partition
            self._context.outbox.send(topic.ORDER_LOG, key, encode_record(fired), (), partition)
        return self._state.next(now_ms)


def _is_order_key(key: bytes) -> bool:
    try:
        msgspec.convert(key.decode(), OrderKey)
    except (msgspec.ValidationError, UnicodeDecodeError):
        return False
    return True
