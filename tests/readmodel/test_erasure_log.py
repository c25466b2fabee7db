"""A person who is erased is readable nowhere: log, state, snapshots, messages, view (X.20)."""

from __future__ import annotations

import itertools
import json
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from sqlalchemy import delete, inspect, select, text

from domain import body as bodies
from domain import command as commands
from domain import fact as facts
from domain import office_body as office
from domain import office_command as office_commands
from domain import office_fact as office_facts
from domain import office_request, request
from domain.codec import encode_record
from domain.document import Address, Party
from domain.personal import personal_texts, rewrite
from domain.vocabulary import Minor, Parcel
from readmodel.batch import Incoming, Place, Span, apply
from readmodel.database import for_writing, open_database
from readmodel.happening import TOPICS
from readmodel.message_table import POSITIONS
from readmodel.opening import Opener
from readmodel.order_table import ORDERS
from readmodel.subject_key import SubjectKeys
from streams import subject, topic
from streams.cli import main
from streams.rulebook import rulebook
from tests.domain.builders import placed, say, units
from tests.harness import oracle
from tests.harness.local import LocalJob

KEY, COPY, OTHER = "acme/shop/1001", "acme/shop/2001", "acme/shop/1002"
RAW = {
    *(topic.FEED_ORDERS, topic.FEED_PAYMENTS, topic.FEED_TRACKING, topic.ORDER_COMMANDS),
    *(topic.REFERENCES, topic.RESOLVER_CHANGELOG),
}
"""What sources and operators sent, before it is known whose it is: kept for a few days (ADR 30)."""

IDA = Party(customer_id="id", name="name", email="email", phone="phone", locale="de")
HOME = Address(
    **{field: field for field in Address.__struct_fields__ if field != "street"},
    street=("street", "door"),
)
PACKAGE = bodies.Package(weight=5, recipient=HOME, shipper=IDA, origin=HOME)
STORY = [
    placed(revision=1, customer=IDA, ship_to=HOME, bill_to=HOME, note="note"),
    say(facts.OrderNoteAdded, 1, bodies.Note(note_id="n1", text="text")),
    say(office_facts.OrderGiftMessageSet, 2, office.GiftMessage(text="text")),
    say(facts.OrderAddressChanged, 3, bodies.AddressChanged(ship_to=HOME)),
    say(facts.HoldWasPlaced, 4, bodies.HoldPlaced(hold_id="h1", note="note")),
    say(facts.HoldWasReleased, 5, bodies.HoldReleased(hold_id="h1", note="note")),
    say(facts.RiskWasFlagged, 6, bodies.RiskFlagged(note="note")),
    say(
        facts.ReferenceWasLinked,
        6,
        bodies.ReferenceLinked(reference="payment:p1"),
        event_id="link",
    ),
    say(
        facts.PaymentCaptured,
        7,
        bodies.Operation(amount=Minor(100), currency="EUR", reference="c1", note="note"),
        order_key=None,
        reference="payment:p1",
    ),
    say(
        facts.ShipmentCreated,
        8,
        bodies.ShipmentInfo(shipment_id="f1", lines=units("1a"), package=PACKAGE),
    ),
    say(facts.ShipmentHandedOver, 9, bodies.ShipmentRef(shipment_id="f1", note="note")),
    say(
        facts.ShipmentScan,
        10,
        bodies.Scan(state=Parcel.DELIVERED, shipment_id="f1", note="note"),
    ),
    say(
        office_facts.ReturnWasRequested,
        11,
        office.ReturnRequested(return_id="r1", lines=units("1a"), note="note"),
    ),
    say(facts.OrderCancelRequested, 12, bodies.Reason(note="note")),
]
ASKED = [
    say(commands.Hold, 20, request.PlaceHold(note="note")),
    say(office_commands.AddNote, 21, office_request.WriteNote(text="text")),
    say(office_commands.ChangeAddress, 22, office_request.ChangeAddress(ship_to=HOME)),
    say(office_commands.Duplicate, 23, office_request.Duplicate(order_id="2001")),
    say(commands.DeclineCancel, 24, request.CancelOrder(note="note")),
    say(commands.Release, 25, request.ReleaseHold(note="note")),
]
LATER = [
    say(facts.OrderNoteAdded, 31, bodies.Note(note_id="n2", text="text")),
    say(facts.ShipmentHandedOver, 32, bodies.ShipmentRef(shipment_id="f2", note="note")),
    say(office_commands.SetGiftMessage, 33, office.GiftMessage(text="text")),
]

_number = itertools.count()


def _personally(record):
    """Say it with words that stand nowhere else."""
    return rewrite(record, lambda word: f"Ida-{word}-{next(_number)}@é")


class Told(NamedTuple):
    job: LocalJob
    url: str
    words: set[str]


def _send(job, record):
    if isinstance(record, commands.Request):
        job.write(topic.ORDER_COMMANDS, b"k", encode_record(record))
    else:
        headers = [("source", b"canonical"), ("account", b"acme/shop")]
        job.write(topic.FEED_ORDERS, b"k", encode_record(record), headers)


