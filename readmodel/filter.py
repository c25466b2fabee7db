"""The filters of a list: a table of names, each with the condition that its value makes (S2.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Table,
    and_,
    literal,
    not_,
    select,
    true,
    union_all,
)

from domain.vocabulary import Closure, Fulfilment, HoldState, Lifecycle, Payment, Risk
from readmodel.column import indexed
from readmodel.errors import WrongQuestion
from readmodel.order_table import ANOMALY_PART, LINES, ORDERS, PARCELS, WORDS
from readmodel.scope import Scope

Condition = ColumnElement[bool]
_Make = Callable[[str, datetime, Scope], Condition]

_AXES: Final = {
    "lifecycle": (Lifecycle, ""),
    "closure": (Closure, "open"),
    "hold": (HoldState, "clear"),
    "risk": (Risk, "none"),
    "payment": (Payment, ""),
    "fulfilment": (Fulfilment, ""),
}
"""Axis: its words, and the word of nearly all orders, which its index leaves out."""
_YES: Final = frozenset({"yes", "true", "1"})
_NO: Final = frozenset({"no", "false", "0"})
_VALUES_MAX: Final = 20


def conditions(wanted: Mapping[str, str], now: datetime, scope: Scope) -> list[Condition]:
    """Make a condition of every filter; raises WrongQuestion and names the filters there are.

    Several values of one axis stand with commas between them and mean any of them. A profile's
    word is asked for as `PROFILE.AXIS`: `storefront.payment`.
    """
    return [
        _condition(name, value, now, scope) for name, value in wanted.items() if not is_word(name)
    ]


def insist_on_text(filters: Mapping[str, str], search: str) -> None:
    """Raise WrongQuestion for what no database takes as text: bytes that are no UTF-8, a NUL."""
    for name, said in (*filters.items(), ("search", search.replace("\x00", ""))):
        if "\x00" in said or any("\ud800" <= one <= "\udfff" for one in said):
            raise WrongQuestion(f"{name} is text without NUL in UTF-8, not {said[:40]!a}")


def word_of(wanted: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Give the one filter for a profile's word, if there is one; raises WrongQuestion for two."""
    found = [name for name in wanted if is_word(name)]
    if len(found) > 1:
        raise WrongQuestion(f"one profile's word at a time: {' and '.join(found)}")
    if not found:
        return None
    profile, _, axis = found[0].partition(".")
    return profile, axis, indexed(wanted[found[0]])


def is_word(name: str) -> bool:
    """Tell whether a filter asks for a profile's word."""
    return "." in name


def _condition(name: str, value: str, now: datetime, scope: Scope) -> Condition:
    make = FILTERS.get(name)
    if make is None:
        allowed = ", ".join(sorted(FILTERS))
        raise WrongQuestion(f"no filter {name!r}; there are {allowed}, and PROFILE.AXIS")
    return make(value, now, scope)


def _on_axis(axis: str) -> _Make:
    words, rest = _AXES[axis]
    column = ORDERS.c[axis]

    def make(value: str, _: datetime, __: Scope) -> Condition:
        asked = tuple(dict.fromkeys(one.strip() for one in value.split(",")))
        known = [word.value for word in words]
        for one in asked:
            if one not in known:
                raise WrongQuestion(f"no {axis} {one!r}; there are {', '.join(known)}")
        said = column == asked[0] if len(asked) == 1 else column.in_(asked)
        if rest and rest not in asked:
            # Said again in the index's own words, so that the database sees that it may use it.
            said = and_(said, column != literal(rest, literal_execute=True))
        return said

    return make


def _equals(column: str) -> _Make:
    return lambda value, _, __: ORDERS.c[column] == indexed(value)


def _has_part(table: Table, column: str) -> _Make:
    def make(value: str, _: datetime, scope: Scope) -> Condition:
        having = select(table.c.order_key).where(
            table.c[column] == indexed(value), scope.covers(table.c.tenant)
        )
        return ORDERS.c.order_key.in_(having)

    return make


def _yes_or_no(name: str, condition: Callable[[datetime], Condition]) -> _Make:
    def make(value: str, now: datetime, _: Scope) -> Condition:
        if value.lower() in _YES:
            return condition(now)
        if value.lower() in _NO:
            return not_(condition(now))
        raise WrongQuestion(f"{name} is yes or no, not {value!r}")

    return make


def _day(name: str, compare: Callable[[Any, datetime], Condition], days: int = 0) -> _Make:
    """Compare with a day or moment; `days` are added to a bare day, so that it is taken whole."""

    def make(value: str, _: datetime, __: Scope) -> Condition:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            if len(value) <= len("2026-01-31"):
                moment += timedelta(days=days)
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise WrongQuestion(f"{name} is a day such as 2026-01-31, not {value!r}") from None
        return compare(ORDERS.c.created_at, moment)

    return make


def _late(now: datetime) -> Condition:
    return and_(ORDERS.c.due_at.is_not(None), ORDERS.c.due_at < now)


def _held(_: datetime) -> Condition:
    return and_(
        ORDERS.c.hold == "on_hold", ORDERS.c.hold != literal("clear", literal_execute=True)
    )


def _customer(value: str, _: datetime, scope: Scope) -> Condition:
    """Ask each column by itself, so that each can use its index."""
    wanted, aliased = indexed(value), ORDERS.alias()
    said = literal("", literal_execute=True)  # the index's own words
    by_each = (
        select(aliased.c.order_key).where(
            column == wanted, column != said, scope.covers(aliased.c.tenant)
        )
        for column in (aliased.c.customer_id, aliased.c.customer_email)
    )
    return ORDERS.c.order_key.in_(union_all(*by_each))


FILTERS: Final[Mapping[str, _Make]] = {
    **{axis: _on_axis(axis) for axis in _AXES},
    "channel": _equals("channel"),
    "source": _equals("source"),
    "number": _equals("number"),
    "customer": _customer,
    "sku": _has_part(LINES, "sku"),
    "carrier": _has_part(PARCELS, "carrier"),
    "tracking": _has_part(PARCELS, "number"),
    "anomaly": _has_part(ANOMALY_PART, "kind"),
    "from": _day("from", lambda column, moment: column >= moment),
    "to": _day("to", lambda column, moment: column < moment, days=1),
    "on_hold": _yes_or_no("on_hold", _held),
    "open": _yes_or_no("open", lambda _: ORDERS.c.unfinished == true()),
    "late": _yes_or_no("late", _late),
    "test": _yes_or_no("test", lambda _: ORDERS.c.test == true()),
}
"""Name: the condition of its value. `customer` is an id or an e-mail address, whole."""
NARROW: Final = frozenset({"customer", "number", "tracking"})
"""Filters that few orders pass."""
LOOKED_UP: Final = {
    "sku": LINES.c.sku,
    "carrier": PARCELS.c.carrier,
    "anomaly": ANOMALY_PART.c.kind,
}
"""Filters by a part, that few or most orders pass; no index gives those in the order of a sort."""


def with_word(word: tuple[str, str, str] | None) -> tuple[FromClause, list[Condition]]:
    """Join the orders to one word of a profile, whose index also gives the order by creation."""
    if word is None:
        return ORDERS, []
    profile, axis, said = word
    joined = WORDS.join(ORDERS, WORDS.c.order_key == ORDERS.c.order_key)
    return joined, [WORDS.c.profile == profile, WORDS.c.axis == axis, WORDS.c.word == said]
