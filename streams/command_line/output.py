"""What commands print: JSON Lines for programs, a table for people, columns for a pipe."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import click
import msgspec

Row = Mapping[str, object]


def binary_output() -> BinaryIO:
    """Give standard output for bytes."""
    return click.get_binary_stream("stdout")


def plain_line(value: Mapping[str, Any]) -> bytes:  # Any: JSON
    """Write an object as one line of JSON, its fields in their order."""
    return msgspec.json.encode(value) + b"\n"


def show_table(
    rows: Sequence[Row], columns: Sequence[str], *, as_json: bool = False, title: str = ""
) -> None:
    """Print rows: a table on a terminal, aligned columns elsewhere, or JSON Lines."""
    if as_json:
        for row in rows:
            click.echo(plain_line(row), nl=False)
    elif sys.stdout.isatty():
        _show_rich(rows, columns, title)
    else:
        _show_plain(rows, columns, title)


def _show_rich(rows: Sequence[Row], columns: Sequence[str], title: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_text(row.get(column))) for column in columns))
    Console().print(table)


def _show_plain(rows: Sequence[Row], columns: Sequence[str], title: str) -> None:
    if title:
        click.echo(f"# {title}")
    cells = [list(columns), *([_text(row.get(column)) for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _text(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_text(one) for one in value)
    text = str(value)
    return "".join(one if one.isprintable() else " " for one in text)
