"""A view that is built again is as a fresh one; the old one answers meanwhile."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from readmodel.batch import Place, Span, apply, current_generation, positions
from readmodel.message_table import TIMELINE
from readmodel.order_table import LINES, METADATA, ORDERS
from readmodel.rebuild import REBUILD, begin, finish
from tests.domain.builders import captured, created, handed_over, held, placed, scan
from tests.readmodel.world import NOW, TOPIC_OF, World

WHOLE = {*TOPIC_OF.values(), "order-log", "order-snapshots"}


@pytest.fixture
def told(world: World) -> World:
    world.say(placed(), captured(), created(), handed_over(), scan("delivered"))
    world.say(placed(at=2), held(), key="acme/shop/two")
    world.apply()
    return world


def _rows(world):
    shown = {}
    with world.engine.connect() as connection:
        for name, table in METADATA.tables.items():
            if name.startswith("projection"):
                continue
            columns = [one for one in table.c if one.name not in {"generation", "id"}]
            rows = connection.execute(select(*columns)).all()
            shown[name] = sorted(map(str, rows))
    return shown


def _rebuild(world, records, *, starting=0):
    ends = {}
    for record in records:
        ends[record.topic] = record.offset + 1
    spans = {Place(topic, 0): Span(starting or None, end) for topic, end in ends.items()}
    return apply(world.writing, records, spans, consumer=REBUILD)


def test_a_view_that_was_spoiled_is_as_before_after_a_rebuild(told):
    before = _rows(told)
    with told.writing.begin() as connection:
        connection.execute(update(ORDERS).values(payment="unpaid", snapshot="{}"))
        connection.execute(delete(LINES))
        connection.execute(update(TIMELINE).values(actor="nobody"))

    begun = begin(told.engine, NOW)
    _rebuild(told, told.records)
    removed = finish(told.engine, begun.generation, WHOLE, NOW)

    assert removed == 0
    assert _rows(told) == before


def test_what_is_in_no_topic_goes(told):
    before = _rows(told)
    with told.writing.begin() as connection:
        for table in (ORDERS, *(METADATA.tables[name] for name in ("order_line", "order_search"))):
            row = dict(connection.execute(select(table)).mappings().first())
            row |= {"order_key": "acme/shop/stray"}
            row.pop("id", None)
            connection.execute(table.insert(), row)
        row = dict(connection.execute(select(TIMELINE)).mappings().first())
        connection.execute(TIMELINE.insert(), {**row, "offset": 999})

    begun = begin(told.engine, NOW)
    _rebuild(told, told.records)
    removed = finish(told.engine, begun.generation, WHOLE, NOW)

    assert removed == 1
    assert _rows(told) == before


def test_what_a_topic_has_lost_to_its_retention_stays(told):
    before = _rows(told)
    begun = begin(told.engine, NOW)
    kept = [record for record in told.records if record.topic != "order-status"]
    _rebuild(told, kept)
    finish(told.engine, begun.generation, WHOLE - {"order-status"}, NOW)

    assert _rows(told) == before


def test_orders_that_change_meanwhile_stay_as_they_are_now(told):
    begun = begin(told.engine, NOW)
    records = list(told.records)
    told.tell(captured(at=3), key="acme/shop/two")

    _rebuild(told, records)
    finish(told.engine, begun.generation, WHOLE, NOW)

    assert told.row("acme/shop/two")["payment"] == "paid"
    assert told.row()["payment"] == "paid"


def test_a_rebuild_that_was_broken_off_goes_on(told):
    before = _rows(told)
    first = begin(told.engine, NOW)
    snapshots = [record for record in told.records if record.topic == "order-snapshots"]
    _rebuild(told, snapshots[:1])

    again = begin(told.engine, NOW)
    assert again.resumed
    assert again.generation == first.generation
    assert again.positions == {Place("order-snapshots", 0): 1}

    rest = [record for record in told.records if record.topic != "order-snapshots"]
    _rebuild(told, rest)
    _rebuild(told, snapshots[1:], starting=1)
    assert finish(told.engine, again.generation, WHOLE, NOW) == 0
    assert _rows(told) == before
    assert not begin(told.engine, NOW).resumed


def test_a_view_that_was_never_followed_goes_on_where_the_rebuild_ended(told):
    with told.writing.begin() as connection:
        connection.execute(delete(METADATA.tables["projection_position"]))
    begun = begin(told.engine, NOW)
    _rebuild(told, told.records)
    finish(told.engine, begun.generation, WHOLE, NOW)

    with told.engine.connect() as connection:
        live = positions(connection)
        assert live[Place("order-snapshots", 0)] == 2
        assert positions(connection, REBUILD) == {}
        assert current_generation(connection) == begun.generation
