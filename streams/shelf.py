"""Orders in memory by key: those touched last as they are, the others as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from domain.codec import decode_order, encode_order
from domain.order import Order

ORDERS_DECODED_MAX: Final = 20_000
"""An order costs about 10 kB decoded and 1 kB as bytes; beyond this number the oldest is bytes."""


class Shelf:
    """Keeps the orders of a replay."""

    def __init__(self) -> None:
        self._bytes: dict[str, bytes] = {}
        self._decoded: dict[str, Order] = {}

    def get(self, key: str) -> Order | None:
        """Give an order."""
        order = self._decoded.get(key)
        if order is not None or key not in self._bytes:
            return order
        return decode_order(self._bytes[key])

    def put(self, order: Order) -> None:
        """Keep an order as it is now."""
        self._decoded.pop(order.key, None)
        self._decoded[order.key] = order
        self._bytes[order.key] = b""
        if len(self._decoded) > ORDERS_DECODED_MAX:
            oldest = next(iter(self._decoded))
            self._bytes[oldest] = encode_order(self._decoded.pop(oldest))

    def __iter__(self) -> Iterator[Order]:
        """Walk over all, in order of first appearance."""
        for key in self._bytes:
            order = self.get(key)
            assert order is not None
            yield order
