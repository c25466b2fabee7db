"""Whatever is asked, no row of another tenant comes out (X.19); one order and its timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from domain.codec import encode_message
from readmodel.database import open_database
from readmodel.filter import FILTERS
from readmodel.picture import order_of, snapshot_of, timeline_of
from readmodel.query import SORTS, Question, count_by, count_orders, list_orders
from readmodel.scope import EVERYBODY, of
from tests.domain import builders
from tests.domain.builders import NINE, ask, cancel, created, placed, refunded, scan
from tests.readmodel.test_query import ACME, IDA, LAMP
from tests.readmodel.world import NOW, World

if TYPE_CHECKING:
    from collections.abc import Iterator

# No row of another tenant comes out, whatever is asked (X.19).

_VALUE = {
    **dict.fromkeys(FILTERS, ""),
    "lifecycle": "pending,cancelled",
    "closure": "open",
    "hold": "clear",
    "risk": "none",
    "payment": "in_progress",
    "fulfilment": "unfulfilled",
    "channel": "shop",
    "source": "shop",
    "number": "#1001",
    "customer": "c1",
    "sku": "LAMP-1",
    "carrier": "ups",
    "tracking": "1Z999",
    "anomaly": "refund_exceeds_capture",
    "from": "2020-01-01",
    "to": "2030-01-01",
    "on_hold": "no",
    "open": "yes",
    "late": "no",
    "test": "no",
}


@pytest.fixture(scope="module")
def twins(shared_url: str) -> Iterator[World]:
    """Each tenant has the same orders, so every question would find the other's too."""
    engine = open_database(shared_url)
    shop = World(engine)
    for tenant in ("acme", "other"):
        key = f"{tenant}/shop/twin"
        story = (placed(at=20, number="#1001", customer=IDA, lines=(LAMP,)), refunded(10))
        shop.say(*story, created(wanted="1a", parcels="1Z999", carrier="ups"), key=key)
        shop.say(scan("in_transit", number="1Z999"), ask("confirm", at=50), cancel(), key=key)
        bare = f"{tenant}/shop/bare"
        shop.say(placed(at=21, number="#1001", customer=IDA, lines=(LAMP,)), key=bare)
    shop.apply()
    yield shop
    engine.dispose()


@pytest.mark.rule("X.19")
@pytest.mark.parametrize("name", [*FILTERS, "storefront.payment", "search", "none"])
@pytest.mark.parametrize("sort", SORTS)
def test_a_list_shows_the_rows_of_its_scope_only(twins, name, sort):
    value = _VALUE.get(name, "In progress")
    asked = {"search": "berg"} if name == "search" else {"filters": {name: value}}
    question = Question(**({} if name == "none" else asked), sort=sort)

    with twins.engine.connect() as connection:
        for tenant in ("acme", "other"):
            rows = list_orders(connection, of(tenant), question, NOW).rows
            assert {row["tenant"] for row in rows} <= {tenant}
            assert count_orders(connection, of(tenant), question, NOW) == len(rows)
        both = list_orders(connection, of("acme", "other"), question, NOW).rows
        everybody = list_orders(connection, EVERYBODY, question, NOW).rows
        assert both == everybody
        assert list_orders(connection, of(), question, NOW).rows == []
        if name not in {"from", "to", "late"}:
            assert {row["tenant"] for row in everybody} == {"acme", "other"}


@pytest.mark.rule("X.19")
def test_an_order_its_timeline_and_counts_are_shown_to_its_tenant_only(twins):
    key = "other/shop/twin"
    with twins.engine.connect() as connection:
        assert order_of(connection, ACME, key) is None
        assert snapshot_of(connection, ACME, key) is None
        assert timeline_of(connection, ACME, key) == []
        assert order_of(connection, of("other"), key) is not None
        assert timeline_of(connection, of("other"), key)
        for axis in ("payment", "lifecycle"):
            everybody = sum(count_by(connection, EVERYBODY, axis).values())
            parts = [
                sum(count_by(connection, of(one), axis).values()) for one in ("acme", "other")
            ]
            assert sum(parts) == everybody
            assert all(parts)


@pytest.mark.rule("S2.49", "S4.18")
def test_an_order_shows_items_customer_notes_and_shipments(twins):
    note = builders.bodies.Note(note_id="n1", text="ring twice")
    twins.tell(builders.say(builders.facts.OrderNoteAdded, 60, note), key="acme/shop/twin")

    with twins.engine.connect() as connection:
        shown = order_of(connection, ACME, "acme/shop/twin")

    assert shown["customer_name"] == "Ida Berg"
    assert shown["customer_email"] == "ida@example.org"
    assert [line["sku"] for line in shown["order_line"]] == ["LAMP-1"]
    assert [line["title"] for line in shown["order_line"]] == ["Desk lamp"]
    assert [one["text"] for one in shown["order_note"]] == ["ring twice"]
    assert [one["shipment_id"] for one in shown["order_shipment"]] == ["f1"]
    assert [one["number"] for one in shown["order_parcel"]] == ["1Z999"]
    assert [one["state"] for one in shown["parcel_scan"]] == ["in_transit"]
    assert {one["command"] for one in shown["command_result"]} == {"confirm", "cancel"}


def test_the_snapshot_that_is_shown_is_the_one_that_was_sent(twins):
    key = "acme/shop/twin"
    with twins.engine.connect() as connection:
        shown = snapshot_of(connection, ACME, key)

    assert shown == msgspec.json.decode(encode_message(twins.snapshot(key)))


@pytest.mark.rule("S4.19")
def test_a_timeline_is_in_order_with_actor_and_cause(twins):
    with twins.engine.connect() as connection:
        entries = timeline_of(connection, ACME, "acme/shop/twin")

    times = [entry["occurred_at"] for entry in entries]
    assert times == sorted(times)
    assert times[0] >= NINE
    commands = [entry for entry in entries if entry["what"] == "command.confirm"]
    assert [entry["actor"] for entry in commands] == ["clerk"]
    facts = [entry for entry in entries if entry["what"] == "order.placed"]
    assert [entry["source"] for entry in facts] == ["shop"]
    changes = [entry for entry in entries if entry["what"] == "status"]
    assert changes
    assert all(entry["cause"] and entry["because"]["rule"] for entry in changes)
    places = [entry["event_id"] for entry in entries]
    for change in changes:
        caused = change["cause"]
        if caused in places:
            assert places.index(caused) < entries.index(change)


@pytest.mark.rule("S4.19")
def test_a_timeline_holds_no_personal_field(twins):
    with twins.engine.connect() as connection:
        shown = str(timeline_of(connection, ACME, "acme/shop/twin"))

    assert "Berg" not in shown
    assert "ida@example.org" not in shown
