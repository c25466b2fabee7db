"""`schemas/`: one JSON Schema per type of message, made from the types that write and read it."""

import json
from inspect import cleandoc
from typing import Any, NamedTuple

import msgspec

from connectors.feed import HEADERS_MAX
from docs.generate.page import prose
from domain.archive import Whereabouts
from domain.command import Command, CommandJudged
from domain.configuration import Configuration, ConfigurationChanged
from domain.document import Document
from domain.envelope import Envelope
from domain.fact import Fact
from domain.message import (
    ActionRequired,
    Anomaly,
    CommandResult,
    Notification,
    Snapshot,
    StatusChanged,
)
from domain.stock_fact import StockFact, StockMovement
from domain.stock_level import StockNow
from streams.agents.dead_letter import CAUSE_CHARACTERS_MAX, PREFIX
from streams.archive import StateWanted
from streams.fetch.message import DocumentWanted

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NOT_JSON_SCHEMA = ("discriminator",)  # OpenAPI's; strict validators refuse it

Schema = dict[str, Any]  # Any: JSON


class Named(NamedTuple):
    """A message on a topic: its type, its title, and what it is."""

    type: Any  # Any: a struct or a union of them
    title: str
    about: str


MESSAGES = {
    "fact": Named(Fact, "Fact", "What happened outside, told apart by `kind`; see facts.md."),
    "command": Named(Command, "Command", "A request that meets a guard, told apart by `kind`."),
    "verdict": Named(CommandJudged, "Verdict", "What was decided about one command."),
    "status-changed": Named(StatusChanged, "StatusChanged", prose(StatusChanged)),
    "snapshot": Named(Snapshot, "Snapshot", prose(Snapshot)),
    "notification": Named(Notification, "Notification", prose(Notification)),
    "command-result": Named(CommandResult, "CommandResult", prose(CommandResult)),
    "action-required": Named(ActionRequired, "ActionRequired", prose(ActionRequired)),
    "anomaly": Named(Anomaly, "Anomaly", prose(Anomaly)),
    "configuration-request": Named(
        Configuration, "ConfigurationRequest", "A change of a tenant's own states or profiles."
    ),
    "configuration-changed": Named(
        ConfigurationChanged, "ConfigurationChanged", prose(ConfigurationChanged)
    ),
    "whereabouts": Named(
        Whereabouts, "Whereabouts", "Where an order's state is: put away, or brought back."
    ),
    "state-wanted": Named(StateWanted, "StateWanted", prose(StateWanted)),
    "stock-fact": Named(
        StockFact, "StockFact", "What happened in a warehouse, told apart by `kind`."
    ),
    "stock-movement": Named(StockMovement, "StockMovement", prose(StockMovement)),
    "stock-level": Named(StockNow, "StockLevel", prose(StockNow)),
    "document-wanted": Named(DocumentWanted, "DocumentWanted", prose(DocumentWanted)),
}


def schema_files() -> dict[str, str]:
    """Write every schema; the name of a file is that of its message."""
    schemas = {name: _schema(name, message) for name, message in MESSAGES.items()}
    schemas |= {"feed-headers": _feed_headers(), "dead-letter-headers": _dead_letter_headers()}
    return {f"schemas/{name}.schema.json": _written(each) for name, each in schemas.items()}


def _written(schema: Schema) -> str:
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _schema(name: str, message: Named) -> Schema:
    types = [message.type, Document] if message.type is Snapshot else [message.type]
    roots, components = msgspec.json.schema_components(types, ref_template="#/$defs/{name}")
    if message.type is Snapshot:  # its order is kept as the bytes of a document
        components["Snapshot"]["properties"]["order"] = {"anyOf": [roots[1], {"type": "null"}]}
    return {
        "$schema": _DIALECT,
        "$id": f"{name}.schema.json",
        "title": message.title,
        "description": message.about,
        **_clean(roots[0]),
        "$defs": _definitions(components),
    }


def _definitions(components: dict[str, Schema]) -> Schema:
    """Clean all definitions; what all kinds share is said once, as `Envelope`."""
    shared = msgspec.json.schema_components([Envelope])[1]["Envelope"]
    del shared["properties"]["kind"]
    shared["required"].remove("kind")
    definitions = dict(components)
    for name, schema in components.items():
        if schema.get("properties", {}).keys() > shared["properties"].keys():
            definitions |= {name: _without(schema, shared), "Envelope": shared}
    return {name: _clean(schema) for name, schema in sorted(definitions.items())}


def _without(schema: Schema, shared: Schema) -> Schema:
    """Say of a kind only what it has beside the envelope."""
    own = {k: v for k, v in schema["properties"].items() if k not in shared["properties"]}
    required = [name for name in schema["required"] if name not in shared["required"]]
    return {
        "title": schema["title"],
        "allOf": [{"$ref": "#/$defs/Envelope"}],
        "type": "object",
        "properties": own,
        "required": required,
    }


def _clean(value: Any) -> Any:  # Any: JSON
    """Take out what is not JSON Schema, and the indentation of descriptions."""
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if not isinstance(value, dict):
        return value
    cleaned = {k: _clean(v) for k, v in value.items() if k not in _NOT_JSON_SCHEMA}
    if isinstance(cleaned.get("description"), str):
        cleaned["description"] = cleandoc(cleaned["description"])
    return cleaned


def _headers(
    name: str, title: str, about: str, names: dict[str, str], needed: list[str]
) -> Schema:
    return {
        "$schema": _DIALECT,
        "$id": f"{name}.schema.json",
        "title": title,
        "description": about,
        "type": "object",
        "properties": {
            header: {"type": "string", "description": text} for header, text in names.items()
        },
        "required": needed,
    }


def _feed_headers() -> Schema:
    schema = _headers(
        "feed-headers",
        "FeedHeaders",
        "Headers of a record of a feed topic, as UTF-8; the vendor's own headers stand beside "
        "them. A CloudEvent needs none of them.",
        {
            "source": "Name of the connector; see connectors.md.",
            "account": "tenant/channel",
            "topic": "The vendor's name of the event.",
            "received_at": "When the request came in, RFC 3339 with an offset.",
        },
        ["source", "account"],
    )
    return schema | {"maxProperties": HEADERS_MAX}


def _dead_letter_headers() -> Schema:
    return _headers(
        "dead-letter-headers",
        "DeadLetterHeaders",
        "Headers that a dead letter has beside those of the record that it was; key and value "
        "are the record's own bytes.",
        DEAD_LETTER_HEADERS,
        list(DEAD_LETTER_HEADERS),
    )


DEAD_LETTER_HEADERS = {
    f"{PREFIX}cause": f"Why it was given up, {CAUSE_CHARACTERS_MAX} characters at most.",
    f"{PREFIX}field": "Path of the field that was not understood; may be empty.",
    f"{PREFIX}value": f"What the field holds, {CAUSE_CHARACTERS_MAX} characters at most.",
    f"{PREFIX}stage": "The agent that gave up.",
    f"{PREFIX}topic": "Topic of the record.",
    f"{PREFIX}partition": "Partition of the record.",
    f"{PREFIX}offset": "Offset of the record.",
    f"{PREFIX}timestamp": "Time of the record, milliseconds since 1970.",
}
