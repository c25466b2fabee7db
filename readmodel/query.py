"""Questions to the view: lists with filters, sorts and pages; counts. Each takes a scope (X.19).

A page is continued from its last row, not from a count of rows, so it costs the same however far
down it is, and rows that come meanwhile neither repeat nor hide one.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.sql.elements import KeyedColumnElement

from readmodel.archive_query import archived_conditions, insist_on_archive, of_archive
from readmodel.archive_table import ARCHIVED
from readmodel.column import Instant
from readmodel.errors import WrongQuestion
from readmodel.filter import (
    LOOKED_UP,
    NARROW,
    conditions,
    insist_on_text,
    is_word,
    with_word,
    word_of,
)
from readmodel.order_table import ORDERS, WORDS
from readmodel.scope import Scope
from readmodel.search import long_terms, search_clause
from readmodel.tenant import one_by_one
from readmodel.walk import TRIED, first_of, in_index, of_each

LIMIT_MAX: Final = 1_000
COUNTED_MAX: Final = 10_000
"""Counting goes no further: it would read the whole table to say a number nobody pages to."""
SORTS: Final[Mapping[str, tuple[str, ...]]] = {
    "created": ("created_at",),
    "changed": ("changed_at",),
    "payment": ("payment", "created_at"),
    "fulfilment": ("fulfilment", "created_at"),
    "lifecycle": ("lifecycle", "created_at"),
}
"""Sort: its columns; `order_key` follows, so that no two rows are equal (S2.3)."""
NEWEST: Final = "-created"
_BY_WORD: Final = "created"
"""The one sort that the index of profiles' words gives."""

_SHOWN: Final[Sequence[Column[Any]]] = [  # Any: of many types
    ORDERS.c[name]
    for name in (
        *("order_key", "tenant", "channel", "number", "version", "created_at", "changed_at"),
        *("lifecycle", "closure", "hold", "risk", "payment", "fulfilment", "valid", "test"),
        *("currency", "total", "due", "captured", "refunded", "customer_name"),
        *("customer_email", "due_at", "source"),
    )
]
_Json = dict[str, Any]  # Any: JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for; `after` is the cursor of the page before.

    `archived` asks for orders that left the hot state instead (`archive_query.py`).
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    search: str = ""
    sort: str = NEWEST
    limit: int = 50
    after: str = ""
    archived: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and the cursor of what follows; empty at the end."""

    rows: list[_Json]
    next: str


def list_orders(connection: Connection, scope: Scope, question: Question, now: datetime) -> Page:
    """Give a page of orders; raises WrongQuestion."""
    if not 1 <= question.limit <= LIMIT_MAX:
        raise WrongQuestion(f"a page has 1 to {LIMIT_MAX} rows, not {question.limit}")
    columns = _sort_columns(question.sort.removeprefix("-"), question)
    found = [
        row
        for one in _scopes(connection, scope, question)
        for row in _listed(connection, one, question, columns, now)
    ]
    names = [column.key for column in columns]
    found.sort(key=lambda row: [row[name] for name in names], reverse=_is_down(question))
    rows = found[: question.limit]
    more = len(found) > question.limit
    return Page(rows, _cursor(question.sort, columns, rows[-1]) if more else "")


def _listed(
    connection: Connection,
    scope: Scope,
    question: Question,
    columns: Sequence[KeyedColumnElement[Any]],
    now: datetime,
) -> list[_Json]:
    """Give a page and one more; where many orders may pass, those are tried that stand first."""
    statement = _selected(connection, scope, question, now, _SHOWN)
    if _may_be_many(question):
        found = _tried(connection, scope, question, columns, now)
        if len(found) > question.limit:
            return found
    sorted_by = _unsorted(columns, connection) if _is_looked_up(question) else columns
    behind = _behind(question, columns, sorted_by)
    ordered = statement.where(*behind).order_by(*_in_order(question, sorted_by))
    return _rows(connection, ordered, question)


def _tried(
    connection: Connection,
    scope: Scope,
    question: Question,
    columns: Sequence[KeyedColumnElement[Any]],
    now: datetime,
) -> list[_Json]:
    """Give those that pass of the orders that stand first; many are tried if some of a few pass."""
    walked = [ORDERS.c[column.key] for column in columns]
    sort, asked = question.sort.removeprefix("-"), (question.filters, question.search)
    first = in_index(question.filters, sort, now, scope) + _behind(question, walked, walked)
    kept = of_each(asked, sort, now, scope)
    found: list[_Json] = []
    for count in TRIED:
        tried = first_of(_SHOWN, first, _in_order(question, walked), kept, count)
        found = _rows(connection, tried, question)
        if not found or len(found) > question.limit:
            break
    return found


def _rows(
    connection: Connection,
    statement: Select[Any],  # Any: as its columns
    question: Question,
) -> list[_Json]:
    limited = statement.limit(question.limit + 1)
    return [dict(row) for row in connection.execute(limited).mappings()]


def _behind(
    question: Question,
    columns: Sequence[KeyedColumnElement[Any]],
    sorted_by: Sequence[ColumnElement[Any]],
) -> list[ColumnElement[bool]]:
    """Go on behind the page before."""
    if not question.after:
        return []
    last = tuple_(*_read_cursor(question.after, question.sort, columns))
    place = tuple_(*sorted_by)
    return [place < last if _is_down(question) else place > last]


def _in_order(
    question: Question, columns: Sequence[ColumnElement[Any]]
) -> Sequence[ColumnElement[Any]]:
    return [column.desc() if _is_down(question) else column.asc() for column in columns]


def _is_down(question: Question) -> bool:
    return question.sort.startswith("-")


def _scopes(connection: Connection, scope: Scope, question: Question) -> Sequence[Scope]:
    return [scope] if question.archived else one_by_one(connection, scope)


def count_orders(connection: Connection, scope: Scope, question: Question, now: datetime) -> int:
    """Count the orders that a question finds, to COUNTED_MAX; raises WrongQuestion."""
    counted = 0
    for one in _scopes(connection, scope, question):
        found = _selected(connection, one, question, now, [ORDERS.c.order_key])
        capped = found.limit(COUNTED_MAX - counted).subquery()
        counted += int(connection.execute(select(func.count()).select_from(capped)).scalar_one())
        if counted >= COUNTED_MAX:
            break
    return counted


def count_by(connection: Connection, scope: Scope, axis: str) -> dict[str, int]:
    """Count the orders of each word of an axis; reads them all. Raises WrongQuestion."""
    axes = ("lifecycle", "closure", "hold", "risk", "payment", "fulfilment")
    if axis not in axes:
        raise WrongQuestion(f"no axis {axis!r}; there are {', '.join(axes)}")
    column = ORDERS.c[axis]
    statement = select(column, func.count()).where(scope.covers(ORDERS.c.tenant)).group_by(column)
    return {row[0]: row[1] for row in connection.execute(statement.order_by(column))}


def _selected(
    connection: Connection,
    scope: Scope,
    question: Question,
    now: datetime,
    columns: Sequence[Column[Any]],  # Any: of many types
) -> Select[Any]:  # Any: as its columns
    insist_on_text(question.filters, question.search)
    if question.archived:
        insist_on_archive(question.filters, question.search, question.sort)
        kept = and_(*archived_conditions(question.filters, now, scope))
        return select(*map(of_archive, columns)).where(kept)
    word = word_of(question.filters)
    source, of_word = with_word(word)
    tenant: ColumnElement[Any] = ORDERS.c.tenant
    if _is_looked_up(question) and connection.dialect.name == "sqlite":
        tenant = _computed(tenant)
    wanted = [
        scope.covers(tenant),
        *([scope.covers(WORDS.c.tenant)] if word else []),
        *of_word,
        *conditions(question.filters, now, scope),
    ]
    if question.search:
        wanted.append(search_clause(question.search, scope, connection.dialect.name))
    return select(*columns).select_from(source).where(and_(*wanted))


def _may_be_many(question: Question) -> bool:
    """Tell whether many orders may pass, though no index has those that do in the sort's order."""
    asked = question.filters.keys()
    if question.archived or asked & NARROW:
        return False
    word_elsewhere = any(map(is_word, asked)) and question.sort.removeprefix("-") != _BY_WORD
    found = bool(question.search and long_terms(question.search))
    return found or word_elsewhere or bool(asked & LOOKED_UP.keys())


