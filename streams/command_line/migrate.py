"""`orderstream migrate`: makes the view's tables or brings them up to date."""

from __future__ import annotations

import click

from readmodel.database import migrate
from streams.command_line.database import database
from streams.command_line.installation import read_settings


@click.command("migrate")
def command() -> None:
    """Make the tables of the view in ORDERSTREAM_DATABASE_URL, or bring them up to date."""
    with database(read_settings(), with_tables=False) as engine:
        before, after = migrate(engine)
    if before == after:
        click.echo(f"the view's tables are up to date: {after}")
    else:
        click.echo(f"the view's tables: {before or 'none'} → {after}")
