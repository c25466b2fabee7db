"""What all fault campaigns share: the seed that plays a run again, and a main job on a real Kafka."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from tests.harness.installation import Installation

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture
def job(kafka, tmp_path) -> Iterator[Installation]:
    installation = Installation(
        kafka,
        tmp_path,
        ORDERSTREAM_SESSION_TIMEOUT_SECONDS="6",
        ORDERSTREAM_HEARTBEAT_SECONDS="1",
    )
    installation.make_topics()
    yield installation
    installation.end()
    installation.remove_topics()
