"""The worker's `view` role: a Faust app of its own, with a consumer group of its own.

It shares no process with the other roles, so the database never slows the state machine down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from readmodel.happening import TOPICS
from streams.app import App, assemble, run_app
from streams.subject import opener_of
from streams.view.engine import ViewEngine
from streams.view.transport import ViewTransport

if TYPE_CHECKING:
    from sqlalchemy import Engine as Database

    from streams.engine.crash import Die
    from streams.metric import Metrics
    from streams.settings import Settings

ROLE: Final = "view"
_SUFFIX: Final = "-view"


def view_settings(settings: Settings) -> Settings:
    """Give the view its own group beside the workers'."""
    return settings.model_copy(update={"application_id": settings.application_id + _SUFFIX})


def create_view(
    settings: Settings, database: Database, metrics: Metrics, *, die: Die | None = None
) -> App:
    """Put a view worker together: one agent per topic, all into one database."""
    own = view_settings(settings)
    options: dict[str, Any] = {} if die is None else {"die": die}
    engine = ViewEngine(
        settings=own, database=database, metrics=metrics, opener=opener_of(settings), **options
    )
    agents = {f"{ROLE}-{topic}": topic for topic in TOPICS}
    return assemble(own, engine, agents, metrics, ViewTransport)


def run_view(settings: Settings, database: Database, metrics: Metrics) -> int:
    """Run until told to stop (0) or until a surprise (the process is gone, 70)."""
    own = view_settings(settings)
    return run_app(own, lambda: create_view(settings, database, metrics), metrics)
