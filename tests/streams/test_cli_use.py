"""The command line as a whole: help, exit statuses, one line instead of a traceback."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from streams.cli import main

AWAY = {"ORDERSTREAM_BROKERS": "127.0.0.1:1"}
COMMANDS = (
    "demo",
    "worker",
    "topics",
    "settings",
    "sources",
    "normalize",
    "replay",
    "send",
    "order",
    "dead-letters",
    "rebuild",
)


def _run(*arguments: str, env: dict[str, str] | None = None):
    return CliRunner().invoke(main, arguments, env=env)


def test_help_lists_every_command_of_the_contract():
    listed = _run("--help").stdout

    assert [name for name in COMMANDS if f"\n  {name} " not in listed] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    result = _run(command, "--help")

    assert result.exit_code == 0
    assert "Usage" in result.stdout


def test_an_account_that_is_none_is_not_sent(tmp_path):
    file = tmp_path / "payload"
    file.write_text("{}")

    result = _run("send", "--source", "shopify", "--account", "acme", str(file), env=AWAY)

    assert result.exit_code == 2
    assert result.stderr == "orderstream: --account 'acme' is not TENANT/CHANNEL\n"


def test_the_version_is_told():
    assert _run("--version").exit_code == 0


def test_an_unknown_command_is_wrong_use():
    assert _run("nope").exit_code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("topics",),
        ("topics", "--create"),
        ("dead-letters", "list"),
        ("dead-letters", "show", "0:1"),
        ("dead-letters", "redrive", "--all"),
        ("order", "acme/shop/1"),
        ("rebuild",),
        ("send", "--source", "stripe", "pyproject.toml"),
    ],
)
def test_an_absent_broker_is_one_line(arguments):
    result = _run(*arguments, env=AWAY)

    assert result.exit_code == 1
    assert result.stderr == (
        "orderstream: no broker answers at 127.0.0.1:1 (ORDERSTREAM_BROKERS)\n"
    )


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({"ORDERSTREAM_PARTITIONS": "many"}, "ORDERSTREAM_PARTITIONS"),
        ({"ORDERSTREAM_BROKERS": "here"}, "ORDERSTREAM_BROKERS"),
        ({"ORDERSTREAM_PROFILES": "{"}, "profiles"),
        ({"ORDERSTREAM_SETTINGS_FILE": "/does/not/exist"}, "/does/not/exist"),
    ],
)
@pytest.mark.parametrize("arguments", [("topics",), ("worker",), ("settings",), ("rebuild",)])
def test_wrong_settings_are_one_line_that_names_them(env, name, arguments):
    result = _run(*arguments, env=env)

    assert result.exit_code == 2
    assert name in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", [("worker",), ("rebuild",), ("order", "acme/shop/1")])
def test_wrong_rules_are_one_line(command):
    env = AWAY | {"ORDERSTREAM_PROFILES": '{"default": {"profiles": ["nope"]}}'}

    result = _run(*command, env=env)

    assert result.exit_code == 2
    assert "ORDERSTREAM_PROFILES" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("worker", "--roles", "cook"), "orders, payments, tracking"),
        (("worker", "--roles", ","), "--roles names none"),
        (("order", "1001"), "TENANT/CHANNEL/ORDER"),
        (("dead-letters", "show", "here"), "PARTITION:OFFSET"),
        (("dead-letters", "redrive"), "redrive takes"),
        (("dead-letters", "redrive", "--all", "0:1"), "redrive takes"),
        (("send", "--source", "nope", "pyproject.toml"), "no source"),
    ],
)
def test_wrong_use_is_one_line(arguments, reason):
    result = _run(*arguments, env=AWAY)

    assert result.exit_code == 2
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


def test_settings_show_what_is_set_and_no_secret():
    env = {"ORDERSTREAM_SASL_PASSWORD": "hush", "ORDERSTREAM_PARTITIONS": "7"}

    result = _run("settings", "--json", env=env)

    rows = {row["setting"]: row for row in map(json.loads, result.stdout.splitlines())}
    assert rows["ORDERSTREAM_PARTITIONS"]["value"] == "7"
    assert all(row["meaning"] for row in rows.values())
    assert "hush" not in result.stdout
    assert rows["ORDERSTREAM_SASL_PASSWORD"]["value"]


def test_a_surprise_is_one_line_and_seventy(monkeypatch):
    def explode(*_, **__):
        raise ZeroDivisionError("first\nsecond")

    monkeypatch.setattr("streams.command_line.sources.show_table", explode)

    result = _run("sources")

    assert result.exit_code == 70
    assert result.stderr.startswith("orderstream: internal: ZeroDivisionError: first second")
    assert result.stderr.count("\n") == 1


def test_a_surprise_shows_its_traceback_when_asked(monkeypatch):
    def explode(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr("streams.command_line.sources.show_table", explode)

    result = _run("sources", env={"ORDERSTREAM_DEBUG": "1"})

    assert result.exit_code == 70
    assert "Traceback" in result.stderr
