"""Sealing on the way into the order log: the one step that every edge shares (ADR 30)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from domain.codec import encode_record
from domain.envelope import Envelope
from domain.personal import Change, personal_texts, rewrite

if TYPE_CHECKING:
    from streams.subject import Subjects


class Sealing:
    """What one processor seals its records with: the keys for those that it was prepared for."""

    def __init__(self, subjects: Subjects) -> None:
        self._subjects = subjects
        self._sealers: Mapping[str, Change] = {}

    async def prepare(self, records: Iterable[Envelope]) -> None:
        """Get the keys of the orders of which these records name people."""
        await self.prepare_orders(
            {str(record.order_key) for record in records if personal_texts(record)}
        )

    async def prepare_orders(self, order_keys: set[str]) -> None:
        """Get the keys of these orders; those of the records before are forgotten."""
        self._sealers = await self._subjects.sealers(order_keys) if order_keys else {}

    def encode(self, record: Envelope) -> bytes:
        """Write a record with its personal texts sealed, or erased where its person is."""
        if not personal_texts(record):
            return encode_record(record)
        return encode_record(rewrite(record, self._sealers[str(record.order_key)]))
