"""What people see: a live table on a terminal, plain lines elsewhere, and the summary."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table

from streams.demo.story import Scene, Shown, Story
from streams.demo.tally import Tally, verdict

_TOLD: Final = {True: "[green]", False: "[yellow]"}
_ALERTS: Final = ("anomaly", "dead letter", "somebody must act")


class Screen(Protocol):
    """Where progress is shown."""

    def say(self, line: str) -> None:
        """Tell what the demo itself does."""

    def hear(self, line: str) -> None:
        """Tell of one output record."""

    def refresh(self, tally: Tally) -> None:
        """Show where all orders are."""

    def close(self) -> None:
        """Leave what is shown as it is."""


class LiveScreen:
    """A table that changes in place."""

    def __init__(self, console: Console, scene: Scene) -> None:
        self._console = console
        self._scene = scene
        self._live = Live(console=console, auto_refresh=False, vertical_overflow="crop")
        self._started = False

    def say(self, line: str) -> None:
        self._console.print(line, style="dim", markup=False)

    def hear(self, line: str) -> None:
        if any(alert in line for alert in _ALERTS):
            self.say(line)

    def refresh(self, tally: Tally) -> None:
        if not self._started:
            self._started = True
            self._live.start()
        self._live.update(orders_table(self._scene, tally), refresh=True)

    def close(self) -> None:
        if self._started:
            self._live.stop()


class PlainScreen:
    """One line an event, for logs and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def hear(self, line: str) -> None:
        self.say(f"  {line}")

    def refresh(self, tally: Tally) -> None:
        """Lines were said already."""

    def close(self) -> None:
        """Nothing is open."""


def orders_table(scene: Scene, tally: Tally) -> Table:
    """Show every order as it is now."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = ("order", "shop", "lifecycle", "payment", "fulfilment", "parcel", "in its words")
    for name in (*names, "last change"):
        table.add_column(name, no_wrap=True, overflow="ellipsis")
    for story in scene.stories:
        shows = tally.shown.get(story.order_key, {})
        tenant, channel, number = story.order_key.split("/", 2)
        done = all(shows.get(name) == word for name, word in story.ending.shows.items())
        table.add_row(
            _TOLD[done] + number[-4:],
            f"{tenant}/{channel}",
            shows.get("lifecycle", "-"),
            shows.get("payment", "-"),
            shows.get("fulfilment", "-"),
            ", ".join(word for name, word in shows.items() if name.startswith("parcel:")),
            _words(shows),
            tally.last.get(story.order_key, ""),
        )
    return table


def _words(shows: Shown) -> str:
    """Join what the order's profile shows people."""
    return " / ".join(word for name, word in shows.items() if "." in name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much went through, and how long it took."""

    sent: int
    seconds: float


def print_summary(console: Console, scene: Scene, tally: Tally, pace: Pace) -> None:
    """Say what came of it all."""
    for title, columns, rows in (
        ("Orders by status", ("profile", "axis", "word", "orders"), _by_word(scene, tally)),
        ("Notifications", ("template", "audience", "sent"), _by_template(tally)),
        ("Dead letters", ("from", "cause", "what it was"), _dead(scene, tally)),
        ("Anomalies", ("kind", "raised", "resolved"), _by_kind(tally)),
        ("Commands", ("command", "accepted", "refused", "why"), _by_command(tally)),
        ("Happenings", ("order", "what this order shows"), _happenings(scene)),
    ):
        _print_table(console, title, columns, rows)
    rate = pace.sent / pace.seconds if pace.seconds else 0.0
    console.print(
        f"{pace.sent} events in, {tally.records} messages out in {pace.seconds:.1f} s: "
        f"{rate:.0f} events/s (stories wait for one another's effects; `make bench` is the race)",
        highlight=False,
        soft_wrap=True,
    )


def _print_table(
    console: Console, title: str, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]]
) -> None:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)
    console.print()


def _by_word(scene: Scene, tally: Tally) -> Iterator[tuple[str, ...]]:
    counts: Counter[tuple[str, str, str]] = Counter()
    for story in scene.stories:
        for name, word in tally.shown.get(story.order_key, {}).items():
            profile, dot, axis = name.partition(".")
            if dot:
                counts[profile, axis.partition(":")[0], word] += 1
    for (profile, axis, word), times in sorted(counts.items()):
        yield profile, axis, word, str(times)


def _by_template(tally: Tally) -> Iterator[tuple[str, ...]]:
    for name, times in sorted(sum(tally.notices.values(), Counter[str]()).items()):
        template, _, audience = name.partition("/")
        yield template, audience, str(times)


def _dead(scene: Scene, tally: Tally) -> Iterator[tuple[str, ...]]:
    about = {stray.delivery.value: stray.about for stray in scene.strays}
    for letter in sorted(tally.dead, key=lambda one: (one.topic, one.cause)):
        yield letter.topic, letter.cause, about.get(letter.value, "?")


def _by_kind(tally: Tally) -> Iterator[tuple[str, ...]]:
    for kind in sorted({kind for kind, _ in tally.anomalies}):
        raised, resolved = (tally.anomalies[kind, change] for change in ("raised", "resolved"))
        yield kind, str(raised), str(resolved)


def _by_command(tally: Tally) -> Iterator[tuple[str, ...]]:
    answers: list[dict[str, Any]] = list(tally.commands.values())  # Any: JSON
    for kind in sorted({answer["command"] for answer in answers}):
        mine = [answer for answer in answers if answer["command"] == kind]
        refused = [f"{verdict(one)}: {one['reason']}" for one in mine if not one["accepted"]]
        accepted = str(len(mine) - len(refused))
        yield kind, accepted, str(len(refused)), "; ".join(sorted(set(refused)))


def _happenings(scene: Scene) -> Iterator[tuple[str, ...]]:
    seen: set[str] = set()
    for story in scene.stories:
        if story.about not in seen:
            seen.add(story.about)
            yield _short(story), story.about


def _short(story: Story) -> str:
    _, channel, number = story.order_key.split("/", 2)
    return f"{channel}/{number[-4:]}"


def table_text(scene: Scene, tally: Tally) -> str:
    """Write the orders' table without colours, as a file or a log may hold it."""
    text = io.StringIO()
    Console(file=text, width=200, color_system=None).print(orders_table(scene, tally))
    return text.getvalue()
