"""A worker of the demo, in a process of its own that ends with its parent.

It takes its settings from the environment like any worker; the parent holds the other end of its
standard input, so it goes away even when the parent was killed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from streams.cli import main


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    main(["worker", *sys.argv[1:]])
