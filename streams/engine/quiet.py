"""Keeping aiokafka's voice down: with a broker away it logs the same line ten times a second."""

from __future__ import annotations

import logging
import time
from typing import Final

_EVERY_SECONDS: Final = 15.0
# aiokafka tells every look-up and every refusal that it answers itself; what fails is raised.
_LEVELS: Final = {
    "aiokafka": logging.WARNING,
    "aiokafka.producer.sender": logging.ERROR,
    "faust": logging.WARNING,
}
_REPEATING: Final = (
    "aiokafka",
    "aiokafka.client",
    "aiokafka.cluster",
    "aiokafka.conn",
    "aiokafka.consumer.fetcher",
    "aiokafka.consumer.group_coordinator",
    "aiokafka.producer.sender",
)


class OncePerWhile(logging.Filter):
    """Lets a message through once in a while, whatever its arguments."""

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[str, float] = {}  # by template: as many as the library has

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the message is to be logged."""
        template, now = str(record.msg), time.monotonic()
        if now - self._said.get(template, -_EVERY_SECONDS) < _EVERY_SECONDS:
            return False
        self._said[template] = now
        return True


def quieten() -> None:
    """Set the levels and filters; once a process, when a worker starts."""
    for name, level in _LEVELS.items():
        logging.getLogger(name).setLevel(level)
    for name in _REPEATING:
        logging.getLogger(name).addFilter(OncePerWhile())
