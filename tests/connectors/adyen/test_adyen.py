"""What Adyen's notifications come to, and what the ledger makes of them."""

from functools import partial

import pytest

from connectors.adyen import SOURCE
from connectors.adyen.table import (
    CANCEL_OR_REFUND,
    DISPUTE,
    DISPUTE_STATUS,
    IGNORED,
    MODIFICATION,
    PAYMENT,
    RISK,
    TOPICS,
)
from tests.connectors import ledger
from tests.connectors.kit import changed, kinds, only, read, sample

PAYMENT_NAME = "QZ7KTLN9WBXM4C65"

DOCUMENTED = """
ACH_NOTIFICATION_OF_CHANGE AUTHORISATION AUTHORISATION_ADJUSTMENT AUTORESCUE CANCELLATION
CANCEL_AUTORESCUE CANCEL_OR_REFUND CAPTURE CAPTURE_FAILED CHARGEBACK CHARGEBACK_REVERSED
DIRECT_DEBIT_NOTICE_OF_CHANGE_NOTIFICATION DISPUTE_DEFENSE_PERIOD_ENDED DONATION EXPIRE
HANDLED_EXTERNALLY INFORMATION_SUPPLIED ISSUER_COMMENTS ISSUER_RESPONSE_TIMEFRAME_EXPIRED
MANUAL_REVIEW_ACCEPT MANUAL_REVIEW_REJECT NOTIFICATION_OF_CHARGEBACK NOTIFICATION_OF_FRAUD
OFFER_CLOSED ORDER_CLOSED ORDER_OPENED PAIDOUT_REVERSED PAYOUT_DECLINE PAYOUT_EXPIRE
PAYOUT_THIRDPARTY PENDING POSTPONED_REFUND PREARBITRATION_ACCEPTED PREARBITRATION_DECLINED
PREARBITRATION_ISSUER_WITHDRAWN PREARBITRATION_LOST PREARBITRATION_OPEN PREARBITRATION_WON
PROCESS_RETRY RECURRING_CONTRACT REFUND REFUNDED_REVERSED REFUND_FAILED REFUND_WITH_DATA
REPORT_AVAILABLE REQUEST_FOR_INFORMATION SCHEME_ARBITRATION SCHEME_ARBITRATION_LOST
SCHEME_ARBITRATION_WON SECOND_CHARGEBACK TECHNICAL_CANCEL VOID_PENDING_REFUND
"""


def item(code, psp="OPERATION1234567", *, success="true", original=PAYMENT_NAME, **more):
    """One notification; `original=None` makes it the payment's own."""
    return {
        "amount": {"currency": "EUR", "value": more.pop("value", 5000)},
        "eventCode": code,
        "eventDate": f"2024-03-{more.pop('day', 1):02}T09:00:00+01:00",
        "merchantReference": "1001",
        "originalReference": original,
        "pspReference": psp,
        "success": success,
        "additionalData": more,
    }


def authorised(**more):
    return item("AUTHORISATION", PAYMENT_NAME, original=None, **more)


money = partial(ledger.operations, SOURCE)


def test_every_documented_event_has_a_row():
    """An event that Adyen documents is never reported as unknown."""
    assert set(TOPICS) == set(DOCUMENTED.split())
    assert SOURCE.kind == "payments"


EVENTS = [
    ("AUTHORISATION", ["authorized"], ["failed"]),
    ("AUTHORISATION_ADJUSTMENT", ["authorization_adjusted"], []),
    ("CANCELLATION", ["reversed"], []),
    ("CAPTURE", ["captured"], ["capture_failed"]),
    ("CAPTURE_FAILED", ["capture_failed"], ["capture_failed"]),
    ("CHARGEBACK", ["disputed"], []),
    ("CHARGEBACK_REVERSED", ["disputed", "dispute_won"], []),
    ("EXPIRE", ["authorization_expired"], []),
    ("NOTIFICATION_OF_CHARGEBACK", ["disputed"], []),
    ("OFFER_CLOSED", ["failed"], []),
    ("PENDING", ["pending"], []),
    ("POSTPONED_REFUND", ["refund_requested"], []),
    ("REFUND", ["refunded"], ["refund_failed"]),
    ("REFUNDED_REVERSED", ["refund_reversed"], []),
    ("REFUND_FAILED", ["refund_failed"], ["refund_failed"]),
    ("REFUND_WITH_DATA", ["refunded"], ["refund_failed"]),
    ("SECOND_CHARGEBACK", ["disputed", "dispute_lost"], []),
    ("TECHNICAL_CANCEL", ["reversed"], []),
    ("VOID_PENDING_REFUND", ["refund_failed"], []),
]


