"""What tests of connectors share: samples with their expected facts, orders made of deliveries.

A connector's samples stand in `tests/connectors/NAME/samples`: `case.json` (or `.xml`, `.form`)
as the vendor sends it, `case.expected.json` what becomes of it, and where the vendor's topic or a
header matters `case.headers.json`. `test_contract.py` tries them for every connector there is.

`python -m tests.connectors.kit NAME` writes the expectations that are missing, to be read and
corrected by hand; it never changes one that is there.
"""

import copy
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

from msgspec.structs import replace

from connectors.body import parse
from connectors.delivery import Delivery, Source
from connectors.normalise import Reading, normalise
from connectors.registry import SOURCES
from domain.codec import encode_message
from domain.derive import derive_all
from domain.envelope import kind_of
from domain.fact import Fact, ShipmentScan, UnknownWasReported
from domain.merge import merge
from domain.order import Order
from domain.snapshot import take_snapshot
from tests.domain.builders import RULES, run, start

FOLDER = Path(__file__).parent
ACCOUNT = "acme/shop"
RECEIVED_AT = datetime(2024, 6, 1, tzinfo=UTC)
SUFFIXES = (".json", ".xml", ".form")
DELETE = object()
"""As a value of `changed`: take the field away."""

_SAME_IN_ALL = frozenset({"tenant", "channel", "source", "received_at", "payload_hash"})
_ALL_ORDERS_MAX = 5


@dataclass(frozen=True)
class Sample:
    """One delivery as the vendor sends it."""

    source: Source
    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def body(self) -> bytes:
        return self.path.read_bytes()

    @property
    def headers(self) -> dict[str, str]:
        path = self.path.with_suffix(".headers.json")
        return json.loads(path.read_text()) if path.exists() else {}

    @property
    def expected(self) -> Path:
        return self.path.with_suffix(".expected.json")

    def read(self) -> Reading:
        return read(self.source, self.body, **self.headers)


def samples(source: Source) -> list[Sample]:
    """List a connector's samples."""
    paths = sorted((FOLDER / source.name / "samples").glob("*"))
    return [
        Sample(source, path)
        for path in paths
        if path.suffix in SUFFIXES and not path.stem.endswith((".expected", ".headers"))
    ]


def sample(source: Source, name: str):
    """Give the plain values of a sample, to be changed at will."""
    [found] = [each for each in samples(source) if each.name == name]
    return parse(found.body)


def delivery(body: bytes, *, topic: str = "", account: str = ACCOUNT, **headers: str) -> Delivery:
    """Make a delivery; `x_topic="a"` is the header `x-topic: a`."""
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return Delivery(
        body=body, account=account, topic=topic, headers=names, received_at=RECEIVED_AT
    )


def read(source: Source, content: object, **how: str) -> Reading:
    """Read a payload as the shell does: bytes as they are, anything else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return normalise(source, delivery(body, **how))


def said(reading: Reading) -> dict:
    """Write down a reading without what all facts of all samples share."""
    facts = [json.loads(each) for each in reading.encoded]
    written = {
        "facts": [{k: v for k, v in each.items() if k not in _SAME_IN_ALL} for each in facts],
        "quarantined": [asdict(each) for each in reading.quarantined],
    }
    if reading.wanted:
        written["wanted"] = [
            {k: v for k, v in asdict(each).items() if k not in {"source", "account"}}
            for each in reading.wanted
        ]
    return written | {"ignored": reading.ignored}


def kinds(reading: Reading) -> list[str]:
    """Name the kinds of the facts in their order."""
    return [kind_of(type(fact)) for fact in reading.facts]


def states(reading: Reading) -> list[tuple[str, bool]]:
    """The states that the scans say, and whether each was inferred."""
    scans = [fact for fact in reading.facts if isinstance(fact, ShipmentScan)]
    return [(str(scan.body.state), scan.inferred) for scan in scans]


def reported(reading: Reading) -> list[str]:
    """The values that were reported as unknown."""
    return [fact.body.value for fact in reading.facts if isinstance(fact, UnknownWasReported)]


def only(reading: Reading, kind: str) -> Fact:
    """Give the one fact of a kind."""
    [fact] = [fact for fact in reading.facts if kind_of(type(fact)) == kind]
    return fact


def paths(value: object, at: tuple = ()) -> Iterator[tuple]:
    """Walk through plain values: the way to each place in them."""
    if isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*at, key)
            yield from paths(each, (*at, key))


def changed(content, changes: dict[str, object]):
    """Copy plain values with some of them changed: `{"lines.0.quantity": -1}`."""
    content = copy.deepcopy(content)
    for path, value in changes.items():
        put(content, tuple(int(key) if key.isdigit() else key for key in path.split(".")), value)
    return content


def put(content, path: tuple, value: object) -> None:
    """Put a value in its place, or take away what is there."""
    *way, last = path
    for key in way:
        content = content[key]
    if value is DELETE:
        del content[last]
    else:
        content[last] = copy.deepcopy(value)


def order_after(facts: Iterable[Fact], key: str = f"{ACCOUNT}/1") -> Order:
    """Merge facts into one order, whether they name it or know a reference alone."""
    order = Order(key)
    for fact in facts:
        order, _ = merge(order, fact)
    return replace(order, derived=derive_all(order))


def ends(facts: Iterable[Fact]) -> dict[str, bytes]:
    """Say what each order ends as; facts that know only a reference are taken as one order's."""
    by_order: dict[str, list[Fact]] = {}
    for fact in facts:
        by_order.setdefault(fact.order_key or f"{ACCOUNT}/referenced", []).append(fact)
    ended = {}
    for key, told in by_order.items():
        order = run(told, order=start(key)).order
        ended[key] = encode_message(replace(take_snapshot(order, RULES), version=0, seq={}))
    return ended


def story(source: Source, *contents: object, **how: str) -> Order:
    """Tell the deliveries of one order in every order and twice; it is one order, undisputed."""
    assert len(contents) <= _ALL_ORDERS_MAX, "more orders than a test has time for"
    told = [read(source, content, **how) for content in contents]
    assert not [each for reading in told for each in reading.quarantined]
    first = order_after(fact for reading in told for fact in reading.facts)
    for arrival in permutations(told):
        facts = [fact for reading in (*arrival, *arrival) for fact in reading.facts]
        assert order_after(facts) == first
    assert not first.conflicts
    return first


def _write_missing(name: str) -> None:
    for each in samples(SOURCES[name]):
        if not each.expected.exists():
            text = json.dumps(said(each.read()), indent=1, ensure_ascii=False)
            each.expected.write_text(text + "\n")
            print(each.expected)


if __name__ == "__main__":
    _write_missing(*sys.argv[1:])
