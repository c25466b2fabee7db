"""WooCommerce: whatever arrives becomes facts that the next reader accepts, or a quarantine."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.delivery import Delivery, Normalised, Quarantined
from connectors.woocommerce import SOURCE
from domain.fact import Fact

SAMPLES = Path(__file__).with_name("samples")
CONTENTS = [
    json.loads(path.read_text())
    for path in sorted(SAMPLES.glob("*.json"))
    if not path.name.endswith(".expected.json")
]
ODD = [
    None, True, False, 0, -1, 1.5, 2.0, 1e300, 10**40, "", "x", "-1", "NaN", "1e9", "é" * 5000,
    [], {}, [None], [[]], {"id": 1}, "2024-13-01T00:00:00", "0001-01-01T00:00:00",
    "9999-12-31T23:59:59-14:00", "\x00", "a b/c", "0", "99999999999999999999", "JPY", "trash",
    "completed", "refunded", "failed", "ch_12345678", "pi_12345678",
]  # fmt: skip
TOPICS = ["", *SOURCE.topics]


def check(body, topic=""):
    outcome = SOURCE.normalise(
        Delivery(
            body=body,
            account="acme/shop",
            topic=topic,
            received_at=datetime(2024, 6, 1, tzinfo=UTC),
        )
    )
    assert isinstance(outcome, Normalised | Quarantined)
    if isinstance(outcome, Normalised):
        assert outcome.facts or outcome.quarantined or outcome.ignored
        for fact in outcome.facts:
            assert msgspec.json.decode(msgspec.json.encode(fact), type=Fact) == fact
            assert fact.order_key


def paths_in(content, path=()):
    yield path
    if isinstance(content, dict | list):
        items = content.items() if isinstance(content, dict) else enumerate(content)
        for key, inner in items:
            yield from paths_in(inner, (*path, key))


PLACES = [(n, path) for n, content in enumerate(CONTENTS) for path in paths_in(content) if path]


@given(st.binary(max_size=2_000), st.sampled_from(TOPICS))
def test_any_bytes_are_answered(body, topic):
    """No exception, no fact out of noise."""
    check(body, topic)


@settings(max_examples=300)
@given(st.sampled_from(PLACES), st.sampled_from(ODD), st.sampled_from(TOPICS))
def test_any_odd_value_in_any_place_is_answered(place, odd, topic):
    """Structure-aware: one field of a sample holds something else."""
    number, (*way, last) = place
    content = copy.deepcopy(CONTENTS[number])
    parent = content
    for key in way:
        parent = parent[key]
    parent[last] = odd

    check(json.dumps(content).encode(), topic)


@settings(max_examples=60)
@given(st.sampled_from(CONTENTS), st.data())
def test_a_truncated_body_is_answered(content, data):
    """A connection that broke."""
    body = json.dumps(content).encode()

    check(body[: data.draw(st.integers(0, len(body)))])
