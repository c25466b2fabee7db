"""What the words of a source become: read off its tables, or off what its connector answers."""

import json
from collections.abc import Mapping

from connectors.delivery import Delivery
from connectors.normalise import normalise
from connectors.registry import SOURCES
from docs.generate.page import code, table
from domain.fact import ReferenceWasLinked, UnknownWasReported


def becomes(name: str, payload: object, headers: Mapping[str, str] | None = None) -> str:
    """Name the kinds of the facts that a payload becomes, links and reports left out."""
    body = json.dumps(payload).encode()
    delivery = Delivery(body=body, account="acme/shop", headers=headers or {})
    reading = normalise(SOURCES[name], delivery)
    said = [
        fact.__struct_config__.tag
        for fact in reading.facts
        if not isinstance(fact, ReferenceWasLinked | UnknownWasReported)
    ]
    refused = [f"quarantined: {each.field}" for each in reading.quarantined]
    return ", ".join([*(code(kind) for kind in dict.fromkeys(said)), *refused]) or "nothing"


def word_table(title: str, meanings: Mapping[str, object]) -> str:
    """Write a table of words and what each means."""
    return f"{title}\n\n" + table(
        ("word", "becomes"), [(code(word), code(meaning)) for word, meaning in meanings.items()]
    )
