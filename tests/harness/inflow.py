"""Whether the order log holds all that the feeds and commands brought, once: the oracle's other half.

Feeds are read again by their connectors, references resolved again; what must stand in the log
and in the reference topic is compared as bytes. Their order across feeds is nobody's promise.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from connectors import feed
from connectors.command import read_command
from connectors.delivery import Quarantined
from connectors.normalise import normalise
from domain.archive import StateRecalled, StateStored
from domain.codec import encode_record
from domain.command import CommandJudged
from domain.configuration import ConfigurationChanged
from domain.fact import Fact, ReferenceWasLinked, TimerHasFired
from domain.instant import moment
from domain.reference import Entry as Reference
from domain.reference import resolve
from tests.harness.oracle import LOG, Entry, Report, Topics

REFERENCES: Final = "references"
FEEDS: Final = ("feeds.orders", "feeds.payments", "feeds.tracking")
COMMANDS: Final = "order-commands"
RESOLVER_CHANGELOG: Final = "resolver-changelog"
TOPICS: Final = (*FEEDS, COMMANDS, REFERENCES, RESOLVER_CHANGELOG)

_fact: Final = msgspec.json.Decoder(Fact)
_kind: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_pack: Final = msgspec.msgpack.Encoder()
_OURS: Final = tuple(
    f'"{kind.__struct_config__.tag}"'.encode()
    for kind in (CommandJudged, ConfigurationChanged, StateRecalled, StateStored, TimerHasFired)
)


def check_inflow(topics: Topics, report: Report) -> None:
    """Expect every fact and command in the log, as often as it was brought."""
    to_log: Counter[bytes] = Counter()
    to_references: Counter[bytes] = Counter()
    for name in FEEDS:
        for entry in topics[name]:
            report.counts["payloads"] += 1
            _read(entry, to_log, to_references)
    for entry in topics[COMMANDS]:
        command = read_command(entry.value, moment(entry.timestamp * 1000))
        if not isinstance(command, Quarantined):
            report.counts["commands"] += 1
            to_log[encode_record(command)] += 1
    kept = _resolve(topics[REFERENCES], to_log, to_references)
    in_log = [entry.value for entry in topics[LOG] if not _ours(entry.value)]
    _compare(report, LOG, to_log, Counter(in_log))
    _compare(report, REFERENCES, to_references, Counter(e.value for e in topics[REFERENCES]))
    _check_references(report, kept, topics)


def _read(entry: Entry, to_log: Counter[bytes], to_references: Counter[bytes]) -> None:
    read = feed.read(entry.value, entry.headers)
    if isinstance(read, Quarantined):
        return
    reading = normalise(*read)
    for fact, encoded in zip(reading.facts, reading.encoded, strict=True):
        linked = isinstance(fact, ReferenceWasLinked)
        if linked or not fact.order_key:
            to_references[encoded] += 1
        else:
            to_log[encoded] += 1


def _resolve(
    entries: tuple[Entry, ...], to_log: Counter[bytes], to_references: Counter[bytes]
) -> dict[bytes, Reference]:
    kept: dict[bytes, Reference] = {}
    for entry in sorted(entries, key=lambda one: (one.partition, one.offset)):
        key = entry.key or b""
        fact = _fact.decode(entry.value or b"")
        resolved = resolve(kept.get(key, Reference()), fact, seen_at=entry.timestamp * 1000)
        kept[key] = resolved.entry
        to_log.update(encode_record(each) for each in resolved.to_orders)
        to_references.update(encode_record(each) for each in resolved.to_references)
    return kept


def _ours(value: bytes | None) -> bool:
    """Tell what the lifecycle itself puts into the log, and what a test put there for it to bury."""
    try:
        return bytes(_kind.decode(value or b"")["kind"]) in _OURS
    except (msgspec.MsgspecError, KeyError):
        return True


def _compare(report: Report, topic: str, expected: Counter, found: Counter) -> None:
    for value in expected - found:
        report.wrong("lost", f"{topic} {value!r}")
    for value in found - expected:
        report.wrong("twice" if value in expected else "not explained", f"{topic} {value!r}")


def _check_references(report: Report, kept: dict[bytes, Reference], topics: Topics) -> None:
    """Expect the resolver's state to be what its topic says; deadlines stand in front of it."""
    changelog = sorted(topics[RESOLVER_CHANGELOG], key=lambda one: (one.partition, one.offset))
    last = {entry.key: (entry.value or b"")[8:] for entry in changelog}
    for key, reference in kept.items():
        if reference != Reference() and last.pop(key, None) != _pack.encode(reference):
            report.wrong("state", f"{RESOLVER_CHANGELOG} {key!r}")
    for key in last:
        report.wrong("not explained", f"{RESOLVER_CHANGELOG} {key!r}")
    report.counts["references"] = len(kept)
