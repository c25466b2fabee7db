"""Rows of orders that left the hot state: apart, still found, and back when news come."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from domain.archive import stored
from domain.codec import encode_record
from readmodel.archive_query import FILTERS as FILTERS_OF_ARCHIVE
from readmodel.archive_table import ARCHIVED
from readmodel.erasure import erase_orders, orders_of
from readmodel.errors import WrongQuestion
from readmodel.filter import FILTERS
from readmodel.order_table import ORDERS, PARTS, SEARCH
from readmodel.picture import order_of, snapshot_of, timeline_of
from readmodel.query import SORTS, Question, count_orders, list_orders
from readmodel.rebuild import begin, finish
from readmodel.scope import EVERYBODY, of
from tests.domain.builders import KEY, captured, created, handed_over, placed, refunded, scan
from tests.readmodel.test_query import IDA, LAMP
from tests.readmodel.test_rebuild import WHOLE, _rebuild
from tests.readmodel.test_scope import _VALUE
from tests.readmodel.world import NOW, World

if TYPE_CHECKING:
    from readmodel.batch import Incoming

DELIVERED = (
    placed(number="#1001", customer=IDA, lines=(LAMP,)),
    captured(),
    created(wanted="", parcels="1Z999", carrier="ups"),
    handed_over(),
    scan("delivered", number="1Z999"),
)
LEFT_MS = 1_770_000_100_000


def leave(world: World, key: str = KEY, version: int = 0) -> None:
    version = version or world.snapshot(key).version
    world.put("order-log", key, encode_record(stored(key, version, 3, LEFT_MS)))


@pytest.fixture
def gone(world: World) -> World:
    world.tell(*DELIVERED)
    leave(world)
    world.apply()
    return world


def hot(world, key=KEY):
    return [table.name for table in (ORDERS, *PARTS, SEARCH) if world.rows(table, key)]


def archived(world, key=KEY):
    return [row["version"] for row in world.rows(ARCHIVED, key)]


def whole(world, scope=EVERYBODY, key=KEY):
    with world.engine.connect() as connection:
        return order_of(connection, scope, key)


def test_its_row_moves_and_its_parts_go(world):
    world.tell(*DELIVERED)
    assert {"orders", "order_line", "order_parcel", "order_search"} <= set(hot(world))
    before = whole(world)

    leave(world)
    world.apply()

    assert (hot(world), archived(world)) == ([], [world.snapshot().version])
    assert whole(world) == before
    assert world.listed() == []
    assert world.listed(archived=True) == ["1001"]
    with world.engine.connect() as connection:
        assert snapshot_of(connection, EVERYBODY, KEY)["version"] == world.snapshot().version
        assert timeline_of(connection, EVERYBODY, KEY)[-1]["what"] == "archive.stored"
        asked = Question(archived=True, filters={"customer": "c1"})
        assert count_orders(connection, EVERYBODY, asked, NOW) == 1


def test_the_log_may_say_so_before_the_snapshot_is_there(world):
    world.say(*DELIVERED)
    leave(world)
    shown = [one for one in world.records if one.topic == "order-snapshots"]
    world.write([one for one in world.records if one not in shown])
    assert (hot(world), archived(world)) == ([], [])

    world.write(shown)

    assert (hot(world), archived(world)) == ([], [world.snapshot().version])


def test_a_version_that_stands_no_more_has_not_left(world):
    version = world.tell(*DELIVERED).version
    world.tell(refunded(at=90))

    leave(world, version=version)
    world.apply()

    assert "orders" in hot(world)
    assert archived(world) == []


def test_news_bring_it_back_with_all_its_parts(gone):
    gone.tell(refunded(at=90))

    assert {"orders", "order_line", "order_parcel", "order_search"} <= set(hot(gone))
    assert archived(gone) == []
    assert gone.row()["payment"] == "refunded"
    assert gone.listed(search="1Z999") == ["1001"]


def test_an_old_snapshot_that_comes_again_changes_nothing(gone):
    before = gone.rows(ARCHIVED)

    gone.write([_again(one, 90 + n) for n, one in enumerate(_shown(gone))])

    assert (hot(gone), gone.rows(ARCHIVED)) == ([], before)


def _shown(world) -> list[Incoming]:
    return [one for one in world.records if one.topic == "order-snapshots"]


def _again(record: Incoming, offset: int) -> Incoming:
    return record._replace(offset=offset)


def test_a_rebuild_leaves_it_where_it_was(gone):
    before = gone.rows(ARCHIVED)

    begun = begin(gone.engine, NOW)
    _rebuild(gone, gone.records)
    removed = finish(gone.engine, begun.generation, WHOLE, NOW)

    assert removed == 0
    [after] = gone.rows(ARCHIVED)
    assert [{**after, "generation": before[0]["generation"]}] == before
    assert hot(gone) == []


def test_a_rebuild_removes_what_is_in_no_topic(gone):
    begun = begin(gone.engine, NOW)

    assert finish(gone.engine, begun.generation, WHOLE, NOW) == 1
    assert archived(gone) == []


@pytest.mark.rule("X.20")
def test_erasing_a_person_reaches_what_left(gone):
    """
    The order stays archived, with every status and without the person.
    """
    assert orders_of(gone.engine, "acme", "c1") == [KEY]
    erase_orders(gone.engine, [KEY], NOW)

    [row] = gone.rows(ARCHIVED)
    assert hot(gone) == []
    assert (row["customer_id"], row["customer_name"], row["fulfilment"]) == ("", "", "delivered")
    assert "Ida" not in row["snapshot"]
    gone.tell(refunded(at=90))
    assert (gone.row()["customer_name"], gone.row()["payment"]) == ("", "refunded")


@pytest.mark.rule("X.19")
@pytest.mark.parametrize("name", sorted(FILTERS_OF_ARCHIVE))
def test_no_row_of_another_tenant_comes_out_of_the_archive(world, name):
    for tenant in ("acme", "other"):
        key = f"{tenant}/shop/twin"
        world.say(*DELIVERED, key=key)
        leave(world, key)
    world.apply()
    value = {**_VALUE, "lifecycle": "completed", "payment": "paid", "fulfilment": "delivered"}

    asked = Question(archived=True, filters={name: value[name]})
    with world.engine.connect() as connection:
        found = list_orders(connection, of("acme"), asked, NOW).rows
        assert [row["tenant"] for row in found] == ["acme"]
        assert len(list_orders(connection, EVERYBODY, asked, NOW).rows) == 2
    assert whole(world, of("other"), "acme/shop/twin") is None


def test_pages_of_the_archive_follow_each_other(world):
    for number in range(5):
        world.say(placed(at=number, number=f"#{number}"), key=f"acme/shop/{number}")
        leave(world, f"acme/shop/{number}")
    world.apply()

    first = world.page(archived=True, limit=2)
    second = world.page(archived=True, limit=2, after=first.next)
    oldest = world.listed(archived=True, sort="created")

    assert [row["number"] for row in first.rows + second.rows] == ["#4", "#3", "#2", "#1"]
    assert oldest == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize(
    "asked",
    [
        {"search": "lamp"},
        *({"sort": sort} for sort in SORTS if sort != "created"),
        *({"filters": {name: "x"}} for name in FILTERS if name not in FILTERS_OF_ARCHIVE),
        {"filters": {"storefront.payment": "Paid"}},
    ],
)
def test_what_the_archive_cannot_answer_is_said(world, asked):
    with world.engine.connect() as connection, pytest.raises(WrongQuestion, match="archived"):
        list_orders(connection, EVERYBODY, Question(archived=True, **asked), NOW)


@pytest.mark.postgres
def test_postgresql_has_a_partition_for_each_year(postgresql, tmp_path):
    from readmodel.database import open_database

    world = World(open_database(postgresql.new_database()))
    for year in (2024, 2025, 2025):
        key = f"acme/shop/{year}"
        world.say(placed(placed_at=datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)), key=key)
        leave(world, key)
        world.apply()

    with world.engine.connect() as connection:
        parts = select(func.count()).select_from(ARCHIVED)
        assert connection.execute(parts).scalar_one() == 2
        named = connection.exec_driver_sql(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'archived_order'::regclass ORDER BY 1"
        )
        assert [name for (name,) in named] == ["archived_order_2024", "archived_order_2025"]
    world.engine.dispose()
