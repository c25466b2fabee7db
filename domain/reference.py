"""Which order a fact belongs to that knows only a reference: a payment intent, a parcel number.

Per reference: the orders that claim it, other names it leads to, and the facts that wait. Pure:
what must be sent on is returned. Links and facts may come in any order; a fact waits until a
link comes, a link is kept for facts to come (X.2).
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from domain.body import ReferenceLinked
from domain.envelope import kind_of
from domain.fact import Fact, ReferenceWasLinked
from domain.instant import micros, moment
from domain.message import Anomaly
from domain.rules import DAY, HOUR, Rules

WAITING_MAX: Final = 500
"""Facts that wait at one reference; more is a broken source and goes to dead letters."""
ALIASES_MAX: Final = 20
LINKS_MAX: Final = 50
REUSE_DAYS: Final = 90
"""Within so many days two orders of one tracking number are an anomaly; carriers begin anew later."""
HOPS_MAX: Final = 8
"""Names lead from the detailed to the general; a chain longer than this is a circle."""


class Entry(Struct, frozen=True, array_like=True):
    """What is known of one reference; `links` maps order keys to when each claimed it."""

    links: dict[str, int] = {}
    aliases: tuple[str, ...] = ()
    waiting: tuple[Fact, ...] = ()
    waiting_since: int = 0
    missed: bool = False


class Resolved(NamedTuple):
    """The entry after a fact, and the facts that go on: to an order's log or to another name."""

    entry: Entry
    to_orders: tuple[Fact, ...] = ()
    to_references: tuple[Fact, ...] = ()
    parked: bool = False
    full: bool = False
    anomalies: tuple[Anomaly, ...] = ()


def resolve(entry: Entry, fact: Fact, *, seen_at: int) -> Resolved:
    """Take a link or a fact in; `seen_at` is its time in the log, in microseconds."""
    if isinstance(fact, ReferenceWasLinked):
        return _link(entry, fact)
    key = _choose(entry, fact)
    if key:
        return Resolved(entry, to_orders=(_addressed(fact, key),))
    if entry.aliases:
        return Resolved(entry, to_references=_renamed(fact, entry.aliases))
    if any(waiting.event_id == fact.event_id for waiting in entry.waiting):
        return Resolved(entry, parked=True)
    if len(entry.waiting) >= WAITING_MAX:
        return Resolved(entry, full=True)
    since = entry.waiting_since or seen_at
    entry = replace(entry, waiting=(*entry.waiting, fact), waiting_since=since)
    return Resolved(entry, parked=True)


def _link(entry: Entry, fact: ReferenceWasLinked) -> Resolved:
    alias = fact.body.alias
    if alias:
        return _alias(entry, fact, alias)
    key = fact.order_key or ""
    if not key:
        return Resolved(entry)
    at = micros(fact.occurred_at)
    known = entry.links.get(key)
    if known is None and len(entry.links) >= LINKS_MAX:
        return Resolved(entry, full=True)
    claimed = min(known or at, at)
    if claimed != known:
        entry = replace(entry, links={**entry.links, key: claimed})
    if known is not None:
        return _release(entry, ())
    released = _release(entry, _passed_on(entry, fact))
    anomalies = _reused(entry, fact, key, at)
    return released._replace(anomalies=anomalies) if anomalies else released


def _reused(entry: Entry, fact: ReferenceWasLinked, key: str, at: int) -> tuple[Anomaly, ...]:
    """Find other orders of this parcel's number, too near for the carrier to use it anew (X.4)."""
    if not fact.body.reference.startswith("parcel:"):
        return ()
    near = [
        (other, linked)
        for other, linked in sorted(entry.links.items())
        if other != key and abs(linked - at) < REUSE_DAYS * DAY
    ]
    return tuple(_reuse(fact, *sorted([(key, at), other])) for other in near)


def _reuse(fact: ReferenceWasLinked, one: tuple[str, int], two: tuple[str, int]) -> Anomaly:
    later = max(one, two, key=lambda pair: (pair[1], pair[0]))[0]
    return Anomaly(
        id=f"{fact.tenant}:{fact.body.reference}:tracking_number_reused:{one[0]}:{two[0]}",
        order_key=later,
        tenant=fact.tenant,
        channel=later.split("/", 2)[1],
        kind="tracking_number_reused",
        change="raised",
        severity="warning",
        occurred_at=moment(max(one[1], two[1])),
        cause=fact.event_id,
        evidence={"reference": fact.body.reference, "orders": [one[0], two[0]]},
        test=fact.test,
    )


