"""How commands reach the keys of people: what is wrong with their database is one line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from readmodel.database import reason_of
from readmodel.opening import Opener
from streams.command_line.failure import NoGood
from streams.subject import keys_of

if TYPE_CHECKING:
    from readmodel.subject_key import SubjectKeys
    from streams.settings import Settings

Opened = Callable[[str, bytes, bytes], bytes]
"""Gives the value of a topic's record under a key with its sealed texts readable."""


@contextmanager
def subject_keys(settings: Settings) -> Iterator[SubjectKeys | None]:
    """Open the database of keys, None where nothing is sealed."""
    keys = keys_of(settings)
    if keys is None:
        yield None
        return
    try:
        yield keys
    except DBAPIError as error:
        reason = reason_of(error)
        raise NoGood(f"the database of subject keys does not answer: {reason}") from error
    finally:
        keys.close()


@contextmanager
def opening(settings: Settings) -> Iterator[Opened]:
    """Read sealed records; they stay as they are where no keys are set."""
    with subject_keys(settings) as keys:
        yield (lambda _topic, _key, value: value) if keys is None else Opener(keys).value
