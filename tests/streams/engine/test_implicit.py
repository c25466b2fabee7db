"""Which brokers add partitions to transactions by themselves."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from streams.engine.implicit import adds_implicitly


def _agreed(*levels: tuple[str, int]) -> SimpleNamespace:
    """Give an answer as it comes from the wire, with what the cluster agreed on."""
    features = b"".join(
        bytes([len(name) + 1]) + name.encode() + level.to_bytes(2, "big") * 2 + b"\0"
        for name, level in levels
    )
    return SimpleNamespace(tags={1: bytes(8), 2: bytes([len(levels) + 1]) + features})


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (_agreed(("metadata.version", 27), ("transaction.version", 2)), True),
        (_agreed(("transaction.version", 3)), True),
        (_agreed(("transaction.version", 1), ("metadata.version", 27)), False),
        (_agreed(("metadata.version", 27)), False),
        (_agreed(), False),
        (SimpleNamespace(tags={}), False),
    ],
)
def test_what_the_cluster_agreed_on_decides(answer, expected):
    assert adds_implicitly(answer) is expected
