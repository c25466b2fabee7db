"""Snapshots and messages become rows: whole, never older than before, with their offsets."""

from __future__ import annotations

import random

import msgspec
import pytest
from sqlalchemy import delete, select, update

from domain import fact as facts
from domain.codec import encode_message
from domain.document import Address, Party
from readmodel.batch import Incoming, Place, Span, apply, positions
from readmodel.bulk import columns_of
from readmodel.errors import PositionMoved
from readmodel.message_table import (
    ANOMALIES,
    NOTIFICATIONS,
    RESULTS,
    SCANS,
    STOCK_MOVEMENTS,
    STOCKS,
    TIMELINE,
    UNREADABLE,
)
from readmodel.order_table import (
    ANOMALY_PART,
    HOLDS,
    LINES,
    METADATA,
    NOTES,
    PARCELS,
    PARTS,
    SHIPMENTS,
    TRANSACTIONS,
    WORDS,
)
from readmodel.projection import project
from readmodel.rebuild import REBUILD, begin
from tests.domain import builders
from tests.domain.builders import (
    KEY,
    ask,
    cancel,
    captured,
    created,
    handed_over,
    held,
    placed,
    refunded,
    scan,
)
from tests.harness.story import story
from tests.readmodel.world import NOW

IDA = Party(customer_id="c1", name="Ida Berg", email="ida@example.org", phone="+49 30 1")
SNAPSHOTS = "order-snapshots"


def _story():
    yield placed("2a 1b", total=150, number="#1001", customer=IDA)
    yield captured(150)
    yield created(wanted="2a 1b")
    yield handed_over()
    yield scan("in_transit")


def test_every_axis_word_sum_and_part_of_an_order_is_in_its_tables(world):
    snapshot = world.tell(*_story())

    row = world.row()
    assert {name: row[name] for name in ("payment", "fulfilment", "lifecycle", "hold")} == {
        "payment": snapshot.payment,
        "fulfilment": snapshot.fulfilment,
        "lifecycle": snapshot.lifecycle,
        "hold": "clear",
    }
    assert (row["total"], row["captured"], row["currency"]) == (150, 150, "EUR")
    assert (row["tenant"], row["channel"], row["number"]) == ("acme", "shop", "#1001")
    assert row["customer_email"] == "ida@example.org"
    assert row["placed_at"] == snapshot.placed_at
    lines = world.rows(LINES)
    assert [(line["line_id"], line["handed_over"], line["unit_price"]) for line in lines] == [
        ("a", 2, 50),
        ("b", 1, 50),
    ]
    assert [parcel["state"] for parcel in world.rows(PARCELS)] == ["in_transit"]
    assert [one["amount"] for one in world.rows(TRANSACTIONS)] == [150]
    assert [one["shipment_id"] for one in world.rows(SHIPMENTS)] == ["f1"]
    words = {(one["profile"], one["axis"]): one["word"] for one in world.rows(WORDS)}
    assert words["storefront", "payment"] == "Paid"
    assert words["marketplace", "order"] == "Complete"
    assert [one["code"] for one in world.rows(SCANS)] == ["in_transit"]


def test_what_is_in_the_row_is_the_snapshot_as_it_was_sent(world):
    snapshot = world.tell(*_story())

    assert world.row()["snapshot"].encode() == encode_message(snapshot)


def test_parts_follow_the_order_when_they_change_and_when_they_go(world):
    world.tell(placed(), held("fraud"))
    assert [one["hold_id"] for one in world.rows(HOLDS)] == ["fraud"]

    world.tell(builders.released("fraud"))
    assert world.rows(HOLDS) == []

    world.tell(captured(60))
    world.tell(captured(40, at=2, ref="ch_2"))
    assert [one["amount"] for one in world.rows(TRANSACTIONS)] == [60, 40]


def test_an_anomaly_stands_with_the_order_until_it_is_resolved(world):
    world.tell(placed(), refunded(100))
    assert "refund_exceeds_capture" in {one["kind"] for one in world.rows(ANOMALY_PART)}

    world.tell(captured(100))
    assert world.rows(ANOMALY_PART) == []
    assert {one["change"] for one in world.rows(ANOMALIES)} == {"raised", "resolved"}


