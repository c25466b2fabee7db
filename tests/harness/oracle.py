"""Whether what was written is what the order log says: recomputed and compared.

Pure, and it trusts nothing of the worker: it folds the log of every order with the domain alone
and expects each message once, in its order, with the same bytes. Verdicts in the log count as
they stand there. What is read must have been read to its end, `read_committed`, after a drain.
"""

from __future__ import annotations

import json
import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import msgspec
from msgspec.structs import replace

from domain.absence import Parked, Stub, is_answered, park, put_away, settled
from domain.archive import StateRecalled, StateStored
from domain.codec import decode_order, decode_record, encode_message, encode_order
from domain.command import CommandJudged, Record
from domain.configuration import Catalogue, ConfigurationChanged, TenantRules
from domain.deadline import next_deadline
from domain.envelope import Request
from domain.evidence import TooMany
from domain.fact import TimerHasFired
from domain.instant import Misdated, moment
from domain.message import (
    ActionRequired,
    Anomaly,
    CommandResult,
    Notification,
    StatusChanged,
)
from domain.order import Order
from domain.process import Step, process, unseen
from domain.retention import may_leave
from domain.rules import Rules
from domain.snapshot import take_snapshot
from streams.agents.configuration import PREFIX

LOG: Final = "order-log"
SNAPSHOTS: Final = "order-snapshots"
CHANGELOG: Final = "lifecycle-changelog"
DEAD_LETTERS: Final = "dead-letters"
STATUS: Final = "order-status"
OUTPUTS: Final[dict[type, str]] = {
    StatusChanged: STATUS,
    Notification: "notifications",
    CommandResult: "command-results",
    ActionRequired: "action-required",
    Anomaly: "anomalies",
}
TOPICS: Final = (LOG, *OUTPUTS.values(), SNAPSHOTS, CHANGELOG, DEAD_LETTERS)
"""What has to be read."""

_SHOWN_MAX: Final = 20
_DEADLINE: Final = struct.Struct(">Q")
_DAY_MS: Final = 86_400_000
_STUB: Final = b"\xc1"


