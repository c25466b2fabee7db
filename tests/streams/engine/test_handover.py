"""When records that a worker wrote may be taken by its own tasks at once."""

from __future__ import annotations

import pytest
from aiokafka import TopicPartition

from streams.engine.handover import Trace, Written

PLACE = TopicPartition("mid", 3)
OWN_UNTIL_5 = (5, 1)  # records up to offset 4 are this worker's, of its first transaction


@pytest.mark.parametrize(
    ("own", "known", "transaction", "offset", "follows"),
    [
        pytest.param(None, 0, 1, 0, True, id="the first records of all"),
        pytest.param(None, 5, 1, 5, True, id="where the last ones end"),
        pytest.param(None, 5, 1, 6, False, id="after what may be anybody's"),
        pytest.param(OWN_UNTIL_5, 5, 1, 5, True, id="in the same transaction"),
        pytest.param(OWN_UNTIL_5, 5, 1, 6, False, id="in the same transaction after another's"),
        pytest.param(OWN_UNTIL_5, 5, 2, 6, True, id="after the mark of one's own commit"),
        pytest.param(OWN_UNTIL_5, 5, 2, 7, False, id="after the mark and another's record"),
        pytest.param(OWN_UNTIL_5, 4, 2, 6, False, id="while own records are to be fetched"),
        pytest.param(OWN_UNTIL_5, 8, 2, 9, False, id="after a mark of others"),
        pytest.param(OWN_UNTIL_5, 5, 2, -1, False, id="at a place that nobody told"),
        pytest.param(None, -1, 1, -1, False, id="at no place, from no place"),
        pytest.param(None, -1, 1, 0, False, id="before it is known where to begin"),
    ],
)
def test_records_follow_where_nothing_can_be_missing(own, known, transaction, offset, follows):
    trace = Trace()
    if own is not None:
        end, number = own
        trace.follows(_written(end - 2, 2), end - 2, number)

    assert trace.follows(_written(offset, 1), known, transaction) is follows


def test_another_producers_mark_is_not_waited_for():
    trace = Trace()
    trace.follows(_written(0, 5), 0, 1)
    trace.forget()

    assert not trace.follows(_written(6, 1), 5, 2)


def test_records_look_as_if_they_were_fetched():
    records = [(3, b"k", b"v", [("h", b"1")], 11), (3, None, None, (), 12)]

    first, second = Written(PLACE, 7, records).as_fetched()

    assert (first.topic, first.partition, first.offset, first.timestamp) == ("mid", 3, 7, 11)
    assert (first.key, first.value, first.headers) == (b"k", b"v", (("h", b"1"),))
    assert (second.offset, second.timestamp, second.key, second.value) == (8, 12, None, None)
    assert (second.serialized_key_size, first.serialized_value_size) == (-1, 1)


def _written(offset, count):
    return Written(PLACE, offset, [(3, b"k", b"v", (), 1)] * count)
