"""README says what is there: its commands run, their output is as shown, its files exist."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from connectors.registry import SOURCES
from domain.guard import GUARDS
from streams.cli import main
from streams.rulebook import rulebook, shipped_names
from streams.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
PAGES = (
    ROOT / "README.md",
    ROOT / "docs/operations.md",
    ROOT / "docs/architecture.md",
    *sorted((ROOT / "docs/adr").glob("*.md")),
)

WITHOUT_BROKER = {"normalize", "replay", "sources", "settings"}
WITH_BROKER = {"demo", "worker", "topics", "send", "order", "dead-letters", "rebuild"}
WITH_VIEW = {"orders", "timeline", "migrate", "erase"}
FOLDERS = {
    "domain",
    "connectors",
    "readmodel",
    "streams",
    "tests",
    "docs",
    "deploy",
    "bench",
    "examples",
}
_CUT = "…"


class Call(NamedTuple):
    """One command as README shows it."""

    line: str
    arguments: list[str]
    status: int
    output: list[str]


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def _calls() -> list[Call]:
    """Find each `orderstream …` that begins a line of a block, with what stands below it."""
    found: list[Call] = []
    for block in _blocks("console") + _blocks("sh"):
        for line in block.splitlines():
            command, _, said = line.removeprefix("$ ").partition("  # exit status ")
            if command.startswith("orderstream "):
                arguments = shlex.split(command.removesuffix(" &"))[1:]
                found.append(Call(command, arguments, int(said or 0), []))
            elif found and line.startswith("{"):
                found[-1].output.append(line)
    return found


CALLS = _calls()
TRIED = [call for call in CALLS if call.arguments[0] in WITHOUT_BROKER]


def _pattern(shown: str) -> str:
    return ".*".join(re.escape(part) for part in shown.split(_CUT))


def test_readme_shows_how_to_debug_an_integration():
    """The list below is not empty by accident."""
    assert {call.arguments[0] for call in TRIED} >= {"normalize", "replay"}
    assert {call.arguments[0] for call in CALLS} <= WITHOUT_BROKER | WITH_BROKER | WITH_VIEW


@pytest.mark.parametrize("call", TRIED, ids=[call.line for call in TRIED])
def test_a_command_ends_as_said_and_prints_what_is_shown(call, monkeypatch):
    """Lines may be left out and cut short, but each that is shown comes out, in this order."""
    monkeypatch.chdir(ROOT)

    result = CliRunner().invoke(main, call.arguments)

    assert result.exit_code == call.status
    printed = iter(result.stdout.splitlines())
    for shown in call.output:
        assert any(re.fullmatch(_pattern(shown), line) for line in printed), shown


def test_every_command_that_is_named_exists():
    """Also those in tables and sentences."""
    listed = set(main.list_commands(None))
    named = set(
        re.findall(r"orderstream ([a-z][a-z-]+)", " ".join(re.findall(r"`[^`\n]+`", README)))
    )

    assert named
    assert named | {call.arguments[0] for call in CALLS} <= listed


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_file_that_is_named_exists(page):
    """Links count from their page, names in code and in commands from the top of the project."""
    text = page.read_text("utf-8")
    links = {link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)}
    links -= {link for link in links if not link or "://" in link}
    words = re.findall(r"[\w./-]+", re.sub(r"\]\([^)\s]*\)", "", text))
    names = {word.rstrip(".") for word in words if "/" in word and word.split("/")[0] in FOLDERS}
    names |= set(re.findall(r"`(\.?[\w-]+(?:/[\w.-]+)*\.(?:md|yml|toml|txt))`", text))

    missing = {link for link in links if not (page.parent / link).exists()}
    missing |= {
        name for name in names if not any((top / name).exists() for top in (ROOT, page.parent))
    }

    assert missing - _GENERAL == set()


_GENERAL = {
    "patches.toml",  # named beside the folder it is in
}


def test_every_target_of_make_exists():
    """The Makefile is the developer's interface."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"\bmake ([a-z-]+)[`\s]", "\n".join(_commands()))) <= targets


def _commands() -> list[str]:
    inline = re.findall(r"`(make [a-z-]+)`", README)
    indented = re.findall(r"^ {4}(make [a-z-]+) ", README, re.MULTILINE)
    assert indented, "README begins with what to run"
    return [f"{each} " for each in inline + indented]


def test_every_setting_that_is_named_exists():
    """A variable that nobody reads would be silently ignored."""
    named = set(re.findall(r"ORDERSTREAM_([A-Z_]*[A-Z])\b", README)) - {"SETTINGS_FILE"}

    assert named
    assert {each.lower() for each in named} <= set(Settings.model_fields)


def test_the_json_that_is_shown_is_json_and_the_profiles_are_taken():
    """The block with `default` is a value of ORDERSTREAM_PROFILES."""
    blocks = [json.loads(block) for block in _blocks("json")]
    (profiles,) = [block for block in blocks if "default" in block]

    rules_for = rulebook(profiles)

    assert [one.name for one in rules_for("acme/bazaar/1").profiles] == [
        "marketplace",
        "storefront",
    ]
    assert rules_for("acme/bazaar/1").policy.cancel_expired
    assert str(rules_for("acme/shop/1").zone) == "Europe/Paris"


def test_the_python_that_is_shown_compiles():
    """It was run against a real Kafka by hand; here at least its grammar is watched."""
    for block in _blocks("python"):
        compile(block, "README.md", "exec")


def test_the_messages_that_are_shown_have_fields_of_their_schema():
    """Cut from real output; a field that was renamed since turns this red."""
    shown = [json.loads(block) for block in _blocks("json")]
    for name, mark in (("status-changed", "from"), ("notification", "template")):
        schema = json.loads((ROOT / f"docs/schemas/{name}.schema.json").read_text("utf-8"))
        fields = _properties(schema)
        (message,) = [one for one in shown if mark in one]

        assert set(message) <= fields
        assert set(schema.get("required", ())) <= set(message)


def _properties(schema: dict) -> set[str]:
    if "properties" in schema:
        return set(schema["properties"])
    name = schema["$ref"].rpartition("/")[2]
    return set(schema["$defs"][name]["properties"])


def test_every_source_and_profile_is_named():
    """The tables of what there is are whole, and the numbers in front of them are right."""
    named = set(re.findall(r"`([a-z_]+)`", README))
    many, commands = re.findall(r"^(\d+) (?:sources|commands) ", README, re.MULTILINE)

    assert set(SOURCES) - named == set()
    assert {name for name in shipped_names() if f"docs/profiles/{name}.md" not in README} == set()
    assert (int(many), int(commands)) == (len(SOURCES), len(GUARDS))
