"""What a fact costs through the fold, in this process."""

from __future__ import annotations

import itertools
import time
from collections import defaultdict
from collections.abc import Mapping

from bench.throughput import SEED
from domain.codec import decode_record, encode_message, encode_order
from domain.order import Order
from domain.process import process, unseen
from domain.snapshot import take_snapshot
from streams.rulebook import rulebook
from tests.harness.story import BEGINNING, order_log


def fold(events: int) -> Mapping[str, float]:
    """Time decoding, folding, encoding what is said, encoding state and snapshot, one by one."""
    rules_for, orders = rulebook({}), dict[str, Order]()
    log = list(itertools.islice(order_log(SEED, events, 2_000), events))
    spent: dict[str, float] = defaultdict(float)
    clock = time.perf_counter
    for key, value in log:
        name, start = key.decode(), clock()
        record = decode_record(value)
        decoded = clock()
        step = process(orders.get(name) or unseen(name, BEGINNING), record, rules_for(name))
        folded = clock()
        for message in step.messages:
            encode_message(message)
        said = clock()
        encode_order(step.order)
        kept = clock()
        encode_message(take_snapshot(step.order, rules_for(name)))
        shown = clock()
        orders[name] = step.order
        spent["decode_us"] += decoded - start
        spent["fold_us"] += folded - decoded
        spent["say_us"] += said - folded
        spent["state_us"] += kept - said
        spent["snapshot_us"] += shown - kept
    figures = {name: round(seconds / events * 1e6, 1) for name, seconds in spent.items()}
    return {"facts": events, **figures, "sum_us": round(sum(figures.values()), 1)}