def _is_looked_up(question: Question) -> bool:
    """Tell whether those that pass are looked up before they are sorted."""
    return bool(question.search or question.filters.keys() & (NARROW | LOOKED_UP.keys()))


def _unsorted(
    columns: Sequence[KeyedColumnElement[Any]], connection: Connection
) -> Sequence[ColumnElement[Any]]:
    """Keep the database from walking all orders by time until a page is full of those looked up."""
    if connection.dialect.name == "sqlite":
        return [_computed(column) for column in columns]
    return [func.coalesce(column, column) for column in columns]  # of any type, in no index


def _computed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Keep SQLite from walking the index of this column instead of looking up what is named."""
    return type_coerce(column.op("||")(""), column.type)


def _sort_columns(sort: str, question: Question) -> list[KeyedColumnElement[Any]]:
    if sort not in SORTS:
        raise WrongQuestion(f"no sort {sort!r}; there are {', '.join(SORTS)}, - before for down")
    if question.archived:
        return [ARCHIVED.c[name] for name in (*SORTS[sort], "order_key")]
    table = WORDS if sort == _BY_WORD and word_of(question.filters) else ORDERS
    return [table.c[name] for name in (*SORTS[sort], "order_key")]


def _cursor(sort: str, columns: Sequence[KeyedColumnElement[Any]], row: _Json) -> str:
    values = [row[column.key] for column in columns]
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, *values])).decode().rstrip("=")


def _read_cursor(
    cursor: str, sort: str, columns: Sequence[KeyedColumnElement[Any]]
) -> list[ColumnElement[Any]]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        said, *values = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=list[str])
        if said != sort or len(values) != len(columns) or any("\x00" in one for one in values):
            raise WrongQuestion(f"the page before was sorted by {said!r}, this is {sort!r}")
        return [
            literal(
                datetime.fromisoformat(value) if isinstance(column.type, Instant) else value,
                column.type,
            )
            for column, value in zip(columns, values, strict=True)
        ]
    except (ValueError, msgspec.MsgspecError, binascii.Error, UnicodeError):
        raise WrongQuestion(f"no page begins at {cursor[:40]!r}") from None
