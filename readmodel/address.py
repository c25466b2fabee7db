"""The URL of a view's database, judged without connecting to it."""

from __future__ import annotations

from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from readmodel.errors import WrongDatabase

DRIVERS: Final = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
"""The databases that can hold a view, and what SQLAlchemy reaches each by."""


def check_url(url: str) -> URL:
    """Read a URL; raises WrongDatabase, and never says what a password may stand in."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise WrongDatabase("is no URL such as sqlite:///view.db or postgresql://…") from None
    kind = parsed.get_backend_name()
    if kind not in DRIVERS:
        kinds = " or ".join(sorted(DRIVERS))
        raise WrongDatabase(f"names {kind}; the view needs {kinds}")
    if kind == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise WrongDatabase("names no file; a view must outlive its process")
    return parsed
