"""The tables are made by migrations, are those of the code, and say so when they are not."""

from __future__ import annotations

from functools import partial

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from readmodel import message_table
from readmodel.database import (
    for_writing,
    insist_on_schema,
    is_empty,
    migrate,
    open_database,
)
from readmodel.errors import WrongDatabase, WrongSchema
from readmodel.order_table import METADATA


def _set_revision(engine, revision):
    with for_writing(engine).begin() as connection:
        connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")


def test_the_migrations_make_the_tables_of_the_code(empty_url):
    assert message_table.METADATA is METADATA
    engine = open_database(empty_url)

    migrate(engine)

    with engine.connect() as connection:
        options = {"include_object": partial(_is_ours, engine.dialect.name)}
        differences = compare_metadata(
            MigrationContext.configure(connection, opts=options), METADATA
        )
    engine.dispose()
    assert differences == []


def _is_ours(dialect, what, name, kind, *_):
    """The code's tables have no indexes of search, and of each sort's two one database has one."""
    other = kind == "index" and what.info.get("dialect", dialect) != dialect
    return not other and not name.startswith(("order_search_index", "ix_order_search_text"))


def test_migrating_again_changes_nothing(empty_url):
    engine = open_database(empty_url)
    assert is_empty(engine)

    assert migrate(engine)[0] is None
    head = migrate(engine)
    engine.dispose()

    assert head[0] == head[1]


def test_tables_that_are_not_there_are_said_with_the_way_to_make_them(empty_url):
    engine = open_database(empty_url)

    with pytest.raises(WrongSchema, match=r"no tables yet; `orderstream migrate`"):
        insist_on_schema(engine)
    engine.dispose()


def test_older_tables_are_said_and_can_be_migrated(empty_url):
    engine = open_database(empty_url)
    migrate(engine)
    insist_on_schema(engine)
    _set_revision(engine, "0003")

    with pytest.raises(
        WrongSchema, match=r"older \(0003\) than this code .* `orderstream migrate`"
    ):
        insist_on_schema(engine)
    engine.dispose()


def test_newer_tables_are_said_and_left_alone(empty_url):
    engine = open_database(empty_url)
    migrate(engine)
    _set_revision(engine, "9999")

    with pytest.raises(WrongSchema, match=r"\(9999\) are newer than this code"):
        insist_on_schema(engine)
    with pytest.raises(WrongSchema, match=r"\(9999\) are newer than this code"):
        migrate(engine)
    engine.dispose()


def test_every_table_that_is_read_by_tenants_has_a_tenant():
    without = {name for name, table in METADATA.tables.items() if "tenant" not in table.c}

    assert without == {"projection_position", "projection_generation", "unreadable_record"}


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "is no URL such as"),
        ("view.db", "is no URL such as"),
        ("mysql://localhost/x", "names mysql; the view needs postgresql or sqlite"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("postgresql://host:port/db", "is no URL such as"),
    ],
)
def test_a_wrong_url_is_one_line(url, said):
    with pytest.raises(WrongDatabase) as wrong:
        open_database(url)

    assert said in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_sqlite_is_read_while_it_is_written(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'view.db'}")
    migrate(engine)

    with for_writing(engine).begin() as writing:
        writing.exec_driver_sql("UPDATE projection_generation SET generation = 7")
        with engine.connect() as reading:
            (seen,) = reading.exec_driver_sql("SELECT generation FROM projection_generation").one()

    assert seen == 1
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert "orders" in inspect(connection).get_table_names()
    engine.dispose()
