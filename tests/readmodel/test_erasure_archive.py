"""A person is erased while the order is away: it comes back with every status and without him."""

from __future__ import annotations

import json
import re
from base64 import b64decode

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, inspect, select, text

from domain import body as bodies
from domain import fact as facts
from domain.personal import personal_texts
from domain.vocabulary import Minor, Parcel
from readmodel.archive_table import ARCHIVED
from readmodel.batch import Incoming, Place, Span, apply
from readmodel.database import for_writing, open_database
from readmodel.happening import TOPICS
from readmodel.opening import Opener
from readmodel.order_table import ORDERS
from readmodel.picture import snapshot_of
from readmodel.query import Question, list_orders
from readmodel.rebuild import REBUILD, begin, finish
from readmodel.scope import EVERYBODY
from readmodel.subject_key import SubjectKeys
from streams import subject, topic
from streams.agents.hot_state import DAY_MS, is_stub
from streams.cli import main
from streams.rulebook import rulebook
from tests.domain.builders import placed, say, units
from tests.harness import oracle
from tests.harness.local import LocalJob
from tests.readmodel.test_erasure_log import HOME, IDA, RAW, _personally, _send
from tests.readmodel.world import NOW

KEY = "acme/shop/1001"
POLICY = {"default": {"policy": {"retention_days": 30}}}
MONTH_MS = 31 * DAY_MS
PAID = bodies.Operation(amount=Minor(100), currency="EUR", reference="c1", note="note")
OVER = (
    placed(revision=1, customer=IDA, ship_to=HOME, bill_to=HOME, note="note"),
    say(facts.OrderNoteAdded, 1, bodies.Note(note_id="n1", text="text")),
    say(facts.PaymentCaptured, 2, PAID),
    say(facts.ShipmentCreated, 3, bodies.ShipmentInfo(shipment_id="f1", lines=units("2a"))),
    say(facts.ShipmentHandedOver, 4, bodies.ShipmentRef(shipment_id="f1", note="note")),
    say(facts.ShipmentScan, 5, bodies.Scan(state=Parcel.DELIVERED, shipment_id="f1", note="note")),
)
REFUND = say(
    facts.PaymentRefunded,
    500,
    bodies.Operation(amount=Minor(100), currency="EUR", reference="r1", parent="c1", note="note"),
)
NOTE = say(facts.OrderNoteAdded, 501, bodies.Note(note_id="n2", text="text"))


