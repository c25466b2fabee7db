"""What stands now against what was said to stand: the memory of alarms.

It counts how often each anomaly was raised, below zero while it is resolved, so that a second
time has an id of its own.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Difference(NamedTuple):
    """The memory from now on, and the names that are news: raised, resolved; each sorted."""

    raised: dict[str, int]
    appeared: list[str]
    gone: list[str]


def compare(found: Iterable[str], raised: Mapping[str, int]) -> Difference | None:
    """Say what appeared and what is gone; None where nothing did."""
    standing, known = set(found), {name for name, times in raised.items() if times > 0}
    if standing == known:
        return None
    memory = dict(raised)
    appeared, gone = sorted(standing - known), sorted(known - standing)
    for name in appeared:
        memory[name] = abs(memory.get(name, 0)) + 1
    for name in gone:
        memory[name] = -memory[name]
    return Difference(memory, appeared, gone)
