"""The wishes of one partition: what is to be fetched, whose turn it is, and when.

A wish stands in the store behind the time of its next try, so recovery takes it up again. Order
within an account is by that time; accounts do not wait for each other.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from streams.agents.deadline_index import BODY, with_deadline
from streams.fetch.account import find_account
from streams.fetch.message import DocumentWanted, decode_wanted
from streams.fetch.pace import Pace

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from streams.engine.store import Store
    from streams.fetch.account import Fetching


class Wish(msgspec.Struct, frozen=True, array_like=True):
    """A wanted document as the store keeps it: the record that asked, and how it went so far.

    `asked` counts the wishes for it, `tries` the requests that failed for a reason of its own,
    `absent` how often in a row it was not there.
    """

    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    key: bytes | None
    partition: int
    offset: int
    timestamp_ms: int
    asked: int = 1
    tries: int = 0
    absent: int = 0

    @property
    def wanted(self) -> DocumentWanted:
        """Read what is wanted."""
        return decode_wanted(self.value)


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(Wish).decode


class Wishes:
    """Keeps wishes by the name of their document, and a queue and a pace per account."""

    def __init__(self, store: Store, fetching: Mapping[str, Fetching]) -> None:
        self._store = store
        self._fetching = fetching
        self._queues: dict[bytes, list[tuple[int, bytes]]] = {}
        self._paces: dict[bytes, Pace] = {}

    def __len__(self) -> int:
        """Count the wishes, those under way included."""
        return len(self._store)

    def restore(self) -> None:
        """Queue what the former owner left."""
        for name, value in self._store.items():
            self._queue(_read(value).wanted, int.from_bytes(value[:BODY]), name)

    def load(self, name: bytes) -> Wish | None:
        """Give the wish for a document."""
        value = self._store.get(name)
        return _read(value) if value else None

    def add(self, record: ConsumerRecord, wanted: DocumentWanted) -> None:
        """Take a wish in; one for a document that is wished for already joins that one."""
        name = wanted.name
        value = self._store.get(name)
        known = _read(value) if value else None
        due_ms = int.from_bytes(value[:BODY]) if value else record.timestamp
        wish = Wish(
            record.value or b"",
            tuple(record.headers),
            record.key,
            record.partition,
            record.offset,
            record.timestamp,
            known.asked + 1 if known else 1,
            known.tries if known else 0,
        )
        self._keep(name, wish, due_ms)
        if known is None:
            self._queue(wanted, due_ms, name)

    def again(self, name: bytes, wish: Wish, due_ms: int) -> None:
        """Put a wish that was under way back into its queue."""
        self._keep(name, wish, due_ms)
        self._queue(wish.wanted, due_ms, name)

    def end(self, name: bytes) -> None:
        """Forget a wish."""
        self._store.put(name, None)

    def take_due(self, now_ms: int, room: int) -> Iterator[tuple[bytes, Wish]]:
        """Take wishes out of their queues: due, let through by their account, and room for them.

        Each one's account is noted as asked.
        """
        for account, queue in self._queues.items():
            pace = self.pace(account)
            while room > 0 and queue and queue[0][0] <= now_ms and pace.ready_at(now_ms) <= now_ms:
                name = heapq.heappop(queue)[1]
                wish = self.load(name)
                if wish is not None:
                    room -= 1
                    pace.begin(now_ms)
                    yield name, wish

    def next(self, now_ms: int) -> int | None:
        """Tell when the next wish may be taken."""
        times = [
            max(queue[0][0], self.pace(account).ready_at(now_ms))
            for account, queue in self._queues.items()
            if queue
        ]
        return int(min(times)) + 1 if times else None

    def pace(self, account: bytes) -> Pace:
        """Give the pace of an account."""
        pace = self._paces.get(account)
        if pace is None:
            name, _, source = account.decode().rpartition("|")
            fetching = find_account(self._fetching, source, name)
            pace = self._paces[account] = Pace(fetching.requests_per_second if fetching else 1.0)
        return pace

    def _queue(self, wanted: DocumentWanted, due_ms: int, name: bytes) -> None:
        heapq.heappush(self._queues.setdefault(wanted.key, []), (due_ms, name))

    def _keep(self, name: bytes, wish: Wish, due_ms: int) -> None:
        self._store.put(name, with_deadline(due_ms, _encode(wish)))


def _read(value: bytes) -> Wish:
    return _decode(memoryview(value)[BODY:])
