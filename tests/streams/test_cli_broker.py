"""The commands that talk to a broker, on the built-in one; what a worker writes is put there by hand."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from click.testing import CliRunner

from domain.codec import encode_message, encode_record
from domain.message import StatusChanged
from domain.process import process, unseen
from domain.snapshot import take_snapshot
from streams import topic
from streams.agents.dead_letter import PREFIX
from streams.cli import main
from streams.command_line.line import lines, read_line
from streams.embedded import PARTITIONS, embedded_broker
from streams.engine.partitioner import partition_of
from streams.rulebook import make_rules

STORY = Path(__file__).parents[2] / "examples" / "cancel-races-payment.jsonl"
KEY = "acme/shop/1001"
RULES = make_rules(("storefront",), {}, "UTC", where="test")


@pytest.fixture
def environment():
    with embedded_broker() as address:
        yield {"ORDERSTREAM_BROKERS": address, "ORDERSTREAM_EMBEDDED": "true"}


@pytest.fixture
def run(environment):
    def run(*arguments: str, exit_code: int = 0):
        result = CliRunner().invoke(main, arguments, env=environment)
        assert result.exit_code == exit_code, result.output
        return result

    return run


def _rows(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def _write(environment, records):
    """Put (topic, key, value, headers) on their partitions; make every topic on the way."""

    async def write():
        address = environment["ORDERSTREAM_BROKERS"]
        async with AIOKafkaProducer(bootstrap_servers=address) as producer:
            for each in topic.TOPICS:
                await producer.partitions_for(each.name)
            for name, key, value, headers in records:
                await producer.send_and_wait(
                    name,
                    value,
                    key=key,
                    headers=headers,
                    partition=partition_of(key, PARTITIONS),
                )

    asyncio.run(write())


def _read(environment, name):
    async def read():
        found = []
        async with AIOKafkaConsumer(
            bootstrap_servers=environment["ORDERSTREAM_BROKERS"], check_crcs=False
        ) as consumer:
            places = [TopicPartition(name, number) for number in range(PARTITIONS)]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            while batches := await consumer.getmany(timeout_ms=500):
                found += [record for batch in batches.values() for record in batch]
        return found

    return asyncio.run(read())


def _worked_off():
    """Do to the story what a worker does: give the records it leaves on its topics."""
    key, order, verdicts, records = KEY.encode(), None, [], []
    with STORY.open("rb") as file:
        story = [read_line(line) for _, line in lines(file)]
    for record in story:
        order = order or unseen(KEY, record.occurred_at)
        step = process(order, record, RULES)
        order, verdicts = step.order, [*verdicts, *step.log]
        records.append((topic.ORDER_LOG, key, encode_record(record), ()))
        records += [
            (topic.ORDER_STATUS, key, encode_message(message), ())
            for message in step.messages
            if isinstance(message, StatusChanged)
        ]
    records += [(topic.ORDER_LOG, key, encode_record(verdict), ()) for verdict in verdicts]
    snapshot = encode_message(take_snapshot(order, RULES))
    return [*records, (topic.ORDER_SNAPSHOTS, key, snapshot, ())]


def _letter(value, cause, **own):
    added = {"cause": cause, "topic": topic.FEED_PAYMENTS, "partition": "2", "offset": "7"}
    headers = [(name, text.encode()) for name, text in own.items()]
    headers += [(PREFIX + name, text.encode()) for name, text in added.items()]
    return topic.DEAD_LETTERS, b"k", value, headers


def test_payloads_land_on_the_feed_of_their_source_with_its_headers(run, environment, tmp_path):
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        file.write_text('{"id": 1}')
    _write(environment, [])

    sent = _rows(
        run(
            *("send", "--json", "--source", "stripe", "--account", "acme/web"),
            *("--topic", "charge.refunded", "--header", "Stripe-Signature=t=1,v1=2"),
            *map(str, files),
        )
    )

    records = _read(environment, topic.FEED_PAYMENTS)
    assert [row["topic"] for row in sent] == [topic.FEED_PAYMENTS] * 2
    assert {(record.partition, record.offset) for record in records} == {
        (row["partition"], row["offset"]) for row in sent
    }
    headers = dict(records[0].headers)
    assert headers.pop("received_at")
    assert headers == {
        "source": b"stripe",
        "account": b"acme/web",
        "topic": b"charge.refunded",
        "stripe-signature": b"t=1,v1=2",
    }
    assert {record.value for record in records} == {b'{"id": 1}'}


def test_a_cloud_event_is_sent_as_it_is(run, environment, tmp_path):
    file = tmp_path / "event.json"
    file.write_text('{"specversion": "1.0", "source": "stripe/acme/web"}')
    _write(environment, [])

    run("send", "--source", "stripe", str(file))

    (record,) = _read(environment, topic.FEED_PAYMENTS)
    assert record.headers == ()


def test_a_page_that_is_too_big_for_one_body_is_sent_as_several(run, environment, tmp_path):
    file = tmp_path / "page.json"
    orders = [{"id": number, "note": "x" * 2_000} for number in range(250)]
    file.write_text(json.dumps({"orders": orders}))
    _write(environment, [])

    sent = _rows(run("send", "--json", "--source", "shopify", str(file)))

    records = _read(environment, topic.FEED_ORDERS)
    told = [order for record in records for order in json.loads(record.value)["orders"]]
    assert {row["file"] for row in sent} == {str(file)}
    assert len(records) == len(sent) == 2
    assert sorted(order["id"] for order in told) == list(range(250))


def test_a_payload_that_is_too_big_is_not_sent(run, tmp_path):
    file = tmp_path / "big.json"
    file.write_bytes(b"x" * 600_000)

    result = run("send", "--source", "stripe", str(file), exit_code=2)

    assert "over" in result.stderr


@pytest.mark.rule("X.16")
def test_a_dead_letter_is_listed_shown_and_sent_again_as_it_was(run, environment):
    _write(
        environment,
        [_letter(b'{"a', "malformed JSON", source="stripe"), _letter(b"\xff", "not UTF-8")],
    )

    listed = _rows(run("dead-letters", "list", "--json"))
    chosen = _rows(run("dead-letters", "list", "--json", "--cause", "UTF-8"))
    whole = _rows(run("dead-letters", "show", listed[0]["position"]))[0]
    binary = _rows(run("dead-letters", "show", chosen[0]["position"]))[0]
    sent = _rows(run("dead-letters", "redrive", "--json", listed[0]["position"]))

    (again,) = _read(environment, topic.FEED_PAYMENTS)
    assert [row["cause"] for row in listed] == ["malformed JSON", "not UTF-8"]
    assert listed[0]["from"] == "feeds.payments[2]@7"
    assert [row["cause"] for row in chosen] == ["not UTF-8"]
    assert (whole["value"], whole["headers"]) == ('{"a', {"source": "stripe"})
    assert binary["value_base64"] == "/w=="
    assert (sent[0]["topic"], sent[0]["offset"]) == (topic.FEED_PAYMENTS, again.offset)
    assert (again.key, again.value, again.headers) == (b"k", b'{"a', (("source", b"stripe"),))


@pytest.mark.parametrize(
    ("own", "then"),
    [
        ({"source": "stripe"}, b"2026-01-01T10:00:00+00:00"),
        ({"source": "stripe", "received_at": "then"}, b"then"),
        ({"ce_source": "stripe/acme/web"}, None),
    ],
)
def test_a_letter_of_a_feed_keeps_the_time_at_which_it_was_received(run, environment, own, then):
    """
    Signatures are judged by it; a CloudEvent says its time itself.
    """
    _write(environment, [_letter(b"1", "a bug", **own, **{PREFIX + "timestamp": "1767261600000"})])

    run("dead-letters", "redrive", "--all")

    (again,) = _read(environment, topic.FEED_PAYMENTS)
    assert dict(again.headers).get("received_at") == then


def test_letters_of_one_cause_are_sent_again_together(run, environment):
    _write(environment, [_letter(b"1", "a bug"), _letter(b"2", "a bug"), _letter(b"3", "else")])

    run("dead-letters", "redrive", "--cause", "bug")

    assert [record.value for record in _read(environment, topic.FEED_PAYMENTS)] == [b"1", b"2"]


@pytest.mark.parametrize("position", ["0:99", "99:0"])
def test_a_letter_that_is_not_there_is_one_line(run, environment, position):
    _write(environment, [])

    result = run("dead-letters", "show", position, exit_code=1)

    assert result.stderr == f"orderstream: no dead letter at {position}\n"


@pytest.mark.rule("X.1")
def test_state_built_again_equals_the_snapshots(run, environment):
    _write(environment, _worked_off())

    result = run("rebuild")

    assert "1 orders from" in result.stdout
    assert "no differences" in result.stdout


def test_a_command_that_no_worker_judged_is_not_judged_by_rebuild(run, environment):
    close = {"kind": "command.close", "event_id": "c-9", "order_key": KEY}
    late = json.dumps(close | {"occurred_at": "2026-03-03T00:00:00Z"}).encode()
    _write(environment, [*_worked_off(), (topic.ORDER_LOG, KEY.encode(), late, ())])

    assert "no differences" in run("rebuild").stdout


def test_every_difference_is_found(run, environment):
    *records, (name, key, snapshot, _) = _worked_off()
    wrong = snapshot.replace(b'"captured":6000', b'"captured":6001')
    other = b"acme/shop/2"
    lost = records[0][2].replace(b"1001", b"1003")
    _write(
        environment,
        [
            *records,
            (name, key, wrong, ()),
            (name, other, snapshot, ()),
            (topic.ORDER_LOG, b"acme/shop/1003", lost, ()),
            (topic.ORDER_LOG, key, b"poison", ()),
        ],
    )

    result = run("rebuild", "--json", exit_code=1)

    found = {row["order"]: row["difference"] for row in _rows(result)}
    assert set(found) == {KEY, "acme/shop/2", "acme/shop/1003"}
    assert found[KEY].endswith(": money")
    assert found["acme/shop/2"] == "has a snapshot and nothing in the log"
    assert found["acme/shop/1003"] == "has no snapshot"
    assert "1 refused" in result.stderr


def test_an_order_is_shown_with_its_axes_words_reasons_and_what_is_allowed(run, environment):
    _write(environment, _worked_off())

    shown = _rows(run("order", "--json", KEY))[0]
    text = run("order", KEY).stdout

    axes = {row["axis"]: row for row in shown["axes"]}
    assert (axes["lifecycle"]["state"], axes["lifecycle"]["because"]) == (
        "cancelled",
        "the order was cancelled",
    )
    words = {(row["profile"], row["axis"]): row["word"] for row in shown["words"]}
    assert words["storefront", "fulfilment"] == "Canceled"
    allowed = {row["command"]: row for row in shown["allowed"]}
    assert allowed["close"]["allowed"]
    assert (allowed["cancel"]["allowed"], allowed["cancel"]["guard"]) == (False, "not_cancelled")
    assert [entry["at"] for entry in shown["timeline"]] == sorted(
        entry["at"] for entry in shown["timeline"]
    )
    for expected in ("refunded", "not_cancelled", "mark_shipped refused by shippable", "#"):
        assert expected in text


def test_an_order_that_nobody_knows_is_one_line(run, environment):
    _write(environment, [])

    assert run("order", "acme/shop/7", exit_code=1).stderr == (
        "orderstream: nothing is known of acme/shop/7\n"
    )


def test_topics_are_shown_with_what_they_keep(run, environment):
    _write(environment, [])

    rows = {row["topic"]: row for row in _rows(run("topics", "--json"))}

    assert set(rows) == {each.name for each in topic.TOPICS}
    assert rows[topic.ORDER_SNAPSHOTS]["cleanup"] == "compact"
    assert rows[topic.ORDER_LOG]["keeps"] == "for ever"
    assert {row["state"] for row in rows.values()} == {"there"}


def test_the_built_in_broker_makes_no_topics_on_request(run):
    assert "by itself" in run("topics", "--create", exit_code=2).stderr
