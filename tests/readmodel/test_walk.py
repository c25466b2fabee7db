"""Orders that are tried first, and tenants asked one by one, change no answer (ADR 38)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from domain.document import Party
from readmodel import query, tenant
from readmodel.database import open_database
from readmodel.query import Question, count_orders, list_orders
from readmodel.scope import EVERYBODY, of
from tests.domain.builders import captured, created, handed_over, placed, refunded, scan
from tests.readmodel.test_query import IDA, LAMP
from tests.readmodel.world import NOW, World

if TYPE_CHECKING:
    from collections.abc import Iterator

TENANTS = ("acme", "other", "third")
SCOPES = (EVERYBODY, of("acme"), of("third", "acme"))
ASKED = (
    {},
    {"filters": {"sku": "LAMP-1"}},
    {"filters": {"carrier": "ups"}},
    {"filters": {"anomaly": "refund_exceeds_capture"}},
    {"filters": {"storefront.payment": "Paid"}},
    {"filters": {"sku": "LAMP-1", "payment": "paid", "storefront.fulfilment": "Delivered"}},
    {"filters": {"carrier": "ups"}, "search": "example.org"},
    {"search": "100% berg_"},
    {"search": "lamp"},
    {"filters": {"carrier": "ups", "from": "2026-01-01", "open": "no"}},
    {"search": "7"},
)
PERCENT = Party(customer_id="c3", name="100% Berg_", email="p@example.org")
EACH = 6


@pytest.fixture(scope="module")
def shops(shared_url: str) -> Iterator[World]:
    """Of three tenants six orders each, some with each thing that is asked for."""
    engine = open_database(shared_url)
    world = World(engine)
    for number in range(EACH * len(TENANTS)):
        who = IDA if number % 2 else PERCENT
        lines = (LAMP,) if number % 7 else ()
        story = [placed(at=number // 2, number=f"#{number}", customer=who, lines=lines)]
        story += [captured()] if number % 4 else [refunded(10)]
        if number % 5:
            parcel = created(wanted="", parcels="1Z999", carrier="ups" if number % 2 else "DHL")
            story += [parcel, handed_over(), scan("delivered", number="1Z999")]
        world.say(*story, key=f"{TENANTS[number % len(TENANTS)]}/shop/{number}")
    world.apply()
    yield world
    engine.dispose()


def _all(connection, scope, question):
    """Give the keys page by page."""
    found = []
    while True:
        page = list_orders(connection, scope, question, NOW)
        found += [row["order_key"] for row in page.rows]
        if not page.next:
            return found
        question = replace(question, after=page.next)


@pytest.mark.parametrize("asked", ASKED, ids=str)
@pytest.mark.parametrize("sort", ["-created", "payment"])
def test_however_many_are_tried_first_the_pages_are_the_same(shops, monkeypatch, asked, sort):
    whole = Question(**asked, sort=sort)
    with shops.engine.connect() as connection:
        for scope in SCOPES:
            monkeypatch.setattr(query, "TRIED", ())
            monkeypatch.setattr(tenant, "TENANTS_MAX", 0)
            expected = _all(connection, scope, whole)
            counted = count_orders(connection, scope, whole, NOW)
            assert counted == len(expected) == len(set(expected))
            for tried, tenants_max, limit in (((5,), 0, 2), ((2, 6), 0, 2), ((100, 2_000), 8, 3)):
                monkeypatch.setattr(query, "TRIED", tried)
                monkeypatch.setattr(tenant, "TENANTS_MAX", tenants_max)
                question = replace(whole, limit=limit)
                assert _all(connection, scope, question) == expected


def test_the_questions_find_some_and_not_all(shops):
    """Else the test above would say nothing."""
    with shops.engine.connect() as connection:
        found = [
            count_orders(connection, of("acme"), Question(**asked), NOW) for asked in ASKED[1:]
        ]

    assert all(0 < count < EACH for count in found[:-1]), found


def test_a_count_stops_at_its_bound_over_all_tenants(shops, monkeypatch):
    monkeypatch.setattr("readmodel.query.COUNTED_MAX", 13)

    with shops.engine.connect() as connection:
        assert count_orders(connection, EVERYBODY, Question(), NOW) == 13
