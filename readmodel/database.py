"""The database of a view: reached by a URL, made and changed by Alembic's migrations."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError

from readmodel.address import DRIVERS, check_url
from readmodel.errors import WrongSchema

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_BUSY_SECONDS: Final = 10.0
_CONNECT_SECONDS: Final = 5
STATEMENT_MS: Final = 30_000
"""What one statement may take on PostgreSQL; 0 is for ever."""
_LZ4_WHERE_THE_SERVER_HAS_IT: Final = (
    "SELECT set_config(name, 'lz4', false) FROM pg_settings"
    " WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)"
)
HOW_TO_MIGRATE: Final = "`orderstream migrate` brings it up to date"


def open_database(url: str, *, statement_ms: int = STATEMENT_MS, durable: bool = False) -> Engine:
    """Make the engine of a database; nothing is connected yet. Raises WrongDatabase.

    A view is not `durable`: what a power cut or crash takes, rows and position alike, is read
    again from Kafka. What is in no topic waits for the disk, and is overwritten when it goes.
    """
    parsed = check_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed, durable=durable)
    return _open_postgresql(parsed, statement_ms, durable=durable)


def _open_sqlite(url: URL, *, durable: bool) -> Engine:
    engine = create_engine(
        url.set(drivername=DRIVERS["sqlite"]),
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:  # Any: sqlite3's, by SQLAlchemy's hook
        connection.isolation_level = None  # transactions are begun below, not guessed by sqlite3
        # WAL: readers go on while a batch is written.
        own = ("synchronous=FULL", "secure_delete=ON") if durable else ("synchronous=NORMAL",)
        for pragma in ("journal_mode=WAL", *own, "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA cache_size=-131072")
        # A batch dirties thousands of pages, many of them again and again: copy them back rarely.
        connection.execute("PRAGMA wal_autocheckpoint=16384")
        connection.execute("PRAGMA mmap_size=268435456")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _open_postgresql(url: URL, statement_ms: int, *, durable: bool) -> Engine:
    commit = "on" if durable else "off"
    options = (
        f"-c synchronous_commit={commit} -c statement_timeout={statement_ms}"
        " -c timezone=UTC -c jit=off"
    )
    engine = create_engine(
        url.set(drivername=DRIVERS["postgresql"]),
        pool_pre_ping=True,
        connect_args={"connect_timeout": _CONNECT_SECONDS, "options": options},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:  # Any: psycopg's, by SQLAlchemy's hook
        # A snapshot is long enough to be compressed, and LZ4 takes a fifth of the time.
        connection.execute(_LZ4_WHERE_THE_SERVER_HAS_IT)
        connection.commit()

    return engine


def for_writing(engine: Engine) -> Engine:
    """Give the same database for transactions that write: SQLite is told at their beginning."""
    return engine.execution_options(writes=True)


def insist_on_schema(engine: Engine) -> None:
    """Raise WrongSchema unless the tables are those of this code."""
    with engine.connect() as connection:
        found = _revision(connection)
    revisions = _revisions()
    if found == revisions[-1]:
        return
    if found is None:
        raise WrongSchema(f"the view's database has no tables yet; {HOW_TO_MIGRATE}")
    if found not in revisions:
        raise _newer(found)
    raise WrongSchema(
        f"the view's tables are older ({found}) than this code ({revisions[-1]}); {HOW_TO_MIGRATE}"
    )


def is_empty(engine: Engine) -> bool:
    """Tell whether no view was ever made in this database."""
    with engine.connect() as connection:
        return _revision(connection) is None


def migrate(engine: Engine) -> tuple[str | None, str]:
    """Bring the tables up to date; gives the revision before and after. Raises WrongSchema."""
    from alembic import command  # half a second, that only a migration needs
    from alembic.config import Config

    revisions = _revisions()
    with for_writing(engine).begin() as connection:
        _one_at_a_time(connection)
        before = _revision(connection)
        if before is not None and before not in revisions:
            raise _newer(before)
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, revisions[-1]


def _newer(found: str) -> WrongSchema:
    return WrongSchema(
        f"the view's tables ({found}) are newer than this code; run the orderstream that made them"
    )


def _one_at_a_time(connection: Connection) -> None:
    """Wait for another that migrates; SQLite's transaction has locked the file already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtext('orderstream view'))")


def _revision(connection: Connection) -> str | None:
    """Read Alembic's own table."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(
        text("SELECT version_num FROM alembic_version")
    ).scalar_one_or_none()
    return found


def _revisions() -> list[str]:
    """Name the migrations in their order; a file is named for its revision."""
    files = (_MIGRATIONS / "versions").glob("[0-9]*.py")
    return sorted(file.name.partition("_")[0] for file in files)


def reason_of(error: DBAPIError) -> str:
    """Say in one line what a database said."""
    lines = str(error.orig or error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
