"""`orderstream settings`: what can be set, what is set, what it means."""

from __future__ import annotations

import click

from streams.command_line.installation import read_settings
from streams.command_line.output import show_table
from streams.settings import explain


@click.command("settings")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(*, as_json: bool) -> None:
    """Show every setting with its value and meaning; secrets are masked.

    Settings come from the environment, and from the file that ORDERSTREAM_SETTINGS_FILE names.
    """
    rows = [
        {"setting": variable, "value": value, "meaning": meaning}
        for variable, value, meaning in explain(read_settings())
    ]
    show_table(rows, ("setting", "value", "meaning"), as_json=as_json)
