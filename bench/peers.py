"""The same machine, the same broker, another program: Kafka Streams, exactly once, one thread."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping

from tests.harness.installation import ROOT


def kafka_streams(brokers: str, events: int) -> Mapping[str, float]:
    """Run its simpler job (drop repeats, keep state, one message per change)."""
    script = ROOT / "bench" / "peers" / "kafka-streams" / "run.sh"
    ran = subprocess.run(
        ["bash", script, brokers, str(events)], check=True, stdout=subprocess.PIPE, text=True
    )
    said = json.loads(ran.stdout.strip().splitlines()[-1])
    return {name: said[name] for name in ("events", "events_per_second", "cpu_us_per_event")}
