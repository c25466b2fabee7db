"""What a partition keeps of its orders: the whole state, or a stub while the archive has it.

A stored value begins with its next deadline (`deadline_index.py`). For a whole order that is its
own next timer, or else the moment at which it leaves; for a stub with records that wait, when to
ask for the state again. A stub's first byte is one that no encoded order begins with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from domain.absence import STATE_BYTES_MAX, Stub
from domain.codec import decode_order, encode_order
from domain.deadline import fire, next_deadline
from domain.order import Order
from domain.retention import may_leave, quiet_since
from streams import topic
from streams.agents.configuration import PREFIX
from streams.agents.deadline_index import BODY, DeadlineIndex, with_deadline
from streams.archive import StateWanted, encode_wanted

if TYPE_CHECKING:
    from domain.fact import TimerHasFired
    from domain.rules import Rules
    from streams.engine.stage import Context
    from streams.metric import Metrics

DAY_MS: Final = 86_400_000
RECALL_AGAIN_MS: Final = 30_000
"""So long to wait for a state before it is asked for again."""
LOOKED_MAX: Final = 5_000
"""Orders passed over in one look for those that may leave, and of these so many are decoded."""
DECODED_MAX: Final = 200
LOOK_MS: Final = 50

_MARK: Final = b"\xc1"  # MessagePack never uses it
_NO_DEADLINE: Final = bytes(BODY)
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(Stub).decode


class HotState:
    """Loads and keeps the orders of one partition; lets them leave, and asks for them."""

    def __init__(
        self, context: Context, metrics: Metrics, rules_of: Callable[[str], Rules]
    ) -> None:
        self._context = context
        self._store = context.store
        self._metrics = metrics
        self._rules_of = rules_of
        self._deadlines = DeadlineIndex(context.store)
        self._unlooked: list[bytes] = []
        self._stubs = 0

    def restored(self) -> None:
        """Collect deadlines, and the orders that have none: they may have ended long ago."""
        self._deadlines.restore()
        for key, value in self._store.items():
            if is_stub(value):
                self._stubs += 1
            elif value.startswith(_NO_DEADLINE) and not key.startswith(PREFIX):
                self._unlooked.append(key)
        self._count(0)

    def load(self, key: bytes) -> Order | Stub | None:
        """Give what is kept under an order's key."""
        value = self._store.get(key)
        if value is None:
            return None
        if is_stub(value):
            return _unpack(memoryview(value)[BODY + 1 :])
        return decode_order(memoryview(value)[BODY:])

    def keep(self, key: bytes, order: Order, rules: Rules, changed_ms: int) -> None:
        """Keep an order that just changed; it leaves when it has been quiet long enough."""
        if self._stubs and is_stub(self._store.get(key)):
            self._count(-1)
        deadline = next_deadline(order, rules)
        if deadline is not None:
            due_ms = -(-deadline.at // 1000)
        elif may_leave(order, rules):
            due_ms = changed_ms + rules.policy.retention_days * DAY_MS
        else:
            due_ms = 0
        self._put(key, due_ms, encode_order(order))

    def keep_stub(self, key: bytes, stub: Stub, now_ms: int) -> None:
        """Keep a stub in the place of an order."""
        if not is_stub(self._store.get(key)):
            self._count(1)
            self._metrics.archived.inc()
        self._put(key, now_ms + RECALL_AGAIN_MS if stub.parked else 0, _MARK + _pack(stub))

    def ask(self, key: bytes, stub: Stub) -> None:
        """Ask for the state that is away."""
        wanted = encode_wanted(StateWanted(version=stub.version, offset=stub.offset))
        self._context.outbox.send(topic.ORDER_RECALLS, key, wanted, (), self._context.partition)
        self._metrics.recalls.labels(outcome="asked").inc()

    def fire(self, now_ms: int) -> Iterator[tuple[bytes, TimerHasFired]]:
        """Give the timers that are due; let orders leave, ask again for states."""
        for key in self._deadlines.due(now_ms):
            kept = self.load(key)
            if isinstance(kept, Stub):
                self.ask(key, kept)
                self.keep_stub(key, kept, now_ms)
            elif kept is not None:
                rules = self._rules_of(kept.key)
                deadline = next_deadline(kept, rules)
                if deadline is None and may_leave(kept, rules):
                    self._leave(key)
                elif deadline is not None and deadline.at <= now_ms * 1000:
                    yield key, fire(kept, deadline)
        if now_ms and self._unlooked:
            self._look(now_ms)

    def next(self, now_ms: int) -> int | None:
        """Tell when something is due."""
        following = self._deadlines.next()
        if not self._unlooked:
            return following
        return min(now_ms + LOOK_MS, following or now_ms + LOOK_MS)

    def _look(self, now_ms: int) -> None:
        """Set the time of leaving for orders that had ended before a policy let them leave."""
        looked = decoded = 0
        while self._unlooked and looked < LOOKED_MAX and decoded < DECODED_MAX:
            key = self._unlooked.pop()
            looked += 1
            value = self._store.get(key)
            rules = self._rules_of(key.decode())
            if not rules.policy.retention_days or value is None or value[:BODY] != _NO_DEADLINE:
                continue
            kept = self.load(key)
            decoded += 1
            if isinstance(kept, Order) and may_leave(kept, rules):
                due_ms = quiet_since(kept) // 1000 + rules.policy.retention_days * DAY_MS
                if due_ms <= now_ms:
                    self._leave(key)
                else:
                    self._put(key, due_ms, value[BODY:])

    def _leave(self, key: bytes) -> None:
        """Send a state to the archive; what the archive answers makes it a stub.

        The archive keeps what it was sent, so it will answer; a new owner may send it again.
        """
        state = (self._store.get(key) or b"")[BODY:]
        if 0 < len(state) <= STATE_BYTES_MAX:
            outbox, partition = self._context.outbox, self._context.partition
            outbox.send(topic.ORDER_ARCHIVE, key, state, (), partition)

    def _put(self, key: bytes, due_ms: int, state: bytes) -> None:
        self._store.put(key, with_deadline(due_ms, state))
        self._deadlines.add(due_ms, key)

    def _count(self, more: int) -> None:
        self._stubs += more
        self._metrics.stubs.labels(partition=str(self._context.partition)).set(self._stubs)


def is_stub(value: bytes | None) -> bool:
    """Tell a stub from a whole order."""
    return value is not None and value[BODY : BODY + 1] == _MARK