def _alias(entry: Entry, fact: ReferenceWasLinked, alias: str) -> Resolved:
    if alias in entry.aliases or alias == fact.body.reference:
        return Resolved(entry)
    if len(entry.aliases) >= ALIASES_MAX:
        return Resolved(entry, full=True)
    entry = replace(entry, aliases=tuple(sorted((*entry.aliases, alias))))
    links = tuple(_linked(fact, alias, key, at) for key, at in sorted(entry.links.items()))
    return _release(entry, links)


def _release(entry: Entry, onward: tuple[Fact, ...]) -> Resolved:
    """Send on every waiting fact that has a way to go now."""
    if not entry.waiting:
        return Resolved(entry, to_references=onward)
    still: list[Fact] = []
    to_orders: list[Fact] = []
    to_references = list(onward)
    for waiting in entry.waiting:
        key = _choose(entry, waiting)
        if key:
            to_orders.append(_addressed(waiting, key))
        elif entry.aliases:
            to_references.extend(_renamed(waiting, entry.aliases))
        else:
            still.append(waiting)
    since = entry.waiting_since if still else 0
    missed = entry.missed and bool(still)
    entry = replace(entry, waiting=tuple(still), waiting_since=since, missed=missed)
    return Resolved(entry, tuple(to_orders), tuple(to_references))


def _choose(entry: Entry, fact: Fact) -> str:
    """Pick the order: the fact's own channel first, else the newest claim before the fact."""
    links = entry.links
    if len(links) <= 1:
        return next(iter(links), "")
    of_channel = {key: at for key, at in links.items() if key.split("/", 2)[1] == fact.channel}
    candidates = of_channel or links
    at = micros(fact.occurred_at)
    before = {key: linked for key, linked in candidates.items() if linked <= at}
    if before:
        return max(before, key=lambda key: (before[key], key))
    return min(candidates, key=lambda key: (candidates[key], key))


def _addressed(fact: Fact, key: str) -> Fact:
    return replace(fact, order_key=key, channel=key.split("/", 2)[1])


def _renamed(fact: Fact, aliases: tuple[str, ...]) -> tuple[Fact, ...]:
    return tuple(replace(fact, reference=alias) for alias in aliases)


def _passed_on(entry: Entry, fact: ReferenceWasLinked) -> tuple[Fact, ...]:
    key = fact.order_key or ""
    return tuple(_linked(fact, alias, key, entry.links[key]) for alias in entry.aliases)


def _linked(fact: ReferenceWasLinked, alias: str, key: str, at: int) -> Fact:
    return replace(
        fact,
        event_id=f"link:{key}:{alias}",
        order_key=key,
        reference=alias,
        occurred_at=moment(at),
        body=ReferenceLinked(reference=alias),
    )


def deadline_of(entry: Entry, rules_for: Callable[[str], Rules]) -> int:
    """Say when waiting facts become an anomaly, in microseconds; 0 for never.

    Whose order they are about is not known yet: the account that told of them first has its say.
    """
    if not entry.waiting or entry.missed:
        return 0
    first = entry.waiting[0]
    rules = rules_for(f"{first.tenant or '-'}/{first.channel or '-'}/-")
    return entry.waiting_since + rules.policy.await_reference_hours * HOUR


def miss(entry: Entry, tenant: str, reference: str, at: int) -> tuple[Entry, Anomaly]:
    """Note that nobody linked the reference in time; the facts go on waiting."""
    first = entry.waiting[0]
    anomaly = Anomaly(
        id=f"{tenant}:{reference}:expected_event_missing:{entry.waiting_since}",
        order_key="",
        tenant=tenant,
        channel=first.channel,
        kind="expected_event_missing",
        change="raised",
        severity="warning",
        occurred_at=moment(at),
        cause=first.event_id,
        evidence={
            "reference": reference,
            "facts": len(entry.waiting),
            "kind": kind_of(type(first)),
        },
        proposed="",
        test=first.test,
    )
    return replace(entry, missed=True), anomaly
