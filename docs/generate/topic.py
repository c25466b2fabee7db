"""`topics.md` and `asyncapi.json`: what stands on every topic, under which key, for how long."""

import json
from typing import Any, NamedTuple

from connectors.registry import SOURCES
from docs.generate.page import code, page, table
from docs.generate.schema import MESSAGES
from readmodel.happening import TOPICS as TOPICS_OF_VIEW
from streams import topic
from streams.settings import Settings
from streams.topic import TOPICS, Keep, Topic, topic_config
from streams.view.role import ROLE

_ABOUT = """
All topics are declared in `streams/topic.py`; `orderstream topics --create` makes those that are
missing. Partitions, copies and retention are settings, the values here are the defaults. The
order log, the lifecycle's changelog and all topics that an order's messages go to have the same
number of partitions, and an order stands on the same one in each of them.
The same as AsyncAPI 3.0: [asyncapi.json](asyncapi.json).
"""
_KEPT_BY = {
    Keep.FEED: "`ORDERSTREAM_FEED_RETENTION_DAYS`",
    Keep.ORDER_LOG: "`ORDERSTREAM_ORDER_LOG_RETENTION_DAYS`",
    Keep.OUTPUT: "`ORDERSTREAM_OUTPUT_RETENTION_DAYS`",
    Keep.LAST_PER_KEY: "compacted: the last record of each key",
}
_DAY_MS = 86_400_000


class Use(NamedTuple):
    """What stands on a topic, who writes it and who reads it."""

    about: str
    writers: str
    readers: str
    messages: tuple[str, ...] = ()


USES = {
    topic.FEED_ORDERS: Use(
        "Orders as their shop sends them", "you, agent fetch", "agent orders", ("feed",)
    ),
    topic.FEED_PAYMENTS: Use(
        "Payments as their provider sends them", "you, agent fetch", "agent payments", ("feed",)
    ),
    topic.FEED_TRACKING: Use(
        "Parcels as their carrier sends them", "you, agent fetch", "agent tracking", ("feed",)
    ),
    topic.ORDER_COMMANDS: Use("Requests", "you", "agent commands", ("command",)),
    topic.ORDER_LOG: Use(
        "All that is known of each order: the only input of the state machine",
        "agents orders, payments, tracking, resolver, commands, lifecycle, configuration, stock, "
        "archive, recall",
        "agent lifecycle",
        ("fact", "command", "verdict", "configuration-changed", "whereabouts"),
    ),
    topic.REFERENCES: Use(
        "Facts that know only a reference, and links from references to orders",
        "agents orders, payments, tracking, resolver, lifecycle",
        "agent resolver",
        ("fact",),
    ),
    topic.DOCUMENTS_WANTED: Use(
        "Documents that deliveries only name",
        "agents orders, payments, tracking, fetch",
        "agent fetch",
        ("document-wanted",),
    ),
    topic.ORDER_STATUS: Use(
        "One message per change of an axis or of a profile's word",
        "agent lifecycle",
        "you",
        ("status-changed",),
    ),
    topic.ORDER_SNAPSHOTS: Use(
        "The whole order as it is now", "agent lifecycle", "you", ("snapshot",)
    ),
    topic.NOTIFICATIONS: Use(
        "Whom to tell what, never twice under one id", "agent lifecycle", "you", ("notification",)
    ),
    topic.COMMAND_RESULTS: Use(
        "The answer to each command, and with the tenant as key to each request to configure",
        "agents lifecycle, configuration",
        "you",
        ("command-result",),
    ),
    topic.ACTION_REQUIRED: Use(
        "What somebody must do outside", "agent lifecycle", "you", ("action-required",)
    ),
    topic.ANOMALIES: Use(
        "Facts that do not fit together, or fit again",
        "agents lifecycle, resolver, stock",
        "you",
        ("anomaly",),
    ),
    topic.CONFIGURATION_REQUESTS: Use(
        "Changes of a tenant's own states and profiles, asked for by people with the role",
        "you, agent lifecycle",
        "agent configuration",
        ("configuration-request",),
    ),
    topic.ORDER_ARCHIVE: Use(
        "States of orders that left the hot state; their form is private",
        "agent lifecycle",
        "agents archive, recall",
        ("state",),
    ),
    topic.ORDER_RECALLS: Use(
        "Orders whose state is wanted back",
        "agent lifecycle",
        "agent recall",
        ("state-wanted",),
    ),
    topic.STOCK_FACTS: Use(
        "What happened in warehouses: counts, receipts, corrections, limits",
        "you",
        "agent stock-facts",
        ("stock-fact",),
    ),
    topic.STOCK_MOVEMENTS: Use(
        "The log of each stock: what orders want of it, and what happened to it",
        "agents lifecycle, stock-facts",
        "agent stock, you",
        ("stock-movement", "stock-fact"),
    ),
    topic.STOCK_LEVELS: Use(
        "Every number of each stock as it is now", "agent stock", "you", ("stock-level",)
    ),
    topic.DEAD_LETTERS: Use(
        "Records that could not be processed, as they came",
        "every agent",
        "`orderstream dead-letters`",
        ("dead-letter",),
    ),
    topic.LIFECYCLE_CHANGELOG: Use(
        "State of the lifecycle agent; its form is private",
        "agent lifecycle",
        "agent lifecycle at recovery",
        ("state",),
    ),
    topic.RESOLVER_CHANGELOG: Use(
        "State of the resolver; its form is private",
        "agent resolver",
        "agent resolver at recovery",
        ("state",),
    ),
    topic.CONFIGURATION_CHANGELOG: Use(
        "Each tenant's own states and profiles; its form is private",
        "agent configuration",
        "agent configuration at recovery",
        ("state",),
    ),
    topic.STOCK_CHANGELOG: Use(
        "Stocks, and claims of lines that wait for nothing any more; their form is private",
        "agent stock",
        "agent stock at recovery",
        ("state",),
    ),
    topic.FETCH_CHANGELOG: Use(
        "State of the fetch agent: what waits; its form is private",
        "agent fetch",
        "agent fetch at recovery",
        ("state",),
    ),
}
_OTHER_MESSAGES = {
    "feed": {
        "title": "Delivery",
        "summary": "A payload as its vendor sent it, byte for byte, or a CloudEvent 1.0 around it.",
        "headers": {"$ref": "./schemas/feed-headers.schema.json"},
        "payload": {"description": f"What these send: {', '.join(SOURCES)}."},
    },
    "dead-letter": {
        "title": "DeadLetter",
        "summary": "A record's own bytes, with its cause in headers.",
        "contentType": "application/octet-stream",
        "headers": {"$ref": "./schemas/dead-letter-headers.schema.json"},
        "payload": {"description": "The bytes that the record had."},
    },
    "state": {
        "title": "State",
        "summary": "Private to the agent that writes it.",
        "contentType": "application/msgpack",
        "payload": {
            "description": "MessagePack; in a changelog after eight bytes of the next deadline."
        },
    },
}


