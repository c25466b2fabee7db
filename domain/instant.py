"""Time as whole microseconds since 1970 UTC: what the state keeps and the folds compare."""

from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
YEAR_LAST: Final = 2199
_LAST: Final = (datetime(YEAR_LAST + 1, 1, 1, tzinfo=UTC) - EPOCH) // MICROSECOND
NEVER: Final = 0
"""No order is older than 1970, so zero says that something has not happened."""


class Misdated(ValueError):  # noqa: N818 - says what is wrong, not that something is
    """A time at which no order was ever placed or will be."""


def micros(time: datetime) -> int:
    """Turn an aware time into microseconds since 1970; raises Misdated for one centuries away."""
    instant = (time - EPOCH) // MICROSECOND
    if not 0 <= instant < _LAST:
        message = f"{time.isoformat()} is not between the years 1970 and {YEAR_LAST}"
        raise Misdated(message)
    return instant


def moment(instant: int) -> datetime:
    """Turn microseconds since 1970 into an aware UTC time."""
    return EPOCH + instant * MICROSECOND


def earliest(first: int, second: int) -> int:
    """Take the earlier of two instants of which either may be NEVER."""
    return min(first, second) if first and second else first or second
