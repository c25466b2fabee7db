"""The whole of orderstream's thinking without a broker: records in, what it says out.

The replay command, `rebuild` and the checks of the fault tests share it. It does what the resolver
and lifecycle agents do, one record after the other: facts that know only a reference wait for
their link, a verdict that is known is applied at its command's place instead of judging again.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from msgspec.structs import replace

from domain.absence import Parked, Stub, is_answered, park, put_away, settled
from domain.archive import StateRecalled, StateStored
from domain.codec import decode_record, encode_record
from domain.command import CommandJudged, Record
from domain.configuration import (
    Configuration,
    ConfigurationChanged,
    TenantRules,
    change_of,
    configure,
    learned,
)
from domain.deadline import fire, next_deadline
from domain.envelope import Request
from domain.evidence import TooMany
from domain.fact import Fact, ReferenceWasLinked, TimerHasFired
from domain.instant import Misdated, micros
from domain.message import Anomaly, Message, Snapshot
from domain.order import Order
from domain.process import Step, process, unseen
from domain.rules import Rules
from domain.snapshot import take_snapshot
from domain.stock import Unfit
from domain.stock_fact import StockMovement, StockRecord
from domain.stock_level import StockNow
from streams.reference_room import ReferenceDue, ReferenceRoom, Refused, Waiting, reference_of
from streams.shelf import Shelf
from streams.stock_room import StockRoom

Verdicts = Mapping[tuple[str, str], CommandJudged]
"""By order key and command id."""


Said = Message | StockNow | Refused


def collect_verdicts(records: Iterable[Record]) -> dict[tuple[str, str], CommandJudged]:
    """Pick the verdicts out of a log; the first about a command counts."""
    verdicts: dict[tuple[str, str], CommandJudged] = {}
    for record in records:
        if isinstance(record, CommandJudged) and record.order_key:
            verdicts.setdefault((record.order_key, record.body.command_id), record)
    return verdicts


class Replay:
    """Orders in memory and the records that meet them."""

    def __init__(
        self,
        rules_for: Callable[[str], Rules],
        *,
        verdicts: Verdicts | None = None,
        judge: bool = True,
        stocks: StockRoom | None = None,
        learns: bool = False,
    ) -> None:
        """Begin with nothing; without `judge` what has no verdict in `verdicts` is not judged.

        With `stocks` they answer what orders want of them, else the log holds their answers; so
        with `learns` for what tenants configure, and what their catalogues learn from orders.
        """
        self._rules_for = TenantRules(rules_for)
        self._verdicts = verdicts or {}
        self._judge = judge
        self._stocks = stocks
        self._learns = learns
        self._orders = Shelf()
        self._away: dict[str, Stub] = {}
        self._references = ReferenceRoom(self._rules_for)

    def take(self, record: Record, *, seen_at: datetime | None = None) -> list[Said]:
        """Take in the next record of the log; `seen_at` is its time there, if it had one."""
        seen_at = seen_at or record.received_at or record.occurred_at
        if isinstance(record, ConfigurationChanged):
            self._rules_for.take(record)
            return []
        if record.order_key is not None and not isinstance(record, ReferenceWasLinked):
            return self._meet(record, seen_at)
        if isinstance(record, Request | CommandJudged | StateStored | StateRecalled):
            return [Refused("order_key: a command names its order")]
        if not reference_of(record):
            return [Refused("order_key: the fact names neither an order nor a reference")]
        try:
            return self._resolve(record, seen_at)
        except Misdated as error:
            return [Refused(str(error))]

    def configure(self, request: Configuration) -> list[Said]:
        """Judge what a tenant asks to change; orders meet the change from now on."""
        before = self._rules_for.catalogue(request.tenant)
        after, result = configure(before, request)
        if after is not before:
            self._rules_for.take(change_of(request, after))
        return [result] if result else []

    def _keep(self, before: Order, order: Order) -> None:
        self._orders.put(order)
        if not self._learns:
            return
        tenant = order.key.partition("/")[0]
        catalogue = self._rules_for.catalogue(tenant)
        for told in learned(before, order, self._rules_for(order.key), catalogue):
            self.configure(told)

    def take_stock(self, record: StockRecord) -> list[Said]:
        """Take in the next record of a stock's log, and what its answers bring about."""
        if self._stocks is None:
            return []
        try:
            answers, said = self._stocks.take(record)
        except Unfit as error:
            return [Refused(str(error))]
        heard = [self._meet(answer, answer.occurred_at) for answer in answers]
        return [*said, *chain.from_iterable(heard)]

    def pass_time(self, until: datetime) -> list[Said]:
        """Fire every deadline that is due by then, in order of time, until none is."""
        said: list[Said] = []
        end, deadlines = micros(until), self._deadlines()
        heapq.heapify(deadlines)
        while deadlines and deadlines[0].at <= end:
            due = heapq.heappop(deadlines)
            if due.reference is not None:
                said.append(self._references.give_up(due.reference))
                continue
            heard = self._fire(due.order_key)
            said += heard
            following = self._deadline(due.order_key)
            if following and not any(isinstance(one, Refused) for one in heard):
                heapq.heappush(deadlines, following)
        return said

    def orders(self) -> Iterator[Order]:
        """Give every order, in order of first appearance."""
        return iter(self._orders)

    def snapshots(self) -> Iterator[Snapshot]:
        """Give every order as views see it, in order of first appearance."""
        for order in self._orders:
            yield take_snapshot(order, self._rules_for(order.key))

    def order(self, key: str) -> Order | None:
        """Give one order."""
        return self._orders.get(key)

    def waiting(self) -> Iterator[Waiting]:
        """Give the references that facts still wait at."""
        return self._references.waiting()

    def _meet(self, record: Record, seen_at: datetime) -> list[Said]:
        """Let a record meet its order; a surprise leaves the order as it was, as in the worker."""
        key = str(record.order_key)
        if key in self._away or isinstance(record, StateStored):
            return self._meet_away(key, record, seen_at)
        order = self._orders.get(key) or unseen(key, seen_at)
        try:
            step = self._step(order, record, self._rules_for(key))
        except (TooMany, Misdated) as error:
            return [Refused(str(error))]
        except Exception as error:  # noqa: BLE001 - one order's surprise, the rest goes on
            return [Refused(f"internal: {type(error).__name__}: {error}")]
        if not step.repeat:
            self._keep(order, step.order)
        said: list[Said] = list(step.messages)
        for following in step.log:
            if isinstance(following, ReferenceWasLinked):
                said += self._resolve(following, seen_at)
            elif following.order_key != key:  # a fact about another order
                said += self._meet(following, seen_at)
        for message in step.messages:
            if isinstance(message, StockMovement):
                said += self.take_stock(message)
        return said

    def _meet_away(self, key: str, record: Record, seen_at: datetime) -> list[Said]:
        """Park what comes while a worker has a stub, and take it in where the worker did."""
        stub, order = self._away.get(key), self._orders.get(key)
        if isinstance(record, StateStored):
            kept = put_away(order.version if order else 0, stub, record)
            self._away |= {key: kept} if kept else {}
            return []
        assert stub is not None
        if not isinstance(record, StateRecalled):
            try:
                self._away[key] = park(stub, Parked(encode_record(record)))
            except TooMany as error:
                return [Refused(str(error))]
            return []
        if not is_answered(stub, record):
            return []
        del self._away[key]
        said = [one for late in stub.parked for one in self._meet(_late(late), seen_at)]
        order = self._orders.get(key)
        if order is not None and (kept := settled(stub, order.version)):
            self._away[key] = kept
        return said

    def _step(self, order: Order, record: Record, rules: Rules) -> Step:
        if not isinstance(record, Request | TimerHasFired):
            return process(order, record, rules)
        judged = self._verdicts.get((order.key, record.event_id))
        if judged is None and self._judge:
            return process(order, record, rules)
        if isinstance(record, Request):
            return process(order, judged, rules) if judged else Step(order, (), repeat=True)
        calm = replace(rules, clock_decides=False)
        step = process(order, record, calm)  # time passes and nothing is decided
        if step.repeat or judged is None:
            return step
        after = process(step.order, judged, rules)
        return Step(after.order, [*step.messages, *after.messages])

    def _resolve(self, record: Fact, seen_at: datetime) -> list[Said]:
        """Take a link, or a fact that knows only a reference, and all that it sets free."""
        said: list[Said] = []
        for one in self._references.take(record, seen_at):
            if isinstance(one, Anomaly | Refused):
                said.append(one)
            else:
                said += self._meet(one, seen_at)
        return said

    def _fire(self, key: str) -> list[Said]:
        order = self._orders.get(key)
        if order is None or (deadline := next_deadline(order, self._rules_for(key))) is None:
            return []
        fired = fire(order, deadline)
        return self._meet(fired, fired.occurred_at)

    def _deadlines(self) -> list[_Due]:
        found = [due for order in self._orders if (due := self._deadline(order.key))]
        found += [_Due(due.at, reference=due) for due in self._references.deadlines()]
        return found

    def _deadline(self, key: str) -> _Due | None:
        order = self._orders.get(key)
        deadline = order and next_deadline(order, self._rules_for(key))
        return _Due(deadline.at, order_key=key) if deadline else None


def _late(parked: Parked) -> Record:
    return decode_record(parked.value)


class _Due(NamedTuple):
    at: int
    order_key: str = ""
    reference: ReferenceDue | None = None
