"""Which tenants a question is asked of one by one: every index but one begins with the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, func, select

from readmodel.order_table import ORDERS
from readmodel.scope import Scope

TENANTS_MAX: Final = 8
"""More are asked with one question for all; each costs some milliseconds."""


def one_by_one(connection: Connection, scope: Scope) -> Sequence[Scope]:
    """Split the scope of few tenants into those of each; another stays as it is."""
    tenants = scope.tenants if scope.tenants is not None else _known(connection)
    if len(tenants) > TENANTS_MAX:
        return [scope]
    return [Scope((tenant,)) for tenant in dict.fromkeys(tenants)]


def _known(connection: Connection) -> Sequence[str]:
    """Name the tenants there are, to one more than TENANTS_MAX, by a leap in an index to each."""
    tenant = ORDERS.c.tenant
    known = select(func.min(tenant).label("tenant")).cte("known", recursive=True)
    following = select(func.min(tenant)).where(tenant > known.c.tenant).scalar_subquery()
    known = known.union_all(select(following).where(known.c.tenant.is_not(None)))
    found = select(known.c.tenant).limit(TENANTS_MAX + 1)
    return [name for name in connection.execute(found).scalars() if name is not None]
