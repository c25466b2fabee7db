"""The toy of the kill tests: counts events per key, says the count for each, keeps it in state.

Run as a program it is a worker with this one stage; what it needs comes from the environment.
"""

from __future__ import annotations

import logging
import os
import sys

from streams.app import run_worker
from streams.engine.stage import Context, Stage
from streams.settings import load_settings


class Counting:
    def __init__(self, context: Context, output: str) -> None:
        self._context = context
        self._output = output

    def restored(self) -> None:
        print(f"RESTORED {self._context.partition} {len(self._context.store)}", flush=True)

    def process(self, records) -> None:
        store, send = self._context.store, self._context.outbox.send
        for record in records:
            count = int(store.get(record.key) or b"0") + 1
            store.put(record.key, b"%d" % count)
            send(self._output, record.key, b"%d %b" % (count, record.value), (), record.partition)

    def finish(self) -> None:
        pass

    def fire(self, now_ms: int) -> None:
        return None


def counting_stage(prefix: str) -> Stage:
    return Stage(
        name="counting",
        topic=f"{prefix}-in",
        changelog=f"{prefix}-log",
        make=lambda context: Counting(context, f"{prefix}-out"),
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    sys.exit(run_worker(load_settings(), [counting_stage(os.environ["COUNTING_PREFIX"])]))
