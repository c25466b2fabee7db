from __future__ import annotations

import pytest

from streams.engine.partitioner import key_hash, partition_of

# From Apache Kafka's own UtilsTest: the hash as a signed 32-bit number.
KAFKA = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "signed"), KAFKA.items(), ids=[k.decode()[:9] for k in KAFKA])
def test_a_key_goes_where_every_kafka_client_sends_it(key, signed):
    assert key_hash(key) == signed & 0x7FFFFFFF
    assert partition_of(key, 7) == (signed & 0x7FFFFFFF) % 7