class Shop:
    """One order through the real agents, and the view of it as its worker writes it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.job = LocalJob(subject_keys_url=url, database_url=url, profiles=POLICY)
        self.engine: Engine = open_database(url)
        self.keys = SubjectKeys(url)
        self.words: set[str] = set()
        self._ends = dict.fromkeys(TOPICS, 0)

    def close(self) -> None:
        self.keys.close()
        self.engine.dispose()
        self.job.end()

    def tell(self, record):
        said = _personally(record)
        self.words |= set(personal_texts(said))
        _send(self.job, said)
        self.job.run()

    def project(self) -> None:
        spans, incoming = {}, []
        for name, begin_at in self._ends.items():
            new = self.job.topics[name][begin_at:]
            incoming += [_incoming(name, one) for one in new]
            if new:
                self._ends[name] = begin_at + len(new)
                spans[Place(name, 0)] = Span(begin_at or None, self._ends[name])
        apply(for_writing(self.engine), Opener(self.keys).records(incoming), spans)

    def rebuild(self) -> None:
        begun = begin(self.engine, NOW)
        incoming = [_incoming(name, one) for name in TOPICS for one in self.job.topics[name]]
        ends = {Place(one.topic, 0): one.offset + 1 for one in incoming}
        spans = {place: Span(None, end) for place, end in ends.items()}
        opened = Opener(self.keys).records(incoming)
        apply(for_writing(self.engine), opened, spans, consumer=REBUILD)
        finish(self.engine, begun.generation, TOPICS, NOW)

    def erase(self) -> None:
        environment = {
            "ORDERSTREAM_DATABASE_URL": self.url,
            "ORDERSTREAM_SUBJECT_KEYS_URL": self.url,
        }
        email = self.row(ARCHIVED)["customer_email"]
        arguments = ["erase", "--tenant", "acme", "--customer", email]
        done = CliRunner().invoke(main, arguments, env=environment)
        assert (done.exit_code, done.stdout) == (0, f"{KEY}\n"), done.output

    def row(self, table):
        with self.engine.connect() as connection:
            found = connection.execute(select(table).where(table.c.order_key == KEY))
            return found.mappings().one_or_none()

    @property
    def away(self) -> bool:
        return is_stub(self.job.stored(KEY.encode()))

    @property
    def snapshot(self):
        return json.loads(self.job.topics[topic.ORDER_SNAPSHOTS][-1].value)

    def readable(self) -> set[str]:
        """Give the topics in which a word of the person can be read with the keys there are."""
        opener, found = Opener(self.keys), set()
        for name, entries in self.job.topics.items():
            if name in RAW:
                continue
            for one in entries:
                said = opener.value(name, one.key, _as_json(name, one.value or b""))
                shown = said.decode(errors="replace")
                if any(word in shown or json.dumps(word)[1:-1] in shown for word in self.words):
                    found.add(name)
        return found

    def in_view(self) -> set[str]:
        """Give the words of the person that stand in any table of the view."""
        with self.engine.connect() as connection:
            tables = inspect(self.engine).get_table_names()
            rows = "".join(
                str(connection.execute(text(f"SELECT * FROM {name}")).all()) for name in tables
            )
        return {word for word in self.words if word in rows}


def _incoming(name, entry):
    return Incoming(name, 0, entry.offset, entry.timestamp, entry.key, entry.value)


def _as_json(name, value):
    """Write a state, which is not JSON, as it, so that what is sealed in it can be opened."""
    if name in {topic.ORDER_ARCHIVE, topic.LIFECYCLE_CHANGELOG}:
        return _texts_of(value)
    if name == topic.ORDER_LOG and b'"archive.recalled"' in value:
        return _texts_of(b64decode(json.loads(value)["body"]["state"]))
    return value


def _texts_of(state):
    sealed = [found.decode() for found in re.findall(rb"sealed:1:[0-9a-f]{24}:[\w-]+", state)]
    return json.dumps([*sealed, state.decode(errors="replace")]).encode()


@pytest.fixture
def opened(url, monkeypatch):
    monkeypatch.setattr(subject, "KEEP_SECONDS", -1.0)  # as in a worker that just started
    shop = Shop(url)
    yield shop
    shop.close()


@pytest.fixture
def shop(opened):
    """The order has left, and its person is still readable with the keys."""
    shop = opened
    for record in OVER:
        shop.tell(record)
    shop.project()
    assert shop.in_view()
    shop.job.pass_time(MONTH_MS)
    shop.project()
    assert shop.away
    assert (shop.row(ORDERS), shop.row(ARCHIVED) is None) == (None, False)
    assert {topic.ORDER_LOG, topic.ORDER_ARCHIVE, topic.ORDER_SNAPSHOTS} <= shop.readable()
    return shop


def _states(row):
    names = ("lifecycle", "payment", "fulfilment", "hold", "closure", "captured", "version")
    return {name: row[name] for name in names}


@pytest.mark.rule("X.20")
def test_an_order_whose_person_was_erased_while_it_was_away_comes_back_without_him(shop):
    """
    The late fact counts, every status is computed, and nobody can read who it was.
    """
    before = _states(shop.row(ARCHIVED))
    shop.erase()
    assert shop.away
    assert _states(shop.row(ARCHIVED)) == before
    assert (shop.readable(), shop.in_view()) == (set(), set())

    shop.tell(REFUND)
    shop.tell(NOTE)
    shop.project()

    assert not shop.away
    assert not shop.job.topics[topic.DEAD_LETTERS]
    assert (shop.snapshot["payment"], shop.snapshot["fulfilment"]) == ("refunded", "delivered")
    assert shop.row(ARCHIVED) is None
    row = shop.row(ORDERS)
    assert _states(row) == {
        **before,
        "payment": "refunded",
        "version": shop.snapshot["version"],
    }
    assert (row["refunded"], row["customer_name"], row["customer_id"]) == (100, "", "")
    assert (shop.readable(), shop.in_view()) == (set(), set())
    report = oracle.check(shop.job.topics, rulebook(POLICY))
    assert not report.violations, str(report)


@pytest.mark.rule("X.20")
def test_it_leaves_again_and_a_rebuild_finds_it_so(shop):
    """
    Neither the archive nor a view that is written again from the topics brings the person back.
    """
    shop.erase()
    shop.tell(REFUND)
    shop.job.pass_time(MONTH_MS)
    shop.project()
    assert shop.away
    row = shop.row(ARCHIVED)
    assert row["payment"] == "refunded"

    shop.rebuild()

    after = shop.row(ARCHIVED)
    assert shop.row(ORDERS) is None
    assert {**after, "generation": row["generation"]} == dict(row)
    assert (shop.readable(), shop.in_view()) == (set(), set())
    with shop.engine.connect() as connection:
        shown = snapshot_of(connection, EVERYBODY, KEY)
        question = Question(archived=True, filters={"payment": "refunded"})
        [listed] = list_orders(connection, EVERYBODY, question, NOW).rows
    assert (shown["payment"], listed["order_key"]) == ("refunded", KEY)


@pytest.mark.rule("X.20")
def test_a_repeat_of_what_named_the_person_leaves_the_order_away_and_unreadable(shop):
    """
    A vendor tells the whole order again: nothing is new, and the person does not come back.
    """
    shop.erase()
    snapshots, version = len(shop.job.topics[topic.ORDER_SNAPSHOTS]), shop.row(ARCHIVED)["version"]

    first = shop.job.topics[topic.FEED_ORDERS][0]
    shop.job.write(topic.FEED_ORDERS, first.key, first.value, first.headers)
    shop.job.run()
    shop.project()

    assert shop.away
    assert len(shop.job.topics[topic.ORDER_SNAPSHOTS]) == snapshots
    assert shop.row(ARCHIVED)["version"] == version
    assert (shop.readable(), shop.in_view()) == (set(), set())
