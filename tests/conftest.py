"""What all tests share: the report of requirement ids, Hypothesis' profiles, a real Kafka, a real
PostgreSQL.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.postgresql import Server

_IDS = Path(__file__).with_name("rules.txt")

# The machine's speed is no property of the code, so examples have no deadline.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rules-report",
        action="store_true",
        help="print the requirement ids of tests/rules.txt that no passing test carries",
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Rules(_IDS.read_text().split()), "orderstream-rules")


class _Rules:
    """Collects which requirement ids passing and failing tests carry."""

    def __init__(self, known: list[str]) -> None:
        self.known = known
        self.shown: set[str] = set()
        self.broken: set[str] = set()
        self._ids_of: dict[str, tuple[str, ...]] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            ids = tuple(str(each) for mark in item.iter_markers("rule") for each in mark.args)
            if unknown := set(ids) - set(self.known):
                wrong = f"{item.nodeid}: no such requirement: {', '.join(sorted(unknown))}"
                raise pytest.UsageError(wrong)
            if ids:
                self._ids_of[item.nodeid] = ids

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        ids = self._ids_of.get(report.nodeid, ())
        if report.failed:
            self.broken.update(ids)
        elif report.when == "call" and report.passed:
            self.shown.update(ids)

    def pytest_terminal_summary(
        self, terminalreporter: pytest.TerminalReporter, config: pytest.Config
    ) -> None:
        if not config.getoption("--rules-report"):
            return
        missing = [each for each in self.known if each not in self.shown - self.broken]
        terminalreporter.section("requirements")
        for line in _by_section(missing):
            terminalreporter.line(line)
        done = len(self.known) - len(missing)
        terminalreporter.line(f"{done} of {len(self.known)} shown by a passing test")


def _by_section(ids: list[str]) -> Iterator[str]:
    sections: dict[str, list[str]] = {}
    for each in ids:
        sections.setdefault(re.split(r"\.", each)[0], []).append(each)
    for section, members in sections.items():
        yield f"{section:>3}: {' '.join(members)}"


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a real Kafka that lasts for the whole run; topics are not made by use."""
    # Here and not above: bugs are planted where there is nothing but the domain and its tests.
    from tests.harness.broker import Broker

    broker = Broker(tmp_path_factory.mktemp("kafka"))
    yield broker.address
    broker.stop()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """Give a real PostgreSQL that lasts for the whole run."""
    from tests.harness.postgresql import Server

    # Not below pytest's own folder: PostgreSQL runs as another user, who may not enter that.
    folder = Path(tempfile.mkdtemp(prefix="orderstream-postgresql."))
    folder.chmod(0o755)
    server = Server(folder)
    server.start()
    server.make_template()
    yield server
    server.stop("immediate")
    shutil.rmtree(folder)
