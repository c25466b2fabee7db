"""Which partition a key belongs to: Kafka's own rule, remembered.

aiokafka computes murmur2 in Python (about 10 microseconds for a short key); order keys come
again and again, so a bounded memory answers most of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from aiokafka.partitioner import murmur2

_KEYS_REMEMBERED: Final = 65_536  # about 12 MB at most; the keys in flight are far fewer


@lru_cache(maxsize=_KEYS_REMEMBERED)
def key_hash(key: bytes) -> int:
    """Hash as every Kafka client does by default, so that other producers agree."""
    return int(murmur2(key)) & 0x7FFFFFFF


def partition_of(key: bytes, partitions: int) -> int:
    """Give the partition of a key in a topic of so many partitions."""
    return key_hash(key) % partitions
