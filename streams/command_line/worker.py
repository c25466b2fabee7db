"""`orderstream worker`: one worker process, until it is told to stop."""

from __future__ import annotations

import click

from connectors.import_rule import ImportRulesError
from connectors.mapping import MappingError
from streams.app import run_worker
from streams.command_line.broker import read_settings
from streams.command_line.failure import WrongUse
from streams.engine.errors import UnfitRuntimeError
from streams.metric import Metrics
from streams.rulebook import RulesError
from streams.stages import ROLES, make_stages


@click.command("worker")
@click.option("--roles", default=",".join(ROLES), show_default=True, help="With commas.")
@click.pass_context
def command(ctx: click.Context, roles: str) -> None:
    """Run one worker on a real broker; SIGTERM ends it after the work at hand."""
    from prometheus_client import CollectorRegistry

    chosen = tuple(dict.fromkeys(role.strip() for role in roles.split(",") if role.strip()))
    if not chosen or (unknown := sorted(set(chosen) - set(ROLES))):
        wrong = f"no role {unknown[0]!r}" if chosen else "--roles names none"
        raise WrongUse(f"{wrong}; there are {', '.join(ROLES)}")
    settings, metrics = read_settings(), Metrics(CollectorRegistry())
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
