"""What all fault campaigns share: the seed that plays a run again, and a main job on a real Kafka."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from tests.faults.campaign import installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.installation import Installation


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(10**6))


@pytest.fixture
def job(kafka, tmp_path) -> Iterator[Installation]:
    with installed(kafka, tmp_path) as installation:
        yield installation
