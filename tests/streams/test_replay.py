"""The replay folds a log as the worker does: same records, same words, same bytes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain.codec import decode_record, encode_message, encode_record
from domain.command import CommandJudged
from domain.message import Anomaly, CommandResult, StatusChanged
from domain.process import process, unseen
from domain.stock_fact import StockFact, StockMovement
from streams import replay as module
from streams import shelf
from streams.command_line.line import lines, read_line
from streams.reference_room import Refused
from streams.replay import Replay, collect_verdicts
from streams.rulebook import make_rules
from streams.stock_room import StockRoom

EXAMPLES = Path(__file__).parents[2] / "examples"
RULES = make_rules(("storefront", "marketplace"), {}, "UTC", where="test")
EXPIRING = make_rules(("storefront",), {"cancel_expired": True}, "UTC", where="test")
STOCKED = make_rules(("allocation", "marketplace"), {}, "UTC", where="test")
KEY = "acme/shop/1"
NOON = "2026-03-02T12:00:00Z"


def _record(kind, event_id, body=None, *, key=KEY, at=NOON, **envelope):
    said = {"kind": kind, "event_id": event_id, "occurred_at": at, "tenant": "acme"} | envelope
    said |= {"order_key": key} if key else {}
    said |= {"body": body} if body is not None else {}
    return decode_record(json.dumps(said).encode())


def _placed(number=1, **document):
    key = f"acme/shop/{number}"
    line = {"line_id": "1", "quantity": 1}
    body = {"currency": "EUR", "total": 100, "lines": [line], "payment_method": "online"}
    return _record("order.placed", f"placed-{number}", body | document, key=key)


def _captured(event_id="paid", **envelope):
    body = {"amount": 100, "currency": "EUR", "provider": "pay", "reference": event_id}
    return _record("payment.captured", event_id, body, **envelope)


def _linked(reference, key=KEY, **body):
    return _record("reference.linked", f"l-{reference}", {"reference": reference} | body, key=key)


def _play(records, rules=RULES, **options):
    replay = Replay(lambda _: rules, **options)
    said = []
    for record in records:
        is_stock = isinstance(record, StockFact)
        said += replay.take_stock(record) if is_stock else replay.take(record)
    return replay, said


def _snapshots(replay):
    return [encode_message(one) for one in replay.snapshots()]


def _story(name):
    with (EXAMPLES / name).open("rb") as file:
        return [read_line(line) for _, line in lines(file)]


def test_an_order_says_what_the_state_machine_says():
    records = [_placed(), _captured()]

    replay, said = _play(records)

    order, expected = unseen(KEY, records[0].occurred_at), []
    for record in records:
        step = process(order, record, RULES)
        order = step.order
        expected += step.messages
    assert said == expected
    assert list(replay.orders()) == [order]


@pytest.mark.rule("X.2")
def test_a_fact_without_an_order_waits_for_its_link():
    paid = _captured(key=None, reference="payment:1")

    replay, said = _play([_placed(), paid])
    waiting = list(replay.waiting())
    after = replay.take(_linked("payment:1"))

    assert not [one for one in said if isinstance(one, StatusChanged) and one.after == "paid"]
    assert [(one.tenant, one.reference, one.facts) for one in waiting] == [
        ("acme", "payment:1", 1)
    ]
    assert [one for one in after if isinstance(one, StatusChanged) and one.after == "paid"]
    assert not list(replay.waiting())


@pytest.mark.rule("X.2")
def test_placing_payment_link_and_alias_may_come_in_any_order():
    records = [
        _placed(),
        _captured(key=None, reference="charge:1"),
        _linked("charge:1", key=None, alias="payment:1"),
        _linked("payment:1"),
    ]

    shown = {
        json.dumps({k: v for k, v in json.loads(snapshot).items() if k not in {"seq", "version"}})
        for order in permutations(records)
        for snapshot in _snapshots(_play(order)[0])
    }

    assert len(shown) == 1
    assert json.loads(shown.pop())["payment"] == "paid"


def test_aliases_that_lead_in_a_circle_are_refused_and_end():
    records = [
        _linked("a", key=None, alias="b"),
        _linked("b", key=None, alias="a"),
        _captured(key=None, reference="a"),
    ]

    _, said = _play(records)

    assert [one.reason for one in said] == ["reference: b leads in a circle"]


@pytest.mark.rule("X.1")
def test_a_verdict_in_the_log_is_applied_at_its_commands_place_and_not_judged_again():
    cancel = _record("command.cancel", "c1")
    live = [_placed(), cancel, _captured()]
    first, said = _play(live)
    verdict = next(
        step for step in _verdicts_of([_placed(), cancel]) if isinstance(step, CommandJudged)
    )
    refused = replace(
        verdict, body=replace(verdict.body, accepted=False, guard="then", effects=(), refusal="")
    )

    second, again = _play([*live, verdict], verdicts=collect_verdicts([verdict]))
    third, otherwise = _play([*live, refused], verdicts=collect_verdicts([refused]))

    assert again == said
    assert _snapshots(second) == _snapshots(first)
    assert [one.guard for one in otherwise if isinstance(one, CommandResult)] == ["then"]
    assert next(third.snapshots()).lifecycle == "open"


def _verdicts_of(records, rules=RULES):
    order = unseen(KEY, records[0].occurred_at)
    for record in records:
        step = process(order, record, rules)
        order = step.order
        yield from step.log


def test_without_judging_a_command_that_has_no_verdict_does_nothing():
    unknown = _record("command.cancel", "c2", key="acme/shop/2")

    replay, said = _play([_placed(), _record("command.cancel", "c1"), unknown], judge=False)

    assert not [one for one in said if isinstance(one, CommandResult)]
    assert [one.lifecycle for one in replay.snapshots()] == ["pending"]


@pytest.mark.rule("X.1")
def test_an_expiry_that_was_judged_then_needs_no_policy_now():
    placed = _placed(ship_by="2026-03-02")
    live, first = _play([placed], EXPIRING)
    first += live.pass_time(datetime(2026, 3, 3, tzinfo=UTC))
    fired = _record(
        "timer.fired",
        f"{KEY}:timer:expiry:{1772496000000000}",
        {"timer": "expiry", "deadline": "2026-03-03T00:00:00Z"},
        at="2026-03-03T00:00:00Z",
    )
    verdicts = collect_verdicts(_verdicts_of([placed, fired], EXPIRING))
    strict = replace(EXPIRING, policy=replace(EXPIRING.policy, cancel_expired=False))

    judged, again = _play([placed, fired, fired], strict, verdicts=verdicts, judge=False)
    unjudged, _ = _play([placed, fired], EXPIRING, judge=False)

    assert again == first
    assert _snapshots(judged) == _snapshots(live)
    assert next(unjudged.snapshots()).lifecycle == "pending"


@pytest.mark.rule("X.2", "X.9")
def test_time_fires_what_is_due_in_order_of_time_and_once():
    replay, _ = _play(
        [
            _captured("early", key="acme/shop/9", at="2026-03-01T12:00:00Z"),
            _captured("lost", key=None, reference="payment:9", at="2026-03-01T11:00:00Z"),
            _placed(ship_by="2026-03-02"),
        ],
        EXPIRING,
    )

    before = replay.pass_time(datetime(2026, 3, 2, 23, tzinfo=UTC))
    said = replay.pass_time(datetime(2026, 3, 4, 12, tzinfo=UTC))
    after = replay.pass_time(datetime(2027, 1, 1, tzinfo=UTC))

    assert before == []
    assert [
        one.kind if isinstance(one, Anomaly) else one.command
        for one in said
        if isinstance(one, Anomaly | CommandResult)
    ] == ["cancel", "expected_event_missing", "expected_event_missing"]
    assert after == []
    assert [one.deadline for one in replay.waiting()] == [None]


def test_what_names_no_order_is_refused_and_leaves_no_trace():
    replay, said = _play(
        [_captured(key=None), _record("command.close", "c1", key=None), _placed()]
    )

    assert [one.reason.split(":")[0] for one in said if isinstance(one, Refused)] == [
        "order_key",
        "order_key",
    ]
    assert len(list(replay.orders())) == 1


def test_a_fact_too_many_is_refused_and_the_order_goes_on(monkeypatch):
    monkeypatch.setattr("domain.payment_evidence.OPERATIONS_MAX", 2)

    replay, said = _play([_placed(), *(_captured(f"p{number}") for number in range(4))])

    assert len([one for one in said if isinstance(one, Refused)]) == 2
    assert len(next(replay.orders()).operations) == 2


def test_a_surprise_is_a_refusal_of_one_record(monkeypatch):
    def explode(*_):
        raise ZeroDivisionError("here")

    monkeypatch.setattr(module, "process", explode)

    assert _play([_placed()])[1] == [Refused("internal: ZeroDivisionError: here")]


def test_orders_put_aside_as_bytes_are_the_same_orders(monkeypatch):
    records = [record for number in range(9) for record in (_placed(number),)]
    records += [_captured(key=f"acme/shop/{number}") for number in (5, 0, 8)]
    whole, _ = _play(records)
    monkeypatch.setattr(shelf, "ORDERS_DECODED_MAX", 2)

    small, _ = _play(records)

    assert [order.key for order in small.orders()] == [f"acme/shop/{n}" for n in range(9)]
    assert _snapshots(small) == _snapshots(whole)


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.jsonl")))
def test_a_story_read_back_from_its_own_encoding_says_the_same(name):
    story = _story(name)
    replay, said = _play(story, STOCKED, stocks=StockRoom())

    read_back = [read_line(encode_record(record)) for record in story]
    again, encoded = _play(read_back, STOCKED, stocks=StockRoom())

    assert not [one for one in said if isinstance(one, Refused)]
    assert encoded == said
    assert _snapshots(again) == _snapshots(replay)


def test_a_log_that_holds_the_stocks_answers_needs_no_stock():
    """
    The answers of a worker stand in the order log; folded alone they give the same snapshots.
    """
    story = _story("backorder.jsonl")
    room = _Listening()
    asked, said = _play(story, STOCKED, stocks=room)
    log = [one for one in room.heard if not isinstance(one, StockFact | StockMovement)]
    assert any(isinstance(one, StockMovement) for one in said)

    alone, _ = _play(log, STOCKED)

    assert _snapshots(alone) == _snapshots(asked)
    assert any(b'"reserved":3' in one for one in _snapshots(alone))


class _Listening(StockRoom):
    """Writes down the order log as a worker would: records, and answers behind them."""

    def __init__(self):
        super().__init__()
        self.heard = _story("backorder.jsonl")
        self._next = 0

    def take(self, record):
        answers, said = super().take(record)
        cause = record.cause_id or record.event_id
        at = next(n for n, one in enumerate(self.heard) if one.event_id == cause)
        self.heard[at + 1 : at + 1] = answers
        return answers, said


def test_what_a_stock_cannot_take_is_refused_and_the_rest_goes_on():
    """
    As a dead letter of the worker would be.
    """
    facts = [
        read_line(
            json.dumps(
                {
                    "kind": "stock.received",
                    "event_id": f"r{n}",
                    "tenant": "acme",
                    "occurred_at": f"2026-03-02T{12 + n // 60}:{n % 60:02}:01Z",
                    "body": {"sku": "LAMP", "quantity": 1},
                }
            ).encode()
        )
        for n in range(260)
    ]
    late = replace(facts[0], event_id="late", occurred_at=datetime(2026, 3, 2, 12, tzinfo=UTC))

    _, said = _play([*facts, late], stocks=StockRoom())

    assert [one.reason for one in said if isinstance(one, Refused)] == [
        "LAMP: older than what the stock remembers one by one"
    ]
