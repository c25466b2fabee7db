"""The locks pin everything by hash and say nothing of the machine that wrote them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "deploy/requirements.lock"]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def _pins(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w-]+)==([^\s;\\]+)", (ROOT / lock).read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_and_no_path_is_in_a_lock(lock):
    assert not re.search(r"://|file:|^-|/(home|root|usr|tmp)", (ROOT / lock).read_text())


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock):
    pins = re.split(r"^(?=[\w-]+==)", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]

    assert pins
    assert all("--hash=sha256:" in pin for pin in pins)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_dependency_is_locked(lock):
    names = {re.split(r"[\[><=;]", each)[0].strip() for each in PROJECT["project"]["dependencies"]}

    assert names <= _pins(lock).keys()


def test_what_is_deployed_is_what_is_tested():
    assert _pins("deploy/requirements.lock").items() <= _pins("requirements.lock").items()


@pytest.mark.parametrize("name", ["faust-streaming", "aiokafka", "mode-streaming"])
def test_the_three_that_change_behaviour_are_pinned_exactly(name):
    wanted = [each for each in PROJECT["project"]["dependencies"] if each.startswith(name)]

    assert len(wanted) == 1
    assert re.sub(r"\[.*\]", "", wanted[0]) == f"{name}=={_pins(LOCKS[0])[name]}"
