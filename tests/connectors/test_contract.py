"""What every connector keeps, tried on its samples and on noise: a new one needs no line here."""

import json
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import describe
from connectors.delivery import Normalised, Quarantined, Source
from connectors.normalise import Reading, normalise
from connectors.registry import SOURCES
from domain.fact import Fact
from tests.connectors import kit
from tests.connectors.mutation import NOISE, mutations
from tests.domain.stories import examples

CPU_SECONDS_MAX = 0.05
"""Of one delivery, whatever it holds."""

TWINS = {"usps", "usps_international"}
"""Two services of one carrier that answer alike."""

EACH = pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
SAMPLES = {source.name: kit.samples(source) for source in SOURCES.values()}
EVERY = [sample for samples in SAMPLES.values() for sample in samples]
HEADERS = {
    name: [{}, *({"topic": topic} for topic in source.topics)] for name, source in SOURCES.items()
}


def check(source: Source, body: bytes, **headers: str) -> Reading:
    """Whatever comes in: facts that the next reader accepts, or a reason, in time."""
    began = time.process_time()
    reading = kit.read(source, body, **headers)
    if time.process_time() - began > CPU_SECONDS_MAX:  # once may be the garbage collector
        began = time.process_time()
        kit.read(source, body, **headers)
        assert time.process_time() - began <= CPU_SECONDS_MAX
    assert reading.facts or reading.quarantined or reading.wanted or reading.ignored
    for fact, encoded in zip(reading.facts, reading.encoded, strict=True):
        assert msgspec.json.decode(encoded, type=Fact) == fact
        assert fact.order_key or fact.reference
        assert (fact.tenant, fact.channel, fact.source) == ("acme", "shop", source.name)
    for each in reading.quarantined:
        assert each.reason
        assert not each.reason.startswith(("internal", "invalid")), each
    return reading


@EACH
def test_a_connector_has_samples_and_says_what_it_reads(source):
    """A connector without a sample is a claim; words are shown by `orderstream sources NAME`."""
    assert SAMPLES[source.name]
    assert all((source.signature, source.formats, source.kind))
    assert source.words
    for field, word, becomes in describe.rows(source):
        assert field
        assert becomes, word
        assert "object at" not in becomes


@pytest.mark.parametrize("sample", EVERY, ids=lambda each: f"{each.source.name}-{each.name}")
def test_a_sample_becomes_exactly_the_expected_facts(sample):
    """Payload in, all facts out, as files to read side by side."""
    reading = check(sample.source, sample.body, **sample.headers)

    assert kit.said(reading) == json.loads(sample.expected.read_text())


@pytest.mark.parametrize("sample", EVERY, ids=lambda each: f"{each.source.name}-{each.name}")
def test_a_sample_sent_again_is_the_same_facts_by_name(sample):
    """Nothing in a fact's name or body depends on when its delivery came, or by which."""
    first = sample.read()
    later = kit.delivery(sample.body, **sample.headers, x_delivery="another")

    again = normalise(sample.source, later)

    assert {fact.event_id for fact in again.facts} == {fact.event_id for fact in first.facts}
    assert [fact.body for fact in again.facts] == [fact.body for fact in first.facts]


@EACH
@pytest.mark.rule("X.1")
@examples(0.08)
@given(data=st.data())
def test_any_order_of_deliveries_with_repeats_ends_in_the_same_orders(source, data):
    """All samples at once, contradictions between them included."""
    told = [sample.read().facts for sample in SAMPLES[source.name]]
    repeats = data.draw(st.lists(st.sampled_from(range(len(told))), max_size=4))
    arrival = data.draw(st.permutations([*range(len(told)), *repeats]))

    ended = kit.ends(fact for number in arrival for fact in told[number])

    assert ended == kit.ends(fact for facts in told for fact in facts)


@EACH
def test_the_payloads_of_other_vendors_become_no_facts(source):
    """A feed that is wired to the wrong source must not make orders."""
    same = TWINS if source.name in TWINS else {source.name}
    others = [each for each in EVERY if each.source.name not in same]

    for other in others:
        reading = check(source, other.body)
        assert not reading.facts, other.path


@EACH
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"null",
        b"7",
        b"true",
        b'"text"',
        b"{",
        b'{"a": 1',
        b"<a>",
        b"<!DOCTYPE a><a/>",
        b"<html><body>Bad gateway</body></html>",
        b"\xff\xfe",
        b'{"id": NaN}',
        b'{"id": 1, "id": 2}',
        b'{"id": "\\ud800"}',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"id": ' + b"9" * 5_000 + b"}",
        b"x" * 300_000,
    ],
    ids=lambda body: str(body[:20]),
)
def test_what_is_no_payload_is_quarantined(source, body):
    """The reason says why, and nothing of it becomes a fact."""
    reading = check(source, body)

    assert not reading.facts
    assert reading.quarantined


@EACH
@pytest.mark.fuzz
@examples(0.15)
@given(data=st.data())
def test_any_bytes_are_answered(source, data):
    """No fact out of noise; no exception either, even without the guard before it."""
    body = data.draw(NOISE)
    headers = data.draw(st.sampled_from(HEADERS[source.name]))

    reading = check(source, body, **headers)
    outcome = source.normalise(kit.delivery(body, **headers))

    assert reading.facts == ()
    assert isinstance(outcome, Normalised | Quarantined)


@EACH
@pytest.mark.fuzz
@examples(0.2)
@given(data=st.data())
def test_a_sample_with_anything_odd_in_it_is_answered(source, data):
    """Values that are none, of another type, elsewhere, missing, cut off or there twice."""
    body, headers = data.draw(mutations(SAMPLES[source.name]))

    check(source, body, **headers)
