"""`orderstream normalize` and `sources`: any bytes in, lines out, a status that scripts can use."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.registry import SOURCES
from streams.cli import main

MAPPINGS = Path(__file__).parents[2] / "examples" / "mappings"
REFUND = {
    "id": "evt_1",
    "object": "event",
    "type": "charge.refunded",
    "created": 1_772_000_000,
    "data": {
        "object": {
            "id": "ch_1",
            "object": "charge",
            "amount": 100,
            "amount_captured": 100,
            "amount_refunded": 100,
            "captured": True,
            "created": 1_771_000_000,
            "currency": "eur",
            "paid": True,
            "payment_intent": "pi_1",
            "refunded": True,
            "status": "succeeded",
        }
    },
}
BODY = json.dumps(REFUND).encode()


def _normalize(body: bytes, *options: str, source: str = "stripe"):
    return CliRunner().invoke(main, ["normalize", "--source", source, *options, "-"], input=body)


def _lines(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def _event(**fields):
    event = {
        "specversion": "1.0",
        "id": "1",
        "source": "stripe/acme/shop",
        "type": "charge.refunded",
        "data": REFUND,
    }
    return json.dumps(event | fields).encode()


def test_a_payload_becomes_facts_one_a_line():
    result = _normalize(BODY)

    kinds = [fact["kind"] for fact in _lines(result)]
    assert result.exit_code == 0, result.output
    assert "payment.captured" in kinds
    assert {fact["tenant"] for fact in _lines(result)} == {"example"}


def test_a_file_is_read_like_standard_input(tmp_path):
    file = tmp_path / "refund.json"
    file.write_bytes(BODY)

    result = CliRunner().invoke(main, ["normalize", "--source", "STRIPE", str(file)])

    assert result.stdout_bytes == _normalize(BODY).stdout_bytes


def test_the_account_names_tenant_and_channel():
    facts = _lines(_normalize(BODY, "--account", "acme/web"))

    assert {fact["tenant"] for fact in facts} == {"acme"}


@pytest.mark.parametrize(
    "body",
    [
        _event(),
        _event(data=None, data_base64=base64.b64encode(BODY).decode()),
    ],
)
def test_a_cloud_event_is_unwrapped(body):
    facts = _lines(_normalize(body))

    assert {fact["tenant"] for fact in facts} == {"acme"}
    assert len(facts) == len(_lines(_normalize(BODY)))


def test_a_cloud_event_in_binary_mode_is_understood():
    headers = ["ce_specversion=1.0", "ce_source=stripe/acme/shop", "ce_type=x", "ce_id=1"]
    options = [part for header in headers for part in ("--header", header)]

    assert {fact["tenant"] for fact in _lines(_normalize(BODY, *options))} == {"acme"}


def test_a_cloud_event_of_another_source_is_quarantined():
    result = _normalize(_event(source="shopify/acme/shop"))

    assert result.exit_code == 3
    assert _lines(result)[0]["quarantined"] == "source"


def test_what_no_order_needs_is_ignored_and_says_why():
    account = {"object": {"id": "acct_1", "object": "account"}}

    result = _normalize(json.dumps(REFUND | {"type": "account.updated", "data": account}).encode())

    (line,) = _lines(result)
    assert result.exit_code == 0
    assert line["ignored"]


BAD = {
    "empty": b"",
    "blank": b" \n ",
    "broken": b'{"id":',
    "null": b"null",
    "array": b"[null, 1]",
    "number": b"12",
    "text": b'"x"',
    "nan": BODY.replace(b"1772000000", b"NaN"),
    "infinity": BODY.replace(b"1772000000", b"-Infinity"),
    "digits": BODY.replace(b"1772000000", b"9" * 10_000),
    "deep array": b"[" * 10_000 + b"]" * 10_000,
    "deep object": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "not closed": b"[" * 10_000,
    "utf-8": b'{"id": "\xff"}',
    "utf-16": BODY.decode().encode("utf-16"),
    "surrogate": BODY.replace(b"evt_1", b"\\ud800"),
    "big": b'{"id": "' + b"x" * 5_000_000 + b'"}',
    "twice": b'{"id": 1, "id": 2}',
    "form": b"a=1&b=2",
    "xml": b"<a/>",
    "zero bytes": b"\0" * 100,
    "cloud event without data": _event(data=None),
    "cloud event of nobody": _event(source="nobody/a/b"),
    "cloud event of no account": _event(source="stripe"),
    "cloud event with a wrong time": _event(time="yesterday"),
    "cloud event of another version": _event(specversion="0.3"),
}


@pytest.mark.rule("X.16")
@pytest.mark.parametrize("source", sorted(SOURCES))
@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_quarantined_and_never_a_traceback(name, source):
    result = _normalize(BAD[name], source=source)

    lines = _lines(result)
    assert result.exit_code == 3, result.output
    assert result.stderr == ""
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert lines
    for line in lines:
        assert list(line) == ["quarantined", "value", "reason"]
        assert line["reason"]
        assert len(json.dumps(line)) < 1_000


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--source", "nope", "-"], ", ".join(SOURCES)),
        (["--source", "stripe", "/does/not/exist"], "No such file"),
        (["--source", "stripe", "--header", "x", "-"], "--header 'x' is not K=V"),
        (["--source", "stripe"], "Missing argument"),
        (["-"], "--source"),
        (["--source", "stripe", "--mapping", str(MAPPINGS / "parcelwerk.toml"), "-"], "one of"),
        (["--mapping", __file__, "-"], "test_cli_normalise.py: "),
    ],
)
def test_wrong_use_ends_with_two(options, reason):
    result = CliRunner().invoke(main, ["normalize", *options], input=BODY)

    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("account", ["acme", "/", "a/b/c", "a b/c", ""])
def test_an_account_that_is_none_is_quarantined_as_the_worker_would(account):
    result = _normalize(BODY, f"--account={account or '/'}")

    assert result.exit_code == 3
    assert _lines(result)[0]["quarantined"] == "account"


def test_the_sources_are_listed_for_people_and_for_programs():
    plain = CliRunner().invoke(main, ["sources"])
    listed = CliRunner().invoke(main, ["sources", "--json"])

    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert [row["name"] for row in rows] == list(SOURCES)
    assert all(row["signature"] and row["kind"] for row in rows)
    assert len(plain.stdout.splitlines()) == len(SOURCES) + 1


@pytest.mark.parametrize("command", ["normalize", "replay", "sources"])
def test_commands_without_a_broker_load_no_broker_client(command):
    script = (
        "import sys; from streams.cli import main; main.get_command(None, sys.argv[1]);"
        "print([name for name in sys.modules if name in ('faust', 'aiokafka', 'mode', 'rich')])"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, command], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"


MAPPED = (MAPPINGS.parent / "payloads" / "parcelwerk-scans.xml").read_bytes()


def test_a_mapping_file_is_a_source_for_one_payload():
    result = CliRunner().invoke(
        main, ["normalize", "--mapping", str(MAPPINGS / "parcelwerk.toml"), "-"], input=MAPPED
    )

    assert result.exit_code == 0, result.output
    assert {line["source"] for line in _lines(result)} == {"parcelwerk"}


def test_the_mappings_of_a_folder_are_sources_like_any_other(monkeypatch):
    monkeypatch.setenv("ORDERSTREAM_MAPPINGS", str(MAPPINGS))

    listed = CliRunner().invoke(main, ["sources", "--json"])
    read = _normalize(MAPPED, source="parcelwerk")

    names = [json.loads(line)["name"] for line in listed.stdout.splitlines()]
    assert names == [*SOURCES, "gardenhouse", "parcelwerk"]
    assert read.exit_code == 0


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"a.toml": "name = 7"}, "a.toml: "),
        ({"a.toml": "\xff"}, "a.toml: not UTF-8"),
        ({"a.toml": "#" * 300_000}, "a.toml: over 262144 bytes"),
        ({"a.toml": "PARCELWERK", "b.toml": "PARCELWERK"}, "there is a source 'parcelwerk'"),
        (None, "is no folder"),
    ],
)
def test_a_mapping_that_cannot_work_ends_with_two(files, reason, tmp_path, monkeypatch):
    good = (MAPPINGS / "parcelwerk.toml").read_text()
    for name, text in (files or {}).items():
        (tmp_path / name).write_bytes(text.replace("PARCELWERK", good).encode("latin-1"))
    folder = tmp_path if files else tmp_path / "missing"
    monkeypatch.setenv("ORDERSTREAM_MAPPINGS", str(folder))

    for arguments in (["sources"], ["normalize", "--source", "a", "-"], ["worker"]):
        result = CliRunner().invoke(main, arguments, input=b"{}")

        assert result.exit_code == 2
        assert "ORDERSTREAM_MAPPINGS: " in result.stderr
        assert reason in result.stderr


def test_what_each_word_of_a_source_becomes_is_listed():
    shown = CliRunner().invoke(main, ["sources", "easypost"])
    listed = CliRunner().invoke(main, ["sources", "easypost", "--json"])
    missing = CliRunner().invoke(main, ["sources", "nope"])

    rows = [json.loads(line) for line in listed.stdout.splitlines()]
    assert {"field": "status", "word": "delivered", "becomes": "delivered"} in rows
    assert len(shown.stdout.splitlines()) == len(rows) + 2
    assert (missing.exit_code, "no source 'nope'" in missing.stderr) == (2, True)


def test_import_rules_hold_for_a_payload_too(monkeypatch):
    order = (MAPPINGS.parent / "payloads" / "shopify-order.json").read_bytes()
    monkeypatch.setenv("ORDERSTREAM_IMPORTS", '{"acme/shop": {"*": "skip"}}')

    ruled = _normalize(order, "--account", "acme/shop", source="shopify")
    other = _normalize(order, "--account", "acme/other", source="shopify")

    assert _lines(ruled) == [{"ignored": "left out by an import rule"}]
    assert len(_lines(other)) > 1


@pytest.mark.parametrize(
    "arguments", [["sources"], ["normalize", "--source", "a", "-"], ["worker"]]
)
def test_import_rules_that_cannot_be_end_with_two(arguments, monkeypatch):
    monkeypatch.setenv("ORDERSTREAM_IMPORTS", '{"acme": {"paid": "later"}}')

    result = CliRunner().invoke(main, arguments, input=b"{}")

    assert result.exit_code == 2
    assert "ORDERSTREAM_IMPORTS: Invalid enum value 'later'" in result.stderr
