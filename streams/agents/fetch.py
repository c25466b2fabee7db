"""The fetch agent: documents that deliveries only named are brought and put on their feed.

A wish is state, so the partition goes on while it waits: for its turn, for a server that is
away, for the next try. Requests run beside the engine; what they bring is sent when the agent is
next called, in one transaction with the wish's end. A crash in between asks again, which the
facts' own ids make harmless. What cannot be had is a dead letter with its cause (ADR 18).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import uniform
from typing import TYPE_CHECKING, Final

import msgspec
from msgspec.structs import replace

from connectors.normalise import misled
from domain.instant import moment
from streams import topic
from streams.agents.processor import AgentProcessor
from streams.engine.local import record as record_of
from streams.fetch.account import find_account
from streams.fetch.client import Answer, Document, Failed
from streams.fetch.message import decode_wanted
from streams.fetch.seal import HEADER, seal
from streams.fetch.wishes import Wish, Wishes

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

    from connectors.feed import Find
    from streams.engine.stage import Context
    from streams.fetch.account import Fetching
    from streams.fetch.client import Client
    from streams.fetch.message import DocumentWanted
    from streams.metric import Metrics

WAITING_MAX: Final = 100_000
"""Wishes of one partition, about 1 kB each; more are dead letters, to be redriven later."""
RUNNING_MAX: Final = 8
"""Requests at once of one partition; an account's own rate is usually below."""
ABSENT_MAX: Final = 4
"""So often in a row may a document not be there: it may become readable after its hook."""
RETRY_MS: Final = 1_000
RETRY_MS_MAX: Final = 600_000
LOOK_MS: Final = 20
"""How soon to look again while requests run."""

