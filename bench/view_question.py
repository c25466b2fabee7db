"""What questions to the view take, and whether the database reads whole tables for them."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, event

from bench.view_order import FIRST_NAMES, SEED, SURNAMES
from readmodel.picture import order_of, timeline_of
from readmodel.query import Question, count_orders, list_orders
from readmodel.scope import EVERYBODY, of

QUESTIONS = 300
_EXPLAINED = 40
_NOW = datetime(2026, 3, 1, tzinfo=UTC)
_SHOP = of("acme")
Ask = Callable[[Connection], object]


def ask(engine: Engine, orders: int) -> Mapping[str, float]:
    """Ask each kind of question many times; look at the plans of some of each."""
    figures: dict[str, float] = {}
    chance = random.Random(SEED)
    scans: list[str] = []
    with engine.connect() as connection:
        for kind, make in _KINDS.items():
            asked = [make(chance, orders) for _ in range(QUESTIONS)]
            taken = sorted(_milliseconds(one, connection) for one in asked)
            figures[f"{kind}_ms_p50"] = round(taken[len(taken) // 2], 1)
            figures[f"{kind}_ms_p99"] = round(taken[int(len(taken) * 0.99)], 1)
            for one in asked[:_EXPLAINED]:
                scans += scans_of(engine, one)
    return {**figures, "table_scans": len(scans)}


def scans_of(engine: Engine, one: Ask) -> list[str]:
    """Name what is read whole for a question, by the database's own plan."""
    with _explained(engine) as said, engine.connect() as connection:
        one(connection)
    return [line for line in said if _SCAN.search(line)]


_SCAN = re.compile(r"Seq Scan on \w+|^SCAN (?!anon_|tried|known)\w+$")
"""A table without an index; the others are what was found in one."""


def _milliseconds(one: Ask, connection: Connection) -> float:
    begun = time.perf_counter()
    one(connection)
    return (time.perf_counter() - begun) * 1000


def _listing(question: Question, *, page: int = 1) -> Ask:
    def run(connection: Connection) -> object:
        found = list_orders(connection, _SHOP, question, _NOW)
        for _ in range(page - 1):
            if found.next:
                following = replace(question, after=found.next)
                found = list_orders(connection, _SHOP, following, _NOW)
        return found

    return run


def _list(chance: random.Random, _: int) -> Ask:
    sort = chance.choice(["-created", "payment", "-fulfilment", "-changed", "created"])
    if chance.random() < 0.2:
        return lambda connection: list_orders(connection, EVERYBODY, Question(), _NOW)
    return _listing(Question(sort=sort))


def _filter(chance: random.Random, orders: int) -> Ask:
    filters: Mapping[str, str] = chance.choice(
        [
            {"payment": chance.choice(["paid", "authorized", "partially_refunded"])},
            {"fulfilment": chance.choice(["delivered", "unfulfilled", "cancelled"])},
            {"storefront.payment": chance.choice(["Paid", "In progress"])},
            {"channel": "shop1", "payment": "paid"},
            {"on_hold": "yes"},
            {"customer": f"buyer{chance.randrange(orders):08}@example.test"},
            {"sku": f"SKU-{chance.randint(100, 999)}"},
            {"tracking": f"003404340000{chance.randrange(orders):08}"},
            {"open": "yes"},
            {"from": "2025-03-01", "to": "2025-03-02"},
        ]
    )
    return _listing(Question(filters=filters), page=chance.choice([1, 1, 2]))


def _search(chance: random.Random, orders: int) -> Ask:
    number = f"{chance.randrange(orders):08}"
    search = chance.choice(
        [
            chance.choice(SURNAMES),
            f"{chance.choice(FIRST_NAMES)} {chance.choice(SURNAMES)}",
            number,
            f"buyer{number}@",
        ]
    )
    return _listing(Question(search=search))


def _count(chance: random.Random, _: int) -> Ask:
    filters = chance.choice([{"payment": "paid"}, {"on_hold": "yes"}, {"open": "yes"}, {}])
    return lambda connection: count_orders(connection, _SHOP, Question(filters=filters), _NOW)


def _order(chance: random.Random, orders: int) -> Ask:
    number = chance.randrange(orders)
    key = f"acme/shop{number % 400 % 3}/{number:08}"

    def run(connection: Connection) -> object:
        return order_of(connection, _SHOP, key), timeline_of(connection, _SHOP, key)

    return run


_KINDS: Mapping[str, Callable[[random.Random, int], Ask]] = {
    "list": _list,
    "filter": _filter,
    "search": _search,
    "count": _count,
    "order": _order,
}


@contextmanager
def _explained(engine: Engine) -> Iterator[list[str]]:
    """Have each SELECT explained beside being asked."""
    said: list[str] = []
    prefix = "EXPLAIN" if engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"

    def explain(connection, cursor, statement, parameters, context, many):  # noqa: ARG001 - SQLAlchemy's hook
        if statement.startswith("SELECT"):
            cursor.execute(f"{prefix} {statement}", parameters)
            said.extend(str(row[-1]) for row in cursor.fetchall())

    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", explain)
