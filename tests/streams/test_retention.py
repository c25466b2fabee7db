"""Orders that leave the hot state and come back, on one partition without a broker."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.absence import PARKED_MAX
from domain.codec import decode_record, encode_message, encode_record
from domain.instant import moment
from streams import topic
from streams.agents.hot_state import DAY_MS, RECALL_AGAIN_MS, is_stub
from streams.replay import Replay, collect_verdicts
from streams.rulebook import rulebook
from tests.domain.builders import (
    KEY,
    ask,
    cancelled_at_source,
    captured,
    created,
    handed_over,
    held,
    placed,
    refunded,
    scan,
)
from tests.domain.stories import BODIES, examples, facts_of
from tests.harness.local import LocalJob
from tests.harness.oracle import OUTPUTS, check

ROLES = ("lifecycle", "archive", "recall")
DAYS = 30
LATER_MS = (DAYS + 1) * DAY_MS
POLICY = {"default": {"policy": {"retention_days": DAYS}}}
DELIVERED = (placed(), captured(), created(), handed_over(), scan("delivered"))
CANCELLED = (placed(), cancelled_at_source())
REFUND = refunded(at=500)


class Job:
    """A job whose orders leave after a month, and one whose orders never do, told the same."""

    def __init__(self, **chosen):
        self.leaving = LocalJob(ROLES, profiles=POLICY, **chosen)
        self.staying = LocalJob(ROLES, batch_records=1)

    def tell(self, *records, key=KEY):
        for job in (self.leaving, self.staying):
            for one in records:
                job.write(topic.ORDER_LOG, key.encode(), encode_record(one))
            job.run()

    def pass_time(self, milliseconds=LATER_MS):
        for job in (self.leaving, self.staying):
            job.pass_time(milliseconds)

    @property
    def away(self):
        return is_stub(self.leaving.stored(KEY.encode()))

    def count(self, name, **labels):
        return self.leaving.metrics.registry.get_sample_value(f"orderstream_{name}", labels) or 0

    def insist(self):
        """Both said the same and show the same, and the log explains all of it."""
        report = check(self.leaving.topics, rulebook(POLICY))
        assert not report.violations, str(report)
        for name in OUTPUTS.values():
            assert values(self.leaving, name) == values(self.staying, name)
        shown = values(self.leaving, topic.ORDER_SNAPSHOTS)[-1:]
        assert shown == values(self.staying, topic.ORDER_SNAPSHOTS)[-1:]
        assert shown == [encode_message(one) for one in replayed(self.leaving).snapshots()]
        return report


def values(job, name):
    return [entry.value for entry in job.topics[name]]


def kinds(job, name=topic.ORDER_LOG):
    return [json.loads(value)["kind"] for value in values(job, name)]


def replayed(job):
    log = [(decode_record(one.value), one.timestamp) for one in job.topics[topic.ORDER_LOG]]
    verdicts = collect_verdicts(record for record, _ in log)
    replay = Replay(rulebook(POLICY), verdicts=verdicts, judge=False)
    for record, timestamp_ms in log:
        replay.take(record, seen_at=moment(timestamp_ms * 1000))
    return replay


def gone(**chosen):
    job = Job(**chosen)
    job.tell(*DELIVERED)
    job.pass_time()
    return job


def test_an_order_that_is_over_leaves_after_its_quiet_days_and_nothing_is_said():
    job = Job()
    job.tell(*DELIVERED)
    job.pass_time(LATER_MS - 2 * DAY_MS)
    assert not job.away
    said = {name: len(entries) for name, entries in job.leaving.topics.items()}

    job.pass_time(2 * DAY_MS)

    assert job.away
    assert len(job.leaving.stored(KEY.encode())) < 50
    for name in (*OUTPUTS.values(), topic.ORDER_SNAPSHOTS):
        assert len(job.leaving.topics[name]) == said.get(name, 0)
    assert (job.count("archived_total"), job.count("stubs", partition="0")) == (1, 1)
    job.insist()


@pytest.mark.parametrize(
    "standing",
    [
        pytest.param(DELIVERED[:2], id="nothing was sent"),
        pytest.param(DELIVERED[:4], id="a parcel is on its way"),
        pytest.param((*DELIVERED, held()), id="a hold stands"),
        pytest.param((CANCELLED[1],), id="the order itself never came"),
    ],
)
def test_an_order_of_which_something_is_awaited_stays(standing):
    job = Job()
    job.tell(*standing)
    job.pass_time(100 * LATER_MS)

    assert not job.away
    assert not job.leaving.topics[topic.ORDER_ARCHIVE]


def test_a_late_fact_brings_the_order_back_and_counts_as_if_it_had_never_gone():
    job = gone()

    job.tell(REFUND)

    assert not job.away
    assert json.loads(values(job.leaving, topic.ORDER_SNAPSHOTS)[-1])["payment"] == "refunded"
    assert kinds(job.leaving)[-3:] == ["archive.stored", "payment.refunded", "archive.recalled"]
    assert job.count("recalls_total", outcome="changed") == 1
    assert job.insist().counts["recalled"] == 1


def test_a_repeat_brings_it_back_for_no_longer_than_it_takes_to_see_that():
    job = gone()

    job.tell(DELIVERED[1])

    assert job.away
    assert len(job.leaving.topics[topic.ORDER_ARCHIVE]) == 1
    assert job.count("recalls_total", outcome="repeat") == 1
    job.insist()


def test_it_leaves_again_after_another_quiet_month():
    job = gone()
    job.tell(REFUND)
    job.pass_time()

    assert job.away
    assert len(job.leaving.topics[topic.ORDER_ARCHIVE]) == 2

    job.tell(ask("hold", 600))

    assert not job.away
    job.insist()


def test_facts_wait_in_their_order_while_the_archive_does_not_answer():
    job = gone()
    job.leaving.archive.away = True
    job.tell(REFUND)
    job.tell(ask("hold", 600))
    job.tell(REFUND)
    assert job.away
    job.leaving.archive.away = False

    job.pass_time(RECALL_AGAIN_MS + 1)

    assert not job.away
    assert job.count("recalls_total", outcome="failed") >= 1
    job.insist()


def test_what_waits_has_a_bound_and_past_it_is_a_dead_letter():
    job = gone()
    job.leaving.archive.away = True
    job.tell(*[refunded(1, at=500 + one, ref=f"re_{one}") for one in range(PARKED_MAX + 1)])
    [letter] = job.leaving.topics[topic.DEAD_LETTERS]
    assert dict(letter.headers)["dead-letter-cause"].startswith(b"records that wait for the arch")
    job.leaving.archive.away = False

    job.pass_time(RECALL_AGAIN_MS + 1)

    shown = json.loads(values(job.leaving, topic.ORDER_SNAPSHOTS)[-1])
    assert shown["money"]["refunded"] == PARKED_MAX
    assert not check(job.leaving.topics, rulebook(POLICY)).violations


def test_answers_that_come_twice_or_late_change_nothing():
    job = gone()
    job.tell(REFUND)
    stored, recalled = (
        next(one for one in job.leaving.topics[topic.ORDER_LOG] if kind in one.value)
        for kind in (b"archive.stored", b"archive.recalled")
    )
    before = job.leaving.stored(KEY.encode())

    for again in (stored, recalled, stored):
        job.leaving.write(topic.ORDER_LOG, again.key, again.value)
        job.leaving.run()

    assert job.leaving.stored(KEY.encode()) == before
    job.insist()


def test_a_state_that_was_sent_before_a_fact_came_is_not_what_is_kept():
    """The fact stands in the log before the archive's answer: the order stays."""
    job = Job()
    job.tell(*DELIVERED)
    [lifecycle] = [one for one in job.leaving._stages if one.stage.name == "lifecycle"]
    job.leaving.now_ms += LATER_MS
    job.leaving._fire(lifecycle)

    job.tell(REFUND)

    assert kinds(job.leaving)[-2:] == ["payment.refunded", "archive.stored"]
    assert not job.away
    job.insist()


