"""State of one partition: bytes under bytes, and the keys that changed since the last commit.

Values stay encoded; whoever owns the key decodes on use. The changelog topic is the truth and
this is a cache of it, so nothing here is ever saved on its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from streams.engine.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Store(Protocol):
    """What a processor sees of its state."""

    def get(self, key: bytes) -> bytes | None:
        """Give the value, None when there is none."""

    def put(self, key: bytes, value: bytes | None) -> None:
        """Set the value; None deletes it, also from the changelog (a tombstone)."""

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Walk over everything; for rebuilding an index after recovery."""

    def __len__(self) -> int:
        """Count the keys."""


class MemoryStore:
    """A dict with a note of what changed. Idle orders cost their encoding and about 150 bytes."""

    __slots__ = ("_changed", "_data", "_logged")

    def __init__(self, *, logged: bool = True) -> None:
        self._data: dict[bytes, bytes] = {}
        self._changed: dict[bytes, None] = {}  # a dict: the changelog keeps the order of changes
        self._logged = logged

    def get(self, key: bytes) -> bytes | None:
        return self._data.get(key)

    def put(self, key: bytes, value: bytes | None) -> None:
        if not self._logged:
            raise StoreError(key)
        self._changed[key] = None
        if value is None:
            self._data.pop(key, None)
        else:
            self._data[key] = value

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(self._data.items())

    def __len__(self) -> int:
        return len(self._data)

    def clear(self) -> None:
        """Forget everything, to read it back from the changelog."""
        self._data.clear()
        self._changed.clear()

    def restore(self, key: bytes, value: bytes | None) -> None:
        """Take one record of the changelog; it is not a change."""
        if value is None:
            self._data.pop(key, None)
        else:
            self._data[key] = value

    def take_changes(self) -> list[tuple[bytes, bytes | None]]:
        """Give the last value of every changed key and forget that they changed."""
        data = self._data
        changes = [(key, data.get(key)) for key in self._changed]
        self._changed.clear()
        return changes
