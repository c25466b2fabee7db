"""The resolver: facts that know only a reference find their order, or wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from domain.codec import encode_message, encode_record
from domain.fact import Fact, ReferenceWasLinked
from domain.personal import personal_texts
from domain.reference import HOPS_MAX, Entry, Resolved, deadline_of, miss, resolve
from domain.rules import Rules
from streams import topic
from streams.agents.deadline_index import BODY, DeadlineIndex, with_deadline
from streams.agents.feed import reference_key
from streams.agents.processor import AgentProcessor

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.agents.sealing import Sealing
    from streams.engine.stage import Context
    from streams.metric import Metrics

_HOPS: Final = "hops"
_fact: Final[msgspec.json.Decoder[Fact]] = msgspec.json.Decoder(Fact)
_entry: Final = msgspec.msgpack.Decoder(Entry)
_pack: Final = msgspec.msgpack.Encoder()


class ResolverProcessor(AgentProcessor):
    """Keeps one entry per reference of its partition."""

    def __init__(
        self,
        context: Context,
        metrics: Metrics,
        rules_for: Callable[[str], Rules],
        *,
        sealing: Sealing | None = None,
    ) -> None:
        super().__init__(context, metrics)
        self._rules_for = rules_for
        self._encode = encode_record if sealing is None else sealing.encode
        self._sealing = sealing
        self._deadlines = DeadlineIndex(context.store)
        self._parked = 0
        self._parked_shown = metrics.parked.labels(partition=str(context.partition))

    def restored(self) -> None:
        """Collect the deadlines; facts that wait have one until it was missed."""
        self._deadlines.restore()

    async def prepare(self, records: Sequence[ConsumerRecord]) -> None:
        """Get the keys of all orders that these records may turn out to be about."""
        if self._sealing is None:
            return
        facts: list[tuple[bytes, Fact]] = []
        for record in records:
            with suppress(msgspec.MsgspecError):  # `process` buries it
                facts.append((record.key or b"", _fact.decode(record.value or b"")))
        entries = {key: self._load(key) for key, _ in facts}
        waiting = [(key, fact) for key, entry in entries.items() for fact in entry.waiting]
        named = {key for key, fact in (*facts, *waiting) if personal_texts(fact)}
        order_keys = {
            str(fact.order_key) for key, fact in facts if key in named and fact.order_key
        }
        order_keys.update(*(entries[key].links for key in named))
        await self._sealing.prepare_orders(order_keys)

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Let each link or fact meet its reference."""
        for record in records:
            try:
                self._resolve(record)
            except msgspec.MsgspecError as error:
                self._bury(record, f"not a record of the reference topic: {error}")
            except Exception as error:  # noqa: BLE001 - the entry is untouched, the rest goes on
                self._bury(record, f"internal: {type(error).__name__}: {error}")

    def _resolve(self, record: ConsumerRecord) -> None:
        if record.value is None or record.key is None:
            self._bury(record, "record without a value or key")
            return
        fact = _fact.decode(record.value)
        if reference_key(fact.tenant, _reference_of(fact)) != record.key:
            self._bury(record, "wrong key: not the fact's tenant and reference")
            return
        hops = _hops(record)
        if hops > HOPS_MAX:
            self._bury(record, f"aliases lead in a circle: over {HOPS_MAX} hops")
            return
        before = self._load(record.key)
        resolved = resolve(before, fact, seen_at=record.timestamp * 1000)
        if resolved.full:
            self._bury(record, "more than the reference can hold")
            return
        self._send(resolved, hops)
        self._keep(record.key, before, resolved.entry)

    def _send(self, resolved: Resolved, hops: int) -> None:
        outbox = self._context.outbox
        for fact in resolved.to_orders:
            outbox.send(topic.ORDER_LOG, str(fact.order_key).encode(), self._encode(fact))
        for anomaly in resolved.anomalies:
            outbox.send(topic.ANOMALIES, anomaly.order_key.encode(), encode_message(anomaly))
            self._metrics.anomalies.labels(kind=anomaly.kind, change=anomaly.change).inc()
        if resolved.to_references:
            self._pass_on(resolved.to_references, hops + 1)

    def _pass_on(self, facts: Sequence[Fact], hops: int) -> None:
        headers = [(_HOPS, str(hops).encode())]
        for fact in facts:
            key = reference_key(fact.tenant, _reference_of(fact))
            self._context.outbox.send(topic.REFERENCES, key, encode_record(fact), headers)

    def _load(self, key: bytes) -> Entry:
        value = self._context.store.get(key)
        return _entry.decode(value[BODY:]) if value else Entry()

    def _keep(self, key: bytes, before: Entry, entry: Entry) -> None:
        if entry is before or entry == before:
            return
        if len(entry.waiting) != len(before.waiting):
            self._parked += len(entry.waiting) - len(before.waiting)
            self._parked_shown.set(self._parked)
        deadline_ms = deadline_of(entry, self._rules_for) // 1000
        self._context.store.put(key, with_deadline(deadline_ms, _pack.encode(entry)))
        self._deadlines.add(deadline_ms, key)

    def fire(self, now_ms: int) -> int | None:
        """Raise an anomaly for references that nobody linked in time."""
        for key in self._deadlines.due(now_ms):
            entry = self._load(key)
            tenant, _, reference = key.decode().partition("|")
            missed, anomaly = miss(entry, tenant, reference, deadline_of(entry, self._rules_for))
            self._keep(key, entry, missed)
            self._context.outbox.send(topic.ANOMALIES, key, encode_message(anomaly))
            self._metrics.anomalies.labels(kind=anomaly.kind, change=anomaly.change).inc()
        return self._deadlines.next()


def _reference_of(fact: Fact) -> str:
    return fact.body.reference if isinstance(fact, ReferenceWasLinked) else fact.reference


def _hops(record: ConsumerRecord) -> int:
    if not record.headers:
        return 0
    return next((int(value) for name, value in record.headers if name == _HOPS), 0)
