"""The database of a view: reached by a URL, made and changed by Alembic's migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from readmodel.errors import WrongDatabase, WrongSchema

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_DRIVERS: Final = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
_BUSY_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 5
_STATEMENT_MS: Final = 30_000
HOW_TO_MIGRATE: Final = "`orderstream migrate` brings it up to date"


def open_database(url: str, *, statement_ms: int = _STATEMENT_MS) -> Engine:
    """Make the engine of a database; nothing is connected yet. Raises WrongDatabase."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise WrongDatabase("is no URL such as sqlite:///view.db or postgresql://…") from None
    if parsed.get_backend_name() not in _DRIVERS:
        kinds = " or ".join(sorted(_DRIVERS))
        raise WrongDatabase(f"names {parsed.get_backend_name()}; the view needs {kinds}")
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    return _open_postgresql(parsed, statement_ms)


def _open_sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise WrongDatabase("names no file; a view must outlive its process")
    engine = create_engine(
        url.set(drivername=_DRIVERS["sqlite"]),
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:  # Any: sqlite3's, by SQLAlchemy's hook
        connection.isolation_level = None  # transactions are begun below, not guessed by sqlite3
        # WAL: readers go on while a batch is written. What a power cut takes is read again from
        # Kafka, because rows and position go together.
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("PRAGMA mmap_size=268435456")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _open_postgresql(url: URL, statement_ms: int) -> Engine:
    # Not waiting for the disk is safe here: what a crash takes, rows and position alike, is read
    # again from Kafka.
    options = f"-c synchronous_commit=off -c statement_timeout={statement_ms} -c timezone=UTC"
    return create_engine(
        url.set(drivername=_DRIVERS["postgresql"]),
        pool_pre_ping=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS, "options": options},
    )


def for_writing(engine: Engine) -> Engine:
    """Give the same database for transactions that write: SQLite is told at their beginning."""
    return engine.execution_options(writes=True)


def insist_on_schema(engine: Engine) -> None:
    """Raise WrongSchema unless the tables are those of this code."""
    with engine.connect() as connection:
        found = _revision(connection)
    wanted = _scripts().get_current_head()
    if found == wanted:
        return
    if found is None:
        raise WrongSchema(f"the view's database has no tables yet; {HOW_TO_MIGRATE}")
    if found in {script.revision for script in _scripts().walk_revisions()}:
        raise WrongSchema(
            f"the view's tables are older ({found}) than this code ({wanted}); {HOW_TO_MIGRATE}"
        )
    raise WrongSchema(
        f"the view's tables ({found}) are newer than this code ({wanted}); "
        "run the orderstream that made them"
    )


def is_empty(engine: Engine) -> bool:
    """Tell whether no view was ever made in this database."""
    with engine.connect() as connection:
        return _revision(connection) is None


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Bring the tables up to date; gives the revision before and after. Raises WrongSchema."""
    with for_writing(engine).begin() as connection:
        _one_at_a_time(connection)
        before = _revision(connection)
        known = {script.revision for script in _scripts().walk_revisions()}
        if before is not None and before not in known:
            raise WrongSchema(
                f"the view's tables ({before}) are newer than this code; "
                "run the orderstream that made them"
            )
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        after = _revision(connection)
    return before, str(after)


def _one_at_a_time(connection: Connection) -> None:
    """Wait for another that migrates; SQLite's transaction has locked the file already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('orderstream view'))")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def reason_of(error: DBAPIError) -> str:
    """Say in one line what a database said."""
    lines = str(error.orig or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
