"""Deadlines in front of stored values, so that recovery knows them without decoding an order.

A stored value is eight bytes of deadline (milliseconds, 0 for none) and then the encoded state.
"""

from __future__ import annotations

import heapq
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from streams.engine.store import Store

_DEADLINE: Final = struct.Struct(">Q")
BODY: Final = _DEADLINE.size
"""Where the encoded state begins in a stored value."""
_NONE: Final = bytes(BODY)
KEYS_MAX: Final = 1_000
"""So many keys are taken at once; after a long pause more may be due than a transaction holds."""


def with_deadline(deadline_ms: int, state: bytes) -> bytes:
    """Put a deadline in front of an encoded state."""
    return _DEADLINE.pack(deadline_ms) + state if deadline_ms else _NONE + state


class DeadlineIndex:
    """A heap of deadlines by key; an entry counts only while the stored value still says so."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._heap: list[tuple[int, bytes]] = []

    def restore(self) -> None:
        """Collect every deadline from the store."""
        self._heap = [
            (_DEADLINE.unpack_from(value)[0], key)
            for key, value in self._store.items()
            if value[:BODY] != _NONE
        ]
        heapq.heapify(self._heap)

    def add(self, deadline_ms: int, key: bytes) -> None:
        """Note a deadline that was just stored."""
        if deadline_ms:
            heapq.heappush(self._heap, (deadline_ms, key))

    def next(self) -> int | None:
        """Tell the earliest deadline that still counts."""
        while self._heap and not self._counts():
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now_ms: int) -> list[bytes]:
        """Take keys that are due, each once; the others stay due."""
        keys: dict[bytes, None] = {}
        while len(keys) < KEYS_MAX and (earliest := self.next()) is not None:
            if earliest > now_ms:
                break
            keys[heapq.heappop(self._heap)[1]] = None
        return list(keys)

    def _counts(self) -> bool:
        deadline_ms, key = self._heap[0]
        value = self._store.get(key)
        return value is not None and _DEADLINE.unpack_from(value)[0] == deadline_ms
