"""Trying the orders that stand first in a sort, before all that pass are looked up and sorted.

No index gives the orders of an item, a carrier or a search in the order of time. Where most orders
pass, a page is full after some dozens; where few do, looking them up is quick. Which it is nobody
knows before, so a bounded number is tried first, and many only if some of a few pass (ADR 38).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Select, Table, exists, select, type_coerce

from readmodel.column import indexed
from readmodel.filter import LOOKED_UP, conditions, word_of
from readmodel.order_table import ORDERS, SEARCH, WORDS
from readmodel.scope import Scope
from readmodel.search import long_terms
from readmodel.stand_in import instead_of_orders

_Conditions = list[ColumnElement[bool]]
_Asked = tuple[Mapping[str, str], str]
_WIDE: Final = frozenset({"lifecycle", "payment", "fulfilment", "channel", "source"})
_DAYS: Final = frozenset({"from", "to"})
"""When an order was placed is in every sort's index but that of changes."""
TRIED: Final = (100, 2_000)
"""Orders that are tried, the more only if one of the fewer passes.

A page of 50 is full after 2,000 if one of 40 passes; of 100 orders there is one then, but for 8 %.
"""


def first_of(
    shown: Sequence[Column[Any]],  # Any: of many types
    first: Sequence[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],  # Any: of any type
    passing: Sequence[ColumnElement[bool]],
    count: int,
) -> Select[Any]:  # Any: as its columns
    """Show those that pass of so many first orders, which an index gives in this order."""
    tried = select(ORDERS).where(*first).order_by(*order).limit(count).subquery("tried")
    return instead_of_orders(tried, select(*shown).where(*passing).order_by(*order))


def in_index(filters: Mapping[str, str], sort: str, now: datetime, scope: Scope) -> _Conditions:
    """Make the conditions that the index of the sort answers: which orders are tried."""
    own = {name: value for name, value in filters.items() if name in _in_index_of(sort)}
    return [scope.covers(ORDERS.c.tenant), *conditions(own, now, scope)]


def of_each(question: _Asked, sort: str, now: datetime, scope: Scope) -> _Conditions:
    """Make those that are asked of one tried order after the other, until a page is full."""
    filters, search = question
    others = filters.keys() - _in_index_of(sort) - LOOKED_UP.keys()
    kept = conditions({name: filters[name] for name in sorted(others)}, now, scope)
    for name in sorted(LOOKED_UP.keys() & filters.keys()):
        column = LOOKED_UP[name]
        kept.append(_has(column.table, scope, _plain(column) == indexed(filters[name])))
    if word := word_of(filters):
        profile, axis, said = word
        its = {WORDS.c.profile: profile, WORDS.c.axis: axis, WORDS.c.word: said}
        kept.append(_has(WORDS, scope, *(_plain(column) == one for column, one in its.items())))
    if search:
        contained = [SEARCH.c.text.contains(term, autoescape=True) for term in long_terms(search)]
        kept.append(_has(SEARCH, scope, *contained))
    return kept


def _in_index_of(sort: str) -> frozenset[str]:
    return _WIDE if sort == "changed" else _WIDE | _DAYS


def _has(table: Table, scope: Scope, *its: ColumnElement[bool]) -> ColumnElement[bool]:
    """Ask for a row beside an order; OFFSET keeps PostgreSQL from reading all such rows first."""
    beside = table.c.order_key == ORDERS.c.order_key, scope.covers(_plain(table.c.tenant))
    return exists(select(table.c.order_key).where(*beside, *its).correlate(ORDERS).offset(0))


def _plain(column: ColumnElement[Any]) -> ColumnElement[Any]:  # Any: of its type
    """Keep SQLite from the index of this column: it is asked of the rows of one order."""
    return type_coerce(column.op("||")(""), column.type)