class Entry(NamedTuple):
    """One record as it stands in a topic."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


Topics = Mapping[str, Sequence[Entry]]


@dataclass(slots=True)
class Report:
    """What was counted and what is wrong."""

    counts: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def wrong(self, kind: str, what: object) -> None:
        self.counts[f"violations: {kind}"] += 1
        if len(self.violations) < _SHOWN_MAX:
            self.violations.append(f"{kind}: {what}")

    def __str__(self) -> str:
        counted = ", ".join(f"{name} {number}" for name, number in self.counts.items())
        return "\n".join([counted, *self.violations])


_pack = msgspec.msgpack.Encoder().encode


def check(topics: Topics, rules_for: Callable[[str], Rules]) -> Report:
    """Compare everything the lifecycle wrote with a replay of the log."""
    report = Report()
    replay = _Replay(rules_for, topics, report)
    for entry in _by_partition(topics[LOG]):
        replay.take(entry)
    replay.end()
    for kind, topic in OUTPUTS.items():
        told = [entry for entry in topics[topic] if kind is not Anomaly or _of_an_order(entry)]
        report.counts[topic] = len(told)
        _compare(report, topic, replay.expected[kind], told)
        _check_ids(report, topic, told)
    _check_sequence(report, topics[STATUS])
    _check_state(report, replay, topics[CHANGELOG], rules_for)
    _check_buried(report, replay.buried, topics[DEAD_LETTERS])
    report.counts["orders"] = len(replay.orders)
    return report


def _of_an_order(anomaly: Entry) -> bool:
    """Tell anomalies of orders from those of references, which the log does not explain."""
    return bool(json.loads(anomaly.value or b"")["order_key"])


class _Replay:
    """The log, order by order; what it makes every order say, and the snapshots on the way."""

    def __init__(self, rules_for: Callable[[str], Rules], topics: Topics, report: Report) -> None:
        self.orders: dict[bytes, Order] = {}
        self.away: dict[bytes, Stub] = {}
        self.heard_ms: dict[bytes, int] = {}
        self.expected: dict[type, dict[bytes, list[bytes]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.buried: Counter[tuple[str, int, int]] = Counter()
        self._rules: dict[int, TenantRules] = defaultdict(lambda: TenantRules(rules_for))
        self._rules_for: TenantRules = self._rules[0]
        self.catalogues: dict[bytes, Catalogue] = {}
        self._report = report
        self._verdicts = _verdicts(topics[LOG], report)
        self._newest: dict[bytes, int] = {}
        self._snapshots = _snapshots(topics[SNAPSHOTS], report, self._newest)

    def take(self, entry: Entry) -> None:
        self._report.counts[LOG] += 1
        record = _readable(entry)
        if record is None:
            self.buried[LOG, entry.partition, entry.offset] += 1
            return
        self._rules_for = self._rules[entry.partition]
        if isinstance(record, ConfigurationChanged):
            self._rules_for.take(record)
            self.catalogues[entry.key or b""] = record.body
            return
        try:
            if entry.key in self.away or isinstance(record, StateStored):
                self._meet_away(entry, record)
            else:
                self._meet(entry, record)
        except (TooMany, Misdated):
            self.buried[LOG, entry.partition, entry.offset] += 1

    def _meet(self, entry: Entry, record: Record) -> None:
        key = str(record.order_key)
        known = self.orders.get(key.encode())
        order = known or unseen(key, moment(entry.timestamp * 1000))
        step = self._step(order, record, self._rules_for(key))
        if step.repeat:
            self._report.counts["repeats"] += 1
            return
        self._keep(key.encode(), step)
        self.heard_ms[key.encode()] = entry.timestamp

    def _meet_away(self, entry: Entry, record: Record) -> None:
        """Expect what came while the archive had the state to count from its return on."""
        key, stub = entry.key or b"", self.away.get(entry.key or b"")
        order = self.orders.get(key)
        if isinstance(record, StateStored):
            kept = put_away(order.version if order else 0, stub, record)
            self.away |= {key: kept} if kept else {}
            self._report.counts["put away"] += stub is None and kept is not None
            return
        assert stub is not None
        assert order is not None
        if not isinstance(record, StateRecalled):
            waiting = Parked(entry.value or b"", entry.timestamp, entry.offset)
            self.away[key] = park(stub, waiting)
            return
        if not is_answered(stub, record):
            return
        if decode_order(record.body.state) != order:
            self._report.wrong("altered", f"state of {key!r} came back another")
        self._report.counts["recalled"] += 1
        del self.away[key]
        for late in stub.parked:
            place = entry._replace(value=late.value, offset=late.offset)
            self.take(place._replace(timestamp=entry.timestamp))
        kept = settled(stub, self.orders[key].version)
        self.away |= {key: kept} if kept else {}

    def _step(self, order: Order, record: Record, rules: Rules) -> Step:
        """Apply the verdict that stands in the log in the place of its command or timer."""
        if not isinstance(record, Request | TimerHasFired):
            return process(order, record, rules)
        judged = self._verdicts.pop((order.key, record.event_id), None)
        if isinstance(record, Request):
            if judged is not None:
                return process(order, judged, rules)
            if record.event_id not in order.verdicts:
                self._report.wrong("lost", f"no verdict in the log about {record.event_id}")
            return Step(order, (), repeat=True)
        calm = replace(rules, policy=replace(rules.policy, cancel_expired=False))
        step = process(order, record, calm)
        if judged is None:
            return step
        after = process(step.order, judged, rules)
        return Step(after.order, [*step.messages, *after.messages])

    def _keep(self, key: bytes, step: Step) -> None:
        order = self.orders[key] = step.order
        for message in step.messages:
            self.expected[type(message)][key].append(encode_message(message))
        for shown in self._snapshots.pop((key, order.version), ()):
            if shown != encode_message(take_snapshot(order, self._rules_for(order.key))):
                self._report.wrong("altered", f"{SNAPSHOTS} {order.key} version {order.version}")

    def end(self) -> None:
        """Nothing may be left over, and every order's last snapshot is the order as it is."""
        for key, order in self.orders.items():
            if self._newest.get(key) != order.version:
                self._report.wrong("lost", f"{SNAPSHOTS} {key!r} version {order.version}")
        for key, version in self._snapshots:
            self._report.wrong("not explained", f"{SNAPSHOTS} {key!r} version {version}")
        for key, command_id in self._verdicts:
            self._report.wrong("not explained", f"verdict about {command_id} of {key}")


def _readable(entry: Entry) -> Record | None:
    if entry.value is None:
        return None
    try:
        record = decode_record(entry.value)
    except msgspec.MsgspecError:
        return None
    if isinstance(record, ConfigurationChanged):
        return record if entry.key == PREFIX + record.tenant.encode() else None
    if record.order_key is None or entry.key != record.order_key.encode():
        return None
    return record


def _verdicts(log: Iterable[Entry], report: Report) -> dict[tuple[str, str], CommandJudged]:
    """Find every verdict of ours; two about one command are one too many."""
    found: dict[tuple[str, str], CommandJudged] = {}
    for entry in log:
        record = _readable(entry)
        if isinstance(record, CommandJudged):
            name = (str(record.order_key), record.body.command_id)
            if name in found:
                report.wrong("twice", f"verdict about {name[1]}")
            found[name] = record
    report.counts["verdicts"] = len(found)
    return found


