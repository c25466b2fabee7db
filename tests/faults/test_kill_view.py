"""The view's worker killed, and its PostgreSQL crashed, under load on a real Kafka.

Afterwards every row is its order's last snapshot, every position the end of its partition, and a
trigger that watched all the while saw no version go down. `FAULTS_KILLS` makes it longer.
"""

from __future__ import annotations

import itertools
import random
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from readmodel.batch import positions
from readmodel.happening import TOPICS
from readmodel.message_table import ANOMALIES, NOTIFICATIONS, TIMELINE, UNREADABLE
from readmodel.order_table import LINES, ORDERS, TRANSACTIONS
from readmodel.projection import project
from tests.faults.campaign import KILLS, Load, installed
from tests.harness.feeds import Payload
from tests.harness.installation import Installation, Worker
from tests.harness.local import LocalJob
from tests.harness.story import order_log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.postgresql import Server

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(max(420, 42 * KILLS)),
]

CRASHES = max(1, KILLS // 3)
ORDERS_TOLD = 50 * KILLS  # lasts longer than the faults do
RECORDS_A_SECOND = 400
_AUDIT = (
    "CREATE TABLE audit (order_key text, before bigint, after bigint)",
    (
        "CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF TG_OP = 'DELETE' THEN INSERT INTO audit VALUES (old.order_key, old.version, NULL);"
        " ELSIF new.version < old.version THEN"
        " INSERT INTO audit VALUES (old.order_key, old.version, new.version); END IF;"
        " RETURN NULL; END $$"
    ),
    "CREATE TRIGGER watch AFTER UPDATE OR DELETE ON orders FOR EACH ROW EXECUTE FUNCTION watch()",
)


class View:
    """The database of one run."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))

    def watch(self) -> None:
        with self.engine.begin() as connection:
            for statement in _AUDIT:
                connection.exec_driver_sql(statement)

    def done(self) -> int:
        """Count the records behind the positions; -1 while the database is away."""
        try:
            with self.engine.connect() as connection:
                return sum(positions(connection).values())
        except OperationalError:
            self.engine.dispose()
            return -1


@pytest.fixture
def job(kafka, tmp_path) -> Iterator[Installation]:
    view = {"ORDERSTREAM_WORKER_ID": "view", "ORDERSTREAM_VIEW_BATCH_RECORDS_MAX": "500"}
    with installed(kafka, tmp_path, **view) as installation:
        yield installation


@pytest.fixture
def view(postgresql: Server) -> Iterator[View]:
    view = View(postgresql.new_database())
    view.watch()
    yield view
    view.engine.dispose()


def test_kills_of_the_view_worker_leave_every_row_its_snapshot(job, view, seed):
    chance = random.Random(seed)
    load = _load(job, seed)

    for _ in range(KILLS):
        worker = _start(job, view)
        _let_live(job, view, chance, worker)
        worker.kill()
    worker = _start(job, view)
    load.end()

    _judge(job, view, worker)


def test_crashes_of_the_database_leave_every_row_its_snapshot(job, view, seed, postgresql):
    chance = random.Random(seed)
    load = _load(job, seed)
    worker = _start(job, view)

    for _ in range(CRASHES):
        _let_live(job, view, chance, worker)
        postgresql.stop("immediate")
        time.sleep(chance.uniform(0.5, 2.0))
        job.wait(lambda: not worker.ready, worker)
        postgresql.start()
    load.end()

    _judge(job, view, worker)


def _load(job: Installation, seed: int) -> Load:
    """Send what lifecycle says of generated orders."""
    return Load(job, list(_outputs(seed)), a_second=RECORDS_A_SECOND)


def _outputs(seed: int) -> Iterator[Payload]:
    """Mix the topics as time does: what one batch of records brought about stands together."""
    local = LocalJob(["lifecycle"])
    told = order_log(seed, ORDERS_TOLD, live=200)
    seen = dict.fromkeys(TOPICS, 0)
    while batch := list(itertools.islice(told, 100)):
        for key, value in batch:
            local.write("order-log", key, value)
        local.run()
        for topic in TOPICS:
            for entry in local.topics[topic][seen[topic] :]:
                yield Payload(topic, entry.key, entry.value, [])
            seen[topic] = len(local.topics[topic])


def _start(job: Installation, view: View) -> Worker:
    return job.start("view", roles="view", ORDERSTREAM_DATABASE_URL=view.url)


def _let_live(job: Installation, view: View, chance: random.Random, worker: Worker) -> None:
    """Give the worker time to write something."""
    before = view.done()
    job.wait(lambda: view.done() > before, worker)
    time.sleep(chance.uniform(0.0, 0.8))


def _judge(job: Installation, view: View, worker: Worker) -> None:
    topics = job.read_all(TOPICS)
    ends: dict[tuple[str, int], int] = {}
    for topic, entries in topics.items():
        for entry in entries:
            ends[topic, entry.partition] = entry.offset + 1
    wanted = sum(ends.values())
    job.wait(lambda: view.done() >= wanted, worker)
    assert worker.stop() == 0, worker.last_words()

    last = {entry.key.decode(): entry.value for entry in topics["order-snapshots"]}
    with view.engine.connect() as connection:
        assert {tuple(place): end for place, end in positions(connection).items()} == ends
        assert connection.exec_driver_sql("SELECT * FROM audit").all() == []
        assert connection.execute(select(UNREADABLE)).all() == []
        rows = dict(connection.execute(select(ORDERS.c.order_key, ORDERS.c.snapshot)).all())
        assert {key: row.encode() for key, row in rows.items()} == last
        for table in (LINES, TRANSACTIONS):
            found = connection.execute(
                select(*(table.c[name] for name in ("order_key", "position", "detail")))
            ).all()
            assert sorted(map(tuple, found)) == sorted(_expected(table.name, last))
        assert len(connection.execute(select(TIMELINE.c.offset)).all()) == sum(
            len(topics[topic]) for topic in ("order-log", "order-status")
        )
        for table, topic in ((NOTIFICATIONS, "notifications"), (ANOMALIES, "anomalies")):
            found = connection.execute(select(table.c.detail)).scalars()
            assert sorted(found) == sorted(entry.value.decode() for entry in topics[topic])
    print(f"{len(last)} orders, {wanted} records")


def _expected(name: str, snapshots: dict[str, bytes]) -> Iterator[tuple[str, int, str]]:
    for value in snapshots.values():
        projected = project(value, changed_at="2026-01-01T00:00:00Z", generation=1)
        for row in projected.parts[name]:
            yield row[0], row[1], row[-1]
