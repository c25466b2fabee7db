"""`orderstream sources`: the connectors there are, and what each makes of its source's words."""

from __future__ import annotations

import click

from connectors import describe
from connectors.delivery import Source
from streams.command_line.output import show_table
from streams.command_line.source import known_sources, source_named


@click.command("sources")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.argument("name", required=False)
def command(*, name: str | None, as_json: bool) -> None:
    """List the connectors, or with NAME what every word of one source becomes.

    The list: name, kind, the vendor's topics, how requests are signed; as JSON also the formats,
    the headers that are kept and the source's own limits.
    """
    if name:
        _words(source_named(name), as_json=as_json)
        return
    rows = [
        {
            "name": source.name,
            "kind": source.kind,
            "topics": list(source.topics),
            "signature": source.signature,
            "formats": list(source.formats),
            "headers": list(source.headers),
            "limits": list(source.limits),
        }
        for source in known_sources().values()
    ]
    show_table(rows, ("name", "kind", "topics", "signature"), as_json=as_json)


def _words(source: Source, *, as_json: bool) -> None:
    rows = [
        {"field": field, "word": word, "becomes": becomes}
        for field, word, becomes in describe.rows(source)
    ]
    show_table(rows, ("field", "word", "becomes"), as_json=as_json, title=source.name)
