"""The report of requirements counts what passed, and only that."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SUITE = """
import pytest

@pytest.mark.rule("S0.1", "X.1")
def test_that_passes(): pass

@pytest.mark.rule("S0.2")
def test_that_fails(): assert False

@pytest.mark.rule("S0.3")
def test_that_is_skipped(): pytest.skip()

@pytest.mark.rule("S0.4")
def test_that_passes_beside_one_that_fails(): pass

@pytest.mark.rule("S0.4")
def test_that_fails_beside_one_that_passes(): assert False
"""


def _report(folder: Path, suite: str) -> str:
    for name in ("conftest.py", "rules.txt"):
        (folder / name).write_text((HERE / name).read_text())
    (folder / "test_it.py").write_text(suite)
    options = ["-p", "no:cacheprovider", "-o", "markers=rule: ids", "-q", "--rules-report"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return done.stdout + done.stderr


def test_a_requirement_is_shown_by_tests_that_all_pass(tmp_path):
    report = _report(tmp_path, SUITE)
    missing = set(re.findall(r"\b(?:S\d|X)\.\d+\b", report.split("= requirements =")[1]))

    assert len(missing) == 191
    assert not missing & {"S0.1", "X.1"}
    assert "2 of 193 shown by a passing test" in report


def test_a_requirement_that_does_not_exist_stops_the_run(tmp_path):
    suite = "import pytest\n@pytest.mark.rule('S0.99')\ndef test_one(): pass"

    assert "no such requirement: S0.99" in _report(tmp_path, suite)
