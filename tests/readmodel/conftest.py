"""The databases of these tests: a fresh SQLite file, and with `make test-kafka` a real PostgreSQL."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, NullPool, create_engine

from readmodel.database import migrate, open_database
from tests.readmodel.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

_POSTGRESQL = Path(__file__).parents[2] / "deploy" / "postgresql"
_NUMBERS = itertools.count()


class Server:
    """A PostgreSQL of our own, to be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def start(self) -> None:
        run = ["bash", _POSTGRESQL / "start.sh", self.folder]
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL)

    def url(self) -> str:
        port = (self.folder / "port").read_text().strip()
        return f"postgresql://orderstream@127.0.0.1:{port}/postgres"

    def stop(self, mode: str = "fast") -> None:
        subprocess.run(["bash", _POSTGRESQL / "stop.sh", self.folder, mode], check=True)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    # Not below pytest's own folder: PostgreSQL runs as another user, who may not enter that.
    folder = Path(tempfile.mkdtemp(prefix="orderstream-postgresql."))
    folder.chmod(0o755)
    server = Server(folder)
    server.start()
    yield server
    server.stop("immediate")
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def admin(server: Server) -> Iterator[Engine]:
    """Makes databases on the server; `template_view` has the tables and nothing in them."""
    url = server.url()
    engine = create_engine(
        url.replace("postgresql:", "postgresql+psycopg:"),
        isolation_level="AUTOCOMMIT",
        poolclass=NullPool,
    )
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE template_view")
    made = open_database(url.removesuffix("postgres") + "template_view")
    migrate(made)
    made.dispose()
    return engine


def _new_database(server: Server, admin: Engine, template: str) -> str:
    name = f"view_{next(_NUMBERS)}"
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.url().removesuffix("postgres") + name


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


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'view.db'}"
    server, admin = (request.getfixturevalue(name) for name in ("server", "admin"))
    return _new_database(server, admin, "template0")


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the tables and nothing in them."""
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("template"), tmp_path / "view.db")
        return f"sqlite:///{file}"
    server, admin = (request.getfixturevalue(name) for name in ("server", "admin"))
    return _new_database(server, admin, "template_view")


@pytest.fixture(scope="module", params=BOTH)
def shared_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """As `url`, for tests that only look."""
    if request.param == "sqlite":
        folder = tmp_path_factory.mktemp("shared")
        file = shutil.copy(request.getfixturevalue("template"), folder / "view.db")
        return f"sqlite:///{file}"
    server, admin = (request.getfixturevalue(name) for name in ("server", "admin"))
    return _new_database(server, admin, "template_view")


@pytest.fixture
def world(url: str) -> Iterator[World]:
    """A view with its tables and nothing in them."""
    engine = open_database(url)
    yield World(engine)
    engine.dispose()
