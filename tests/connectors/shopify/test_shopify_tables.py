"""Shopify: every documented word has a meaning, every other is reported."""

from functools import partial

import pytest

from connectors.shopify import SOURCE, work
from connectors.shopify.fulfilment import SCANS, STATUSES, tracking_number
from connectors.shopify.payment import FINANCIAL, KINDS, provider_of
from connectors.shopify.table import FETCHED
from tests.connectors import kit

sample = partial(kit.sample, SOURCE)


def facts_of(content):
    return kit.read(SOURCE, content).facts


def told(content):
    """Kinds of the facts that are neither the document nor a link."""
    found = [fact.__struct_config__.tag for fact in facts_of(content)]
    return [kind for kind in found if kind not in {"reference.linked", "order.placed"}]


@pytest.mark.parametrize(
    ("status", "validity", "claims"),
    [
        (None, "", []),
        ("pending", "pending", []),
        ("unpaid", "pending", []),
        ("authorized", "pending", [("payment.authorized", 5800)]),
        ("partially_paid", "pending", [("payment.captured", 3800)]),
        ("paid", "valid", [("payment.captured", 3800)]),
        ("partially_refunded", "valid", [("payment.captured", 3800)]),
        ("refunded", "valid", [("payment.captured", 5800), ("payment.refunded", 5800)]),
        ("voided", "pending", [("payment.reversed", 5800)]),
        ("expired", "pending", [("payment.authorization_expired", 5800)]),
        ("in_escrow", "unknown", [("source.unknown_reported", None)]),
    ],
)
@pytest.mark.rule("X.21")
def test_a_financial_status_has_a_validity_and_claims(status, validity, claims):
    """58.00 ordered, 20.00 still to come; what a status implies is a claim of the whole order."""
    content = sample("order_paid") | {"financial_status": status, "total_outstanding": "20.00"}

    document, *rest = facts_of(content)

    assert document.body.validity == validity
    said = [fact for fact in rest if fact.__struct_config__.tag != "reference.linked"]
    assert [(f.__struct_config__.tag, getattr(f.body, "amount", None)) for f in said] == claims
    for fact in said:
        if fact.__struct_config__.tag.startswith("payment."):
            assert fact.inferred
            assert (fact.body.evidence, fact.body.reference) == (
                "status",
                "order:9007199254740993001",
            )


def test_every_financial_status_stands_in_the_table_above():
    """A new row in the connector needs one there."""
    assert set(FINANCIAL) == {
        "",
        "pending",
        "unpaid",
        "authorized",
        "partially_paid",
        "paid",
        "partially_refunded",
        "refunded",
        "voided",
        "expired",
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [("partially_paid", "total_outstanding"), ("partially_refunded", "refunds")],
)
def test_an_amount_that_only_the_status_hints_at_is_quarantined_beside_the_order(status, expected):
    """The order is told, the amount is not guessed."""
    content = sample("order_paid") | {"financial_status": status, "total_outstanding": None}

    outcome = kit.read(SOURCE, content)

    assert outcome.facts[0].__struct_config__.tag == "order.placed"
    assert [each.field for each in outcome.quarantined] == [expected]


def test_transactions_in_the_order_leave_nothing_to_claim():
    """What is told one by one is not claimed as well."""
    transactions = sample("transactions")["transactions"][:2]
    content = sample("order_paid") | {"transactions": transactions}

    assert told(content) == ["payment.authorized", "payment.captured"]


