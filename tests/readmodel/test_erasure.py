"""A person who is erased from the view is nowhere in it, and every status stays."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from domain import fact as facts
from domain.document import Address, Party
from readmodel.batch import Place, Span, apply
from readmodel.erasure import erase_orders, orders_of
from readmodel.order_table import METADATA
from readmodel.rebuild import REBUILD, begin, finish
from tests.domain import builders
from tests.domain.builders import cancel, captured, created, held, placed
from tests.readmodel.world import NOW, World

IDA = Party(customer_id="c1", name="Ida Berg", email="ida@example.org", phone="+49301")
HOME = Address(name="Ida Berg", street=("Weg 7",), city="Leipzig", country="DE")
SECRETS = ("Ida", "ida@", "berg", "Weg 7", "Leipzig", "+49301", "ring twice")


@pytest.fixture
def told(world: World) -> World:
    note = builders.bodies.Note(note_id="n1", text="Ida says: ring twice")
    story = (placed(customer=IDA, ship_to=HOME, bill_to=HOME, note="for Ida"), captured())
    said = builders.say(facts.OrderNoteAdded, 3, note)
    for tenant in ("acme", "other"):
        world.say(*story, created(), said, held(at=5), key=f"{tenant}/shop/1001")
        world.say(placed(customer=Party(name="Jan")), key=f"{tenant}/shop/jan")
    world.apply()
    return world


def erase(told, customer):
    keys = orders_of(told.engine, "acme", customer)
    erase_orders(told.engine, keys, NOW)
    return keys


def _secrets_in(world, tenant):
    found = set()
    with world.engine.connect() as connection:
        for table in METADATA.tables.values():
            if "tenant" in table.c:
                rows = connection.execute(select(table).where(table.c.tenant == tenant)).all()
                found |= {secret for secret in SECRETS if secret in str(rows)}
    return found


def _states(world):
    row = world.row("acme/shop/1001")
    names = ("lifecycle", "payment", "fulfilment", "hold", "captured", "total", "version")
    return {name: row[name] for name in names}


@pytest.mark.parametrize("customer", ["c1", "ida@example.org"])
def test_nothing_personal_is_left_and_every_status_stays(told, customer):
    assert _secrets_in(told, "acme")
    before = _states(told)

    keys = erase(told, customer)

    assert keys == ["acme/shop/1001"]
    assert _secrets_in(told, "acme") == set()
    assert _states(told) == before
    assert told.listed(search="berg") == ["1001"]  # the other tenant's
    assert told.row("acme/shop/1001")["ship_to"] == '{"country":"DE"}'


def test_another_tenants_customer_of_the_same_name_stays(told):
    erase(told, "c1")

    assert told.row("other/shop/1001")["customer_name"] == "Ida Berg"
    assert told.row("acme/shop/jan")["customer_name"] == "Jan"


def test_what_happens_to_the_order_later_does_not_bring_the_person_back(told):
    erase(told, "c1")

    told.tell(builders.released(at=9), cancel(at=10), key="acme/shop/1001")

    assert told.row("acme/shop/1001")["lifecycle"] == "cancelled"
    assert _secrets_in(told, "acme") == set()


def test_a_rebuild_does_not_bring_the_person_back(told):
    erase(told, "c1")
    before = _states(told)

    begun = begin(told.engine, NOW)
    ends = {record.topic: record.offset + 1 for record in told.records}
    spans = {Place(topic, 0): Span(None, end) for topic, end in ends.items()}
    apply(told.writing, told.records, spans, consumer=REBUILD)
    finish(told.engine, begun.generation, set(ends), NOW)

    assert _secrets_in(told, "acme") == set()
    assert _states(told) == before


@pytest.mark.parametrize("customer", ["", "nobody", "%", "c1' OR 1=1 --"])
def test_a_customer_whom_nobody_knows_erases_nothing(told, customer):
    assert erase(told, customer) == []
    assert told.row("acme/shop/1001")["customer_name"] == "Ida Berg"
