"""The databases of these tests: a fresh SQLite file, and with `make test-kafka` a real PostgreSQL."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from readmodel.database import migrate, open_database
from tests.readmodel.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

_BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the tables and nothing in them."""
    file = tmp_path_factory.mktemp("template") / "view.db"
    engine = open_database(f"sqlite:///{file}")
    migrate(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return file


@pytest.fixture(params=_BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'view.db'}"
    return request.getfixturevalue("postgresql").new_database(with_tables=False)


@pytest.fixture(params=_BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the tables and nothing in them."""
    return _new(request, tmp_path)


@pytest.fixture(scope="module", params=_BOTH)
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """As `url`, for tests that only look."""
    return _new(request, tmp_path_factory.mktemp("shared"))


def _new(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("template"), folder / "view.db")
        return f"sqlite:///{file}"
    return request.getfixturevalue("postgresql").new_database()


@pytest.fixture
def world(url: str) -> Iterator[World]:
    """A view with its tables and nothing in them."""
    engine = open_database(url)
    yield World(engine)
    engine.dispose()
