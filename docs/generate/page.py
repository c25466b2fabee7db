"""Markdown in small pieces: a page, a table, a piece of code in a sentence."""

from collections.abc import Iterable, Sequence
from inspect import cleandoc

GENERATED = "<!-- Written by `make docs` from the code; changes by hand are lost. -->"


def page(title: str, *parts: str) -> str:
    """Put a page together; parts are separated by one blank line."""
    return "\n\n".join([GENERATED, f"# {title}", *(part.strip("\n") for part in parts)]) + "\n"


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table; a cell may hold several lines of text, which become one."""
    lines = [_row(columns), _row(["---"] * len(columns))]
    return "\n".join([*lines, *(_row(row) for row in rows)])


def code(*words: object) -> str:
    """Set words as code, one by one; an empty word is shown as such."""
    return ", ".join(f"`{word}`" if str(word) else "(empty)" for word in words)


def plain(value: object) -> str:
    """Write a setting's value as people write it."""
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, tuple | dict) else str(value)


def prose(documented: object) -> str:
    """Give a docstring as it reads, without its indentation."""
    return cleandoc(documented.__doc__ or "")


def first_sentence(documented: object) -> str:
    """Give the first line of a docstring."""
    return prose(documented).partition("\n")[0]


def _row(cells: Sequence[object]) -> str:
    return (
        "| " + " | ".join(" ".join(str(cell).split()).replace("|", "\\|") for cell in cells) + " |"
    )