def test_an_unconfirmed_order_is_not_valid_yet():
    """Its stock is not reserved."""
    content = sample("order_paid") | {"confirmed": False}

    assert facts_of(content)[0].body.validity == "pending"


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("authorization", "pending", ["payment.pending"]),
        ("authorization", "awaiting_response", ["payment.pending"]),
        ("authorization", "success", ["payment.authorized"]),
        ("authorization", "failure", ["payment.failed"]),
        ("authorization", "error", ["payment.failed"]),
        ("emv_authorization", "success", ["payment.authorized"]),
        ("capture", "pending", ["payment.pending"]),
        ("capture", "success", ["payment.captured"]),
        ("capture", "failure", ["payment.capture_failed"]),
        ("capture", "error", ["payment.capture_failed"]),
        ("sale", "pending", ["payment.pending"]),
        ("sale", "success", ["payment.captured"]),
        ("sale", "failure", ["payment.failed"]),
        ("sale", "error", ["payment.failed"]),
        ("void", "pending", []),
        ("void", "success", ["payment.reversed"]),
        ("void", "failure", []),
        ("void", "error", []),
        ("refund", "pending", ["payment.refund_requested"]),
        ("refund", "success", ["payment.refunded"]),
        ("refund", "failure", ["payment.refund_failed"]),
        ("refund", "error", ["payment.refund_failed"]),
        ("change", "success", []),
        ("suggested_refund", "pending", []),
        ("sale", "unknown", ["source.unknown_reported"]),
        ("barter", "success", ["source.unknown_reported"]),
    ],
)
@pytest.mark.rule("X.21")
def test_a_transaction_says_what_its_kind_and_status_say(kind, status, expected):
    """The whole table of kinds and statuses."""
    transaction = sample("transactions")["transactions"][0]

    assert told(transaction | {"kind": kind, "status": status}) == expected


def test_every_kind_of_transaction_knows_every_status():
    """No cell is missing."""
    assert {frozenset(row) for row in KINDS.values()} == {
        frozenset({"pending", "success", "failure", "error"})
    }


@pytest.mark.parametrize(
    ("gateway", "kind", "receipt", "expected"),
    [
        ("stripe", "sale", {"id": "ch_12345678"}, ("stripe", "ch_12345678", "provider")),
        (
            "Stripe",
            "capture",
            {"latest_charge": "py_12345678"},
            ("stripe", "py_12345678", "provider"),
        ),
        ("stripe", "sale", {"id": "pi_12345678"}, ("stripe", "7001", "shop")),
        ("stripe", "authorization", {"id": "pi_12345678"}, ("stripe", "pi_12345678", "provider")),
        ("stripe", "authorization", {"id": "ch_12345678"}, ("stripe", "7001", "shop")),
        ("stripe", "refund", {"id": "re_12345678"}, ("stripe", "re_12345678", "provider")),
        ("stripe", "refund", {"id": "ch_12345678"}, ("stripe", "7001", "shop")),
        ("stripe", "sale", "declined", ("stripe", "7001", "shop")),
        ("stripe", "sale", {"charges": {"data": ["ch_1", {"id": 5}]}}, ("stripe", "7001", "shop")),
        ("shopify_payments", "sale", {"id": "ch_12345678"}, ("shopify_payments", "7001", "shop")),
        ("paypal", "sale", {"id": "ch_12345678"}, ("paypal", "7001", "shop")),
    ],
)
def test_a_known_provider_names_the_operation_itself(gateway, kind, receipt, expected):
    """The name is the one under which the provider's own webhook tells of the operation."""
    transaction = sample("transactions")["transactions"][0]
    content = transaction | {"gateway": gateway, "kind": kind, "receipt": receipt}

    body = facts_of(content)[0].body

    assert (body.provider, body.reference, body.evidence) == expected


@pytest.mark.parametrize(
    ("gateway", "provider"),
    [
        ("manual", "manual"),
        ("Cash on Delivery (COD)", "manual"),
        ("Bank Deposit", "manual"),
        ("Money Order", "manual"),
        ("shopify_payments", "shopify_payments"),
        ("Stripe", "stripe"),
        ("Mollie - iDEAL", "mollie_ideal"),
        ("", ""),
    ],
)
def test_one_provider_has_one_name(gateway, provider):
    """Spelling is the shop's business."""
    assert provider_of(gateway) == provider


