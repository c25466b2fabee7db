"""What people see: a live table on a terminal, plain lines elsewhere, and the summary."""

from __future__ import annotations

import time
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
_COLUMNS: Final = (
    ("order", 5),
    ("shop", 12),
    ("lifecycle", 10),
    ("payment", 18),
    ("fulfilment", 19),
    ("parcel", 18),
    ("in its words", 0),
    ("last change", 0),
)
"""Names and widths; 0 shares what is left."""
_SAID_IN_WORDS: Final = frozenset({"payment", "fulfilment", "parcel"})
_WIDE_CHARACTERS: Final = 150
_REFRESH_SECONDS: Final = 0.1
_ROWS_BESIDE: Final = 3
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
    """A table that changes in place; where it is higher than the terminal, what changed last."""

    def __init__(self, console: Console, scene: Scene) -> None:
        self._console = console
        self._scene = scene
        self._live = Live(console=console, auto_refresh=False, vertical_overflow="visible")
        self._shown_at = 0.0
        self._tally = Tally()

    def say(self, line: str) -> None:
        self._console.print(line, style="dim", markup=False)

    def hear(self, line: str) -> None:
        if any(alert in line for alert in _ALERTS):
            self.say(line)

    def refresh(self, tally: Tally) -> None:
        now = time.monotonic()
        if now - self._shown_at < _REFRESH_SECONDS:
            return
        if not self._shown_at:
            self._live.start()
        self._shown_at, self._tally = now, tally
        rows = self._console.height - _ROWS_BESIDE
        self._live.update(self._table(rows), refresh=True)

    def close(self) -> None:
        if self._shown_at:
            self._shown_at = 0.0
            self._live.update(self._table(), refresh=True)
            self._live.stop()

    def _table(self, rows: int = 0) -> Table:
        width = self._console.width
        return orders_table(self._scene, self._tally, characters=width, rows=rows)


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


def orders_table(scene: Scene, tally: Tally, *, characters: int, rows: int = 0) -> Table:
    """Show every order as it is now, or only so many that changed last.

    Where the terminal is narrow, the axes go that the profile's words say too.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", expand=True)
    chosen = [
        place
        for place, (name, _) in enumerate(_COLUMNS)
        if characters >= _WIDE_CHARACTERS or name not in _SAID_IN_WORDS
    ]
    for name, width in (_COLUMNS[place] for place in chosen):
        ratio = None if width else 1
        table.add_column(name, no_wrap=True, overflow="ellipsis", width=width or None, ratio=ratio)
    newest = list(tally.last)[-rows:] if rows > 0 else ()
    for story in scene.stories:
        if not newest or len(scene.stories) <= rows or story.order_key in newest:
            row = _order_row(story, tally)
            table.add_row(*(row[place] for place in chosen))
    return table


def _order_row(story: Story, tally: Tally) -> tuple[str, ...]:
    shows = tally.shown.get(story.order_key, {})
    tenant, channel, number = story.order_key.split("/", 2)
    done = all(shows.get(name) == word for name, word in story.ending.shows.items())
    return (
        _TOLD[done] + number[-4:],
        f"{tenant}/{channel}",
        shows.get("lifecycle", "-"),
        shows.get("payment", "-"),
        shows.get("fulfilment", "-"),
        ", ".join(word for name, word in shows.items() if name.startswith("parcel:")),
        _words(shows),
        tally.last.get(story.order_key, ""),
    )


def _words(shows: Shown) -> str:
    """Join what the order's profile shows people: payment first, shipments last."""
    names = sorted(name for name in shows if "." in name)
    names.sort(key=lambda name: ".payment" not in name)
    return " / ".join(shows[name] for name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much went through, and how long it took."""

    sent: int
    seconds: float


def print_summary(console: Console, scene: Scene, tally: Tally, pace: Pace) -> None:
    """Say what came of it all; a live table has shown the orders already."""
    if not console.is_terminal:
        console.print(orders_table(scene, tally, characters=console.width))
        console.print()
    for title, columns, rows in (
        ("Happenings", ("order", "what this order shows"), _happenings(scene)),
        ("Orders by status", ("profile", "axis", "word", "orders"), _by_word(scene, tally)),
        ("Notifications", ("template", "audience", "sent"), _by_template(tally)),
        ("Dead letters", ("from", "cause", "what it was"), _dead(scene, tally)),
        ("Anomalies", ("kind", "raised", "resolved"), _by_kind(tally)),
        ("Commands", ("command", "accepted", "refused", "why"), _by_command(tally)),
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