def _tell(job, records):
    for record in records:
        _send(job, record)
        job.run()


@pytest.fixture
def told(url, monkeypatch):
    """Orders told through the real agents, and what people were called in it."""
    monkeypatch.setattr(subject, "KEEP_SECONDS", -1.0)  # as in a worker that just started
    job = LocalJob(subject_keys_url=url, database_url=url)
    said = [_personally(one) for one in (*STORY, *ASKED)]
    _tell(job, said)
    _tell(job, [replace(placed(customer=Party(name="Jan")), order_key=OTHER)])
    words = {word for record in said for word in personal_texts(record)}
    assert not job.topics[topic.DEAD_LETTERS]
    yield Told(job, url, words), said
    job.end()


def _found(job, words, opened=lambda _topic, _key, value: value):
    """Give the topics in which a word of a person can be read."""
    found = {}
    for name, entries in job.topics.items():
        if name in RAW:
            continue
        whole = [opened(name, one.key, one.value) for one in entries if one.value]
        readable = b"\n".join(whole).decode(errors="replace")
        escaped = json.dumps(readable)
        if seen := {word for word in words if word in readable or word in escaped}:
            found[name] = seen
    return found


def _project(told):
    """Write the view from its topics, as its worker does."""
    engine, keys = open_database(told.url), SubjectKeys(told.url)
    incoming = [
        Incoming(name, one.partition, one.offset, one.timestamp, one.key, one.value)
        for name in TOPICS
        for one in told.job.topics[name]
    ]
    spans = {Place(one.topic, 0): Span(None, one.offset + 1) for one in incoming}
    with for_writing(engine).begin() as connection:
        connection.execute(delete(POSITIONS))
    apply(for_writing(engine), Opener(keys).records(incoming), spans)
    keys.close()
    return engine


def _in_view(engine, words):
    found = set()
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            rows = str(connection.execute(text(f"SELECT * FROM {table}")).all())
            found |= {word for word in words if word in rows}
    return found


def _statuses(job):
    last = {one.key: json.loads(one.value) for one in job.topics[topic.ORDER_SNAPSHOTS]}
    impersonal = {"order", "changes", "holds", "version", "seq"}
    return {
        key: {name: value for name, value in snapshot.items() if name not in impersonal}
        for key, snapshot in last.items()
    }


def _erase(told, engine):
    with engine.connect() as connection:
        columns = (ORDERS.c.customer_email, ORDERS.c.snapshot)
        email, _ = connection.execute(select(*columns).where(ORDERS.c.order_key == KEY)).one()
    environment = {
        "ORDERSTREAM_DATABASE_URL": told.url,
        "ORDERSTREAM_SUBJECT_KEYS_URL": told.url,
    }
    arguments = ["erase", "--tenant", "acme", "--customer", email]
    done = CliRunner().invoke(main, arguments, env=environment)
    assert done.exit_code == 0, done.output
    return done


@pytest.mark.rule("X.20")
def test_before_and_after_erasure(told):
    """
    Sealed texts are readable with keys; then with none, while every status stands.
    """
    told, said = told
    engine, keys = _project(told), SubjectKeys(told.url)

    # Sealed from the beginning, and readable for who has the key.
    assert _found(told.job, told.words) == {}
    readable = _found(told.job, told.words, Opener(keys).value)
    assert readable[topic.ORDER_LOG] == told.words
    assert {word for word in told.words if "email" in word} & _in_view(engine, told.words)
    before = _statuses(told.job)
    snapshots = [one.value for one in told.job.topics[topic.ORDER_SNAPSHOTS]]
    view_before = _states(engine)

    done = _erase(told, engine)

    assert done.stdout.splitlines() == [KEY, COPY]
    assert _found(told.job, told.words, Opener(keys).value) == {}
    assert _in_view(engine, told.words) == set()
    assert _states(engine) == view_before

    # The log says the same as ever.
    report = oracle.check(told.job.topics, rulebook({}))
    assert not report.violations, str(report)

    # Told again, nothing is new; what comes later names nobody.
    _tell(told.job, said)
    assert [one.value for one in told.job.topics[topic.ORDER_SNAPSHOTS]] == snapshots
    later = [_personally(one) for one in LATER]
    _tell(told.job, later)
    words = told.words | {word for record in later for word in personal_texts(record)}
    assert _found(told.job, words, Opener(keys).value) == {}
    again = _project(told)
    assert _in_view(again, words) == set()
    assert _statuses(told.job).keys() == before.keys()
    report = oracle.check(told.job.topics, rulebook({}))
    assert not report.violations, str(report)
    keys.close()
    engine.dispose()
    again.dispose()


def _states(engine):
    names = (
        "order_key",
        "lifecycle",
        "payment",
        "fulfilment",
        "hold",
        "risk",
        "captured",
        "version",
    )
    with engine.connect() as connection:
        columns = [ORDERS.c[name] for name in names]
        return connection.execute(select(*columns).order_by(ORDERS.c.order_key)).all()
