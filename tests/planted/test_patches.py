"""The list of bugs to plant keeps step with the code; `make planted` shows that each is caught."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATCHES = tomllib.loads(Path(__file__).with_name("patches.toml").read_text())["patch"]


@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch["name"])
def test_a_bug_can_be_planted(patch):
    assert (ROOT / patch["file"]).read_text().count(patch["old"]) == 1
    assert patch["new"] != patch["old"]
    assert all((ROOT / "tests" / "domain" / test).is_file() for test in patch["tests"])


def test_no_two_bugs_have_one_name():
    assert len({patch["name"] for patch in PATCHES}) == len(PATCHES)
