"""`orderstream worker`: one worker process, until it is told to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from connectors.import_rule import ImportRulesError
from connectors.mapping import MappingError
from streams.app import run_worker
from streams.command_line.broker import insist_on_welcome
from streams.command_line.failure import NoGood, WrongUse
from streams.command_line.installation import read_settings
from streams.engine.errors import UnfitRuntimeError
from streams.metric import Metrics
from streams.rulebook import RulesError
from streams.stages import ROLES, make_stages

if TYPE_CHECKING:
    from streams.settings import Settings

VIEW: Final = "view"


@click.command("worker")
@click.option("--roles", default=",".join(ROLES), show_default=True, help="With commas.")
@click.pass_context
def command(ctx: click.Context, roles: str) -> None:
    """Run one worker on a real broker; SIGTERM ends it after the work at hand.

    The role `view` runs by itself: it keeps the view of orders in ORDERSTREAM_DATABASE_URL, and
    makes its tables where there are none.
    """
    from prometheus_client import CollectorRegistry

    chosen = tuple(dict.fromkeys(role.strip() for role in roles.split(",") if role.strip()))
    if chosen == (VIEW,):
        ctx.exit(_run_view(read_settings(), Metrics(CollectorRegistry())))
    if VIEW in chosen:
        raise WrongUse(f"the role {VIEW} has a process of its own: `worker --roles {VIEW}`")
    if not chosen or (unknown := sorted(set(chosen) - set(ROLES))):
        wrong = f"no role {unknown[0]!r}" if chosen else "--roles names none"
        raise WrongUse(f"{wrong}; there are {', '.join(ROLES)}, and by itself {VIEW}")
    settings, metrics = read_settings(), Metrics(CollectorRegistry())
    insist_on_welcome(settings)
    try:
        stages = make_stages(settings, metrics, chosen)
        ctx.exit(run_worker(settings, stages, metrics=metrics))
    except RulesError as error:
        raise WrongUse(f"settings: ORDERSTREAM_PROFILES: {error}") from error
    except MappingError as error:
        raise WrongUse(f"settings: ORDERSTREAM_MAPPINGS: {error}") from error
    except ImportRulesError as error:
        raise WrongUse(f"settings: ORDERSTREAM_IMPORTS: {error}") from error
    except UnfitRuntimeError as error:
        raise WrongUse(f"this installation cannot keep its guarantees: {error}") from error


def _run_view(settings: Settings, metrics: Metrics) -> int:
    from readmodel.database import insist_on_schema, is_empty, migrate, open_database
    from streams.command_line.database import database
    from streams.view.role import run_view

    insist_on_welcome(settings)
    try:
        with database(settings, with_tables=False) as engine:
            if is_empty(engine):
                migrate(engine)
            insist_on_schema(engine)
    except NoGood as error:  # the database is away: the worker waits for it, and is not ready
        error.show()
    return run_view(settings, open_database(settings.database_url.get_secret_value()), metrics)