@pytest.mark.parametrize(
    ("names", "method"),
    [
        ([], ""),
        (["shopify_payments"], "online"),
        (["manual"], "manual"),
        (["Bank Deposit"], "manual"),
        (["gift_card"], "online"),
        (["gift_card", "cash_on_delivery"], "manual"),
        (["manual", "paypal"], "online"),
    ],
)
def test_a_payment_is_manual_where_nothing_is_paid_online(names, method):
    """A gift card is paid already and decides nothing beside another method."""
    content = sample("order_paid") | {"payment_gateway_names": names}

    assert facts_of(content)[0].body.payment_method == method


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (None, []),
        ("pending", []),
        ("open", []),
        ("success", ["shipment.handed_over"]),
        ("cancelled", ["shipment.cancelled"]),
        ("error", ["shipment.cancelled"]),
        ("failure", ["shipment.cancelled"]),
        ("levitating", ["source.unknown_reported"]),
    ],
)
@pytest.mark.rule("X.21")
def test_a_fulfilment_status_says_whether_goods_left(status, expected):
    """Shopify's success is the hand-over."""
    content = sample("fulfillment") | {"status": status, "shipment_status": None}

    assert told(content) == ["shipment.created", *expected]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("label_purchased", "created"),
        ("label_printed", "created"),
        ("confirmed", "created"),
        ("carrier_picked_up", "handed_over"),
        ("in_transit", "in_transit"),
        ("delayed", "in_transit"),
        ("buyer_action_required", "held"),
        ("out_for_delivery", "out_for_delivery"),
        ("ready_for_pickup", "ready_for_pickup"),
        ("ready_for_recipient_pickup", "ready_for_pickup"),
        ("attempted_delivery", "attempt_failed"),
        ("delivered", "delivered"),
        ("picked_up", "collected"),
        ("returning_to_sender", "returning"),
        ("failure", "unknown"),
        ("teleported", "unknown"),
    ],
)
@pytest.mark.rule("X.21")
def test_a_shipment_status_is_a_state_of_the_parcel(status, state):
    """By itself as an event, and inferred from the fulfilment that repeats it."""
    [event, *unknown] = facts_of(sample("fulfillment_event") | {"status": status})
    scans = [
        fact
        for fact in facts_of(sample("fulfillment") | {"shipment_status": status})
        if fact.__struct_config__.tag == "shipment.scan"
    ]

    assert (event.body.state, event.body.code, event.inferred) == (state, status, False)
    assert [(scan.body.state, scan.body.code, scan.inferred) for scan in scans] == [
        (state, status, True)
    ]
    assert bool(unknown) == (status not in SCANS)


def test_every_word_of_a_fulfilment_stands_in_the_tables_above():
    """A new row in the connector needs one there."""
    assert len(STATUSES) == 7
    assert len(SCANS) == 15


@pytest.mark.parametrize(
    ("status", "unknown"),
    [
        (None, False),
        ("unfulfilled", False),
        ("partial", False),
        ("fulfilled", False),
        ("restocked", False),
        ("pending", True),
    ],
)
@pytest.mark.rule("X.21")
def test_the_fulfilment_status_of_an_order_is_kept_as_it_came(status, unknown):
    """What was shipped is told by the fulfilments; Shopify's own sample holds an unknown word."""
    content = sample("order_paid") | {"fulfillment_status": status}

    assert facts_of(content)[0].body.source_status == f"paid/{status or '-'}"
    assert ("source.unknown_reported" in told(content)) is unknown


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        (None, "unspecified"),
        ("customer", "buyer_asked"),
        ("fraud", "fraud"),
        ("inventory", "cannot_fulfil"),
        ("declined", "payment_failed"),
        ("staff", "other"),
        ("other", "other"),
        ("moon_phase", "moon_phase"),
    ],
)
def test_a_cancelled_order_says_why(word, reason):
    """An unknown word is kept as it is."""
    content = sample("order_paid") | {
        "cancelled_at": "2024-05-03T10:00:00Z",
        "cancel_reason": word,
    }

    cancelled = facts_of(content)[-1]

    assert (cancelled.__struct_config__.tag, cancelled.body.reason) == (
        "order.cancelled_at_source",
        reason,
    )


@pytest.mark.parametrize(
    ("restock_type", "expected"),
    [
        ("cancel", ["order.lines_cancelled"]),
        ("return", ["return.marked"]),
        ("no_restock", []),
        ("legacy_restock", []),
        (None, []),
    ],
)
def test_a_refunded_line_moves_pieces_only_where_it_says_how(restock_type, expected):
    """A refund without transactions moves no money either."""
    refund = sample("refund_of_returned_goods") | {"transactions": []}
    refund["refund_line_items"] = [
        {"line_item_id": 1, "quantity": 1, "restock_type": restock_type},
        {"line_item_id": 1, "quantity": 2, "restock_type": restock_type},
        {"line_item_id": 2, "quantity": 0, "restock_type": restock_type},
    ]

    assert told(refund) == expected
    for fact in facts_of(refund):
        assert [(units.line_id, units.quantity) for units in fact.body.lines] == [("1", 3)]


