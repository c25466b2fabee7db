"""The agents on one partition without a broker: what goes where, and what poison comes to."""

import json
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from domain.codec import decode_record
from domain.command import CommandJudged
from domain.rules import HOUR
from streams import topic
from streams.agents.dead_letter import VALUE_BYTES_MAX
from streams.engine.local import LocalStage, record
from streams.engine.outbox import EVERY
from streams.metric import Metrics
from streams.settings import load_settings
from streams.stages import ROLES, make_stages

EXAMPLES = Path(__file__).parents[2] / "examples" / "payloads"
KEY = b"acme/shop/1001"
HOUR_MS = HOUR // 1000


def stage(name: str, **settings) -> LocalStage:
    made = make_stages(load_settings(**settings), Metrics(CollectorRegistry()), {name})
    return LocalStage(made[0])


def counted(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(f"orderstream_{name}", labels) or 0


@pytest.mark.rule("X.22")
def test_what_passes_is_counted_by_kind_and_tenant():
    """
    Facts, repeats, refusals, anomalies, dead letters; a hundred tenants have a label each.
    """
    metrics = Metrics(CollectorRegistry())
    worker = LocalStage(make_stages(load_settings(), metrics, {"lifecycle"})[0])
    cancel = b'{"kind":"command.close","event_id":"c1","order_key":"acme/shop/1001",'
    cancel += b'"occurred_at":"2026-01-05T09:00:00Z"}'
    refund = fact("payment.refunded", "r1", {"amount": 5, "currency": "EUR", "reference": "x"})
    others = [
        record(
            topic.ORDER_LOG,
            PLACED.replace(b"acme/", b"t%d/" % number),
            key=KEY.replace(b"acme/", b"t%d/" % number),
        )
        for number in range(120)
    ]
    own = [PLACED, PLACED, cancel, refund, b"{"]
    worker.process([record(topic.ORDER_LOG, value, key=KEY) for value in own] + others)

    assert counted(metrics, "facts_total", kind="order.placed", outcome="applied") == 121
    assert counted(metrics, "facts_total", kind="order.placed", outcome="repeat") == 1
    assert counted(metrics, "duplicates_total") == 1
    assert counted(metrics, "refused_total", command="close", guard="obligations_met") == 1
    raised = {"kind": "refund_exceeds_capture", "change": "raised"}
    assert counted(metrics, "anomalies_total", **raised) == 1
    assert counted(metrics, "tenant_facts_total", tenant="acme") == 5
    assert counted(metrics, "tenant_facts_total", tenant="other") == 21
    names = {family.name for family in metrics.registry.collect()}
    for name in ("lag", "fold_seconds", "batch_seconds", "parked", "dead_letters"):
        assert f"orderstream_{name}" in names


def fact(kind: str, event_id: str, body: dict, **envelope) -> bytes:
    said = {
        "kind": kind,
        "event_id": event_id,
        "order_key": KEY.decode(),
        "occurred_at": "2026-01-05T09:00:00Z",
        "body": body,
    }
    return json.dumps(said | envelope).encode()


PLACED = fact(
    "order.placed",
    "o1",
    {"currency": "EUR", "total": 100, "lines": [{"line_id": "a", "quantity": 1}]},
)
CAPTURED = fact("payment.captured", "p1", {"amount": 100, "currency": "EUR", "reference": "r"})


def topics(said) -> list[str]:
    return [one.topic for one in said]


def header(said, name: str) -> str:
    return dict(said.headers)[f"dead-letter-{name}"].decode()


def feed(value: bytes | None, **headers: str):
    pairs = [(name, text.encode()) for name, text in headers.items()]
    return record(topic.FEED_ORDERS, value, headers=pairs)


FEED = {"source": "stripe", "account": "acme/shop"}


def test_a_feed_reads_the_sources_of_mapping_files_too():
    worker = stage("tracking", mappings=str(EXAMPLES.parent / "mappings"))
    body = (EXAMPLES / "parcelwerk-scans.xml").read_bytes()

    said = worker.process([feed(body, source="parcelwerk", account="acme/shop")])

    assert topics(said) == [topic.REFERENCES] * 4


@pytest.mark.rule("X.16")
@pytest.mark.parametrize(
    ("value", "headers", "cause"),
    [
        (b"{", FEED, "JSON"),
        (b"\xff\xfe{}", FEED, "UTF-8"),
        (b"[" * 10_000, FEED, "deeper"),
        (b'{"amount": NaN}', FEED, ""),
        (None, FEED, "without a value"),
        (b"{}", {"account": "acme/shop"}, "header missing"),
        (b"{}", FEED | {"source": "nobody"}, "unknown source"),
        (b"{}", FEED | {"account": "acme"}, "account"),
        (b"x" * 5_000_000, FEED, "over"),
        (b"", FEED, ""),
    ],
)
def test_poison_on_a_feed_is_one_dead_letter_and_the_next_record_goes_on(value, headers, cause):
    """
    The original bytes stand in the letter, the cause beside them.
    """
    good = (EXAMPLES / "stripe-charge.json").read_bytes()

    said = stage("orders").process([feed(value, **headers), feed(good, **FEED)])

    assert topics(said)[0] == topic.DEAD_LETTERS
    assert set(topics(said)[1:]) == {topic.REFERENCES}
    assert cause in header(said[0], "cause")
    assert said[0].value == (value or b"")[:VALUE_BYTES_MAX]
    assert header(said[0], "offset") == "0"


def test_a_command_is_stamped_with_the_logs_time_and_goes_to_its_order():
    """
    The sender's own clock does not order commands.
    """
    value = b'{"kind": "cancel", "command_id": "c1", "order_key": "acme/shop/1001"}'

    (said,) = stage("commands").process(
        [record(topic.ORDER_COMMANDS, value, key=b"x", timestamp_ms=1_767_261_600_000)]
    )

    command = decode_record(said.value)
    assert (said.topic, said.key, command.event_id) == (topic.ORDER_LOG, KEY, "c1")
    assert command.occurred_at.isoformat() == "2026-01-01T10:00:00+00:00"


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"[]",
        b"{}",
        b'{"kind":"cancel"}',
        b'{"kind":"fly","event_id":"1","order_key":"a/b/c"}',
        b'{"kind":"cancel","event_id":"1","order_key":"nokey"}',
    ],
)
def test_what_is_no_command_is_a_dead_letter(value):
    """
    Nothing reaches the order log.
    """
    assert topics(stage("commands").feed((b"k", value))) == [topic.DEAD_LETTERS]


