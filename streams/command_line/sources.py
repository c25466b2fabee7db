"""`orderstream sources`: the connectors there are."""

from __future__ import annotations

import click

from streams.command_line.output import show_table
from streams.command_line.source import known_sources


@click.command("sources")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def command(*, as_json: bool) -> None:
    """List the connectors: name, kind, the vendor's topics, how requests are signed."""
    rows = [
        {
            "name": source.name,
            "kind": source.kind,
            "topics": list(source.topics),
            "signature": source.signature,
        }
        for source in known_sources().values()
    ]
    show_table(rows, ("name", "kind", "topics", "signature"), as_json=as_json)
