"""A record of a feed topic: which connector reads it, and what it gets to read.

A record carries the vendor's body untouched as its value and says in its headers where it came
from: `source`, `account` (`tenant/channel`), `topic` and `received_at`; the vendor's own headers
stand beside them. Without a `source` header it is a CloudEvent (`cloudevent.py`). The record's
key is for Kafka alone: nothing here depends on it.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

from connectors import cloudevent, registry
from connectors.cloudevent import Event
from connectors.delivery import Delivery, Quarantined, Source

HEADERS_MAX: Final = 64
"""As many as the gateway lets in (spec reliability, section 5)."""

Headers = Iterable[tuple[str, bytes | None]]
Find = Callable[[str], Source | None]

_OWN: Final = frozenset({"source", "account", "topic", "received_at"})
ACCOUNT: Final = re.compile(r"[^/\s\x00-\x1f]{1,64}/[^/\s\x00-\x1f]{1,64}")


def read(
    value: bytes | None, headers: Headers | None, *, find: Find = registry.find
) -> tuple[Source, Delivery] | Quarantined:
    """Tell which connector understands a record, and hand out what it needs."""
    if value is None:
        return Quarantined(reason="record without a value", field="value")
    texts = _texts(headers or ())
    if isinstance(texts, Quarantined):
        return texts
    event = _own(texts, value) if "source" in texts else _event(texts, value)
    if isinstance(event, Quarantined):
        return event
    name, _, account = event.source.strip("/").partition("/")
    source = find(name)
    if source is None:
        return Quarantined(reason="unknown source", field="source", value=name[:200])
    if not ACCOUNT.fullmatch(account):
        return Quarantined(
            reason="account is not tenant/channel", field="account", value=account[:200]
        )
    return _delivery(source, account, event, texts)


def _event(texts: Mapping[str, str], value: bytes) -> Event | Quarantined:
    if any(name.startswith(cloudevent.BINARY_PREFIXES) for name in texts):
        return cloudevent.binary(texts, value)
    if cloudevent.is_structured(value):
        return cloudevent.structured(value)
    return Quarantined(reason="header missing", field="source")


def _own(texts: Mapping[str, str], value: bytes) -> Event:
    """Read the feed's own headers as the CloudEvent that they could have been."""
    return Event(
        source=f"{texts['source']}/{texts.get('account', '')}",
        type=texts.get("topic", ""),
        body=value,
    )


def _delivery(
    source: Source, account: str, event: Event, texts: Mapping[str, str]
) -> tuple[Source, Delivery] | Quarantined:
    received_at = _instant(texts.get("received_at") or event.time)
    if isinstance(received_at, Quarantined):
        return received_at
    headers = {name: text for name, text in texts.items() if name not in _OWN}
    if event.id:
        headers["ce-id"] = event.id
    return source, Delivery(
        body=event.body,
        account=account,
        topic=event.type,
        headers=headers,
        received_at=received_at,
    )


def _texts(headers: Headers) -> dict[str, str] | Quarantined:
    """Read headers into lower-case names; a name that stands twice is joined, as in HTTP."""
    texts: dict[str, str] = {}
    for count, (raw_name, raw) in enumerate(headers):
        name = raw_name.lower()
        text = raw.decode("utf-8", "replace").strip() if raw else ""
        if count >= HEADERS_MAX:
            return Quarantined(reason=f"over {HEADERS_MAX} headers", field="headers")
        if name not in texts:
            texts[name] = text
        elif name not in _OWN:
            texts[name] = f"{texts[name]}, {text}"
        elif texts[name] != text:
            return Quarantined(reason="header twice with two values", field=name)
    return texts


def _instant(text: str) -> datetime | Quarantined | None:
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return Quarantined(reason="not a time", field="received_at", value=text[:200])
    if when.tzinfo is None:
        return Quarantined(reason="time without a zone", field="received_at", value=text[:200])
    return when
