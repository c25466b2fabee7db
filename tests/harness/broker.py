"""A Kafka of one test, to be ended and started again over the same data."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

_SCRIPTS: Final = Path(__file__).parents[2] / "deploy" / "kafka"
# In its first minutes a JVM spends half of its time on better code than a test lives to use.
_FIRST_COMPILER: Final = "-XX:TieredStopAtLevel=1"


class Broker:
    """One broker; `properties` are a file of its own properties, `port` where it listens."""

    def __init__(self, data: Path, *, port: int = 0, properties: Path | None = None) -> None:
        self._data = data
        self._port = str(port) if port else ""
        self._environment = {"KAFKA_JVM": _FIRST_COMPILER} | os.environ
        if properties is not None:
            self._environment["KAFKA_PROPERTIES"] = str(properties)
        self.address = ""
        self.start()

    def start(self) -> None:
        """Start it, at the address that it had before."""
        port = [self._port] if self._port else []
        started = subprocess.run(
            ["bash", _SCRIPTS / "start.sh", self._data, *port],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env=self._environment,
        )
        self.address = started.stdout.strip()
        self._port = self.address.rpartition(":")[2]

    def end(self, how: signal.Signals) -> None:
        """Let the signal end it."""
        pid = int((self._data / "kafka.pid").read_text())
        os.kill(pid, how)
        while Path(f"/proc/{pid}").exists():
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop it for good; one that has ended already is no error."""
        subprocess.run(["bash", _SCRIPTS / "stop.sh", self._data], check=True)
