"""`orderstream replay` as an integrator meets it: files in, lines out, never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from domain.message import Message
from streams.cli import main
from streams.command_line.line import LINE_BYTES_MAX
from streams.command_line.replay import output_of

EXAMPLES = Path(__file__).parents[2] / "examples"
ORDER = {
    "kind": "order.placed",
    "event_id": "o1",
    "order_key": "acme/shop/1",
    "occurred_at": "2026-03-02T12:00:00Z",
    "body": {"currency": "EUR", "total": 100, "lines": [{"line_id": "1", "quantity": 1}]},
}


def _replay(given: bytes, *options: str):
    return CliRunner().invoke(main, ["replay", *options, "-"], input=given)


def _lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def _changed(**fields):
    return json.dumps(ORDER | fields).encode()


@pytest.mark.parametrize(
    ("profile", "words", "refused"),
    [
        ("simple", {"status": "Archived"}, ["closed", "not_completely_shipped", "not_closed_yet"]),
        ("configurable", {"state": "Canceled"}, ["processing_or_fraud", "no_fraud", "number"]),
        (
            "storefront",
            {"payment": "Partially Refunded", "fulfilment": "Partially Returned"},
            ["quantity", "carrier"],
        ),
        ("allocation", {"status": "Cancelled"}, ["billable", "quantity"]),
        ("marketplace", {"order": "Complete"}, ["no_hold"]),
    ],
)
def test_the_story_of_each_source_ends_as_it_must(profile, words, refused):
    """
    One story per source document: where it ends, and which guards it met on the way.
    """
    said = _lines(_replay((EXAMPLES / f"{profile}.jsonl").read_bytes(), "--profile", profile))

    shown = next(one for one in said if one["output"] == "snapshot")["words"][profile]
    assert {axis: shown[axis] for axis in words} == words
    answers = [one for one in said if one.get("output") == "command_result"]
    assert [one["guard"] for one in answers if not one["accepted"]] == refused
    assert all(one["reason"] for one in answers if not one["accepted"])


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.jsonl")))
def test_every_example_is_understood_and_says_the_same_each_time(name):
    given = (EXAMPLES / name).read_bytes()

    first, second = _replay(given), _replay(given)

    assert first.exit_code == 0, first.output
    assert first.stdout_bytes == second.stdout_bytes
    assert _lines(first)[-1]["output"] == "snapshot"


def test_a_cancellation_that_races_a_payment_wins_and_the_money_is_noticed():
    said = _lines(_replay((EXAMPLES / "cancel-races-payment.jsonl").read_bytes()))

    results = [one for one in said if one.get("output") == "command_result"]
    anomalies = [(one["kind"], one["change"]) for one in said if one["output"] == "anomaly"]
    assert [(one["command"], one["accepted"]) for one in results] == [
        ("cancel", True),
        ("mark_shipped", False),
    ]
    assert anomalies == [("money_after_cancel", "raised"), ("money_after_cancel", "resolved")]
    assert said[-1]["lifecycle"] == "cancelled"
    assert said[-1]["payment"] == "refunded"


def test_a_partial_refund_told_twice_counts_once():
    snapshot = _lines(_replay((EXAMPLES / "partial-refund.jsonl").read_bytes()))[-1]

    assert snapshot["money"] == {
        "currency": "EUR",
        "due": 6000,
        "captured": 6000,
        "refunded": 3000,
    }
    assert snapshot["words"]["storefront"]["payment"] == "Partially Refunded"


@pytest.mark.rule("X.3")
def test_a_failed_attempt_is_told_and_the_parcel_arrives():
    said = _lines(_replay((EXAMPLES / "failed-delivery.jsonl").read_bytes()))

    words = [one["to"] for one in said if one["output"] == "status" and one.get("profile")]
    assert "Delivery Failed" in words
    assert said[-1]["parcels"][0]["state"] == "delivered"


def test_stocks_answer_the_orders_of_a_story():
    said = _lines(_replay((EXAMPLES / "backorder.jsonl").read_bytes(), "--profile", "allocation"))

    outputs = [one["output"] for one in said]
    assert outputs.count("stock_movement") == 5
    assert outputs.count("stock_level") == 8
    alarms = [(one["kind"], one["change"]) for one in said if one["output"] == "anomaly"]
    assert alarms == [("stock_oversold", "raised"), ("stock_oversold", "resolved")]
    younger, older = (one["lines"][0] for one in said if one["output"] == "snapshot")
    assert younger["style"] == "struck"
    assert (older["style"], older["colour"], older["reserved"]) == ("ready", "green", 3)


def test_answers_in_the_log_are_not_given_again():
    story = (EXAMPLES / "backorder.jsonl").read_bytes()
    answer = {
        "kind": "stock.line_reserved",
        "event_id": "stock:1:9",
        "order_key": "acme/shop/2001",
        "occurred_at": "2026-03-11T12:00:00Z",
        "revision": 9,
        "body": {"line_id": "1", "sku": "LAMP", "warehouse": "default", "quantity": 2},
    }

    said = _lines(_replay(story + json.dumps(answer).encode(), "--profile", "allocation"))

    assert not [one for one in said if one["output"] == "stock_level"]
    assert [one["lines"][0].get("reserved", 0) for one in said[-2:]] == [0, 2]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ({"body": {"sku": "LAMP"}}, "on_hand"),
        ({"body": {"sku": "LAMP", "on_hand": 5}, "tenant": ""}, "a stock fact names its tenant"),
        ({"body": {"sku": "", "on_hand": 5}}, "sku"),
        ({"body": {"sku": "LAMP", "on_hand": 5}, "occurred_at": "2026-03-02"}, "occurred_at"),
        ({"kind": "stock.flown"}, "stock.flown"),
    ],
)
def test_a_wrong_stock_fact_is_one_line_that_says_why(line, reason):
    fact = {
        "kind": "stock.level_set",
        "event_id": "s1",
        "tenant": "acme",
        "occurred_at": "2026-03-02T12:00:00Z",
    }

    result = _replay(json.dumps(fact | line).encode())

    assert result.exit_code == 3
    (said,) = _lines(result)
    assert reason in said["reason"]


@pytest.mark.rule("S0.6", "X.9")
def test_a_policy_and_a_time_make_orders_expire():
    options = ("--policy", str(EXAMPLES / "expiry.toml"), "--at", "2026-03-14")

    said = _lines(_replay((EXAMPLES / "expiry.jsonl").read_bytes(), *options))

    states = {one["order_key"]: one["lifecycle"] for one in said if one["output"] == "snapshot"}
    assert states["acme/shop/1004"] == "cancelled"
    assert states["acme/shop/1005"] == "pending"
    assert any(one.get("kind") == "expected_event_missing" for one in said)


def test_the_first_profile_is_the_one_whose_words_come_first():
    said = _lines(_replay(_changed(), "--profile", "marketplace"))

    assert said[-1]["words"] == {"marketplace": {"order": "Pending"}}


def test_facts_that_nobody_linked_are_shown_as_waiting():
    lost = _changed(order_key=None, reference="payment:7", tenant="acme")

    (waiting,) = _lines(_replay(lost))

    assert waiting["output"] == "waiting"
    assert (waiting["reference"], waiting["facts"]) == ("payment:7", 1)


def test_a_command_without_a_time_happens_when_the_record_before_it_did():
    given = _changed() + b'\n{"kind":"close","command_id":"c1","order_key":"acme/shop/1"}\n'

    (result,) = (one for one in _lines(_replay(given)) if one["output"] == "command_result")

    assert result["occurred_at"] == ORDER["occurred_at"]
    assert (result["tenant"], result["channel"]) == ("acme", "shop")


def test_every_message_has_a_name_of_the_contract():
    assert {output_of(message) for message in Message.__args__} <= {
        "status",
        "command_result",
        "notification",
        "anomaly",
        "stock_movement",
        "action_required",
    }


BAD = {
    "broken": (b'{"kind":', "truncated"),
    "not json": (b"order.placed", "malformed"),
    "null": (b"null", "Expected `object`, got `null`"),
    "array": (b"[1, 2]", "Expected `object`, got `array`"),
    "text": (b'"x"', "Expected `object`, got `str`"),
    "empty object": (b"{}", "missing required field `kind`"),
    "nan": (b'{"kind": NaN}', "malformed"),
    "infinity": (_changed().replace(b"100", b"-Infinity"), "malformed"),
    "not a kind": (_changed(kind="order.eaten"), "order.eaten"),
    "kind is a number": (_changed(kind=7), "Expected `str`"),
    "utf-8": (_changed().replace(b"o1", b"\xff\xfe"), "not UTF-8"),
    "utf-16": ("{}".encode("utf-16"), "not UTF-8"),
    "surrogate": (_changed().replace(b"o1", b"\\ud800"), "surrogate"),
    "deep array": (b"[" * 10_000 + b"]" * 10_000, "Expected `object`"),
    "deep object": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "deep"),
    "deep inside": (b'{"kind":"close","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "deep"),
    "long": (b'{"kind":"' + b"x" * 5_000_000 + b'"}', f"line over {LINE_BYTES_MAX} bytes"),
    "zero bytes": (b"\0\0\0", "malformed"),
    "wrong field": (_changed(body={"currency": "euro", "total": 1}), '"euro"'),
    "a float as money": (_changed(body={"currency": "EUR", "total": 1.5}), "$.body.total"),
    "huge number": (_changed().replace(b"100", b"9" * 5000), "out of range"),
    "no zone": (_changed(occurred_at="2026-03-02T12:00:00"), "timezone"),
    "no time": (_changed(occurred_at="yesterday"), '"yesterday"'),
    "bad key": (_changed(order_key="acme"), '"acme"'),
    "no order": (_changed(order_key=None), "order_key"),
    "command of no order": (b'{"kind":"cancel","command_id":"c"}', "order_key"),
    "command with a wrong reason": (
        b'{"kind":"hold","command_id":"c","order_key":"a/b/c","body":{"reason":"bored"}}',
        "bored",
    ),
    "full command of no order": (_changed(kind="command.close", order_key=None), "order_key"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_one_line_that_says_why_and_the_rest_goes_on(name):
    bad, reason = BAD[name]

    result = _replay(b"# a story\n\n" + bad + b"\n" + _changed() + b"\n")

    first, *others = _lines(result)
    assert result.exit_code == 3
    assert result.stderr == ""
    assert first["quarantined"] == "line 3"
    assert reason in first["reason"]
    assert len(first["reason"]) < 500
    assert others[-1]["output"] == "snapshot"


def test_a_byte_order_mark_and_windows_line_ends_are_no_obstacle():
    result = _replay(b"\xef\xbb\xbf# story\r\n\r\n" + _changed() + b"\r\n")

    assert result.exit_code == 0


WRONG_USE = {
    "profile": (("--profile", "nope"), "storefront"),
    "date": (("--at", "soon"), "--at 'soon'"),
    "zone": (("--at", "2026-03-02T12:00:00"), "no time zone"),
    "day far away": (("--at", "9999-12-31"), "not between the years 1970 and 2199"),
    "time far away": (("--at", "0001-01-01T00:00:00+14:00"), "not between the years"),
    "option": (("--nope",), "No such option"),
}


@pytest.mark.parametrize("name", WRONG_USE)
def test_wrong_use_ends_with_two_and_says_what_is_wrong(name):
    options, reason = WRONG_USE[name]

    result = _replay(_changed(), *options)

    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stdout == ""


POLICIES = {
    "unknown": ("cancel_expird = true", "cancel_expird"),
    "type": ('await_order_hours = "long"', "await_order_hours"),
    "toml": ("cancel_expired", "policy"),
    "json": ('{"cancel_expired": maybe}', "policy"),
    "array": ("[]", "policy"),
    "command": ('command_roles = {fly = ["boss"]}', "command_roles has no 'fly'"),
    "lifecycle": ('expirable = ["opened"]', "expirable has no 'opened'"),
    "zone": ('zone = "Europe/Nowhere"', "Europe/Nowhere"),
    "zone outside": ('zone = "../../etc/passwd"', "passwd"),
}


@pytest.mark.parametrize("name", POLICIES)
def test_a_wrong_policy_is_one_line_and_ends_with_two(name, tmp_path):
    text, reason = POLICIES[name]
    file = tmp_path / "policy"
    file.write_text(text)

    result = _replay(_changed(), "--policy", str(file))

    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_policy_may_be_json(tmp_path):
    file = tmp_path / "policy.json"
    file.write_text('{"await_order_hours": 1, "zone": "Europe/Berlin"}')

    assert _replay(_changed(), "--policy", str(file)).exit_code == 0


def test_a_pipe_that_closes_early_is_no_error():
    command = [sys.executable, "-m", "streams.cli", "replay", "-"]
    given = b"\n".join(_changed(order_key=f"acme/shop/{n}") for n in range(3_000))
    script = f"{' '.join(command)} | head -1"

    done = subprocess.run(
        ["bash", "-c", script], input=given, capture_output=True, check=True, env=os.environ
    )

    assert done.stderr == b""
    assert done.stdout.startswith(b'{"output":"status"')


def _defined(event_id, roles=("configurator",), **body):
    return json.dumps(
        {
            "kind": "configuration.define_state",
            "event_id": event_id,
            "tenant": "acme",
            "occurred_at": "2026-03-02T12:01:00Z",
            "roles": roles,
            "body": {"name": "Waiting", "base": "Processing"} | body,
        }
    ).encode()


@pytest.mark.rule("S1.2", "S1.3", "S1.4", "S1.5")
def test_a_story_may_configure_its_shop():
    """
    A state of the shop's own is there at once, needs the role, a base, and nobody in it to change.
    """
    chosen = {
        "kind": "command.set_state",
        "event_id": "c1",
        "order_key": "acme/shop/1",
        "occurred_at": "2026-03-02T12:02:00Z",
        "body": {"state": "Waiting"},
    }
    given = [
        _changed(),
        _defined("d1", roles=()),
        _defined("d2", base="Completed"),
        _defined("d3"),
    ]
    given += [json.dumps(chosen).encode(), _defined("d4")]
    result = _replay(b"\n".join(given), "--profile", "configurable")

    said = _lines(result)
    answers = [one.get("guard", "") for one in said if one.get("output") == "command_result"]
    assert answers == ["role", "", "", "unused"]
    assert [one["quarantined"] for one in said if "quarantined" in one] == ["line 3"]
    assert said[-1]["words"] == {"configurable": {"delivery": {}, "state": "Waiting"}}


@pytest.mark.rule("S2.6")
def test_test_orders_end_with_the_first_real_one_of_a_story():
    """
    Several may be made before it, none after it; another channel has its own.
    """

    def made(number, channel="shop"):
        return {
            "kind": "command.create",
            "event_id": f"c{number}",
            "order_key": f"acme/{channel}/{number}",
            "test": True,
            "occurred_at": "2026-03-02T12:02:00Z",
            "body": {"document": ORDER["body"]},
        }

    given = [made(7), made(8), ORDER, made(9), made(10, "other")]
    result = _replay(b"\n".join(json.dumps(one).encode() for one in given))

    answers = [
        one.get("guard", "") for one in _lines(result) if one.get("output") == "command_result"
    ]
    assert answers == ["", "", "test_orders", ""]
