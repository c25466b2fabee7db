"""No question reads a whole table: the database's own plan says which index answers it."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import event, select

from readmodel.database import open_database
from readmodel.filter import FILTERS, LOOKED_UP, NARROW
from readmodel.order_table import ORDERS, PARTS
from readmodel.picture import order_of, timeline_of
from readmodel.query import SORTS, Question, count_orders, list_orders
from readmodel.scope import EVERYBODY, of
from readmodel.walk import of_each
from tests.domain.builders import captured, placed
from tests.readmodel.world import NOW, World

_SCAN = re.compile(r"Seq Scan on \w+|^SCAN (?!anon_|tried|known)\w+$")
_VALUES = {
    "lifecycle": "completed",
    "closure": "archived",
    "hold": "on_hold",
    "risk": "suspected",
    "payment": "paid",
    "fulfilment": "unfulfilled",
    **dict.fromkeys(("from", "to"), "2026-01-31"),
    **dict.fromkeys(("on_hold", "open", "late", "test"), "yes"),
}
_QUESTIONS = [
    *(Question(sort=f"{down}{sort}") for sort in SORTS for down in ("", "-")),
    *(Question(filters={name: _VALUES.get(name, "x")}) for name in FILTERS),
    Question(filters={"storefront.payment": "Paid"}),
    Question(search="berg"),
    Question(search="ida berg"),
    Question(search="7"),
]


@pytest.fixture(scope="module")
def told(shared_url):
    engine = open_database(shared_url)
    world = World(engine)
    for number in range(20):
        world.say(placed(number=f"#{number}"), captured(), key=f"acme/shop/{number}")
    world.apply()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    yield world
    engine.dispose()


def _scans(world, ask):
    return [line for line in _plan(world, ask) if _SCAN.search(line)]


def _plan(world, ask):
    """Ask with every SELECT explained; a small table is scanned only where no index would do."""
    said = []
    postgresql = world.engine.dialect.name == "postgresql"

    def explain(connection, cursor, statement, parameters, context, many):
        if statement.startswith("SELECT"):
            prefix = "EXPLAIN" if postgresql else "EXPLAIN QUERY PLAN"
            cursor.execute(f"{prefix} {statement}", parameters)
            said.extend(str(row[-1]) for row in cursor.fetchall())

    with world.engine.connect() as connection:
        if postgresql:
            for unwanted in ("seqscan", "sort", "incremental_sort"):
                connection.exec_driver_sql(f"SET LOCAL enable_{unwanted} = off")
        event.listen(connection, "before_cursor_execute", explain)
        ask(connection)
    assert said
    return [line.strip() for line in said]


@pytest.mark.parametrize("question", _QUESTIONS, ids=str)
def test_a_list_and_its_count_read_no_whole_table(told, question):
    scope = of("acme")

    assert _scans(told, lambda connection: list_orders(connection, scope, question, NOW)) == []
    assert _scans(told, lambda connection: count_orders(connection, scope, question, NOW)) == []


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize(
    "asked",
    [
        *({"filters": {name: "x"}} for name in sorted(NARROW | LOOKED_UP.keys())),
        {"search": "berg"},
    ],
    ids=str,
)
def test_few_orders_are_looked_up_and_sorted_not_met_on_a_walk_over_all(told, asked, sort):
    question = Question(**asked, sort=sort)

    plan = _plan(told, lambda connection: list_orders(connection, of("acme"), question, NOW))

    assert any(re.search(r"Sort Key|TEMP B-TREE FOR ORDER BY", line) for line in plan)


@pytest.mark.parametrize(
    "asked",
    [
        *({"filters": {name: "x"}} for name in sorted(LOOKED_UP)),
        {"filters": {"storefront.payment": "x"}, "sort": "changed"},
        {"search": "berg"},
    ],
    ids=str,
)
def test_what_is_asked_of_one_order_is_looked_up_by_its_key(told, asked):
    [beside] = of_each(
        (asked.get("filters", {}), asked.get("search", "")), "changed", NOW, of("acme")
    )
    tried = select(ORDERS.c.order_key).where(beside)

    plan = _plan(told, lambda connection: connection.execute(tried).all())

    inner = [line for line in plan if re.search(r"^SEARCH|Index Cond", line)]
    assert inner
    assert [line for line in inner if "order_key" not in line] == []


@pytest.mark.parametrize("sort", ["created", "-created"])
def test_all_tenants_are_listed_without_a_scan(told, sort):
    question = Question(sort=sort)

    assert _scans(told, lambda connection: list_orders(connection, EVERYBODY, question, NOW)) == []


def test_an_order_and_its_timeline_are_looked_up_by_the_orders_key(told):
    scope = of("acme")

    def ask(connection):
        return [order_of(connection, scope, key) for key in ("acme/shop/1", "acme/shop/none")], (
            timeline_of(connection, scope, "acme/shop/1")
        )

    plan = _plan(told, ask)
    lookups = [line for line in plan if re.search(r"^SEARCH|Index Cond", line)]

    assert [line for line in plan if _SCAN.search(line)] == []
    assert len(lookups) > len(PARTS)
    assert [line for line in lookups if "order_key" not in line] == []


def test_the_check_sees_a_scan(told):
    def whole(connection):
        connection.exec_driver_sql("SELECT count(*) FROM orders WHERE total = 7").all()

    assert len(_scans(told, whole)) == 1
