"""Questions about orders that left the hot state: by what their row says, newest or oldest first.

Their parts are not there, so nothing is found by an item, a parcel or a word of a search.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import ColumnElement, or_
from sqlalchemy.sql.visitors import ExternallyTraversible

from readmodel.archive_table import ARCHIVED
from readmodel.column import indexed
from readmodel.errors import WrongQuestion
from readmodel.filter import conditions
from readmodel.scope import Scope
from readmodel.stand_in import instead_of_orders

FILTERS: Final = frozenset(
    {
        *("lifecycle", "closure", "payment", "fulfilment", "risk", "hold"),
        *("channel", "source", "number", "customer", "from", "to", "test"),
    }
)
_SORT: Final = "created"
_CUSTOMER: Final = "customer"
_Asked = TypeVar("_Asked", bound=ExternallyTraversible)


def insist_on_archive(filters: Collection[str], search: str, sort: str) -> None:
    """Raise WrongQuestion for what the archive cannot answer."""
    if search:
        raise WrongQuestion("no search among archived orders; ask for number= or customer=")
    if sort.removeprefix("-") != _SORT:
        raise WrongQuestion(f"archived orders are sorted by {_SORT}, not {sort!r}")
    for name in filters:
        if name not in FILTERS:
            allowed = ", ".join(sorted(FILTERS))
            raise WrongQuestion(f"no filter {name!r} of archived orders; there are {allowed}")


def archived_conditions(
    wanted: Mapping[str, str], now: datetime, scope: Scope
) -> list[ColumnElement[bool]]:
    """Make a condition of every filter, as `filter.conditions` does of the orders that are hot."""
    others = {name: value for name, value in wanted.items() if name != _CUSTOMER}
    made = [of_archive(one) for one in conditions(others, now, scope)]
    if _CUSTOMER in wanted:
        his = indexed(wanted[_CUSTOMER])
        made.append(or_(ARCHIVED.c.customer_id == his, ARCHIVED.c.customer_email == his))
    return [scope.covers(ARCHIVED.c.tenant), *made]


def of_archive(asked: _Asked) -> _Asked:
    """Ask the archive's table for what the table of hot orders was asked for."""
    return instead_of_orders(ARCHIVED, asked)
