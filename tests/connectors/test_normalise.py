"""What the one place that runs connectors makes of their answers."""

from datetime import UTC, datetime

import msgspec
import pytest
from msgspec.structs import replace

from connectors.delivery import Delivery, Normalised, Quarantined, Source, Wanted
from connectors.normalise import FACTS_MAX, WANTED_MAX, Reading, normalise
from domain.body import Operation, UnknownReported
from domain.fact import Fact, PaymentCaptured, UnknownWasReported

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
DELIVERY = Delivery(body=b"{}", account="acme/web")


def source(answer):
    return Source(name="fake", kind="payments", topics=(), signature="", normalise=answer)


def saying(*facts, **more):
    return source(lambda _: Normalised(facts=facts, **more))


def captured(amount=1200, **more):
    body = Operation(amount=amount, currency="EUR", provider="fake", reference="c1")
    return PaymentCaptured(**({"event_id": "fake:c1", "occurred_at": AT, "body": body} | more))


def test_valid_facts_come_with_their_bytes():
    """What the shell sends is what the next reader reads."""
    reading = normalise(saying(captured()), DELIVERY)

    assert reading.facts == (captured(),)
    assert [msgspec.json.decode(each, type=Fact) for each in reading.encoded] == [captured()]
    assert reading.quarantined == ()


@pytest.mark.parametrize(
    ("fact", "field"),
    [
        (captured(amount=-1), "body.amount"),
        (captured(amount=10**15 + 1), "body.amount"),
        (captured(amount=12.5), "body.amount"),
        (captured(event_id=""), "event_id"),
        (captured(occurred_at=datetime(2026, 1, 2)), "occurred_at"),  # noqa: DTZ001
        (captured(order_key="no slashes"), "order_key"),
        (captured(body=replace(captured().body, note="x" * 4_097)), "body.note"),
    ],
)
def test_an_invalid_fact_is_quarantined_by_the_name_of_its_field(fact, field):
    """Structs check nothing when they are built, so this does."""
    reading = normalise(saying(fact, captured()), DELIVERY)

    assert reading.facts == (captured(),)
    assert [each.field for each in reading.quarantined] == [field]
    assert reading.quarantined[0].reason.startswith("invalid payment.captured: ")


@pytest.mark.parametrize("value", ["\ud800", {1, 2}, 2**70])
def test_what_cannot_be_written_is_quarantined(value):
    """A lone surrogate, a set, a huge number: no bytes, no fact, no exception."""
    odd = UnknownWasReported(
        event_id="x", occurred_at=AT, body=UnknownReported(field="status", value=value)
    )

    reading = normalise(saying(odd), DELIVERY)

    assert reading.facts == ()
    assert reading.quarantined[0].reason.startswith("invalid source.unknown_reported")


@pytest.mark.rule("X.16")
@pytest.mark.parametrize("error", [KeyError("secret"), RecursionError(), ZeroDivisionError("x")])
def test_an_exception_of_a_connector_is_a_quarantine_and_tells_no_data(error):
    """A bug in one connector must not stop a partition, nor write payloads into logs."""

    def broken(_):
        raise error

    reading = normalise(source(broken), DELIVERY)

    assert reading == Reading(
        quarantined=(Quarantined(reason=f"internal: {type(error).__name__} in fake"),)
    )


def test_a_body_that_must_not_be_parsed_never_reaches_the_connector():
    """The guard stands before every connector."""

    def never(_):
        raise AssertionError

    reading = normalise(source(never), Delivery(body=b'{"a":1,"a":2}', account="acme/web"))

    assert reading.quarantined[0].reason == "key twice in one object: a"


def test_the_same_fact_said_twice_is_said_once():
    """A payload that repeats itself costs one record."""
    assert len(normalise(saying(captured(), captured()), DELIVERY).facts) == 1


def test_what_a_connector_ignores_or_quarantines_is_passed_on_cut_short():
    """A dead letter stays small whatever the payload held."""
    long = Quarantined(reason="r" * 999, field="f" * 999, value="v" * 999)

    whole = normalise(source(lambda _: long), DELIVERY)
    part = normalise(saying(ignored="nothing new", quarantined=(long,)), DELIVERY)

    assert [len(part) for part in (whole.quarantined[0].reason, whole.quarantined[0].value)] == [
        200,
        200,
    ]
    assert part.ignored == "nothing new"
    assert part.quarantined == whole.quarantined


def test_too_many_facts_are_refused_as_a_whole():
    """A delivery cannot flood the feed."""
    flood = (captured(),) * (FACTS_MAX + 1)

    assert normalise(saying(*flood), DELIVERY).facts == ()


def wanting(**more):
    said = {"what": "order", "id": "12", "path": "v2/orders/12?include=lines", "topic": "order"}
    return Wanted(**({"source": "fake", "account": "acme/web"} | said | more))


def test_a_document_that_is_wanted_is_handed_on_once():
    """Whoever fetches it gets it by name; facts may stand beside it."""
    both = Normalised(facts=(captured(),), wanted=(wanting(), wanting()))

    reading = normalise(source(lambda _: both), DELIVERY)

    assert reading.wanted == (wanting(),)
    assert reading.facts == (captured(),)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("path", "/v2/orders/1"),
        ("path", "//evil.example/1"),
        ("path", "http://evil.example/1"),
        ("path", "v2/../admin"),
        ("path", "v2/%2e%2E/admin"),
        ("path", "v2/orders/1 HTTP/1.1"),
        ("path", "v2/orders/1\r\nHost: evil.example"),
        ("path", ""),
        ("id", "1\n2"),
        ("topic", ""),
        ("what", "x" * 201),
    ],
)
def test_a_document_whose_name_leads_astray_is_quarantined(field, value):
    """Paths are made of a payload's words, and anybody may write a payload."""
    reading = normalise(
        source(lambda _: Normalised(wanted=(wanting(**{field: value}),))), DELIVERY
    )

    assert reading.wanted == ()
    assert reading.quarantined[0].field == field


def test_too_many_documents_are_refused_as_a_whole():
    """One delivery cannot make the shell fetch for hours."""
    flood = tuple(wanting(id=str(number)) for number in range(WANTED_MAX + 1))

    assert normalise(source(lambda _: Normalised(wanted=flood)), DELIVERY).wanted == ()


def test_a_body_in_another_format_never_reaches_the_connector():
    """A source says which formats it sends."""
    xml = Delivery(body=b"<a/>", account="acme/web")

    assert normalise(saying(captured()), xml).quarantined[0].reason == "is XML, not JSON"
