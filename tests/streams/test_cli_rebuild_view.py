"""`orderstream rebuild --view` on the built-in broker: a view from nothing, and one that was spoiled."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from readmodel.database import for_writing, open_database
from readmodel.order_table import ORDERS
from streams.cli import main
from streams.embedded import embedded_broker
from tests.streams.test_cli_broker import KEY, _worked_off, _write


@pytest.fixture
def environment():
    with embedded_broker() as address:
        yield {"ORDERSTREAM_BROKERS": address, "ORDERSTREAM_EMBEDDED": "true"}


@pytest.fixture
def run(environment):
    def run(*arguments, exit_code=0):
        result = CliRunner().invoke(main, arguments, env=environment)
        assert result.exit_code == exit_code, result.output
        return result

    return run


def test_a_view_is_made_from_the_topics_and_made_again_when_it_was_spoiled(
    run,
    environment,
    tmp_path,
    monkeypatch,
):
    url = f"sqlite:///{tmp_path / 'view.db'}"
    monkeypatch.setenv("ORDERSTREAM_DATABASE_URL", url)
    _write(environment, _worked_off())
    run("migrate")

    made = run("rebuild", "--view")
    first = json.loads(run("order", KEY, "--view", "--json").stdout)
    engine = open_database(url)
    with for_writing(engine).begin() as connection:
        connection.execute(update(ORDERS).values(payment="spoiled", snapshot="{}"))
    engine.dispose()
    again = run("rebuild", "--view")

    assert "the view is built again from" in made.stdout
    assert "0 orders were in no topic any more" in again.stdout
    assert json.loads(run("order", KEY, "--view", "--json").stdout) == first
    assert first["snapshot"]["order_key"] == KEY


def test_an_erased_customer_is_told_with_what_is_left(run, environment, tmp_path, monkeypatch):
    monkeypatch.setenv("ORDERSTREAM_DATABASE_URL", f"sqlite:///{tmp_path / 'view.db'}")
    _write(environment, _worked_off())
    run("migrate")
    run("rebuild", "--view")

    erased = run("erase", "--tenant", "acme", "--customer", "jo@example.org")

    assert erased.stdout.splitlines() == [KEY]
    assert "the order log and snapshots in Kafka still hold" in erased.stderr
    assert "Jo Doe" not in run("order", KEY, "--view", "--json").stdout
    assert (
        "no order of acme"
        in run("erase", "--tenant", "acme", "--customer", "jo@example.org", exit_code=1).stderr
    )
