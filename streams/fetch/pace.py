"""When an account may be asked again: its rate, its circuit breaker, its server's own wish.

Time is an argument, in milliseconds.
"""

from __future__ import annotations

from typing import Final

FAILURES_MAX: Final = 5
"""In a row, of the account and not of a document: then the circuit opens."""

OPEN_MS: Final = 15_000
OPEN_MS_MAX: Final = 600_000
"""The circuit stays open so long at first, doubled at each try that fails, up to ten minutes."""

BURST: Final = 5
"""Requests that an idle account may get at once."""


class Pace:
    """Paces the requests of one account."""

    def __init__(self, per_second: float) -> None:
        self._interval_ms = 1_000.0 / per_second
        self._full_at = 0.0  # when the burst is whole again
        self._failures = 0
        self._opened = 0
        self._closed_until = 0.0
        self._trying = False

    @property
    def is_open(self) -> bool:
        """Tell whether the circuit is open: only one request at a time tries how it is."""
        return self._failures >= FAILURES_MAX

    def ready_at(self, now_ms: float) -> float:
        """Say from when on a request may begin."""
        if self.is_open and self._trying:
            return now_ms + OPEN_MS
        return max(self._full_at - (BURST - 1) * self._interval_ms, self._closed_until)

    def begin(self, now_ms: float) -> None:
        """Note that a request begins."""
        self._full_at = max(self._full_at, now_ms) + self._interval_ms
        self._trying = self.is_open

    def succeed(self) -> None:
        """Note an answer, good or bad, that shows the account in order: the circuit closes."""
        self._failures = self._opened = 0
        self._trying = False

    def fail(self, now_ms: float) -> None:
        """Note a failure of the account; too many in a row open the circuit."""
        self._failures += 1
        self._trying = False
        if self.is_open:
            self._closed_until = max(
                self._closed_until, now_ms + min(OPEN_MS * 2**self._opened, OPEN_MS_MAX)
            )
            self._opened = min(self._opened + 1, 10)

    def pause(self, until_ms: float) -> None:
        """Leave the account alone until then."""
        self._closed_until = max(self._closed_until, until_ms)
        self._trying = False
