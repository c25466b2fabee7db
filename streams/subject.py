"""Keys for what is about to be written about people: asked for in batches, kept for a while.

Only agents at an edge wait here (`engine/stage.py`); the state machine needs no key. A key that a
worker still holds after its row was destroyed makes texts that nobody can read.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import InterfaceError, OperationalError

from readmodel.database import reason_of
from readmodel.opening import Opener
from readmodel.seal import sealer
from readmodel.subject_key import SubjectKeys

if TYPE_CHECKING:
    from domain.personal import Change
    from streams.settings import Settings

_log = logging.getLogger(__name__)

KEYS_MAX: Final = 50_000
"""Keys in memory, about 1 kB each."""
KEEP_SECONDS: Final = 600.0
"""So long at most does a worker go on with a key that was destroyed."""
_PAUSE_SECONDS_FIRST: Final = 0.1
_PAUSE_SECONDS_MAX: Final = 10.0


def keys_of(settings: Settings) -> SubjectKeys | None:
    """Name the database of keys; None where nothing is sealed."""
    if settings.subject_keys_url is None:
        return None
    return SubjectKeys(settings.subject_keys_url.get_secret_value())


def subjects_of(settings: Settings) -> Subjects | None:
    """Make what a worker seals with; None where nothing is sealed."""
    keys = keys_of(settings)
    return Subjects(keys) if keys is not None else None


def opener_of(settings: Settings) -> Opener | None:
    """Make what sealed records are read with; None where nothing is sealed."""
    keys = keys_of(settings)
    return Opener(keys) if keys is not None else None


class Subjects:
    """What the edges of one worker seal with; `there` is false while the database is away."""

    def __init__(self, keys: SubjectKeys) -> None:
        self.there = True
        self._keys = keys
        self._kept: OrderedDict[str, tuple[float, Change]] = OrderedDict()

    def close(self) -> None:
        """Let go of the database."""
        self._keys.close()

    async def sealers(self, order_keys: Collection[str]) -> Mapping[str, Change]:
        """Give what seals the texts of each of these orders; waits while the database is away."""
        now = time.monotonic()
        found = {key: change for key in order_keys if (change := self._recall(key, now))}
        missing = set(order_keys) - found.keys()
        if missing:
            secrets = await self._ask(missing)
            made = {key: sealer(key, secret) for key, secret in secrets.items()}
            self._keep(made, now)
            found |= made
        return found

    def _recall(self, order_key: str, now: float) -> Change | None:
        kept = self._kept.get(order_key)
        if kept is None or now - kept[0] > KEEP_SECONDS:
            return None
        self._kept.move_to_end(order_key)
        return kept[1]

    def _keep(self, made: Mapping[str, Change], now: float) -> None:
        self._kept |= {key: (now, change) for key, change in made.items()}
        while len(self._kept) > KEYS_MAX:
            self._kept.popitem(last=False)

    async def _ask(self, order_keys: Collection[str]) -> dict[str, bytes | None]:
        tries = 0
        while True:
            try:
                found = await asyncio.to_thread(
                    self._keys.of_orders, order_keys, datetime.now(UTC)
                )
            except (OperationalError, InterfaceError) as error:
                tries += 1
                if self.there:
                    _log.warning("subject keys away, trying on: error=%s", reason_of(error))
                self.there = False
            else:
                if not self.there:
                    _log.info("subject keys answer")
                self.there = True
                return found
            pause = min(_PAUSE_SECONDS_FIRST * 2**tries, _PAUSE_SECONDS_MAX)
            await asyncio.sleep(random.uniform(pause / 2, pause))  # noqa: S311 - jitter