def _snapshots(
    entries: Iterable[Entry], report: Report, newest: dict[bytes, int]
) -> dict[tuple[bytes, int], list[bytes]]:
    """Sort snapshots by order and version; versions of an order only grow."""
    found: dict[tuple[bytes, int], list[bytes]] = {}
    for entry in _by_partition(entries):
        version, key = json.loads(entry.value or b"")["version"], entry.key or b""
        if version <= newest.get(key, 0):
            report.wrong("out of order", f"{SNAPSHOTS} {key!r} version {version}")
        newest[key] = version
        found.setdefault((key, version), []).append(entry.value or b"")
        report.counts[SNAPSHOTS] += 1
    return found


def _compare(
    report: Report, topic: str, expected: Mapping[bytes, list[bytes]], told: Iterable[Entry]
) -> None:
    """Expect the same bytes in the same order for every key."""
    heard: dict[bytes, list[bytes]] = defaultdict(list)
    for entry in _by_partition(told):
        heard[entry.key or b""].append(entry.value or b"")
    for key in expected.keys() | heard.keys():
        should, did = expected.get(key, []), heard.get(key, [])
        if should == did:
            continue
        lost, extra = Counter(should) - Counter(did), Counter(did) - Counter(should)
        for value in lost:
            report.wrong("lost", f"{topic} {value!r}")
        for value in extra:
            report.wrong("twice" if value in should else "altered", f"{topic} {value!r}")
        if not lost and not extra:
            report.wrong("out of order", f"{topic} {key!r}")


def _check_ids(report: Report, topic: str, told: Iterable[Entry]) -> None:
    ids = Counter(json.loads(entry.value or b"")["id"] for entry in told)
    for name, times in ids.items():
        if times > 1:
            report.wrong("twice", f"{topic} id {name}")


def _check_sequence(report: Report, told: Iterable[Entry]) -> None:
    """Follow every axis of every order: 1, 2, 3 …, each from where the last one went."""
    last: dict[tuple[object, ...], tuple[int, str | None]] = {}
    for entry in _by_partition(told):
        said = json.loads(entry.value or b"")
        axis = (entry.key, said.get("profile"), said["axis"], said.get("subject"))
        seq, word = last.get(axis, (0, None))
        if said["seq"] != seq + 1 or (seq and said.get("from") != word):
            report.wrong("gap", f"{said['id']} after seq {seq} to {word}")
        last[axis] = (said["seq"], said["to"])
    report.counts["axes"] = len(last)


def _check_state(
    report: Report,
    replay: _Replay,
    changelog: Iterable[Entry],
    rules_for: Callable[[str], Rules],
) -> None:
    """Expect the last value of every key to be the replayed order and its deadline."""
    kept = {entry.key: entry.value for entry in _by_partition(changelog)}
    for key, order in replay.orders.items():
        value, stub = kept.pop(key, None) or b"", replay.away.get(key)
        if stub is not None:
            expected = _STUB + _pack(stub)
        else:
            rules, heard_ms = rules_for(order.key), replay.heard_ms[key]
            expected = encode_order(order)
            report.counts["may leave"] += may_leave(order, rules)
            if value[: _DEADLINE.size] != _DEADLINE.pack(_due_ms(order, rules, heard_ms)):
                report.wrong("deadline", f"{CHANGELOG} {order.key}")
        if value[_DEADLINE.size :] != expected:
            report.wrong("state", f"{CHANGELOG} {order.key}")
    for key, value in kept.items():
        catalogue = replay.catalogues.get(key or b"")
        if catalogue is None or value != _DEADLINE.pack(0) + _pack(catalogue):
            report.wrong("not explained", f"{CHANGELOG} {key!r}")


def _due_ms(order: Order, rules: Rules, heard_ms: int) -> int:
    deadline = next_deadline(order, rules)
    if deadline is not None:
        return -(-deadline.at // 1000)
    return heard_ms + rules.policy.retention_days * _DAY_MS if may_leave(order, rules) else 0


def _check_buried(
    report: Report, expected: Counter[tuple[str, int, int]], letters: Iterable[Entry]
) -> None:
    """Expect a dead letter for every record of the log that nobody can read, and one only."""
    found: Counter[tuple[str, int, int]] = Counter()
    for letter in letters:
        said = {name.removeprefix("dead-letter-"): text.decode() for name, text in letter.headers}
        found[said["topic"], int(said["partition"]), int(said["offset"])] += 1
    of_log = Counter({place: times for place, times in found.items() if place[0] == LOG})
    for place in expected - of_log:
        report.wrong("lost", f"dead letter of {place}")
    for place in of_log - expected:
        report.wrong("twice" if place in expected else "not explained", f"dead letter of {place}")
    report.counts[DEAD_LETTERS] = sum(found.values())


def _by_partition(entries: Iterable[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (entry.partition, entry.offset))
