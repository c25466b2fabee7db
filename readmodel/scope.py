"""Whose rows a question may see; every question is asked within a scope (X.19)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true


@dataclass(frozen=True, slots=True)
class Scope:
    """The tenants whose rows may come out; `None` is every tenant, for who runs the system."""

    tenants: tuple[str, ...] | None

    def covers(self, tenant: ColumnElement[Any]) -> ColumnElement[bool]:
        """Say it as a condition; without tenants nothing is covered."""
        if self.tenants is None:
            return true()
        if len(self.tenants) == 1:
            return tenant == self.tenants[0]  # an equality lets an index give the sort order
        return tenant.in_(self.tenants)


EVERYBODY = Scope(None)


def of(*tenants: str) -> Scope:
    """Make the scope of some tenants."""
    return Scope(tenants)
