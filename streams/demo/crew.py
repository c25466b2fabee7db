"""The processes of the demo: the built-in broker and its workers, ended whatever happens."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Final

import aiohttp

from streams.demo.scene import PROFILES
from streams.settings import PREFIX

_READY_SECONDS_MAX: Final = 40.0
_ASK_SECONDS: Final = 0.1
_STOP_SECONDS_MAX: Final = 10.0
_LOG_BYTES_SHOWN: Final = 2_000


class WorkerGoneError(RuntimeError):
    """The worker ended, or was never ready; carries the end of its log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who is running, and where to reach them."""

    brokers: str
    web: str
    log: IO[bytes]
    worker: subprocess.Popen[bytes]

    def insist(self) -> None:
        """Raise if the worker is gone."""
        status = self.worker.poll()
        if status is not None:
            raise WorkerGoneError(f"the worker ended with status {status}:\n{self._log_end()}")

    async def ready(self) -> None:
        """Wait until the worker has its partitions and their state."""
        try:
            async with asyncio.timeout(_READY_SECONDS_MAX), aiohttp.ClientSession() as session:
                while not await _is_ready(session, f"{self.web}/ready"):
                    self.insist()
                    await asyncio.sleep(_ASK_SECONDS)
        except TimeoutError:
            raise WorkerGoneError(
                f"the worker was not ready after {_READY_SECONDS_MAX:g} s:\n{self._log_end()}"
            ) from None

    def _log_end(self) -> str:
        """Read the end of the log without moving the place where the worker writes."""
        size = os.fstat(self.log.fileno()).st_size
        end = os.pread(self.log.fileno(), _LOG_BYTES_SHOWN, max(0, size - _LOG_BYTES_SHOWN))
        return end.decode(errors="replace").strip()


@contextlib.contextmanager
def worker_on(brokers: str, *arguments: str, database: str = "") -> Iterator[Crew]:
    """Run a worker with these arguments for as long as the block lasts."""
    port = _free_port()
    with TemporaryFile() as log:
        child = subprocess.Popen(  # noqa: S603 - this interpreter, our own words
            [sys.executable, "-m", "streams.demo.worker", *arguments],
            env=_environment(settings_of(brokers, database), port),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us; we end it in our own time
        )
        try:
            yield Crew(brokers=brokers, web=f"http://127.0.0.1:{port}", log=log, worker=child)
        finally:
            _stop(child)


def settings_of(brokers: str, database: str = "") -> dict[str, str]:
    """Say what a command needs in its environment to talk to the demo's broker and view."""
    view = {"ORDERSTREAM_DATABASE_URL": database} if database else {}
    return view | {
        "ORDERSTREAM_BROKERS": brokers,
        "ORDERSTREAM_EMBEDDED": "true",
        "ORDERSTREAM_PROFILES": json.dumps(PROFILES),
    }


def _environment(settings: dict[str, str], port: int) -> dict[str, str]:
    """Keep the surroundings, but none of the settings of another installation."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
    return {
        **kept,
        **settings,
        "ORDERSTREAM_WEB_PORT": str(port),
        "ORDERSTREAM_FETCH_WAIT_MS": "20",
    }


async def _is_ready(session: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with session.get(url) as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False  # it does not listen yet


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    try:
        child.wait(_STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    assert child.stdin is not None
    with contextlib.suppress(OSError):
        child.stdin.close()
