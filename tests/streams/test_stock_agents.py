"""Stocks and orders together on one partition: answers, levels, poison, crashes at any point."""

import json

import pytest

from domain.codec import decode_record
from streams import topic
from streams.engine.local import LocalStage
from streams.rulebook import rulebook
from tests.harness.local import LocalJob
from tests.harness.oracle import check
from tests.streams.test_agents import header, stage, topics

PROFILES = {"default": {"profiles": ["allocation", "marketplace"]}}
STOCK = b"acme/default/LAMP"


def said(kind: str, event_id: str, at: int, body: dict, **envelope) -> bytes:
    """Make a fact at a minute after nine."""
    when = f"2026-01-05T09:{at:02}:00Z"
    told = {"kind": kind, "event_id": event_id, "occurred_at": when, "body": body} | envelope
    return json.dumps(told).encode()


def stock(kind: str, event_id: str, at: int, *, tenant: str = "acme", **body) -> bytes:
    return said(f"stock.{kind}", event_id, at, {"sku": "LAMP", **body}, tenant=tenant)


def placed(key: str, at: int, quantity: int) -> tuple[str, bytes]:
    line = {"line_id": "1", "quantity": quantity, "sku": "LAMP"}
    body = {"currency": "EUR", "total": 100, "lines": [line], "validity": "valid"}
    return key, said("order.placed", f"placed:{key}", at, body, order_key=key)


def shipped(key: str, at: int, quantity: int, shipment: str = "f1") -> list[tuple[str, bytes]]:
    lines = [{"line_id": "1", "quantity": quantity}]
    steps = [("created", {"lines": lines}), ("packed", {}), ("handed_over", {})]
    return [
        (
            key,
            said(
                f"shipment.{step}",
                f"{step}:{key}:{shipment}",
                at + number,
                {"shipment_id": shipment, **more},
                order_key=key,
            ),
        )
        for number, (step, more) in enumerate(steps)
    ]


STORY = [
    stock("level_set", "s1", 0, on_hand=5),
    placed("acme/shop/1", 1, 3),
    placed("acme/shop/2", 2, 4),
    placed("acme/shop/3", 3, 2),
    *shipped("acme/shop/1", 5, 2),
    stock("adjusted", "s2", 10, quantity=-2),
    *shipped("acme/shop/1", 12, 1, "f2"),
    stock("received", "s3", 20, quantity=6),
    (
        "acme/shop/2",
        said("order.cancelled_at_source", "c2", 30, {}, order_key="acme/shop/2"),
    ),
    stock("limits_set", "s4", 31, minimum=9),
]


def played(story=STORY, **options) -> LocalJob:
    """Play a story through all stages; what a step leads to is worked off before the next one."""
    job = LocalJob(profiles=PROFILES, **options)
    for told in story:
        if isinstance(told, bytes):
            job.write(topic.STOCK_FACTS, None, told)
        else:
            job.write(topic.ORDER_LOG, told[0].encode(), told[1])
        job.run()
    return job


def last(job: LocalJob, name: str) -> dict[str, dict]:
    return {entry.key.decode(): json.loads(entry.value) for entry in job.topics[name]}


def _looks(job: LocalJob) -> dict[str, tuple]:
    return {
        key: tuple(shown["lines"][0].get(name, 0) for name in ("style", "colour", "reserved"))
        for key, shown in last(job, topic.ORDER_SNAPSHOTS).items()
    }


def test_answers_reach_the_lines_and_levels_add_up():
    """
    The oldest are served; what is shown on lines is what the stock has allocated.
    """
    job = played()

    assert _looks(job) == {
        "acme/shop/1": ("struck", "", 0),
        "acme/shop/2": ("struck", "", 0),
        "acme/shop/3": ("ready", "green", 2),
    }
    level = last(job, topic.STOCK_LEVELS)[STOCK.decode()]
    assert [level[name] for name in ("on_hand", "allocated", "available")] == [6, 2, 4]
    assert (level["committed"], level["available_to_pick"], level["health"]) == (0, 6, "low")
    assert job.topics[topic.DEAD_LETTERS] == []