_FEEDS: Final = {
    "orders": topic.FEED_ORDERS,
    "payments": topic.FEED_PAYMENTS,
    "tracking": topic.FEED_TRACKING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to try: failed requests for one document, and how old its wish may get."""

    tries_max: int
    age_ms_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What the agent fetches with: the settings of accounts, the client, the known sources."""

    fetching: Mapping[str, Fetching]
    client: Client
    find: Find
    limits: Limits


@dataclass(frozen=True, slots=True)
class _Request:
    """One request under way, and how often its document was asked for when it began."""

    name: bytes
    account: bytes
    asked: int
    task: asyncio.Task[Answer]


class FetchProcessor(AgentProcessor):
    """Keeps the wishes of its partition and works them off account by account."""

    def __init__(self, context: Context, metrics: Metrics, reach: Reach) -> None:
        super().__init__(context, metrics)
        self._reach = reach
        self._wishes = Wishes(context.store, reach.fetching)
        self._running: dict[bytes, _Request] = {}

    def restored(self) -> None:
        """Take up the wishes that the former owner left."""
        self._wishes.restore()
        self._count()

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Take wishes in."""
        for record in records:
            try:
                wanted = decode_wanted(record.value or b"")
            except (msgspec.MsgspecError, ValueError) as error:
                self._bury(record, f"not a record of the wanted documents: {error}")
                continue
            if refused := self._refuse(wanted):
                self._bury(record, refused)
            else:
                self._wishes.add(record, wanted)
        self._count()

    def fire(self, now_ms: int) -> int | None:
        """Send what was brought, ask for what is due; tell when to look again."""
        if now_ms:
            self._collect(now_ms)
            self._begin(now_ms)
            self._count()
        return now_ms + LOOK_MS if self._running else self._wishes.next(now_ms)

    def _refuse(self, wanted: DocumentWanted) -> str:
        """Say why a document is not to be fetched; empty where it is."""
        reach = self._reach
        if reach.find(wanted.source) is None:
            return f"fetch: unknown source {wanted.source}"
        if find_account(reach.fetching, wanted.source, wanted.account) is None:
            return f"fetch: no address is set for {wanted.source}/{wanted.account}"
        if (astray := misled(wanted.as_wanted())) is not None:
            return f"fetch: {astray.reason}"
        if len(self._wishes) >= WAITING_MAX and self._wishes.load(wanted.name) is None:
            return f"fetch: more than {WAITING_MAX} documents wait"
        return ""

    def _begin(self, now_ms: int) -> None:
        """Begin the requests that are due."""
        reach = self._reach
        for name, wish in self._wishes.take_due(now_ms, RUNNING_MAX - len(self._running)):
            wanted = wish.wanted
            source = reach.find(wanted.source)
            fetching = find_account(reach.fetching, wanted.source, wanted.account)
            if source is None or fetching is None:  # the settings changed while it waited
                self._give_up(name, wish, f"fetch: nothing is set for {wanted.source}")
                continue
            task = reach.client.start(fetching, source, wanted.path)
            self._running[name] = _Request(name, wanted.key, wish.asked, task)

    def _collect(self, now_ms: int) -> None:
        """Take what finished requests brought."""
        for request in [each for each in self._running.values() if each.task.done()]:
            del self._running[request.name]
            answer = request.task.result()
            was_open = self._tell_pace(request, answer, now_ms)
            wish = self._wishes.load(request.name)
            if wish is None:
                continue
            if isinstance(answer, Document):
                self._brought(request, wish, answer, now_ms)
            else:
                self._failed(request.name, wish, answer, now_ms, free=was_open and answer.account)

    def _tell_pace(self, request: _Request, answer: Answer, now_ms: int) -> bool:
        """Let the account's pace know how it went; say whether its circuit was open."""
        pace = self._wishes.pace(request.account)
        was_open = pace.is_open
        if isinstance(answer, Failed) and answer.account:
            pace.fail(now_ms)
        elif isinstance(answer, Document) or not answer.wait_seconds:
            pace.succeed()
        if isinstance(answer, Failed) and answer.wait_seconds:
            pace.pause(now_ms + answer.wait_seconds * 1_000)
        return was_open

    def _brought(self, request: _Request, wish: Wish, document: Document, now_ms: int) -> None:
        wanted = wish.wanted
        if document.body is None:
            self._outcome(wanted.source, "empty")
        else:
            self._outcome(wanted.source, "brought")
            self._send(wanted, document.body, now_ms)
        if wish.asked == request.asked:
            self._wishes.end(request.name)
        else:  # it was wished for again meanwhile, so this answer may be too old
            self._wishes.again(request.name, replace(wish, tries=0, absent=0), now_ms)

    def _send(self, wanted: DocumentWanted, body: bytes, now_ms: int) -> None:
        """Put a document on the feed of its source, as a delivery of its own."""
        source = self._reach.find(wanted.source)
        fetching = find_account(self._reach.fetching, wanted.source, wanted.account)
        if source is None or fetching is None:  # it was there when the request began
            return
        token = fetching.token.get_secret_value()
        headers = {
            **fetching.headers,
            "source": wanted.source,
            "account": wanted.account,
            "topic": wanted.topic,
            "received_at": moment(now_ms * 1_000).isoformat(),
            HEADER: seal(token, wanted.source, wanted.account, wanted.topic, body),
        }
        self._context.outbox.send(
            _FEEDS[source.kind],
            wanted.name,
            body,
            [(name, text.encode()) for name, text in headers.items() if text],
        )

    def _failed(self, name: bytes, wish: Wish, failed: Failed, now_ms: int, *, free: bool) -> None:
        """Try again later, or give up; what is known to be the account's trouble costs no try."""
        source = wish.wanted.source
        tries = wish.tries + (0 if free or failed.wait_seconds else 1)
        absent = wish.absent + 1 if failed.soon else 0
        limits = self._reach.limits
        too_old = now_ms - wish.timestamp_ms > limits.age_ms_max
        too_often = tries >= limits.tries_max or absent >= ABSENT_MAX
        if not failed.again or too_often or too_old:
            self._outcome(source, "given_up")
            self._give_up(name, wish, f"fetch: {failed.cause}, {tries} tries")
            return
        self._outcome(source, "failed")
        longest = min(RETRY_MS * 2**tries, RETRY_MS_MAX)
        pause_ms = failed.wait_seconds * 1_000 or uniform(longest / 2, longest)  # noqa: S311 - jitter
        later = replace(wish, tries=tries, absent=absent)
        self._wishes.again(name, later, now_ms + int(pause_ms))

    def _give_up(self, name: bytes, wish: Wish, cause: str) -> None:
        """End a wish: the record that asked becomes a dead letter, which can be redriven."""
        self._wishes.end(name)
        asked = record_of(
            topic.DOCUMENTS_WANTED,
            wish.value,
            key=wish.key,
            headers=wish.headers,
            partition=wish.partition,
            offset=wish.offset,
            timestamp_ms=wish.timestamp_ms,
        )
        self._bury(asked, cause)

    def _count(self) -> None:
        partition = str(self._context.partition)
        self._metrics.documents_waiting.labels(partition=partition).set(len(self._wishes))

    def _outcome(self, source: str, outcome: str) -> None:
        self._metrics.fetches.labels(source=source, outcome=outcome).inc()