@pytest.mark.rule("X.2", "X.19")
def test_a_reference_waits_per_tenant_until_its_order_names_it():
    """
    Another tenant's equal number releases nothing.
    """
    resolver = stage("resolver")
    waits = fact(
        "payment.captured",
        "p1",
        {"amount": 1, "currency": "EUR"},
        order_key=None,
        reference="parcel:1",
        tenant="acme",
    )
    linked = fact("reference.linked", "l1", {"reference": "parcel:1"}, tenant="acme")
    others = fact("reference.linked", "l2", {"reference": "parcel:1"}, tenant="other")

    assert resolver.feed((b"acme|parcel:1", waits)) == []
    assert resolver.feed((b"other|parcel:1", others)) == []
    resolver.restart()
    (said,) = resolver.feed((b"acme|parcel:1", linked))

    assert (said.topic, said.key) == (topic.ORDER_LOG, KEY)


@pytest.mark.rule("X.2")
@pytest.mark.parametrize(
    ("scope", "hours"), [("default", 1), ("acme", 1), ("acme/shop", 1), ("acme/till", 72)]
)
def test_a_reference_that_nobody_links_raises_an_anomaly_after_its_deadline(scope, hours):
    """
    The deadline is that of the account that told of it, and survives a restart.
    """
    resolver = stage(
        "resolver",
        profiles={"default": {}, scope: {"policy": {"await_reference_hours": 1}}},
    )
    waits = fact(
        "payment.captured",
        "p1",
        {"amount": 1, "currency": "EUR"},
        order_key=None,
        reference="parcel:1",
        tenant="acme",
        channel="shop",
    )
    resolver.feed((b"acme|parcel:1", waits))
    resolver.restart()

    due = hours * HOUR_MS
    assert resolver.fire(due - 1) == (due, [])
    deadline, said = resolver.fire(due)
    assert deadline is None
    assert topics(said) == [topic.ANOMALIES]


def test_records_that_are_not_facts_do_not_stop_the_order_log():
    """
    Wrong key, wrong shape, no value: each one dead letter, the good one passes.
    """
    lifecycle = stage("lifecycle")

    said = lifecycle.feed(
        (KEY, b"{"),
        (KEY, None),
        (b"other", PLACED),
        (KEY, b"\xff"),
        (KEY, b"[" * 5000),
        (KEY, PLACED),
    )

    assert topics(said).count(topic.DEAD_LETTERS) == 5
    assert topic.ORDER_STATUS in topics(said)


@pytest.mark.rule("X.14")
def test_a_repeat_says_nothing_also_after_a_restart():
    """
    What an order said is part of its state.
    """
    lifecycle = stage("lifecycle")
    assert topics(lifecycle.feed((KEY, PLACED), (KEY, CAPTURED))).count(topic.ORDER_SNAPSHOTS) == 1

    lifecycle.restart()

    assert lifecycle.feed((KEY, PLACED), (KEY, CAPTURED)) == []