def test_what_orders_say_is_still_what_their_log_says():
    """
    Answers are facts of the log, so a replay without any stock comes to the same snapshots.
    """
    report = check(played().topics, rulebook(PROFILES))

    assert report.violations == []
    assert report.counts["orders"] == 3


def test_what_stock_was_lost_is_told_and_taken_back():
    """
    Anomalies of a stock stand under its own key and name no order.
    """
    told = [
        json.loads(entry.value) for entry in played().topics[topic.ANOMALIES] if entry.key == STOCK
    ]

    assert [(one["kind"], one["change"]) for one in told] == [
        ("stock_oversold", "raised"),
        ("stock_oversold", "resolved"),
    ]
    assert {one["order_key"] for one in told} == {""}


@pytest.mark.rule("X.1")
def test_a_crash_at_any_point_changes_no_byte():
    """
    Batches are lost before their commit and done again, all or any: all topics are as without it.
    """
    whole = played(batch_records=2)
    assert whole.batches >= 30

    for crashes in (range(99), range(0, 99, 2), range(1, 99, 2), {7}, {8}, {9}):
        broken = played(batch_records=2, crashes=crashes)
        assert broken.batches == whole.batches
        assert dict(broken.topics) == dict(whole.topics)


def test_restarts_between_all_batches_change_no_byte():
    """
    Stocks and settled claims are all in the changelog.
    """
    whole, restarted = played(), played(restarts=True)

    for name in (topic.ORDER_SNAPSHOTS, topic.STOCK_LEVELS, topic.STOCK_MOVEMENTS):
        assert restarted.topics[name] == whole.topics[name]


def test_a_log_that_is_read_twice_moves_nothing():
    """
    Every movement and fact again, the last first: no answer, no level, no anomaly.
    """
    job = played()
    log = [(entry.key, entry.value) for entry in job.topics[topic.STOCK_MOVEMENTS]]
    agent = stage("stock")
    agent.feed(*log)

    assert agent.feed(*log, *reversed(log)) == []
    agent.restart()
    assert agent.feed(*log) == []


def test_the_log_of_a_stock_builds_it_again():
    """
    A fresh agent that reads the whole log ends with the level that stands.
    """
    job = played()
    log = [(entry.key, entry.value) for entry in job.topics[topic.STOCK_MOVEMENTS]]

    levels = [one for one in stage("stock").feed(*log) if one.topic == topic.STOCK_LEVELS]

    assert [json.loads(one.value) for one in levels] == [
        last(job, topic.STOCK_LEVELS)[STOCK.decode()]
    ]


@pytest.mark.rule("X.19")
def test_two_tenants_with_one_sku_do_not_meet():
    """
    The other tenant's pieces serve nobody here.
    """
    job = played(
        [
            stock("level_set", "s1", 0, tenant="other", on_hand=50),
            placed("acme/shop/1", 1, 3),
        ]
    )

    assert _looks(job) == {"acme/shop/1": ("backordered", "red", 0)}
    assert last(job, topic.STOCK_LEVELS)["other/default/LAMP"]["available"] == 50


