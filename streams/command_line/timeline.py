"""`orderstream timeline KEY`: what happened to an order, by the view."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import click
import msgspec

from readmodel.picture import timeline_of
from readmodel.scope import EVERYBODY
from streams.command_line.database import ask
from streams.command_line.failure import NoGood
from streams.command_line.output import plain_line, show_table

_COLUMNS: Final = ("at", "what", "by", "detail", "cause")
_DETAIL_CHARACTERS_MAX: Final = 100
_Json = Mapping[str, Any]  # Any: JSON


@click.command("timeline")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.argument("key")
def command(*, key: str, as_json: bool) -> None:
    """Show what happened to the order KEY and what that changed: when, by whom, because of what."""
    entries = ask(lambda connection: timeline_of(connection, EVERYBODY, key))
    if not entries:
        raise NoGood(f"the view knows nothing of {key}")
    if as_json:
        for entry in entries:
            click.echo(plain_line(entry), nl=False)
    else:
        show_table([entry_row(entry) for entry in entries], _COLUMNS)


def entry_row(entry: _Json) -> dict[str, Any]:
    """Say an entry in one line for people; a change is set in, below what caused it."""
    row = {
        "at": entry["occurred_at"].isoformat(),
        "by": entry["actor"] or entry["source"],
        "cause": entry["cause"],
    }
    if entry["what"] != "status":
        return {**row, "what": entry["what"], "detail": _detail(entry)}
    axis = ".".join(filter(None, (entry["profile"], entry["axis"], entry["subject"])))
    change = f"{entry['before'] or '-'} → {entry['after']}"
    because = entry["because"]["rule"] if isinstance(entry["because"], dict) else ""
    return {**row, "what": f"  {axis}", "detail": f"{change} ({because})"}


def _detail(entry: _Json) -> str:
    said = entry["because"] or entry["detail"]
    text = said if isinstance(said, str) else msgspec.json.encode(said).decode()
    return text if len(text) <= _DETAIL_CHARACTERS_MAX else f"{text[:_DETAIL_CHARACTERS_MAX]}…"
