"""`orderstream erase`: whom, what goes first, and one line for what is wrong."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from domain.document import Party
from readmodel.database import migrate, open_database
from readmodel.subject_key import SubjectKeys
from streams.cli import main
from tests.domain.builders import placed
from tests.harness.installation import free_port
from tests.readmodel.world import NOW, World

KEY = "acme/shop/1001"
IDA = Party(customer_id="c1", name="Ida Berg", email="ida@example.org")


@pytest.fixture
def urls(tmp_path):
    url = f"sqlite:///{tmp_path / 'view.db'}"
    engine = open_database(url)
    migrate(engine)
    World(engine).tell(placed(customer=IDA), key=KEY)
    engine.dispose()
    return {
        "ORDERSTREAM_DATABASE_URL": url,
        "ORDERSTREAM_SUBJECT_KEYS_URL": f"sqlite:///{tmp_path / 'keys.db'}",
    }


def _erase(urls, *arguments):
    return CliRunner().invoke(main, ["erase", "--tenant", "acme", *arguments], env=urls)


def _name(urls):
    engine = open_database(urls["ORDERSTREAM_DATABASE_URL"])
    name = World(engine).row(KEY)["customer_name"]
    engine.dispose()
    return name


def _secrets(urls, *order_keys):
    keys = SubjectKeys(urls["ORDERSTREAM_SUBJECT_KEYS_URL"])
    found = keys.of_orders(order_keys, NOW)
    keys.close()
    return [found[key] for key in order_keys]


@pytest.mark.parametrize("whom", [("--customer", "c1"), ("--order", KEY)])
def test_a_customer_or_an_order_is_erased_in_the_view_and_from_the_keys(urls, whom):
    assert None not in _secrets(urls, KEY)

    done = _erase(urls, *whom)

    assert done.exit_code == 0, done.output
    assert done.stdout == f"{KEY}\n"
    assert _secrets(urls, KEY) == [None]
    assert _name(urls) == ""


def test_an_order_that_the_view_never_saw_can_be_erased(urls):
    unseen = "acme/shop/unseen"

    done = _erase(urls, "--order", unseen, "--order", KEY)

    assert done.stdout.splitlines() == [KEY, unseen]
    assert _secrets(urls, KEY, unseen) == [None, None]


def test_without_keys_it_says_what_stays(urls):
    done = _erase(urls | {"ORDERSTREAM_SUBJECT_KEYS_URL": None}, "--customer", "c1")

    assert done.exit_code == 0
    assert "the order log and snapshots in Kafka still hold" in done.stderr
    assert _name(urls) == ""


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "erase whom? --customer or --order"),
        (("--order", "other/shop/1"), 2, "'other/shop/1' is no order of acme"),
        (("--order", "1001"), 2, "'1001' is no order of acme"),
        (("--customer", "nobody"), 1, "the view knows no order of acme with the customer nobody"),
    ],
)
def test_what_is_wrong_is_one_line(urls, arguments, status, said):
    done = _erase(urls, *arguments)

    assert done.exit_code == status
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert _name(urls) == "Ida Berg"


def test_while_the_keys_are_away_nothing_is_erased_so_that_it_can_be_done_again(urls):
    away = f"postgresql://orderstream@127.0.0.1:{free_port()}/keys"

    done = _erase(urls | {"ORDERSTREAM_SUBJECT_KEYS_URL": away}, "--customer", "c1")

    assert done.exit_code == 1
    assert "the database of subject keys does not answer" in done.stderr
    assert _name(urls) == "Ida Berg"