def test_notices_and_answers_to_commands_are_kept_once(world):
    world.tell(placed(), cancel())
    results = world.rows(RESULTS)
    assert [(one["command"], one["accepted"]) for one in results] == [("cancel", True)]
    notices = world.rows(NOTIFICATIONS)
    assert len(notices) == len({one["id"] for one in notices}) > 0


def test_a_customer_that_changed_is_shown_as_changed(world):
    world.tell(placed(customer=IDA))
    bob = facts.OrderCustomerChanged(
        event_id="bob",
        order_key=KEY,
        occurred_at=builders.minute(5),
        body=builders.bodies.CustomerChanged(customer=Party(name="Bob", email="bob@example.org")),
    )
    world.tell(bob)

    assert world.row()["customer_name"] == "Bob"
    assert world.listed(customer="bob@example.org") == ["1001"]
    assert world.listed(customer="ida@example.org") == []


def test_a_note_is_a_row(world):
    note = builders.bodies.Note(note_id="n1", text="ring twice")
    world.tell(placed(), builders.say(facts.OrderNoteAdded, 3, note))

    assert [(one["note_id"], one["text"]) for one in world.rows(NOTES)] == [("n1", "ring twice")]


def test_a_row_never_moves_back(world):
    world.tell(placed())
    world.tell(captured())
    older = next(record for record in world.records if record.topic == SNAPSHOTS)

    late = older._replace(offset=99)
    world.write([late])

    assert world.row()["payment"] == "paid"
    assert world.row()["version"] == world.snapshot().version


def test_a_batch_that_comes_again_changes_nothing_and_is_refused(world):
    world.say(*_story())
    batch = list(world.records)
    world.apply()
    before = {name: world.rows(table) for name, table in _tables()}

    spans = {Place(record.topic, 0): Span(None, record.offset + 1) for record in batch}
    with pytest.raises(PositionMoved):
        apply(world.writing, batch, spans)

    assert {name: world.rows(table) for name, table in _tables()} == before


def _tables():
    return [
        (name, table)
        for name, table in METADATA.tables.items()
        if "order_key" in table.c and name != "order_search"
    ]


def test_rows_and_offsets_are_written_together_or_not_at_all(world):
    world.tell(placed())
    with world.engine.connect() as connection:
        before = positions(connection)

    bad = [Incoming(SNAPSHOTS, 0, 1, 1, b"k", encode_message(world.snapshot()))]
    spans = {Place(SNAPSHOTS, 0): Span(1, 2), Place("order-log", 0): Span(77, 78)}
    with pytest.raises(PositionMoved):
        apply(world.writing, bad, spans)

    with world.engine.connect() as connection:
        assert positions(connection) == before


@pytest.mark.parametrize("value", [b"", b"{", b"[]", b'{"order_key": 1}', b"\xff\xfe", b"null"])
@pytest.mark.parametrize("topic", [SNAPSHOTS, "order-log", "order-status", "anomalies"])
def test_what_is_no_message_is_noted_and_holds_nobody_up(world, topic, value):
    world.say(placed())
    world.put(topic, KEY, value)
    world.say(captured())

    written = world.apply()

    assert written.unreadable == 1
    assert world.row()["payment"] == "paid"
    with world.engine.connect() as connection:
        (noted,) = connection.execute(select(UNREADABLE)).mappings()
    assert (noted["topic"], noted["key"]) == (topic, KEY)
    assert noted["reason"]


def test_a_number_that_no_column_holds_stops_one_record_and_no_other(world):
    world.say(placed())
    huge = msgspec.json.decode(encode_message(world.snapshot()))
    huge |= {"order_key": "acme/shop/huge", "money": {"currency": "EUR", "captured": 2**70}}
    world.put(SNAPSHOTS, "acme/shop/huge", msgspec.json.encode(huge))

    written = world.apply()

    assert (written.orders, written.unreadable) == (1, 1)
    assert world.row() is not None


_REFUSE = {
    "sqlite": [
        (
            "CREATE TRIGGER refuse BEFORE INSERT ON orders WHEN new.number = 'bad'"
            " BEGIN SELECT RAISE(ABORT, 'no such number'); END"
        )
    ],
    "postgresql": [
        (
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF new.number = 'bad' THEN RAISE EXCEPTION 'no such number' USING ERRCODE = '22023';"
            " END IF; RETURN new; END $$"
        ),
        "CREATE TRIGGER refuse BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION refuse()",
    ],
}


