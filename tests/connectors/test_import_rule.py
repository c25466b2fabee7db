"""Import rules: what becomes of an order by its source's status, whatever its connector says."""

from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.import_rule import ImportRule, ImportRulesError, parse_rules, with_rules
from connectors.normalise import normalise
from connectors.registry import SOURCES
from tests.connectors import kit
from tests.domain.stories import examples

WOO = SOURCES["woocommerce"]
SAMPLE = kit.sample(WOO, "order_pending")
KEY = "acme/shop/4711"


def order_in(status, minute=0, **more):
    """The same order in another status, a while later."""
    later = {"status": status, "date_modified_gmt": f"2024-03-01T09:{minute:02}:00"}
    return SAMPLE | later | more


def ruled(rules, account="acme/shop"):
    return with_rules(WOO, parse_rules({account: rules}))


def ends(source, *contents):
    """What orders end as, as their readers see it."""
    facts = [fact for content in contents for fact in kit.read(source, content).facts]
    return {key: msgspec.json.decode(end) for key, end in kit.ends(facts).items()}


def word(snapshot):
    return snapshot["words"]["marketplace"]["order"]


@pytest.mark.rule("S4.26", "S4.29")
@pytest.mark.parametrize("status", ["pending", "processing", "completed", "cancelled", "parked"])
@pytest.mark.parametrize(
    ("rule", "shown", "lifecycle", "fulfilment"),
    [
        ("valid", "Processing", "open", "unfulfilled"),
        ("invoice", "Processing", "open", "unfulfilled"),
        ("cancel", "Canceled", "cancelled", None),
        ("hold", "On hold", "open", "unfulfilled"),
        ("complete", "Complete", "completed", "fulfilled"),
        ("history", "Complete", "completed", "fulfilled"),
    ],
)
def test_a_rule_decides_whatever_the_status_is(status, rule, shown, lifecycle, fulfilment):
    """The table is the operator's: each status may come in as anything."""
    [snapshot] = ends(ruled({status: rule}), order_in(status)).values()

    assert (word(snapshot), snapshot["lifecycle"]) == (shown, lifecycle)
    assert fulfilment in {None, snapshot["fulfilment"]}
    assert snapshot["order"]["source_status"] == status


@pytest.mark.rule("S4.26")
def test_an_order_that_is_not_to_be_imported_is_not():
    """Nothing of it goes on, and the reason is said."""
    reading = kit.read(ruled({"pending": "skip"}), order_in("pending"))

    assert (reading.facts, reading.quarantined) == ((), ())
    assert reading.ignored == "left out by an import rule"


@pytest.mark.rule("S4.32")
def test_an_order_that_was_skipped_comes_in_when_its_status_does():
    """Looked at again with each change at its source."""
    source = ruled({"pending": "skip", "on-hold": "skip"})
    contents = [
        order_in("pending", 1),
        order_in("on-hold", 2),
        order_in("processing", 3, date_paid_gmt="2024-03-01T09:03:00"),
    ]

    assert ends(source, *contents[:2]) == {}
    for arrival in permutations(contents):
        [snapshot] = ends(source, *arrival).values()
        assert (word(snapshot), snapshot["payment"]) == ("Processing", "paid")


def test_a_cancellation_is_never_left_out():
    """The order may have come in before; if it did not, there is none to show."""
    source = ruled({"cancelled": "skip"})

    [known] = ends(source, order_in("processing", 1), order_in("cancelled", 2)).values()

    assert known["lifecycle"] == "cancelled"
    assert kit.kinds(kit.read(source, order_in("cancelled"))) == ["order.cancelled_at_source"]


@pytest.mark.parametrize("rule", ["invoice", "complete"])
def test_what_is_invoiced_holds_all_live_pieces_once(rule):
    """A newer document says the same invoice again."""
    source = ruled({"*": rule})
    told = [kit.read(source, order_in(status, 1)) for status in ("processing", "completed")]

    invoices = [kit.only(reading, "invoice.created") for reading in told]

    assert invoices[0].event_id == invoices[1].event_id
    assert {unit.line_id: unit.quantity for unit in invoices[0].body.lines} == {"31": 3}
    assert invoices[0].inferred


