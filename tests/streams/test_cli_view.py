"""The commands that ask the view: pages for people, exact JSON, one line for what is wrong."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from domain.archive import stored
from domain.codec import encode_record
from domain.document import Party
from readmodel.database import for_writing, migrate, open_database
from streams.cli import main
from tests.domain.builders import captured, created, handed_over, held, placed, scan
from tests.readmodel.world import World

KEY = "acme/shop/1001"
GONE = "acme/shop/1004"
IDA = Party(name="Ida Berg", email="ida@example.org")


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    file = tmp_path_factory.mktemp("view") / "view.db"
    engine = open_database(f"sqlite:///{file}")
    migrate(engine)
    world = World(engine)
    world.say(placed(number="#1001", customer=IDA), captured(), created(), handed_over(), key=KEY)
    world.say(scan("delivered"), key=KEY)
    world.say(placed(at=2, test=True), held(), key="acme/web/1002")
    world.say(placed(at=3), key="other/shop/1003")
    world.say(placed(at=4, number="#1004", customer=IDA), key=GONE)
    version = world.snapshot(GONE).version
    world.put("order-log", GONE, encode_record(stored(GONE, version, 0, 1_770_000_000_000)))
    world.apply()
    engine.dispose()
    return f"sqlite:///{file}"


@pytest.fixture
def run(url):
    def run(*arguments, exit_code=0, database=url):
        environment = {"ORDERSTREAM_DATABASE_URL": database}
        result = CliRunner().invoke(main, arguments, env=environment)
        assert result.exit_code == exit_code, result.output
        return result

    return run


def _rows(result):
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_orders_are_listed_newest_first_for_people(run):
    lines = run("orders").stdout.splitlines()

    assert lines[0].split() == [
        *("order", "number", "placed", "lifecycle", "payment", "fulfilment"),
        *("total", "customer", "marks"),
    ]
    assert [line.split()[0] for line in lines[1:]] == ["other/shop/1003", "acme/web/1002", KEY]
    assert "on hold, test" in lines[2]
    assert "Ida Berg" in lines[3]


def test_orders_are_filtered_sorted_searched_and_counted(run):
    def keys(*arguments):
        return [row["order_key"] for row in _rows(run("orders", "--json", *arguments))]

    assert keys("payment=paid") == [KEY]
    assert keys("--tenant", "acme", "--sort", "created") == [KEY, "acme/web/1002"]
    assert keys("--search", "ida") == [KEY]
    assert keys("storefront.payment=Paid") == [KEY]
    assert run("orders", "--count", "--tenant", "acme").stdout == "2\n"


def test_orders_that_left_the_hot_state_are_asked_for_by_name_and_found_by_key(run):
    def keys(*arguments):
        return [row["order_key"] for row in _rows(run("orders", "--json", *arguments))]

    assert keys("--archived") == keys("--archived", "customer=ida@example.org") == [GONE]
    assert run("orders", "--archived", "--count").stdout == "1\n"
    shown = json.loads(run("order", GONE, "--view", "--json").stdout)
    assert shown["snapshot"]["order_key"] == GONE
    assert _rows(run("timeline", GONE, "--json"))[-1]["what"] == "archive.stored"
    assert (
        "no search among archived"
        in run("orders", "--archived", "--search", "ida", exit_code=2).output
    )


def test_a_page_says_how_to_go_on(run):
    first = run("orders", "--limit", "2", "--json")
    cursor = first.stderr.removeprefix("more: --after ").strip()

    rest = run("orders", "--limit", "2", "--json", "--after", cursor)

    assert [row["order_key"] for row in _rows(rest)] == [KEY]
    assert rest.stderr == ""


def test_an_order_from_the_view_has_the_shape_of_one_from_the_topics(run):
    (shown,) = _rows(run("order", KEY, "--view", "--json"))

    assert set(shown) == {
        *("order_key", "snapshot", "axes", "words", "parcels", "money", "anomalies"),
        *("allowed", "timeline"),
    }
    states = {axis["axis"]: axis["state"] for axis in shown["axes"]}
    assert (states["payment"], states["fulfilment"]) == ("paid", "delivered")
    assert all(axis["because"] for axis in shown["axes"] if axis["axis"] == "payment")
    assert shown["snapshot"]["order_key"] == KEY
    assert "# Timeline" in run("order", KEY, "--view").stdout


def test_a_timeline_is_for_people_and_for_programs(run):
    text = run("timeline", KEY).stdout
    entries = _rows(run("timeline", KEY, "--json"))

    assert "payment.captured" in text
    assert "→ paid" in text
    assert [entry["what"] for entry in entries if entry["what"] != "status"] == [
        *("order.placed", "payment.captured", "shipment.created", "shipment.handed_over"),
        "shipment.scan",
    ]


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["orders", "nonsense"], 2, "'nonsense' is not NAME=VALUE"),
        (["orders", "colour=red"], 2, "no filter 'colour'; there are anomaly, "),
        (["orders", "late=yes", "late=no"], 2, "the filter late stands twice"),
        (["orders", "--sort", "price"], 2, "no sort 'price'; there are created, "),
        (["orders", "--after", "x"], 2, "no page begins at 'x'"),
        (["orders", "--limit", "0"], 2, "a page has 1 to 1000 rows"),
        (["timeline", "a/b/c"], 1, "the view knows nothing of a/b/c"),
        (["order", "a/b/c", "--view"], 1, "the view knows nothing of a/b/c"),
        (["worker", "--roles", "view,orders"], 2, "the role view has a process of its own"),
    ],
    ids=str,
)
def test_what_cannot_be_answered_is_one_line(run, arguments, status, said):
    result = run(*arguments, exit_code=status)

    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("database", "status", "said"),
    [
        ("mysql://u:secret@h/x", 2, "ORDERSTREAM_DATABASE_URL: names mysql"),
        ("nonsense", 2, "ORDERSTREAM_DATABASE_URL: is no URL such as"),
        ("sqlite:////nowhere/at/all.db", 1, "unable to open database file"),
        ("postgresql://u:secret@127.0.0.1:1/x", 1, "does not answer: connection failed"),
    ],
)
def test_a_wrong_or_absent_database_is_one_line_without_its_password(run, database, status, said):
    result = run("orders", database=database, exit_code=status)

    assert said in result.stderr
    assert "secret" not in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_tables_are_made_and_brought_up_to_date_by_a_command(run, tmp_path):
    database = f"sqlite:///{tmp_path / 'new.db'}"
    assert (
        "no tables yet; `orderstream migrate`"
        in run("orders", database=database, exit_code=2).stderr
    )

    assert "none → " in run("migrate", database=database).stdout
    assert "up to date" in run("migrate", database=database).stdout
    assert run("orders", "--count", database=database).stdout == "0\n"

    engine = open_database(database)
    with for_writing(engine).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    for command in ("orders", "migrate"):
        assert "newer than this code" in run(command, database=database, exit_code=2).stderr
