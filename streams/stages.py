"""The agents of a worker: which topic each reads, where its state is kept, who does the work."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, Final

from connectors import registry
from streams import topic
from streams.agents.command import CommandProcessor
from streams.agents.feed import FeedProcessor
from streams.agents.lifecycle import LifecycleProcessor
from streams.agents.resolver import ResolverProcessor
from streams.agents.stock import StockProcessor
from streams.agents.stock_fact import StockFactProcessor
from streams.engine.stage import Context, Processor, Stage
from streams.key_store import KeyStore
from streams.rulebook import rulebook
from streams.sources import every_source
from streams.verification import Verifier

if TYPE_CHECKING:
    from streams.metric import Metrics
    from streams.settings import Settings

ROLES: Final = (
    "orders",
    "payments",
    "tracking",
    "commands",
    "resolver",
    "lifecycle",
    "stock-facts",
    "stock",
)
"""Names of the agents, as `worker --roles` takes them."""


def make_stages(
    settings: Settings, metrics: Metrics, roles: Collection[str] = ROLES
) -> tuple[Stage, ...]:
    """Make the stages of a worker; raises RulesError, MappingError, ImportRulesError."""
    find = partial(registry.find, sources=every_source(settings))
    rules_for = rulebook(settings.profiles)
    policy = rules_for("-/-/").policy
    verifier = Verifier(settings.signatures, KeyStore())

    def feeding(context: Context) -> Processor:
        return FeedProcessor(context, metrics, refuse=verifier.refuse, find=find)

    def resolving(context: Context) -> Processor:
        return ResolverProcessor(context, metrics, policy)

    def commanding(context: Context) -> Processor:
        return CommandProcessor(context, metrics)

    def living(context: Context) -> Processor:
        return LifecycleProcessor(context, metrics, rules_for)

    def hearing_of_stock(context: Context) -> Processor:
        return StockFactProcessor(context, metrics)

    def stocking(context: Context) -> Processor:
        return StockProcessor(context, metrics)

    makers: dict[str, tuple[str, str | None, Callable[[Context], Processor]]] = {
        "orders": (topic.FEED_ORDERS, None, feeding),
        "payments": (topic.FEED_PAYMENTS, None, feeding),
        "tracking": (topic.FEED_TRACKING, None, feeding),
        "commands": (topic.ORDER_COMMANDS, None, commanding),
        "resolver": (topic.REFERENCES, topic.RESOLVER_CHANGELOG, resolving),
        "lifecycle": (topic.ORDER_LOG, topic.LIFECYCLE_CHANGELOG, living),
        "stock-facts": (topic.STOCK_FACTS, None, hearing_of_stock),
        "stock": (topic.STOCK_MOVEMENTS, topic.STOCK_CHANGELOG, stocking),
    }
    return tuple(
        Stage(name=role, topic=makers[role][0], changelog=makers[role][1], make=makers[role][2])
        for role in ROLES
        if role in roles
    )