def test_a_value_that_the_database_refuses_stops_one_record_and_no_other(world):
    with world.writing.begin() as connection:
        for statement in _REFUSE[world.engine.dialect.name]:
            connection.exec_driver_sql(statement)
    world.say(placed(number="good"))
    world.say(placed(number="bad"), key="acme/shop/bad")

    written = world.apply()

    assert (written.orders, written.unreadable) == (1, 1)
    assert world.row("acme/shop/bad") is None
    with world.engine.connect() as connection:
        (noted,) = connection.execute(select(UNREADABLE)).mappings()
    assert "no such number" in noted["reason"]


@pytest.mark.parametrize(
    "text",
    [
        'O\'Brien "Bob"',
        "100% _x_ \\",
        "nul\x00nul",
        "\u202eabc",
        "👩‍👩‍👧 emoji",
        "x" * 4_096,
        "'; DROP TABLE orders; --",
    ],
)
def test_hostile_text_is_kept_and_found(world, text):
    person = Party(name=text, email=text, customer_id=text)
    home = Address(name=text, street=(text,), city=text)
    snapshot = world.tell(placed(customer=person, ship_to=home, number=text))

    row = world.row()
    assert row["customer_name"] == text.replace("\x00", "\ufffd")[:260]
    assert msgspec.json.decode(row["snapshot"], type=type(snapshot)) == snapshot
    shortest = text.split()[0][:100]
    if len(shortest) >= 3:
        assert world.listed(search=shortest) == ["1001"]


def test_a_snapshot_of_a_newer_worker_is_read_as_far_as_it_is_known(world):
    world.say(placed("1a"))
    newer = msgspec.json.decode(encode_message(world.snapshot()))
    newer |= {
        "order_key": "acme/shop/new",
        "weather": {"rain": True},
        "returns": [{"return_id": "r1", "state": "approved", "lines": {"a": 1}, "colour": "red"}],
        "invoices": [{"invoice_id": "i1", "number": "2026-1", "mode": "ordered"}],
    }
    newer["lines"][0] |= {"style": "ready", "reserved": 1}
    world.put(SNAPSHOTS, "acme/shop/new", msgspec.json.encode(newer))
    world.apply()

    (back,) = world.rows(METADATA.tables["order_return"], "acme/shop/new")
    assert (back["return_id"], back["state"]) == ("r1", "approved")
    assert msgspec.json.decode(back["detail"])["colour"] == "red"
    (line,) = world.rows(LINES, "acme/shop/new")
    assert (line["style"], line["reserved"]) == ("ready", 1)


def test_an_older_snapshot_without_the_newer_fields_is_read():
    bare = b'{"order_key":"a/b/c","tenant":"a","channel":"b","version":1,"schema":1}'

    projected = project(bare, changed_at="2026-01-01T00:00:00.000000Z", generation=1)

    assert projected.order_key == "a/b/c"


def test_every_row_has_as_many_values_as_its_table_has_columns(world):
    snapshot = world.tell(*_story(), held(at=70), ask("confirm"))
    projected = project(encode_message(snapshot), changed_at="x", generation=1)

    assert len(projected.order) == len(columns_of(METADATA.tables["orders"]))
    for name, rows in projected.parts.items():
        assert {len(row) for row in rows} <= {len(columns_of(METADATA.tables[name]))}


def test_an_unchanged_section_is_not_written_again():
    world_order = encode_message(builders.run(list(_story())).snapshot)
    first = project(world_order, changed_at="x", generation=1)
    again = project(world_order, changed_at="x", generation=1, standing=first.order[-1])

    assert first.parts
    assert again.parts == {}


def test_the_timeline_grows_and_keeps_what_it_had(world):
    world.tell(placed())
    before = world.rows(TIMELINE)
    world.tell(captured())

    assert world.rows(TIMELINE)[: len(before)] == before


