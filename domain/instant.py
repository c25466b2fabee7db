"""Time as whole microseconds since 1970 UTC: what the state keeps and the folds compare."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
NEVER: Final = 0
"""No order is older than 1970, so zero says that something has not happened."""


def micros(time: datetime) -> int:
    """Turn an aware time into microseconds since 1970."""
    return (time - EPOCH) // MICROSECOND


@lru_cache(maxsize=65_536)
def moment(instant: int) -> datetime:
    """Turn microseconds since 1970 into an aware UTC time."""
    return EPOCH + instant * MICROSECOND


def earliest(first: int, second: int) -> int:
    """Take the earlier of two instants of which either may be NEVER."""
    return min(first, second) if first and second else first or second