def test_history_left_no_warehouse_of_ours():
    """Its shipment is told as one that somebody else sent (S4.31), and nobody hears of it."""
    shipment = kit.only(
        kit.read(ruled({"*": "history"}), order_in("completed")), "shipment.created"
    )

    assert shipment.body.shipment_id.startswith("dropship:")
    assert not shipment.body.notify_customer


def test_money_and_parcels_of_the_source_stay_as_they_are():
    """A rule is about what a status means, not about what was paid."""
    paid = order_in("processing", 3, date_paid_gmt="2024-03-01T09:03:00")

    kinds = kit.kinds(kit.read(ruled({"processing": "hold"}), paid))

    assert "payment.captured" in kinds
    assert kinds[0] == "order.revised"


@pytest.mark.parametrize(
    ("rules", "account", "status", "expected"),
    [
        (
            {"acme/shop": {"paid": "hold"}, "default": {"paid": "skip"}},
            "acme/shop",
            "paid",
            "hold",
        ),
        ({"acme": {"paid": "hold"}, "default": {"paid": "skip"}}, "acme/shop", "paid", "hold"),
        ({"acme": {"paid": "hold"}, "default": {"paid": "skip"}}, "beta/shop", "paid", "skip"),
        ({"acme/shop": {"x": "hold"}, "default": {"paid": "skip"}}, "acme/shop", "paid", "skip"),
        ({"acme/shop": {"paid/*": "hold", "*": "skip"}}, "acme/shop", "paid/-", "hold"),
        ({"acme/shop": {"*": "skip", "paid": "hold"}}, "acme/shop", "paid", "hold"),
        ({"acme/shop": {"paid": "hold"}}, "acme/shop", "Paid", None),
        ({"acme/shop": {"paid": "hold"}}, "acme/other", "paid", None),
        ({}, "acme/shop", "paid", None),
    ],
)
def test_the_most_specific_rule_holds(rules, account, status, expected):
    """An integration before its tenant, a status before a pattern."""
    assert parse_rules(rules)(account, status) == expected


@pytest.mark.parametrize(
    "rules",
    [{"acme": {"paid": "ignore"}}, {"acme": "skip"}, {"acme": ["skip"]}, {"acme": {"paid": None}}],
)
def test_rules_that_cannot_be_are_refused(rules):
    """At start, not with the first order."""
    with pytest.raises(ImportRulesError):
        parse_rules(rules)


def test_without_a_rule_the_connector_is_believed():
    """And so is every delivery that holds no order."""
    source = ruled({"nothing": "skip"})

    for sample in kit.samples(WOO):
        assert normalise(source, kit.delivery(sample.body)) == normalise(
            WOO, kit.delivery(sample.body)
        )


def test_each_order_of_a_list_has_its_own_rule():
    """A page of orders holds all sorts."""
    contents = [order_in("pending") | {"id": 1}, order_in("processing") | {"id": 2}]

    reading = kit.read(ruled({"pending": "skip", "processing": "cancel"}), contents)

    assert {fact.order_key for fact in reading.facts} == {"acme/shop/2"}
    assert "order.cancelled_at_source" in kit.kinds(reading)


RULES = st.dictionaries(
    st.sampled_from(["pending", "processing", "completed", "cancelled", "*"]),
    st.sampled_from([*ImportRule]),
)


@pytest.mark.rule("X.1")
@examples(0.3)
@given(RULES, st.permutations(range(4)), st.lists(st.integers(0, 3), max_size=3))
def test_orders_converge_under_any_rules(rules, arrival, repeats):
    """Rules keep no memory, so the order of arrival makes no difference."""
    source = ruled(rules)
    statuses = ("pending", "processing", "completed", "cancelled")
    contents = [order_in(status, minute) for minute, status in enumerate(statuses)]

    assert ends(source, *(contents[n] for n in [*arrival, *repeats])) == ends(source, *contents)