def test_a_stock_and_its_movements_are_rows_and_never_go_back(world):
    def level(version, on_hand):
        said = {"tenant": "acme", "warehouse": "default", "sku": "LAMP", "health": "low"}
        numbers = {"version": version, "on_hand": on_hand, "available": on_hand}
        at = {"occurred_at": "2026-01-05T09:00:00Z"}
        return msgspec.json.encode({**said, **numbers, **at})

    wish = {"line_id": "a", "sku": "LAMP", "warehouse": "default", "wanted": 2}
    movement = {"kind": "stock.moved", "event_id": "m1", "order_key": KEY, "tenant": "acme"}
    movement |= {"occurred_at": "2026-01-05T09:00:00Z", "body": wish}
    world.put("stock-levels", "acme/default/LAMP", level(2, 5))
    world.put("stock-movements", "acme/default/LAMP", msgspec.json.encode(movement))
    world.apply()
    world.put("stock-levels", "acme/default/LAMP", level(1, 9))
    world.apply()

    with world.engine.connect() as connection:
        (stock,) = connection.execute(select(STOCKS)).mappings()
    assert (stock["on_hand"], stock["version"], stock["health"]) == (5, 2, "low")
    assert [one["wanted"] for one in world.rows(STOCK_MOVEMENTS)] == [2]


def _told_again_whole(world):
    """Write every order anew, as a rebuild does: nothing that stands is relied on."""
    last = {one.key: one for one in world.records if one.topic == SNAPSHOTS}
    begin(world.engine, NOW)
    spans = {Place(SNAPSHOTS, 0): Span(None, len(world.records))}
    apply(world.writing, list(last.values()), spans, consumer=REBUILD)


def _standing_rows(world):
    tables = (*PARTS, METADATA.tables["order_search"], METADATA.tables["orders"])
    with world.engine.connect() as connection:
        return {
            table.name: sorted(
                map(str, connection.execute(select(*_told_columns(table))).all()),
            )
            for table in tables
        }


def _told_columns(table):
    return [one for one in table.c if one.name not in {"generation", "id", "changed_at"}]


def test_orders_that_came_change_by_change_stand_as_if_they_came_at_once(world):
    chance = random.Random(20260105)
    stories = {f"acme/shop/{number}": story(chance, number) for number in range(25)}
    for step in range(max(map(len, stories.values()))):
        for key, records in stories.items():
            world.say(*records[step : step + 1], key=key)
        world.apply()
    world.tell(*_story(), held(at=70), builders.released(at=71), refunded(150))
    by_change = _standing_rows(world)
    assert all(by_change[name] for name in ("order_line", "order_word", "order_parcel"))

    _told_again_whole(world)

    assert _standing_rows(world) == by_change


def test_what_there_is_less_of_goes(world):
    world.tell(placed(), held("fraud"), held("stock", at=2))
    world.tell(builders.released("fraud"))

    assert [one["hold_id"] for one in world.rows(HOLDS)] == ["stock"]
    assert [one["position"] for one in world.rows(HOLDS)] == [0]


def test_an_order_of_an_earlier_release_is_written_whole_once(world):
    world.tell(*_story())
    before = _standing_rows(world)
    with world.writing.begin() as connection:
        connection.execute(update(METADATA.tables["orders"]).values(digests=b"\x00" * 88))
        stray = {"order_key": KEY, "profile": "storefront", "axis": "payment", "word": "Stray"}
        connection.execute(
            WORDS.insert(), {**stray, "tenant": "acme", "created_at": "2026-01-05T09:00:00Z"}
        )

    world.tell(scan("delivered", at=90))

    words = {(one["profile"], one["axis"], one["word"]) for one in world.rows(WORDS)}
    assert ("storefront", "payment", "Stray") not in words
    assert len(_standing_rows(world)["order_line"]) == len(before["order_line"])


def test_messages_that_are_there_already_are_not_written_twice(world):
    world.say(*_story(), ask("confirm"))
    for number in range(30):
        world.say(placed(), captured(), key=f"acme/shop/{number}")
    batch = list(world.records)
    world.apply()
    before = {name: world.rows(table) for name, table in _tables()}
    with world.writing.begin() as connection:
        connection.execute(delete(METADATA.tables["projection_position"]))

    spans = {Place(record.topic, 0): Span(None, record.offset + 1) for record in batch}
    apply(world.writing, batch, spans)

    assert {name: world.rows(table) for name, table in _tables()} == before