def test_a_verdict_is_appended_to_the_log_and_is_a_repeat_there():
    """
    What was judged is never judged again.
    """
    lifecycle = stage("lifecycle")
    cancel = fact("command.cancel", "c1", {})
    said = lifecycle.feed((KEY, PLACED), (KEY, cancel))
    (verdict,) = (one for one in said if one.topic == topic.ORDER_LOG)

    assert isinstance(decode_record(verdict.value), CommandJudged)
    assert topic.COMMAND_RESULTS in topics(said)
    assert lifecycle.feed((KEY, verdict.value)) == []


@pytest.mark.rule("S0.6")
def test_an_expiry_fires_once_into_the_log_and_cancels_from_there():
    """
    The fired fact, not the clock, changes the order.
    """
    lifecycle = stage("lifecycle", profiles={"acme": {"policy": {"cancel_expired": True}}})
    body = {"currency": "EUR", "total": 1, "ship_by": "2026-01-06", "lines": []}
    lifecycle.feed((KEY, fact("order.placed", "o1", body)))
    lifecycle.restart()
    due, nothing = lifecycle.fire(0)
    assert not nothing

    _, said = lifecycle.fire(due)
    assert topics(said) == [topic.ORDER_LOG]
    after = lifecycle.feed((KEY, said[0].value))

    assert due == 1_767_744_000_000
    assert any(b'"to":"cancelled"' in one.value for one in after)
    assert lifecycle.fire(due + 1) == (None, [])


def test_a_worker_takes_the_roles_it_is_given():
    """
    Names are those of `worker --roles`.
    """
    made = make_stages(load_settings(), Metrics(CollectorRegistry()))

    assert tuple(one.name for one in made) == ROLES


DEFINE = {
    "kind": "configuration.define_state",
    "event_id": "s1",
    "tenant": "acme",
    "occurred_at": "2026-01-05T09:00:00Z",
    "roles": ["configurator"],
    "body": {"name": "Waiting", "base": "Processing"},
}


@pytest.mark.rule("S1.2", "S1.4")
def test_a_state_defined_at_run_time_reaches_every_partition_and_its_use_comes_back():
    """
    Requests in, the catalogue to each partition of the log, the first use to the catalogue.
    """
    desk, orders = stage("configuration"), stage("lifecycle", profiles=CONFIGURABLE)
    said = desk.process([request(DEFINE)])
    assert topics(said) == [topic.COMMAND_RESULTS, topic.ORDER_LOG]
    assert said[1].partition == EVERY

    choose = b'{"kind":"command.set_state","event_id":"c1","order_key":"acme/shop/1001",'
    choose += b'"occurred_at":"2026-01-05T09:00:00Z","body":{"state":"Waiting"}}'
    log = [record(topic.ORDER_LOG, value, key=KEY) for value in (PLACED, choose)]
    changed = record(topic.ORDER_LOG, said[1].value, key=said[1].key)
    heard = orders.process([log[0], changed, log[1]])
    (snapshot,) = [one for one in heard if one.topic == topic.ORDER_SNAPSHOTS][-1:]
    assert json.loads(snapshot.value)["words"]["configurable"]["state"] == "Waiting"
    (used,) = [one for one in heard if one.topic == topic.CONFIGURATION_REQUESTS]

    desk.process([record(topic.CONFIGURATION_REQUESTS, used.value, key=used.key)])
    again = desk.process([request(DEFINE | {"event_id": "s2"})])
    assert json.loads(again[0].value)["guard"] == "unused"


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (b"{", "truncated"),
        (None, "without a value"),
        (json.dumps(DEFINE | {"tenant": ""}).encode(), "tenant"),
        (json.dumps(DEFINE | {"body": {"name": "x", "base": "Gone"}}).encode(), "base"),
        (json.dumps(DEFINE | {"tenant": "else"}).encode(), "wrong key"),
    ],
)
def test_what_is_no_request_is_a_dead_letter(value, cause):
    """
    With its cause, and nothing is changed.
    """
    (said,) = stage("configuration").process(
        [record(topic.CONFIGURATION_REQUESTS, value, key=b"acme")]
    )

    assert said.topic == topic.DEAD_LETTERS
    assert cause in header(said, "cause")


CONFIGURABLE = {"default": {"profiles": ["configurable"]}}


def request(fields: dict):
    value = json.dumps(fields).encode()
    return record(topic.CONFIGURATION_REQUESTS, value, key=b"acme")
