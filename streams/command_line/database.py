"""How commands reach the view's database: a wrong URL, an absent server, other tables are one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy.exc import DBAPIError

from readmodel.database import STATEMENT_MS, insist_on_schema, open_database, reason_of
from readmodel.errors import ViewError, WrongDatabase
from streams.command_line.failure import NoGood, WrongUse
from streams.command_line.installation import read_settings

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from streams.settings import Settings

Result = TypeVar("Result")


@contextmanager
def database(
    settings: Settings, *, with_tables: bool = True, statement_ms: int = STATEMENT_MS
) -> Iterator[Engine]:
    """Open the view's database; whatever is wrong with it ends the command with one line."""
    try:
        engine = open_database(settings.database_url.get_secret_value(), statement_ms=statement_ms)
    except WrongDatabase as error:
        raise WrongUse(f"settings: ORDERSTREAM_DATABASE_URL {error}") from error
    try:
        if with_tables:
            insist_on_schema(engine)
        yield engine
    except ViewError as error:
        raise WrongUse(str(error)) from error
    except DBAPIError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise NoGood(f"the view's database {shown} does not answer: {reason_of(error)}") from error
    finally:
        engine.dispose()


def ask(question: Callable[[Connection], Result]) -> Result:
    """Ask the view something."""
    with database(read_settings()) as engine, engine.connect() as connection:
        return question(connection)
