"""Kinds of column that mean the same on PostgreSQL and SQLite."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from sqlalchemy import DateTime, Dialect, String, Text, TypeDecorator
from sqlalchemy.types import TypeEngine

INDEXED_CHARACTERS_MAX: Final = 260
"""What an indexed text keeps: PostgreSQL refuses index entries over 2,704 bytes."""


class Key(TypeDecorator[str]):
    """Text that is looked up and sorted by its bytes, on every server alike."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """Compare by code point; SQLite does so by itself."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Text(collation="C"))
        return dialect.type_descriptor(Text())


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; in SQLite text of one width, so that it sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[str]:
        """Give PostgreSQL its own type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String())

    def process_bind_param(self, value: datetime | str | None, dialect: Dialect) -> object:
        """Write a moment; text is one already (`instant_text`)."""
        if value is None or (isinstance(value, str) and dialect.name != "postgresql"):
            return value
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        return value if dialect.name == "postgresql" else moment_text(value)

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Read a moment."""
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.astimezone(UTC)


_DIGITS: Final = len("2026-01-05T09:00:00.000000")


def moment_text(moment: datetime) -> str:
    """Write a moment as every table has it: UTC, six digits after the second."""
    return f"{moment.astimezone(UTC).isoformat(timespec='microseconds')[:_DIGITS]}Z"


_WHOLE_SECONDS: Final = len("2026-01-05T09:00:00Z")
_MICROSECONDS: Final = len("2026-01-05T09:00:00.000000Z")


def instant_text(text: str | None) -> str | None:
    """Bring the time of a message to the one width; raises ValueError if it is none."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    if text[-1] == "Z":
        if len(text) == _WHOLE_SECONDS:
            return f"{text[:-1]}.000000Z"
        if len(text) == _MICROSECONDS:
            return text
    return moment_text(moment)


def indexed(text: str, characters_max: int = INDEXED_CHARACTERS_MAX) -> str:
    """Cut a text to what its index can hold."""
    return text[:characters_max]
