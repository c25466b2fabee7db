"""How a record of a feed topic says where it came from."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.delivery import Delivery, Normalised, Quarantined, Source
from connectors.feed import HEADERS_MAX, read

FAKE = Source(
    name="fake", kind="payments", topics=(), signature="", normalise=lambda _: Normalised()
)
BODY = b'{"id": 18446744073709551615, "price": 10.10}'
OWN = [("source", b"fake"), ("account", b"acme/web"), ("topic", b"paid")]
EVENT = {"specversion": "1.0", "id": "e1", "source": "fake/acme/web", "type": "paid"}
BINARY = [
    ("ce_specversion", b"1.0"),
    ("ce_id", b"e1"),
    ("ce_source", b"fake/acme/web"),
    ("ce_type", b"paid"),
    ("ce_time", b"2026-01-02T03:04:05Z"),
]


def find(name):
    return FAKE if name.strip().lower() == "fake" else None


def taken(value, headers=()):
    return read(value, headers, find=find)


def envelope(**more):
    return json.dumps(EVENT | more).encode()


def test_headers_say_source_account_topic_and_time():
    """The body stays as it is and vendor headers stay beside it, in lower case."""
    headers = [*OWN, ("received_at", b"2026-01-02T03:04:05+00:00"), ("X-Fake-Id", b"7")]

    assert taken(BODY, headers) == (
        FAKE,
        Delivery(
            body=BODY,
            account="acme/web",
            topic="paid",
            headers={"x-fake-id": "7"},
            received_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        ),
    )


def test_a_byte_order_mark_before_an_envelope_is_no_part_of_it():
    """Some producers write one before each JSON text."""
    value = envelope(data={"a": 1})

    assert taken(b"\xef\xbb\xbf" + value) == taken(value)
    assert isinstance(taken(value), tuple)


@pytest.mark.parametrize("prefix", ["ce_", "ce-", "CE_"])
def test_a_binary_cloudevent_is_read_from_its_headers(prefix):
    """Kafka writes `ce_`, HTTP `ce-`; both are the same event."""
    headers = [(name.replace("ce_", prefix), text) for name, text in BINARY]

    source, delivery = taken(BODY, headers)

    assert source is FAKE
    assert (delivery.account, delivery.topic, delivery.body) == ("acme/web", "paid", BODY)
    assert delivery.headers["ce-id"] == "e1"
    assert delivery.received_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_structured_cloudevent_keeps_the_bytes_of_its_data():
    """Ids beyond 2^53 and decimals leave the envelope as they entered it."""
    value = envelope(time="2026-01-02T03:04:05Z")[:-1] + b', "data": ' + BODY + b"}"

    source, delivery = taken(value)

    assert source is FAKE
    assert delivery.body == BODY
    assert delivery.received_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "more",
    [
        {"data_base64": base64.b64encode(BODY).decode()},
        {"data": BODY.decode(), "datacontenttype": "text/plain"},
    ],
)
def test_data_may_be_base64_or_text(more):
    """A payload that is no JSON travels encoded, or as a string of its own type."""
    assert taken(envelope(**more))[1].body == BODY


REFUSED = [
    (None, OWN, "value", "record without a value"),
    (BODY, [], "source", "header missing"),
    (BODY, None, "source", "header missing"),
    (BODY, [("source", b"nobody"), *OWN[1:]], "source", "unknown source"),
    (BODY, [("source", b""), *OWN[1:]], "source", "unknown source"),
    (BODY, [OWN[0]], "account", "account is not"),
    (BODY, [*OWN[:1], ("account", b"acme")], "account", "account is not"),
    (BODY, [*OWN[:1], ("account", b"acme/")], "account", "account is not"),
    (BODY, [*OWN[:1], ("account", b"acme/web/x")], "account", "account is not"),
    (BODY, [*OWN[:1], ("account", b"ac me/web")], "account", "account is not"),
    (BODY, [*OWN, ("account", b"other/web")], "account", "header twice"),
    (BODY, [*OWN, ("received_at", b"today")], "received_at", "not a time"),
    (BODY, [*OWN, ("received_at", b"2026-01-02T03:04:05")], "received_at", "time without a zone"),
    (BODY, [*OWN, *[(f"h{i}", b"") for i in range(HEADERS_MAX)]], "headers", "over 64 headers"),
    (BODY, BINARY[1:], "ce_specversion", "attribute missing"),
    (BODY, [("ce_specversion", b"0.3"), *BINARY[1:]], "specversion", "version is not 1.0"),
    (envelope(), [], "data", "without data"),
    (envelope(data=None), [], "data", "without data"),
    (envelope(data={}, specversion="2.0"), [], "specversion", "version is not 1.0"),
    (envelope(data={}, source="fake"), [], "account", "account is not"),
    (envelope(data={}, source="other/acme/web"), [], "source", "unknown source"),
    (envelope(data_base64="%%%"), [], "cloudevent", "not a CloudEvent"),
    (envelope(data={}, id=7), [], "cloudevent", "not a CloudEvent"),
    (envelope(data={}, time="noon"), [], "received_at", "not a time"),
    (b'{"specversion":"1.0","specversion":"1.0"}', [], "body", "key twice"),
]


@pytest.mark.parametrize(("value", "headers", "field", "reason"), REFUSED)
def test_a_record_that_does_not_say_where_it_is_from_is_quarantined(value, headers, field, reason):
    """Nothing is guessed: the field and the reason are named."""
    refused = taken(value, headers)

    assert isinstance(refused, Quarantined)
    assert refused.field == field
    assert reason in refused.reason


@given(
    st.binary(max_size=80) | st.sampled_from([BODY, envelope(data={})]),
    st.lists(
        st.tuples(
            st.sampled_from([name for name, _ in [*OWN, *BINARY]]) | st.text(max_size=8),
            st.none() | st.binary(max_size=12) | st.sampled_from([text for _, text in BINARY]),
        ),
        max_size=8,
    ),
)
def test_any_record_is_a_delivery_or_a_quarantine(value, headers):
    """Reading a record never raises."""
    answer = taken(value, headers)

    assert isinstance(answer, Quarantined) or isinstance(answer[1], Delivery)
