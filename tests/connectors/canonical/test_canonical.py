"""Facts from services that speak our own words."""

import json
from functools import partial

import pytest

from connectors.canonical import SOURCE
from connectors.cloudevent import structured
from tests.connectors import kit

sample = partial(kit.sample, SOURCE)
read = partial(kit.read, SOURCE)


@pytest.mark.parametrize(
    ("change", "field", "reason"),
    [
        ({"kind": "order.exploded"}, "kind", "no kind of fact"),
        ({"kind": kit.DELETE}, "kind", "no kind of fact"),
        ({"event_id": ""}, "event_id", "length >= 1"),
        ({"occurred_at": "2026-03-02T09:00:00"}, "occurred_at", "timezone"),
        ({"occurred_at": 5}, "occurred_at", "Expected `datetime`"),
        ({"order_key": "acme/other/4711"}, "order_key", "is no order of acme/shop"),
        ({"order_key": "acme/shop/"}, "order_key", "matching regex"),
        ({"order_key": kit.DELETE}, "order_key", "names no order"),
        ({"body.note_id": 7}, "body.note_id", "Expected `str`"),
        ({"revision": -1}, "revision", ">= 0"),
        ({"revision": 1e300}, "revision", "Expected `int`"),
    ],
)
def test_what_is_no_fact_is_quarantined_by_its_field(change, field, reason):
    """By the same types that the domain reads its log with."""
    [refused] = read(kit.changed(sample("one"), change)).quarantined

    assert refused.field == field
    assert reason in refused.reason


@pytest.mark.parametrize(
    "fact",
    [
        {"kind": "timer.fired", "body": {"timer": "expiry", "deadline": "2026-03-02T09:00:00Z"}},
        {
            "kind": "stock.line_reserved",
            "body": {"line_id": "1", "reserved": 1, "backordered": 0},
        },
        {
            "kind": "reference.linked",
            "order_key": None,
            "reference": "payment:x:1",
            "body": {"reference": "payment:x:1"},
        },
    ],
)
def test_what_only_we_can_say_and_what_leads_nowhere_is_quarantined(fact):
    """A service cannot make time pass, nor fill our stocks."""
    reading = read(
        {"event_id": "e", "occurred_at": "2026-03-02T09:00:00Z", "order_key": "acme/shop/1"} | fact
    )

    assert reading.facts == ()
    assert len(reading.quarantined) == 1


def test_the_accounts_word_counts_for_where_a_fact_comes_from():
    """Nobody writes into another tenant's orders, or poses as a payment provider."""
    [placed, *_] = read(sample("facts")).facts

    assert (placed.tenant, placed.channel, placed.source) == ("acme", "shop", "canonical")
    assert placed.received_at == kit.RECEIVED_AT


def test_a_cloud_event_around_a_fact_is_that_fact():
    """As other services of a company already send them."""
    envelope = {"specversion": "1.0", "id": "1", "source": "canonical/acme/shop", "type": "fact"}
    event = structured(json.dumps(envelope | {"data": sample("one")}).encode())

    assert kit.kinds(read(event.body)) == ["order.note_added"]


def test_facts_of_one_order_end_the_same_in_any_order():
    """The identities that the service gave are kept."""
    facts = sample("facts")[:2]

    order = kit.story(SOURCE, *facts, sample("one"))

    assert order.derived.money.state == "paid"
