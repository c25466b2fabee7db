"""The demo's view: a worker of its own with a SQLite file, compared with what the topics said."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from rich.console import Console
from sqlalchemy.exc import DBAPIError

from readmodel.database import open_database
from readmodel.picture import snapshot_of
from readmodel.scope import EVERYBODY
from streams.demo.crew import Crew
from streams.demo.story import Scene
from streams.demo.tally import Tally, shown

SECONDS_MAX: Final = 20.0
_LOOK_SECONDS: Final = 0.1
_QUESTIONS: Final = (
    ("orders", "--limit", "15"),
    ("orders", "payment=paid", "fulfilment=unfulfilled,partially_fulfilled", "--sort", "created"),
)


def address_of(folder: Path) -> str:
    """Give the URL of the view in a folder."""
    return f"sqlite:///{folder / 'view.db'}"


async def caught_up(url: str, scene: Scene, tally: Tally, crew: Crew) -> list[str]:
    """Wait until the view shows every order as its last snapshot does; say what still differs."""
    stop = time.monotonic() + SECONDS_MAX
    while True:
        crew.insist()
        differing = list(await asyncio.to_thread(_differences, url, scene, tally))
        if not differing or time.monotonic() > stop:
            return differing
        await asyncio.sleep(_LOOK_SECONDS)


def _differences(url: str, scene: Scene, tally: Tally) -> Iterator[str]:
    engine = open_database(url)
    try:
        with engine.connect() as connection:
            for story in scene.stories:
                snapshot = snapshot_of(connection, EVERYBODY, story.order_key)
                if snapshot is None:
                    yield f"{story.order_key} is not in the view"
                elif shown(snapshot) != tally.shown.get(story.order_key):
                    yield f"{story.order_key} is otherwise in the view"
    except DBAPIError:
        yield "the view has no tables yet"
    finally:
        engine.dispose()


def show_orders(console: Console, settings: Mapping[str, str]) -> list[str]:
    """Ask the view as anybody would, with the command; say which questions failed."""
    failed = []
    for question in _QUESTIONS:
        line = f"orderstream {' '.join(question)}"
        answer = subprocess.run(  # noqa: S603 - this interpreter, our own words
            [sys.executable, "-m", "streams.cli", *question],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            check=False,
        )
        console.print(f"\n$ {line}", style="bold", highlight=False)
        console.print(answer.stdout.rstrip(), highlight=False, markup=False, soft_wrap=True)
        if answer.returncode:
            failed.append(f"`{line}`: {answer.stderr.strip()}")
    return failed
