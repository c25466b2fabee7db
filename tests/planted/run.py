"""Plant each bug of `patches.toml` in a copy of the domain and see the tests that it names fail.

A checker that never fails checks nothing. Without a bug the same tests must pass, and an old
text that is not found exactly once is a fault of the list. `run.py WORD` plants only the bugs
whose name holds the word.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
COPIED = ("pyproject.toml", "domain", "tests/conftest.py", "tests/rules.txt", "tests/domain")
ONE_RUN_S_MAX = 120
ALL_RUNS_S_MAX = 900
TESTS_FAILED = 1
"""What pytest ends with when tests ran and failed; anything above is no verdict."""


def main(words: list[str]) -> int:
    patches = tomllib.loads(Path(__file__).with_name("patches.toml").read_text())["patch"]
    chosen = [one for one in patches if all(word in one["name"] for word in words)]
    until = time.monotonic() + ALL_RUNS_S_MAX
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        _copy(copy)
        wrong = _check_healthy(copy, chosen)
        for patch in chosen:
            verdict = "no time left" if time.monotonic() > until else _plant(copy, patch)
            print(f"{verdict:<14} {patch['name']}", flush=True)
            wrong += verdict != "caught"
    print(f"{len(chosen)} bugs planted, {wrong} faults")
    return min(wrong, 1)


def _copy(copy: Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def _check_healthy(copy: Path, patches: list[dict]) -> int:
    tests = sorted({test for patch in patches for test in patch["tests"]})
    if _pytest(copy, tests) == 0:
        return 0
    print("not healthy    the tests fail without a bug")
    return 1


def _plant(copy: Path, patch: dict) -> str:
    file = copy / patch["file"]
    healthy = file.read_text()
    if healthy.count(patch["old"]) != 1:
        return "no such text"
    _write(file, healthy.replace(patch["old"], patch["new"]))
    try:
        ended = _pytest(copy, patch["tests"])
    finally:
        _write(file, healthy)
    return {0: "NOT CAUGHT", TESTS_FAILED: "caught"}.get(ended, f"broke ({ended})")


def _write(file: Path, text: str) -> None:
    """Write with a time of its own, so that no compiled file of another text is taken for it."""
    changed_at = file.stat().st_mtime + 2
    file.write_text(text)
    os.utime(file, (changed_at, changed_at))


def _pytest(copy: Path, tests: list[str]) -> int:
    """Run tests of the copy; its `domain` comes before an installed one."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:randomly"]
    command += ["-p", "no:cacheprovider", *(f"tests/domain/{test}" for test in tests)]
    surroundings = {**os.environ, "PYTHONPATH": str(copy)}
    try:
        return subprocess.run(
            command,
            cwd=copy,
            env=surroundings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=ONE_RUN_S_MAX,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return TESTS_FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
