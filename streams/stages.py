"""The agents of a worker: which topic each reads, where its state is kept, who does the work."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Final

from connectors import registry
from streams import topic
from streams.agents.archive import ArchiveProcessor
from streams.agents.command import CommandProcessor
from streams.agents.configuration import ConfigurationProcessor
from streams.agents.feed import FeedProcessor
from streams.agents.fetch import FetchProcessor, Limits, Reach
from streams.agents.lifecycle import LifecycleProcessor
from streams.agents.recall import RecallProcessor
from streams.agents.resolver import ResolverProcessor
from streams.agents.sealing import Sealing
from streams.agents.stock import StockProcessor
from streams.agents.stock_fact import StockFactProcessor
from streams.archive import KafkaArchive
from streams.engine.stage import Context, Processor, Stage
from streams.fetch.client import Client
from streams.key_store import KeyStore
from streams.rulebook import rulebook
from streams.sources import every_source
from streams.subject import Subjects, subjects_of
from streams.verification import Verifier

if TYPE_CHECKING:
    from connectors.feed import Find
    from domain.rules import Rules
    from streams.archive import Archive
    from streams.metric import Metrics
    from streams.settings import Settings

ROLES: Final = (
    "orders",
    "payments",
    "tracking",
    "commands",
    "resolver",
    "lifecycle",
    "configuration",
    "stock-facts",
    "stock",
    "fetch",
    "archive",
    "recall",
)
"""Names of the agents, as `worker --roles` takes them."""
_EDGES: Final = frozenset({"orders", "payments", "tracking", "commands", "resolver"})
"""Those that write into the order log what people said or who they are."""


Make = Callable[[Context], Processor]
_Made = tuple[str, str | None, Make]
"""A role's topic, the topic of its state, and who does its work."""


def make_stages(
    settings: Settings,
    metrics: Metrics,
    roles: Collection[str] = ROLES,
    *,
    archive: Archive | None = None,
) -> tuple[Stage, ...]:
    """Make the stages of a worker; raises RulesError, MappingError, ImportRulesError.

    States are recalled from the brokers' archive unless another one is given.
    """
    subjects = subjects_of(settings)
    if subjects is not None:
        metrics.keys_database.set_function(lambda: subjects.there)
    makers = _makers(settings, metrics, archive or KafkaArchive(settings), subjects)
    return tuple(
        Stage(
            name=role,
            topic=makers[role][0],
            changelog=makers[role][1],
            make=makers[role][2],
            outside=subjects if role in _EDGES else None,
        )
        for role in ROLES
        if role in roles
    )


def _makers(
    settings: Settings, metrics: Metrics, archive: Archive, subjects: Subjects | None
) -> dict[str, _Made]:
    """Say of each role what it reads, where its state is kept, and who does its work."""
    find = partial(registry.find, sources=every_source(settings))
    rules_for = rulebook(settings.profiles)
    reach = _reach(settings, find)
    return {
        **_edges(settings, metrics, find, rules_for, subjects),
        "lifecycle": (
            topic.ORDER_LOG,
            topic.LIFECYCLE_CHANGELOG,
            lambda c: LifecycleProcessor(c, metrics, rules_for),
        ),
        "configuration": (
            topic.CONFIGURATION_REQUESTS,
            topic.CONFIGURATION_CHANGELOG,
            lambda c: ConfigurationProcessor(c, metrics),
        ),
        "stock-facts": (topic.STOCK_FACTS, None, lambda c: StockFactProcessor(c, metrics)),
        "stock": (
            topic.STOCK_MOVEMENTS,
            topic.STOCK_CHANGELOG,
            lambda c: StockProcessor(c, metrics),
        ),
        "fetch": (
            topic.DOCUMENTS_WANTED,
            topic.FETCH_CHANGELOG,
            lambda c: FetchProcessor(c, metrics, reach),
        ),
        "archive": (topic.ORDER_ARCHIVE, None, lambda c: ArchiveProcessor(c, metrics)),
        "recall": (topic.ORDER_RECALLS, None, lambda c: RecallProcessor(c, metrics, archive)),
    }


def _edges(
    settings: Settings,
    metrics: Metrics,
    find: Find,
    rules_for: Callable[[str], Rules],
    subjects: Subjects | None,
) -> dict[str, _Made]:
    """Make those that write into the order log what people said or who they are."""
    verifier = Verifier(settings.signatures, KeyStore(), settings.fetching)

    def sealing() -> Sealing | None:
        return Sealing(subjects) if subjects is not None else None

    def feeding(context: Context) -> Processor:
        return FeedProcessor(
            context, metrics, refuse=verifier.refuse, find=find, sealing=sealing()
        )

    return {
        "orders": (topic.FEED_ORDERS, None, feeding),
        "payments": (topic.FEED_PAYMENTS, None, feeding),
        "tracking": (topic.FEED_TRACKING, None, feeding),
        "commands": (
            topic.ORDER_COMMANDS,
            None,
            lambda c: CommandProcessor(c, metrics, sealing=sealing()),
        ),
        "resolver": (
            topic.REFERENCES,
            topic.RESOLVER_CHANGELOG,
            lambda c: ResolverProcessor(c, metrics, rules_for, sealing=sealing()),
        ),
    }


def _reach(settings: Settings, find: Find) -> Reach:
    return Reach(
        fetching=settings.fetching,
        client=Client(seconds_max=settings.fetch_seconds_max),
        find=find,
        limits=Limits(
            tries_max=settings.fetch_tries_max,
            age_ms_max=int(settings.fetch_age_seconds_max * 1_000),
        ),
    )