@pytest.mark.parametrize(("code", "done", "refused"), EVENTS)
def test_success_is_a_word_that_decides(code, done, refused):
    """`success` "false" is a failure where one can fail, and nothing where nothing happened."""
    assert money(item(code)) == done
    assert money(item(code, success="false")) == refused
    assert money(item(code, success=False)) == refused


def test_every_event_about_money_is_tried():
    """The table above forgets no row of the connector's."""
    assert {*PAYMENT, *MODIFICATION} <= {code for code, _, _ in EVENTS}


@pytest.mark.parametrize("action", CANCEL_OR_REFUND)
def test_cancel_or_refund_says_which_it_was(action):
    """Adyen chooses; the additional data say what it chose."""
    told = money(item("CANCEL_OR_REFUND", **{"modification.action": action}))

    assert told == [{"cancel": "reversed", "refund": "refunded"}[action]]


def test_a_cancel_or_refund_that_failed_without_saying_which_changed_nothing():
    """There is nothing that it could have done."""
    assert money(item("CANCEL_OR_REFUND", success="false")) == []
    told = item("CANCEL_OR_REFUND", success="false", **{"modification.action": "refund"})
    assert money(told) == ["refund_failed"]


@pytest.mark.parametrize(("code", "stands"), DISPUTE.items())
def test_a_dispute_stands_as_its_event_says(code, stands):
    """Every event of a dispute keeps it open or ends it."""
    ended = {"open": [], "won": ["dispute_won"], "lost": ["dispute_lost"]}

    assert money(item(code)) == ["disputed", *ended[stands]]


@pytest.mark.parametrize(("word", "stands"), DISPUTE_STATUS.items())
def test_the_status_of_a_dispute_ends_what_its_event_left_open(word, stands):
    """A charge back that nobody may defend is lost at once; a won one stays won."""
    ended = {"open": [], "won": ["dispute_won"], "lost": ["dispute_lost"]}

    assert money(item("CHARGEBACK", disputeStatus=word)) == ["disputed", *ended[stands]]
    assert "dispute_won" in money(item("CHARGEBACK_REVERSED", disputeStatus=word))


@pytest.mark.parametrize(
    ("code", "kind"),
    [("suspected", "risk.flagged"), ("confirmed", "risk.flagged"), ("cleared", "risk.cleared")],
)
def test_words_about_fraud_are_risk_and_move_no_money(code, kind):
    """What a reviewer or a bank thinks of a payment is no operation on it."""
    events = [event for event, level in RISK.items() if level == code]

    for event in events:
        assert kinds(read(SOURCE, item(event)))[-1] == kind
        assert money(item(event)) == []
        assert read(SOURCE, item(event, success="false")).ignored


@pytest.mark.parametrize("code", IGNORED)
def test_what_no_order_needs_is_ignored_with_a_reason(code):
    """Reports and payouts are understood and left alone."""
    reading = read(SOURCE, item(code))

    assert (reading.facts, reading.quarantined) == ((), ())
    assert reading.ignored.startswith(code)


@pytest.mark.rule("X.21")
@pytest.mark.parametrize(
    ("notification", "field", "value"),
    [
        (item("TELEPORTED"), "eventCode", "TELEPORTED"),
        (item("CHARGEBACK", disputeStatus="Forgotten"), "disputeStatus", "Forgotten"),
        (
            item("CANCEL_OR_REFUND", **{"modification.action": "bury"}),
            "modification.action",
            "bury",
        ),
        (item("CANCEL_OR_REFUND"), "modification.action", ""),
    ],
)
def test_an_unknown_word_is_reported(notification, field, value):
    """A new word of Adyen is a fact of its own, never a guess."""
    unknown = only(read(SOURCE, notification), "source.unknown_reported")

    assert (unknown.body.field, unknown.body.value) == (field, value)


