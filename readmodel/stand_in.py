"""Asking another table for what the table of orders was asked for."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import FromClause
from sqlalchemy.sql.visitors import ExternallyTraversible, replacement_traverse

from readmodel.order_table import ORDERS

_Asked = TypeVar("_Asked", bound=ExternallyTraversible)


def instead_of_orders(other: FromClause, asked: _Asked) -> _Asked:
    """Put a table with the same columns in the place of `orders`."""

    def replaced(
        element: ExternallyTraversible, **_: Any
    ) -> ExternallyTraversible | None:  # Any: SQLAlchemy's
        if element is ORDERS:
            return other
        name = getattr(element, "name", None)
        is_ours = getattr(element, "table", None) is ORDERS
        return other.c[name] if is_ours and isinstance(name, str) else None

    return replacement_traverse(asked, {}, replaced)  # type: ignore[return-value]
