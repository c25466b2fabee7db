"""What one delivery costs, per connector: its samples through the guard, the reading, the check.

The least of many tries counts, the mean is over the samples. A busy or slow machine shows all the
same, so beside them stands what `sum(range(1000))` took in between: `scaled` is the whole on a
machine where that takes 10 microseconds.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from statistics import mean

from rich.console import Console
from rich.table import Table

from connectors.body import admit
from connectors.delivery import Source
from connectors.normalise import normalise
from connectors.registry import SOURCES
from tests.connectors import kit

TARGET_US = {"orders": 60, "payments": 25, "tracking": 25}
YARDSTICK_US = 10

Figures = dict[str, float]


def connectors(tries: int) -> Mapping[str, Figures]:
    """Time every connector on its own samples, with the garbage of the start put aside."""
    gc.freeze()
    return {name: _measure(source, tries) for name, source in SOURCES.items()}


def show(console: Console, found: Mapping[str, Figures], load: str) -> None:
    """Print one line per connector."""
    table = Table(title=f"connectors, microseconds a delivery ({load})", title_justify="left")
    table.add_column("source")
    for name in next(iter(found.values())):
        table.add_column(name.replace("_", " "), justify="right")
    for source, figures in found.items():
        table.add_row(source, *(f"{value:,}" for value in figures.values()))
    console.print(table)


def _measure(source: Source, tries: int) -> Figures:
    deliveries = [kit.delivery(each.body, **each.headers) for each in kit.samples(source)]
    bodies = [delivery.body for delivery in deliveries]
    guarding = mean(_least(lambda b=b: admit(b, source.formats), tries) for b in bodies)
    reading = mean(_least(lambda d=d: source.normalise(d), tries) for d in deliveries)
    whole = mean(_least(lambda d=d: normalise(source, d), tries) for d in deliveries)
    yard = _least(lambda: sum(range(1000)), tries)
    facts = [len(normalise(source, delivery).facts) for delivery in deliveries]
    return {
        "bytes": round(mean(map(len, bodies))),
        "facts": round(mean(facts), 1),
        "guard": round(guarding, 1),
        "reading": round(reading, 1),
        "check": round(whole - guarding - reading, 1),
        "whole": round(whole, 1),
        "yardstick": round(yard, 1),
        "scaled": round(whole * YARDSTICK_US / yard, 1),
        "target": TARGET_US[source.kind],
    }


def _least(work: Callable[[], object], tries: int) -> float:
    """Give the shortest time that the work took, in microseconds."""
    clock = time.perf_counter
    best = float("inf")
    for _ in range(tries):
        start = clock()
        work()
        best = min(best, clock() - start)
    return best * 1e6