STORIES = {
    "captured in two": (
        [
            authorised(),
            item("CAPTURE", "CAP1", value=3000, day=2),
            item("CAPTURE", "CAP2", value=2000, day=3),
        ],
        ("paid", 0, 5000, 0, 0),
    ),
    "a capture bounced": (
        [authorised(), item("CAPTURE", "CAP1", day=2), item("CAPTURE_FAILED", "CAP1", day=4)],
        ("authorized", 5000, 0, 0, 0),
    ),
    "captured at once": (
        [authorised(captureDelayHours="0"), item("CAPTURE", "CAP1", day=2)],
        ("paid", 0, 5000, 0, 0),
    ),
    "refused, then authorised": (
        [authorised(success="false"), authorised(day=2)],
        ("authorized", 5000, 0, 0, 0),
    ),
    "pending, then authorised": (
        [item("PENDING", PAYMENT_NAME, original=None), authorised(day=2)],
        ("authorized", 5000, 0, 0, 0),
    ),
    "the offer ran out": (
        [
            item("PENDING", PAYMENT_NAME, original=None),
            item("OFFER_CLOSED", PAYMENT_NAME, original=None, day=2),
        ],
        ("failed", 0, 0, 0, 0),
    ),
    "authorised for more": (
        [
            authorised(value=4000),
            item("AUTHORISATION_ADJUSTMENT", "ADJ1", value=5000, day=2),
        ],
        ("authorized", 5000, 0, 0, 0),
    ),
    "cancelled": (
        [authorised(), item("CANCELLATION", "CAN1", day=2)],
        ("in_progress", 0, 0, 0, 0),
    ),
    "the rest ran out": (
        [
            authorised(),
            item("CAPTURE", "CAP1", value=3000, day=2),
            item("EXPIRE", PAYMENT_NAME, original=None, value=2000, day=28),
        ],
        ("partially_paid", 0, 3000, 0, 0),
    ),
    "refunded, which failed, then again": (
        [
            item("CAPTURE", "CAP1"),
            item("REFUND", "RFD1", value=1200, day=2),
            item("REFUND_FAILED", "RFD1", value=1200, day=3),
            item("REFUND", "RFD2", value=1000, day=4),
        ],
        ("partially_refunded", 0, 5000, 1000, 0),
    ),
    "a refund came back": (
        [
            item("CAPTURE", "CAP1"),
            item("REFUND", "RFD1", value=1200, day=2),
            item("REFUNDED_REVERSED", "RFD1", value=1200, day=9),
        ],
        ("paid", 0, 5000, 0, 0),
    ),
    "charged back": (
        [
            item("CAPTURE", "CAP1"),
            item("NOTIFICATION_OF_CHARGEBACK", "DSP1", day=2),
            item("CHARGEBACK", "DSP1", day=3),
        ],
        ("disputed", 0, 5000, 0, 5000),
    ),
    "charged back, won, lost": (
        [
            item("CAPTURE", "CAP1"),
            item("CHARGEBACK", "DSP1", day=3),
            item("CHARGEBACK_REVERSED", "DSP1", day=4),
            item("SECOND_CHARGEBACK", "DSP1", day=5),
        ],
        ("refunded", 0, 5000, 5000, 0),
    ),
    "charged back, lost, won": (
        [
            item("CAPTURE", "CAP1"),
            item("CHARGEBACK", "DSP1", day=3),
            item("SECOND_CHARGEBACK", "DSP1", day=5),
            item("PREARBITRATION_WON", "DSP1", day=6),
        ],
        ("paid", 0, 5000, 0, 0),
    ),
    "charged back without a name of its own": (
        [
            item("CAPTURE", "CAP1"),
            item("CHARGEBACK", PAYMENT_NAME, original=None, day=3, disputeStatus="Lost"),
        ],
        ("refunded", 0, 5000, 5000, 0),
    ),
}


