"""Batches read ahead: as rows, before the database is free for them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.exc import DBAPIError

from readmodel.prepared import Prepared, prepare

if TYPE_CHECKING:
    from readmodel.happening import Incoming
    from readmodel.opening import Opener
    from streams.view.waiting import Batch


class Read(NamedTuple):
    """A batch's records, opened, and what was read of them."""

    records: Sequence[Incoming]
    prepared: Prepared


class Reader:
    """Opens what is sealed and makes rows; `generation` is the one that was written last."""

    def __init__(self, opener: Opener | None) -> None:
        self.generation = 0
        self._opener = opener

    async def read_ahead(self, batch: Batch | None) -> Read | None:
        """Read a batch; None where that is left to its own transaction."""
        if batch is None or not self.generation:
            return None
        try:
            return await asyncio.to_thread(self.read, batch)
        except DBAPIError:
            return None  # the keys' database is away; it is asked again, and then waited for

    def read(self, batch: Batch) -> Read:
        """Read a batch; raises DBAPIError while the keys' database is away."""
        opener = self._opener
        records = batch.records if opener is None else opener.records(batch.records)
        return Read(records, prepare(records, self.generation))