POISON = [
    (None, "without a value", "value"),
    (b"[]", "not a stock fact", ""),
    (b"\xff", "not UTF-8", "body"),
    (stock("flown", "s1", 0), "stock.flown", ""),
    (stock("level_set", "s1", 0), "on_hand", ""),
    (stock("level_set", "s1", 0, on_hand="5"), "on_hand", ""),
    (stock("level_set", "s1", 0, on_hand=10**12), "on_hand", ""),
    (stock("received", "s1", 0, quantity=-1), "quantity", ""),
    (stock("received", "s1", 0, quantity=10**9), "quantity", ""),
    (stock("level_set", "s1", 0, on_hand=5, sku=""), "sku", ""),
    (stock("level_set", "s1", 0, on_hand=5, sku="a\nb"), "cannot be printed", "body.sku"),
    (stock("level_set", "s1", 0, on_hand=5, warehouse="\x00"), "printed", "body.warehouse"),
    (stock("level_set", "s1", 0, tenant="", on_hand=5), "names its tenant", "tenant"),
    (stock("level_set", "s1", 0, tenant="a/b", on_hand=5), "names its tenant", "tenant"),
    (
        stock("level_set", "s1", 0, on_hand=5).replace(b"2026-", b"2926-"),
        "no warehouse was there",
        "occurred_at",
    ),
    (stock("level_set", "s1", 0, on_hand=5).replace(b"00Z", b"00"), "occurred_at", ""),
    (placed("acme/shop/1", 1, 3)[1], "order.placed", ""),
]


@pytest.mark.rule("X.16")
@pytest.mark.parametrize(("value", "cause", "field"), POISON)
def test_what_is_no_stock_fact_is_a_dead_letter(value, cause, field):
    """
    The cause names field and value; the next fact goes on.
    """
    bad, good = stage("stock-facts").feed(value, stock("level_set", "s1", 0, on_hand=5))

    assert (bad.topic, bad.value) == (topic.DEAD_LETTERS, value or b"")
    assert cause in header(bad, "cause")
    assert header(bad, "field") == field
    assert (good.topic, good.key) == (topic.STOCK_MOVEMENTS, STOCK)


FOREIGN = said(
    "stock.moved",
    "m1",
    1,
    {"line_id": "1", "sku": "LAMP", "wanted": 1},
    tenant="acme",
    order_key="other/shop/1",
    revision=1,
)


@pytest.mark.rule("X.16")
@pytest.mark.parametrize(
    ("key", "value", "cause"),
    [
        (STOCK, None, "without a value"),
        (None, stock("level_set", "s1", 0, on_hand=5), "without a value or key"),
        (STOCK, b"{}", "not a record"),
        (b"acme/default/DESK", stock("level_set", "s1", 0, on_hand=5), "wrong key"),
        (STOCK, FOREIGN, "is no order of acme"),
    ],
)
def test_poison_on_a_stocks_log_touches_no_stock(key, value, cause):
    """
    One dead letter with its cause; the stock goes on.
    """
    agent = stage("stock")

    (bad,) = agent.feed((key, value))

    assert bad.topic == topic.DEAD_LETTERS
    assert cause in header(bad, "cause")
    assert len(agent.store) == 0
    assert topics(agent.feed((STOCK, stock("level_set", "s1", 0, on_hand=5)))) == [
        topic.STOCK_LEVELS
    ]


def test_a_late_fact_is_a_dead_letter_with_its_stock():
    """
    What is older than the stock remembers one by one cannot be told any more.
    """
    agent = stage("stock")
    log = [stock("received", f"r{n}", 1 + n % 50, quantity=1) for n in range(260)]
    agent.feed(*((STOCK, value) for value in log))

    (bad,) = agent.feed((STOCK, stock("received", "late", 0, quantity=1)))

    assert "older than what the stock remembers" in header(bad, "cause")


def test_an_answer_goes_to_its_orders_log_as_a_fact():
    """
    With the stock's own number, from which the newest is known; who asks is always answered.
    """
    agent: LocalStage = stage("stock")
    wish = FOREIGN.replace(b"other/shop/1", b"acme/shop/1")

    sent = agent.feed((STOCK, wish), (STOCK, stock("level_set", "s1", 0, on_hand=5)))

    answers = [one for one in sent if one.topic == topic.ORDER_LOG]
    assert {(one.key, one.partition) for one in answers} == {(b"acme/shop/1", None)}
    facts = [decode_record(one.value) for one in answers]
    assert [(one.revision, one.body.quantity, one.cause_id) for one in facts] == [
        (1, 0, "m1"),
        (2, 1, "s1"),
    ]