@pytest.mark.parametrize(
    ("raw", "number"),
    [("1z 827-wk7", "1Z827WK7"), (" 00340 ", "00340"), ("--", ""), ("a\tb", "AB")],
)
def test_a_tracking_number_has_one_spelling(raw, number):
    """Carriers and shops write it with spaces and dashes as they like."""
    assert tracking_number(raw) == number


def test_a_line_of_no_pieces_is_not_in_the_shipment():
    """Shopify lists what a fulfilment no longer holds with a quantity of zero."""
    content = sample("fulfillment")
    content["line_items"] = [{"id": 1, "quantity": 0}, {"id": 2, "quantity": 1}]

    assert [units.line_id for units in facts_of(content)[0].body.lines] == ["2"]


def test_an_order_without_a_person_has_no_customer():
    """Orders made in a shop have neither customer nor addresses."""
    nobody = dict.fromkeys(
        ("customer", "email", "phone", "customer_locale", "shipping_address", "billing_address")
    )

    document = facts_of(sample("order_paid") | nobody)[0].body

    assert (document.customer, document.ship_to, document.bill_to) == (None, None, None)


def test_pieces_of_a_fulfilment_that_was_called_off_were_never_sent():
    """Removed from the order after that, they count as cancelled."""
    content = sample("order_edited_down")
    content["fulfillments"] = [sample("fulfillment") | {"status": "cancelled"}]
    content["fulfillments"][0]["line_items"] = [
        {"id": content["line_items"][1]["id"], "quantity": 1}
    ]

    assert [line.cancelled for line in facts_of(content)[0].body.lines] == [0, 1]


@pytest.mark.parametrize(
    ("gateway", "authorization", "linked"),
    [
        ("paypal", "8XM12345AB678901C", "payment:paypal:8XM12345AB678901C"),
        ("PayPal Express", "8XM12345AB678901C", "payment:paypal:8XM12345AB678901C"),
        ("Mollie - iDEAL", "tr_7UhSN1zuXS", "payment:mollie:tr_7UhSN1zuXS"),
        ("adyen", "QFQTPCQ8HXSKGK82", "payment:adyen:QFQTPCQ8HXSKGK82"),
        ("adyen", "ABC-1", None),
        ("paypalish", "8XM12345AB678901C", None),
        ("shopify_payments", "8XM12345AB678901C", None),
    ],
)
def test_a_known_providers_number_links_its_payment_to_the_order(gateway, authorization, linked):
    """The operation keeps the shop's name, so the provider's own word outranks it."""
    [transaction] = sample("transactions")["transactions"][1:2]
    content = transaction | {"gateway": gateway, "authorization": authorization, "receipt": {}}

    facts = facts_of(content)

    links = [fact.body.reference for fact in facts if hasattr(fact.body, "alias")]
    assert links == ([linked] if linked else [])
    assert (facts[0].body.reference, facts[0].body.evidence) == (str(content["id"]), "shop")


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("needs_response", ["payment.disputed"]),
        ("under_review", ["payment.disputed"]),
        ("charge_refunded", ["payment.disputed", "payment.dispute_won"]),
        ("accepted", ["payment.disputed", "payment.dispute_lost"]),
        ("won", ["payment.disputed", "payment.dispute_won"]),
        ("lost", ["payment.disputed", "payment.dispute_lost"]),
        ("prevented", ["source.unknown_reported"]),
    ],
)
def test_a_dispute_stands_until_it_ends(status, told):
    """Each status of the documentation; the one that says not where the money is, is reported."""
    assert kit.kinds(kit.read(SOURCE, sample("dispute_lost") | {"status": status})) == told


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("HIGH", ["risk.flagged"]),
        ("MEDIUM", []),
        ("LOW", ["risk.cleared"]),
        ("NONE", ["risk.cleared"]),
        ("PENDING", []),
        ("EXTREME", ["source.unknown_reported"]),
    ],
)
def test_an_assessment_of_risk_flags_or_clears(level, told):
    """A middling one does neither."""
    assert kit.kinds(kit.read(SOURCE, sample("risk_high") | {"risk_level": level})) == told