@pytest.mark.rule("X.1")
@pytest.mark.parametrize("name", STORIES)
def test_every_order_of_arrival_and_every_repeat_ends_in_the_same_ledger(name):
    """Notifications late or twice: the money is the same and nothing contradicts."""
    notifications, then = STORIES[name]

    assert ledger.ledger_of(SOURCE, *notifications) == then


@pytest.mark.parametrize(
    ("currency", "value", "minor"),
    [
        ("EUR", 1234, 1234),
        ("JPY", 1200, 1200),
        ("KWD", 5120, 5120),
        ("CLP", 500, 5),
        ("ISK", 500, 5),
        ("IDR", 500, 50_000),
        ("CVE", 500, 50_000),
    ],
)
def test_amounts_are_minor_units_of_iso_4217(currency, value, minor):
    """Four currencies have other decimals at Adyen."""
    told = changed(item("REFUND"), {"amount": {"currency": currency, "value": value}})

    assert read(SOURCE, told).facts[-1].body.amount == minor


@pytest.mark.rule("X.18")
@pytest.mark.parametrize(("live", "test"), [("true", False), ("false", True)])
def test_the_test_environment_marks_facts_as_test(live, test):
    """`live` is text, too."""
    batch = changed(sample(SOURCE, "authorised_and_captured"), {"live": live})

    assert {fact.test for fact in read(SOURCE, batch).facts} == {test}


def test_a_form_says_the_same_as_the_notification_in_json():
    """Adyen sends either."""
    form = read(
        SOURCE,
        b"live=true&eventCode=AUTHORISATION&eventDate=2024-03-01T09:00:00%2B01:00"
        b"&pspReference=QZ7KTLN9WBXM4C65&originalReference=&merchantReference=1001"
        b"&currency=EUR&value=5000&success=true&operations=REFUND",
    )
    json = read(SOURCE, authorised() | {"operations": ["REFUND"]})

    assert [fact.body for fact in form.facts] == [fact.body for fact in json.facts]
    assert kinds(form)[-1] == "payment.captured"


def test_the_last_digits_of_a_card_go_nowhere():
    """The reason of an authorisation that succeeded holds them."""
    told = authorised() | {"reason": "031702:1234:03/2030"}

    assert not any(b"1234:" in each for each in read(SOURCE, told).encoded)


WRONG = [
    ("pspReference", 123, "pspReference"),
    ("pspReference", None, "pspReference"),
    ("pspReference", "a b", "pspReference"),
    ("success", "maybe", "success"),
    ("success", None, "success"),
    ("eventDate", "2024-03-01T09:00:00", "eventDate"),
    ("eventDate", 1709280000, "eventDate"),
    ("eventCode", "", "eventCode"),
    ("amount", None, "amount"),
    ("amount.value", 50.0, "amount.value"),
    ("amount.value", "5000", "amount.value"),
    ("amount.value", -1, "amount.value"),
    ("amount.value", 10**16, "amount.value"),
    ("amount.currency", "eur", "amount.currency"),
    ("amount.currency", "XXX", "currency"),
    ("additionalData", [], "additionalData"),
]


@pytest.mark.parametrize(("path", "value", "field"), WRONG)
def test_a_wrong_value_is_quarantined_by_the_name_of_its_field(path, value, field):
    """Never a float for money, never a time without its offset."""
    reading = read(SOURCE, changed(authorised(), {path: value}))

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "notificationItems"),
        ({"notificationItems": {}}, "notificationItems"),
        ({"notificationItems": [7]}, "notificationItems.0"),
        (
            {"notificationItems": [{"NotificationRequestItem": []}]},
            "notificationItems.0.NotificationRequestItem",
        ),
        ({"id": "evt_1", "object": "event"}, "notificationItems"),
        (b"id=tr_1", "notificationItems"),
    ],
)
def test_what_is_not_adyens_is_quarantined(payload, field):
    """The field that gave it away is named."""
    reading = read(SOURCE, payload)

    assert reading.facts == ()
    assert [each.field for each in reading.quarantined] == [field]
