"""`python -m bench [name] [--events N]`: figures on a real Kafka, printed and kept, never asserted.

They are those of this machine at this moment: the load average stands beside each, and the peer
runs on the same broker so that ratios can be compared.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import compute, connector, latency, machine, peers, recovery, throughput, view
from tests.harness.installation import ROOT

Figures = Mapping[str, float]
Measure = Callable[[str, Path, int], Figures]

_RESULTS = ROOT / "build" / "bench.json"
_TARGETS = {
    "lifecycle": "events_per_second >= 25000",
    "lifecycle, one CPU": "events_per_second >= 25000",
    "feeds to status": "per second >= 8000",
    "latency at 200/s": "p50 <= 50, p99 <= 200",
    "latency at 5000/s": "p50 <= 200, p99 <= 500",
    "recovery of 300k": "<= 3 s, <= 1500 bytes an order",
    "view in SQLite: changes": "changes per second >= 4000",
    "view in SQLite: questions, milliseconds": "list, filter, search p99 <= 150 at 1,000,000 orders",
    "view in PostgreSQL: changes": "changes per second >= 8000",
    "view in PostgreSQL: lag at 2,000 changes/s": "<= 2 s",
    "view in PostgreSQL: rebuild": "1,000,000 orders in <= 600 s within 400 MiB",
    "view in PostgreSQL: questions, milliseconds": "list, filter, search p99 <= 50 at 1,000,000 orders",
    "recovery of 1M": "<= 8 s, <= 1500 bytes an order",
}
_CONNECTORS = "connectors"
_WITHOUT_BROKER = {
    "fold": {"fold": lambda events: compute.fold(min(events, 50_000))},
}
_VIEW = {"view in SQLite": view.sqlite, "view in PostgreSQL": view.postgresql}
_WITH_BROKER: Mapping[str, Mapping[str, Measure]] = {
    "throughput": {
        "lifecycle": lambda b, f, n: throughput.lifecycle(b, f, n, pinned=False),
        "lifecycle, one CPU": lambda b, f, n: throughput.lifecycle(b, f, n, pinned=True),
    },
    "feeds": {"feeds to status": lambda b, f, n: throughput.feeds(b, f, max(n // 3, 1))},
    "latency": {
        "latency at 200/s": lambda b, f, _: latency.latency(b, f, 200, 20),
        "latency at 5000/s": lambda b, f, _: latency.latency(b, f, 5_000, 15),
    },
    "recovery": {
        "recovery of 300k": lambda b, f, _: recovery.recovery(b, f, 300_000),
        "recovery of 1M": lambda b, f, _: recovery.recovery(b, f, 1_000_000),
    },
    "memory": {"memory": lambda b, f, _: recovery.recovery(b, f, 300_000)},
    "peers": {"kafka streams": lambda b, _, n: peers.kafka_streams(b, n)},
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = [_CONNECTORS, *_WITHOUT_BROKER, "view", *_WITH_BROKER]
    parser.add_argument("name", nargs="?", choices=[*names, "all"], default="all")
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--orders", type=int, default=100_000, help="in the view's database")
    wanted = parser.parse_args()
    chosen = (
        [name for name in names if name != "memory"] if wanted.name == "all" else [wanted.name]
    )
    found = _run(chosen, wanted.events, wanted.orders)
    _RESULTS.parent.mkdir(exist_ok=True)
    _RESULTS.write_text(json.dumps(found, indent=1) + "\n")


def _run(chosen: list[str], events: int, orders: int) -> dict[str, Any]:
    console, found = Console(), dict[str, Any]()  # Any: figures, or those of each connector
    if _CONNECTORS in chosen:
        found[_CONNECTORS] = connector.connectors(min(events, 200))
        connector.show(console, found[_CONNECTORS], _load())
    for name in chosen:
        for title, measure in _WITHOUT_BROKER.get(name, {}).items():
            found[title] = _show(console, title, measure(events))
    for database, measure_view in _VIEW.items() if "view" in chosen else ():
        for what, figures in measure_view(orders).items():
            found[f"{database}: {what}"] = _show(console, f"{database}: {what}", figures)
    with_broker = [name for name in chosen if name in _WITH_BROKER]
    for name in with_broker:
        with machine.broker() as (brokers, folder):  # a broker of its own: nothing left to compact
            for title, measure in _WITH_BROKER[name].items():
                found[title] = _show(console, title, measure(brokers, folder, events))
    if {"kafka streams", "lifecycle"} <= found.keys():
        found["ratio to kafka streams"] = _show(console, "ratio to kafka streams", _ratio(found))
    return found


def _ratio(found: Mapping[str, Figures]) -> Figures:
    ours, theirs = found["lifecycle"], found["kafka streams"]
    return {
        name: round(ours[name] / theirs[name], 2)
        for name in ("events_per_second", "cpu_us_per_event")
    }


def _load() -> str:
    return f"{os.cpu_count()} CPUs, load {machine.load_average():.1f}"


def _show(console: Console, title: str, figures: Figures) -> Figures:
    table = Table(title=f"{title} ({_load()})", title_justify="left", caption=_TARGETS.get(title))
    for name in figures:
        table.add_column(name.replace("_", " "), justify="right")
    table.add_row(*(f"{value:,}" for value in figures.values()))
    console.print(table)
    return figures


if __name__ == "__main__":
    main()
