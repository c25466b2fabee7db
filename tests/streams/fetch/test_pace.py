"""The pace of an account: rate, burst, circuit, and what its server asks for."""

import pytest

from streams.fetch.pace import BURST, FAILURES_MAX, OPEN_MS, OPEN_MS_MAX, Pace


def begun(pace, now_ms, requests):
    """Begin so many requests, each as soon as it may; give the times."""
    times = []
    for _ in range(requests):
        now_ms = max(now_ms, pace.ready_at(now_ms))
        pace.begin(now_ms)
        times.append(now_ms)
    return times


def test_an_idle_account_gets_a_burst_and_then_its_rate():
    """
    Two a second: five at once, then one every half second.
    """
    assert begun(Pace(2.0), 10_000, BURST + 3) == [10_000] * BURST + [10_500, 11_000, 11_500]


def test_a_burst_is_whole_again_after_a_rest():
    """
    What was not used does not add up beyond the burst.
    """
    pace = Pace(2.0)
    begun(pace, 10_000, BURST)

    assert begun(pace, 100_000, BURST + 1) == [100_000] * BURST + [100_500]


def test_failures_in_a_row_open_the_circuit():
    """
    One less does not, and one success begins the count anew.
    """
    pace = Pace(1_000.0)
    for _ in range(FAILURES_MAX - 1):
        pace.fail(10_000)
    assert not pace.is_open
    pace.succeed()

    for _ in range(FAILURES_MAX):
        pace.fail(10_000)

    assert pace.is_open
    assert pace.ready_at(10_000) == 10_000 + OPEN_MS


def opened(now_ms=10_000):
    pace = Pace(1_000.0)
    for _ in range(FAILURES_MAX):
        pace.fail(now_ms)
    return pace


def test_an_open_circuit_lets_one_request_through_at_a_time():
    """
    The others wait for what becomes of it.
    """
    pace = opened()
    later = int(pace.ready_at(10_000))
    pace.begin(later)

    assert pace.ready_at(later) > later
    pace.succeed()
    assert pace.ready_at(later) <= later
    assert not pace.is_open


def test_each_failed_try_doubles_the_time_that_the_circuit_is_open():
    """
    Up to ten minutes.
    """
    pace, now_ms, waits = opened(), 10_000, []
    for _ in range(8):
        ready = pace.ready_at(now_ms)
        waits.append(ready - now_ms)
        now_ms = int(ready)
        pace.begin(now_ms)
        pace.fail(now_ms)

    assert waits[:3] == [OPEN_MS, 2 * OPEN_MS, 4 * OPEN_MS]
    assert max(waits) == waits[-1] == OPEN_MS_MAX


@pytest.mark.parametrize("is_open", [False, True])
def test_a_server_that_wants_to_be_left_alone_is(is_open):
    """
    Whatever the rate would allow; a shorter wish does not shorten a longer one.
    """
    pace = opened() if is_open else Pace(1_000.0)
    pace.pause(500_000)
    pace.pause(200_000)

    assert pace.ready_at(100_000) == 500_000
