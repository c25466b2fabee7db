"""Facts that know only a reference find their order, whatever comes first (X.2, X.19)."""

from datetime import timedelta
from itertools import permutations

import pytest

from domain import fact as facts
from domain.body import Operation, ReferenceLinked
from domain.instant import micros
from domain.reference import ALIASES_MAX, WAITING_MAX, Entry, deadline_of, miss, resolve
from domain.rules import HOUR, Policy, Rules
from domain.vocabulary import Minor
from tests.domain.builders import NINE

CHARGE, INTENT = "payment:stripe:ch_1", "payment:stripe:pi_1"


def captured(number: int = 1, reference: str = CHARGE, channel: str = "stripe"):
    return facts.PaymentCaptured(
        event_id=f"captured:{number}",
        occurred_at=NINE,
        reference=reference,
        tenant="acme",
        channel=channel,
        body=Operation(amount=Minor(100), currency="EUR", provider="stripe", reference="ch_1"),
    )


def link(reference: str, key: str, at: int = 0):
    return facts.ReferenceWasLinked(
        event_id=f"link:{reference}:{key}",
        occurred_at=NINE + timedelta(minutes=at),
        tenant="acme",
        order_key=key,
        body=ReferenceLinked(reference=reference),
    )


def alias(reference: str, other: str):
    return facts.ReferenceWasLinked(
        event_id=f"alias:{reference}:{other}",
        occurred_at=NINE,
        tenant="acme",
        reference=reference,
        body=ReferenceLinked(reference=reference, alias=other),
    )


def settle(*told):
    """Resolve facts and everything they send on, until nothing moves; what reached orders."""
    entries, reached, queue = {}, [], list(told)
    while queue:
        fact = queue.pop(0)
        linked = isinstance(fact, facts.ReferenceWasLinked)
        name = fact.body.reference if linked else fact.reference
        resolved = resolve(entries.get(name, Entry()), fact, seen_at=micros(NINE))
        entries[name] = resolved.entry
        reached += resolved.to_orders
        queue += resolved.to_references
    return sorted((str(fact.order_key), fact.event_id) for fact in reached)


@pytest.mark.rule("X.2")
@pytest.mark.parametrize("told", list(permutations([captured(), link(CHARGE, "acme/shop/1")])))
def test_a_fact_and_its_link_meet_in_either_order(told):
    """
    The early fact waits, the early link is kept.
    """
    assert settle(*told) == [("acme/shop/1", "captured:1")]


@pytest.mark.parametrize(
    "told", list(permutations([captured(), alias(CHARGE, INTENT), link(INTENT, "acme/shop/1")]))
)
def test_a_detailed_name_leads_to_the_general_one_in_any_order(told):
    """
    The charge's fact reaches the order that names the intent.
    """
    assert settle(*told) == [("acme/shop/1", "captured:1")]


@pytest.mark.parametrize(
    "told",
    list(
        permutations(
            [captured(reference=INTENT), alias(CHARGE, INTENT), link(CHARGE, "acme/shop/1")]
        )
    ),
)
def test_an_order_that_names_the_detailed_name_is_found_by_the_general_one(told):
    """
    A link at the charge is passed on to the intent.
    """
    assert settle(*told) == [("acme/shop/1", "captured:1")]


def test_names_that_lead_in_a_circle_do_not_link_an_order():
    """
    An alias of itself is no news, and nothing is sent for ever.
    """
    resolved = resolve(Entry(), alias(CHARGE, CHARGE), seen_at=0)

    assert resolved.entry == Entry()
    assert not resolved.to_references


def test_of_two_orders_the_fact_goes_to_its_own_channel():
    """
    Two channels of a tenant may have equal order numbers.
    """
    links = [link("order:7", "acme/one/7"), link("order:7", "acme/two/7")]

    assert settle(*links, captured(reference="order:7", channel="two")) == [
        ("acme/two/7", "captured:1")
    ]


def test_a_reused_parcel_number_belongs_to_the_newest_order_before_the_scan():
    """
    A link from the future does not take the parcel over.
    """
    links = [link("parcel:1", "acme/a/1", -60), link("parcel:1", "acme/a/2", 60)]

    assert settle(*links, captured(reference="parcel:1")) == [("acme/a/1", "captured:1")]


def test_the_same_fact_waits_once():
    """
    A repeat does not fill the entry.
    """
    once = resolve(Entry(), captured(), seen_at=1).entry

    assert resolve(once, captured(), seen_at=2).entry == once


def test_an_entry_holds_so_much_and_no_more():
    """
    What does not fit is said, so that the shell buries it with its cause.
    """
    entry = Entry()
    for number in range(WAITING_MAX):
        entry = resolve(entry, captured(number), seen_at=1).entry

    assert resolve(entry, captured(WAITING_MAX), seen_at=1).full
    aliases = Entry(aliases=tuple(str(one) for one in range(ALIASES_MAX)))
    assert resolve(aliases, alias(CHARGE, INTENT), seen_at=1).full


@pytest.mark.rule("X.2")
def test_nobody_linking_in_time_is_an_anomaly_and_the_facts_go_on_waiting():
    """
    The deadline counts from the first fact that waits, and counts once.
    """
    heard = []

    def rules_for(key):
        heard.append(key)
        return Rules(profiles=(), policy=Policy(await_reference_hours=2))

    entry = resolve(Entry(), captured(), seen_at=10).entry

    missed, anomaly = miss(entry, "acme", CHARGE, deadline_of(entry, rules_for))

    assert deadline_of(entry, rules_for) == 10 + 2 * HOUR
    assert anomaly.kind == "expected_event_missing"
    assert anomaly.evidence["reference"] == CHARGE
    assert deadline_of(missed, rules_for) == 0
    assert set(heard) == {"acme/stripe/-"}
    assert resolve(missed, link(CHARGE, "acme/shop/1"), seen_at=11).to_orders