@pytest.mark.rule("X.21")
@pytest.mark.parametrize("status", [*work.STATUSES, "vanished"])
def test_work_is_held_or_it_is_not(status):
    """Every status of a fulfilment order; one that is not listed is reported."""
    content = kit.changed(sample("work_held"), {"fulfillment_order.status": status})

    kinds = kit.kinds(kit.read(SOURCE, content, topic=FETCHED))

    held, unknown = status == "on_hold", status == "vanished"
    expected = "hold.placed" if held else "hold.released"
    assert kinds == (["source.unknown_reported"] if unknown else [expected])


@pytest.mark.rule("X.21")
@pytest.mark.parametrize("word", [*work.HOLDS, "solar_flare"])
def test_a_hold_says_why(word):
    """In the words of the model; one that is not listed is another, and is reported."""
    place = "fulfillment_order.fulfillment_holds.0.reason"
    reading = kit.read(SOURCE, kit.changed(sample("work_held"), {place: word}), topic=FETCHED)

    assert reading.facts[0].body.reason == work.HOLDS.get(word, "other")
    assert (len(reading.facts) == 2) is (word == "solar_flare")


def test_a_hold_ends_with_the_next_document_that_is_not_held():
    """Whichever of the two comes first."""
    held, free = sample("work_held"), sample("work_held")
    free["fulfillment_order"] |= {"status": "open", "updated_at": "2024-05-05T10:00:00+02:00"}

    order = kit.story(SOURCE, held, free, topic=FETCHED)

    assert order.derived.promise.hold == "clear"
    assert kit.story(SOURCE, held, topic=FETCHED).derived.promise.hold == "on_hold"


@pytest.mark.parametrize("topic", ["fulfillment_orders/moved", "fulfillment_orders/split"])
def test_a_webhook_that_names_no_order_asks_for_its_documents(topic):
    """Once, and after a move in a way that tells where the goods come from."""
    wanted = kit.read(SOURCE, sample("work_moved"), topic=topic).wanted

    assert [each.id for each in wanted] == ["1046000780", "1046000788"]
    assert ("moved" in wanted[0].topic) is topic.endswith("moved")


def test_a_fetched_document_without_its_order_is_not_asked_for_again():
    """Or a shop's error would be fetched for ever."""
    content = kit.changed(sample("work_held"), {"fulfillment_order.order_id": kit.DELETE})

    reading = kit.read(SOURCE, content, topic=FETCHED)

    assert (reading.wanted, reading.quarantined[0].field) == ((), "order_id")


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("requested", "return.requested"),
        ("open", "return.approved"),
        ("declined", "return.rejected"),
        ("canceled", "return.cancelled"),
        ("closed", "return.completed"),
        ("lost", "source.unknown_reported"),
    ],
)
def test_a_return_takes_its_steps(status, told):
    """One webhook each; what was asked for is told wherever its lines are."""
    content = sample("return_closed") | {"status": status}

    assert kit.kinds(kit.read(SOURCE, content, topic="returns/close")) == [told]


@pytest.mark.parametrize(
    ("topic", "content"),
    [
        ("returns/update", {"admin_graphql_api_id": "gid://shopify/Return/1"}),
        ("fulfillment_orders/progress_reported", {"fulfillment_order": {"id": 1}}),
        ("fulfillment_events/delete", {"id": 1, "fulfillment_id": 2, "order_id": 3}),
        ("orders/shopify_protect_eligibility_changed", {"order_id": 3}),
        ("draft_orders/create", {"id": 1, "name": "#D1"}),
    ],
)
def test_what_an_order_need_not_know_is_ignored_with_a_reason(topic, content):
    """So no topic that a shop may switch on fills the dead letters."""
    reading = kit.read(SOURCE, content, topic=topic)

    assert reading.ignored
    assert not reading.facts + reading.quarantined + reading.wanted
