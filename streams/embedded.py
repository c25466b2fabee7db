"""A broker inside this installation: librdkafka's mock cluster in a process of its own.

For the demo and quick tests only: it keeps everything in memory and forgets it at exit (ADR 5).
Topics come into being on first use with four partitions; CreateTopics is not supported. Its commit
markers carry a wrong checksum, so every aiokafka consumer of a topic written in transactions needs
`check_crcs=False` here (Faust: `broker_check_crcs`). Offsets sent in a transaction are accepted and
not kept: a second owner of a partition starts at its beginning. The process of its own keeps the broker's work
off the interpreter that is being shown or tested, and it ends with its parent: the parent holds the
other end of its standard input.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

PARTITIONS: Final = 4  # librdkafka's own default for a topic of its mock cluster
_READY_SECONDS_MAX: Final = 10.0
_STOP_SECONDS_MAX: Final = 5.0


class EmbeddedBrokerError(RuntimeError):
    """The embedded broker did not start."""


@contextlib.contextmanager
def embedded_broker(brokers: int = 1) -> Iterator[str]:
    """Run a broker for as long as the block lasts and give its bootstrap addresses."""
    child = subprocess.Popen(  # noqa: S603 - this interpreter, this module, no input of others
        [sys.executable, "-m", "streams.embedded", str(brokers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the parent, which ends this in its own time
    )
    try:
        yield _bootstrap(child)
    finally:
        _stop(child)


def _bootstrap(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    line = child.stdout.readline().strip()  # ends with the child, which has its own deadline
    if not line:
        raise EmbeddedBrokerError(f"exit status {child.wait(_STOP_SECONDS_MAX)}")
    return line


def _stop(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    assert child.stdout is not None
    with contextlib.suppress(OSError):
        child.stdin.close()
    try:
        child.wait(_STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    child.stdout.close()


def _serve(brokers: int) -> None:
    """Be the broker until standard input closes."""
    from confluent_kafka import Producer

    holder = Producer(
        {
            "bootstrap.servers": "127.0.0.1",  # replaced by the mock cluster's own
            "test.mock.num.brokers": brokers,
            "log_level": 2,
        }
    )
    known = holder.list_topics(timeout=_READY_SECONDS_MAX).brokers.values()
    print(",".join(sorted(f"{each.host}:{each.port}" for each in known)), flush=True)  # noqa: T201 - the answer
    sys.stdin.read()


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