def topics_page() -> str:
    """Write the page."""
    settings = Settings.model_construct()
    rows = [
        (
            code(each.name),
            each.key,
            USES[each.name].about,
            _links(each),
            USES[each.name].writers,
            _readers(each.name),
            _kept(each, settings),
        )
        for each in TOPICS
    ]
    return page(
        "Topics",
        _ABOUT,
        table(("topic", "key", "value", "schema", "written by", "read by", "kept"), rows),
        "## Co-partitioned with the order log",
        code(*(each.name for each in TOPICS if each.with_order_log)),
        "## How long",
        table(("kept", "for"), _KEPT_BY.items()),
    )


def _readers(name: str) -> str:
    return f"{USES[name].readers}, role {ROLE}" if name in TOPICS_OF_VIEW else USES[name].readers


def _actions(name: str) -> tuple[str, ...]:
    """Say what orderstream does with the topic, in AsyncAPI's words."""
    use = USES[name]
    reads = ("receive",) if "agent" in use.readers or name in TOPICS_OF_VIEW else ()
    writes = ("send",) if "agent" in use.writers else ()
    return reads + writes


def _links(each: Topic) -> str:
    schemas = {"feed": "feed-headers", "dead-letter": "dead-letter-headers", "state": ""}
    names = [schemas.get(name, name) for name in USES[each.name].messages]
    return ", ".join(f"[{name}](schemas/{name}.schema.json)" for name in names if name)


def _kept(each: Topic, settings: Settings) -> str:
    retention = topic_config(each, settings).get("retention.ms")
    if retention is None:
        return each.keep
    days = int(retention) // _DAY_MS
    return f"{each.keep}: {days} days" if int(retention) > 0 else f"{each.keep}: for ever"


def asyncapi() -> str:
    """Write the AsyncAPI document."""
    settings = Settings.model_construct()
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "orderstream",
            "version": "1",
            "description": "Order feeds of any shop in, order status and notifications out.",
        },
        "defaultContentType": "application/json",
        "channels": {each.name: _channel(each, settings) for each in TOPICS},
        "operations": {
            f"{action}:{each.name}": _operation(each, action)
            for each in TOPICS
            for action in _actions(each.name)
        },
        "components": {"messages": _messages()},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _channel(each: Topic, settings: Settings) -> dict[str, Any]:
    config = topic_config(each, settings)
    kept: dict[str, Any] = {"cleanup.policy": [config["cleanup.policy"]]}
    if "retention.ms" in config:
        kept["retention.ms"] = int(config["retention.ms"])
    return {
        "address": each.name,
        "title": each.name,
        "description": f"{USES[each.name].about}. Key: {each.key}.",
        "messages": {
            name: {"$ref": f"#/components/messages/{name}"} for name in USES[each.name].messages
        },
        "bindings": {
            "kafka": {
                "topic": each.name,
                "partitions": settings.partitions,
                "replicas": settings.replication,
                "topicConfiguration": kept,
                "bindingVersion": "0.5.0",
            }
        },
        "x-key": each.key,
        "x-with-order-log": each.with_order_log,
    }


def _operation(each: Topic, action: str) -> dict[str, Any]:
    channel = f"#/channels/{each.name}"
    use = USES[each.name]
    return {
        "action": action,
        "channel": {"$ref": channel},
        "summary": _readers(each.name) if action == "receive" else use.writers,
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in use.messages],
    }


def _messages() -> dict[str, Any]:
    ours = {
        name: {
            "name": name,
            "title": message.title,
            "summary": message.about.partition("\n")[0],
            "payload": {"$ref": f"./schemas/{name}.schema.json"},
        }
        for name, message in MESSAGES.items()
    }
    return ours | {name: {"name": name, **message} for name, message in _OTHER_MESSAGES.items()}
