"""The oracle passes what a worker did, and is seen to fail on every kind of planted damage."""

from __future__ import annotations

from collections import defaultdict

import pytest

from streams.rulebook import rulebook
from tests.harness import inflow, oracle
from tests.harness.feeds import feed
from tests.harness.inflow import check_inflow
from tests.harness.local import LocalJob
from tests.harness.oracle import check
from tests.harness.story import order_log

RULES = rulebook({})


@pytest.fixture(scope="module")
def written():
    """What the main job wrote about many orders, restarted after every batch."""
    job = LocalJob(restarts=True)
    for number, one in enumerate(feed(7, 120, live=10)):
        job.write(one.topic, one.key, one.value, one.headers)
        if number % 40 == 0:
            job.run()
    job.write(oracle.LOG, b"acme/web/1", b"{broken")
    job.run()
    return job.topics


def judged(topics):
    report = check(topics, RULES)
    check_inflow(topics, report)
    return report


def test_nothing_is_wrong_where_nothing_was_damaged(written):
    report = judged(written)

    assert not report.violations, str(report)
    assert report.counts["orders"] == 120
    assert min(report.counts[each] for each in ("verdicts", "repeats", "dead-letters")) > 0


def test_a_log_alone_can_be_judged_whatever_the_batches():
    job = LocalJob(["lifecycle"])
    for key, value in order_log(3, 60, live=20):
        job.write(oracle.LOG, key, value)
    job.run()

    report = check(job.topics, RULES)

    assert not report.violations, str(report)
    assert report.counts["order-status"] > 500


@pytest.mark.parametrize("topic", [*oracle.OUTPUTS.values()])
def test_a_missing_message_is_noticed(written, topic):
    planted = damaged(written, topic, lambda entries: entries[:-1])

    assert judged(planted).counts["violations: lost"] > 0


@pytest.mark.parametrize("topic", ["order-status", "notifications", "command-results"])
def test_a_message_said_twice_is_noticed(written, topic):
    planted = damaged(written, topic, lambda entries: [*entries, at_end(entries, entries[0])])

    assert judged(planted).counts["violations: twice"] > 0


@pytest.mark.parametrize("topic", ["order-status", "notifications", "order-snapshots"])
def test_an_altered_message_is_noticed(written, topic):
    planted = damaged(written, topic, lambda entries: [*entries[:-1], altered(entries[-1])])

    assert judged(planted).counts["violations: altered"] > 0


def test_messages_in_another_order_are_noticed(written):
    def swap(entries):
        axis = [at for at, one in enumerate(entries) if b":payment:" in one.value]
        key = entries[axis[0]].key
        first, second = [at for at in axis if entries[at].key == key][:2]
        swapped = list(entries)
        swapped[first] = entries[second]._replace(offset=entries[first].offset)
        swapped[second] = entries[first]._replace(offset=entries[second].offset)
        return swapped

    report = judged(damaged(written, "order-status", swap))

    assert report.counts["violations: out of order"] > 0
    assert report.counts["violations: gap"] > 0


def test_a_snapshot_of_an_older_version_at_the_end_is_noticed(written):
    planted = damaged(
        written, "order-snapshots", lambda entries: [*entries, at_end(entries, entries[0])]
    )

    assert judged(planted).counts["violations: out of order"] > 0


def test_a_missing_last_snapshot_is_noticed(written):
    key = written["order-snapshots"][-1].key
    planted = damaged(
        written, "order-snapshots", lambda entries: [one for one in entries if one.key != key]
    )

    assert judged(planted).counts["violations: lost"] > 0


@pytest.mark.parametrize("topic", ["lifecycle-changelog", "resolver-changelog"])
def test_state_that_is_not_the_replay_is_noticed(written, topic):
    planted = damaged(written, topic, lambda entries: [*entries[:-1], altered(entries[-1])])

    assert judged(planted).counts["violations: state"] > 0


@pytest.mark.parametrize("topic", [oracle.LOG, inflow.REFERENCES])
@pytest.mark.parametrize("kind", ["lost", "twice"])
def test_a_fact_lost_or_doubled_before_the_log_is_noticed(written, topic, kind):
    changes = {
        "lost": lambda entries: [entry for entry in entries if entry != entries[0]],
        "twice": lambda entries: [*entries, at_end(entries, entries[0])],
    }

    assert judged(damaged(written, topic, changes[kind])).counts[f"violations: {kind}"] > 0


def test_a_lost_and_a_doubled_verdict_are_noticed(written):
    verdict = next(one for one in written[oracle.LOG] if b"command.judged" in one.value)
    lost = damaged(
        written, oracle.LOG, lambda entries: [one for one in entries if one is not verdict]
    )
    doubled = damaged(written, oracle.LOG, lambda entries: [*entries, at_end(entries, verdict)])

    assert judged(lost).counts["violations: lost"] > 0
    assert judged(doubled).counts["violations: twice"] > 0


@pytest.mark.parametrize("kind", ["lost", "twice"])
def test_a_dead_letter_lost_or_doubled_is_noticed(written, kind):
    changes = {"lost": lambda entries: [], "twice": lambda entries: [*entries, *entries]}

    report = judged(damaged(written, oracle.DEAD_LETTERS, changes[kind]))

    assert report.counts[f"violations: {kind}"] > 0


def damaged(written, topic, change):
    planted = defaultdict(list, written)
    planted[topic] = change(list(written[topic]))
    return planted


def at_end(entries, entry):
    return entry._replace(offset=entries[-1].offset + 1)


def altered(entry):
    return entry._replace(value=entry.value.replace(b"a", b"e", 1))
