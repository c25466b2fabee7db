"""A real PostgreSQL from Debian's programs, with a data folder and a port of its own."""

from __future__ import annotations

import itertools
import os
import subprocess
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine

from readmodel.database import migrate, open_database

_SCRIPTS = Path(__file__).parents[2] / "deploy" / "postgresql"
_TEMPLATE = "template_view"


class Server:
    """One server; databases on it are made from a template that has the view's tables."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()

    def start(self, options: str = "") -> None:
        run = ["bash", _SCRIPTS / "start.sh", self._folder]
        environment = {**os.environ, "POSTGRES_OPTIONS": options}
        subprocess.run(run, check=True, stdout=subprocess.DEVNULL, env=environment)

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` leaves everything as a crash would."""
        subprocess.run(["bash", _SCRIPTS / "stop.sh", self._folder, mode], check=True)

    def make_template(self) -> None:
        self._execute(f"CREATE DATABASE {_TEMPLATE}")
        engine = open_database(self.url(_TEMPLATE))
        migrate(engine)
        engine.dispose()

    def new_database(self, *, with_tables: bool = True) -> str:
        """Make a database and give its URL."""
        name = f"view_{next(self._numbers)}"
        template = _TEMPLATE if with_tables else "template0"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def url(self, database: str = "postgres") -> str:
        port = (self._folder / "port").read_text().strip()
        return f"postgresql://orderstream@127.0.0.1:{port}/{database}"

    def _execute(self, statement: str) -> None:
        engine: Engine = create_engine(
            self.url().replace("postgresql:", "postgresql+psycopg:"),
            isolation_level="AUTOCOMMIT",
            poolclass=NullPool,
        )
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