def test_another_state_than_the_one_that_is_away_is_not_taken():
    job = gone()
    job.leaving.archive.away = True
    job.tell(REFUND)
    other = decode_record(values(job.leaving, topic.ORDER_LOG)[-2])
    forged = (
        b'{"kind":"archive.recalled","event_id":"x","occurred_at":"2026-02-02T02:40:00Z",'
        b'"order_key":"%s","body":{"version":%d,"offset":0,"state":"%s"}}'
    )
    job.leaving.write(
        topic.ORDER_LOG, KEY.encode(), forged % (KEY.encode(), other.body.version, b"AAAA")
    )
    job.leaving.run()

    assert job.away
    assert len(job.leaving.topics[topic.DEAD_LETTERS]) == 1


def test_orders_that_ended_before_the_policy_came_leave_too():
    job = LocalJob(ROLES)
    for one in DELIVERED:
        job.write(topic.ORDER_LOG, KEY.encode(), encode_record(one))
    job.run()
    with_policy = LocalJob(ROLES, profiles=POLICY)
    for one in job.topics[topic.LIFECYCLE_CHANGELOG]:
        with_policy.restore(one.key, one.value)

    with_policy.pass_time(DAY_MS)
    assert not is_stub(with_policy.stored(KEY.encode()))
    with_policy.pass_time(LATER_MS)

    assert is_stub(with_policy.stored(KEY.encode()))


TOLD = facts_of(*BODIES)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("tell"), st.lists(TOLD, min_size=1, max_size=2)),
        st.tuples(st.just("repeat"), st.integers(0, 30)),
        st.tuples(st.just("ask"), st.sampled_from(["hold", "release", "close", "archive"])),
        st.tuples(st.sampled_from(["month", "lose", "restart", "deaf"]), st.none()),
    ),
    max_size=10,
)


@examples(0.2)
@given(
    st.one_of(st.just(DELIVERED), st.just(CANCELLED), st.lists(TOLD, min_size=1, max_size=6)),
    STEPS,
    st.frozensets(st.integers(1, 60), max_size=6),
)
@pytest.mark.rule("X.1")
def test_going_and_coming_back_leaves_no_trace_wherever_it_crashes(begun, steps, crashes):
    """
    Facts, repeats, commands, months, lost work and an archive that is away for a while: the same
    messages and the same snapshot as if the order had always been there.
    """
    job, told = Job(crashes=crashes, batch_records=1), list(begun)
    job.tell(*begun)
    job.pass_time()
    for number, (step, about) in enumerate(steps):
        if step == "tell":
            told += about
            job.tell(*about)
        elif step == "repeat":
            job.tell(told[about % len(told)])
        elif step == "ask":
            told.append(ask(about, 600 + number))
            job.tell(told[-1])
        elif step == "month":
            job.pass_time()
        elif step == "lose":
            job.leaving.lose_time()
        elif step == "deaf":
            job.leaving.archive.away = True
        else:
            job.leaving.archive.away = False
            job.pass_time(RECALL_AGAIN_MS + 1)
    job.leaving.archive.away = False
    job.pass_time(RECALL_AGAIN_MS + 1)
    job.pass_time(RECALL_AGAIN_MS + 1)

    job.insist()
