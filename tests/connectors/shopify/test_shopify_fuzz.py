"""Shopify: whatever arrives becomes facts that the next reader accepts, or a quarantine."""

import copy
import json
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.delivery import Delivery, Normalised, Quarantined
from connectors.shopify import SOURCE
from connectors.shopify.source import TOPICS
from domain.fact import Fact

SAMPLES = Path(__file__).with_name("samples")
CONTENTS = [
    json.loads(path.read_text())
    for path in sorted(SAMPLES.glob("*.json"))
    if not path.name.endswith(".expected.json")
]
ODD = [
    None, True, False, 0, -1, 1.5, 1e300, 10**40, "", "x", "-1", "NaN", "1e9", "é" * 5000,
    [], {}, [None], [[]], {"id": 1}, "2024-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "\x00", "a b/c", "0", "99999999999999999999", "JPY", "success",
    "cancelled", "refunded", "return", "cancel",
]  # fmt: skip


def check(body, topic=""):
    outcome = SOURCE.normalise(Delivery(body=body, account="acme/shop", topic=topic))
    assert isinstance(outcome, Normalised | Quarantined)
    if isinstance(outcome, Normalised):
        assert outcome.facts or outcome.quarantined or outcome.ignored
        for fact in outcome.facts:
            assert msgspec.json.decode(msgspec.json.encode(fact), type=Fact) == fact
            assert fact.order_key
            assert fact.occurred_at.utcoffset().total_seconds() == 0


def paths_in(content, path=()):
    yield path
    if isinstance(content, dict | list):
        items = content.items() if isinstance(content, dict) else enumerate(content)
        for key, inner in items:
            yield from paths_in(inner, (*path, key))


PLACES = [(n, path) for n, content in enumerate(CONTENTS) for path in paths_in(content) if path]


@given(st.binary(max_size=2_000), st.sampled_from(["", *TOPICS]))
def test_any_bytes_are_answered(body, topic):
    """No exception, no fact out of noise."""
    check(body, topic)


@settings(max_examples=400)
@given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(ODD)), min_size=1, max_size=3),
    st.sampled_from(["", *TOPICS]),
)
def test_any_odd_value_in_any_place_is_answered(changes, topic):
    """Structure-aware: one to three fields of a sample hold something else."""
    number = changes[0][0][0]
    content = copy.deepcopy(CONTENTS[number])
    for (other, path), odd in changes:
        if other == number:
            _put(content, path, odd)

    check(json.dumps(content).encode(), topic)


@settings(max_examples=60)
@given(st.sampled_from(CONTENTS), st.data())
def test_a_truncated_body_is_answered(content, data):
    """A connection that broke."""
    body = json.dumps(content).encode()

    check(body[: data.draw(st.integers(0, len(body)))])


def _put(content, path, value):
    """Put the value there, unless an earlier change took the place away."""
    *way, last = path
    try:
        for key in way:
            content = content[key]
        content[last] = copy.deepcopy(value)
    except (KeyError, IndexError, TypeError):
        return
