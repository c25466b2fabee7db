"""CloudEvents 1.0 on the feed topics: what names the source, the account and the event.

Structured mode is one JSON document around the payload; binary mode keeps the payload as it is
and puts the attributes in headers (`ce_…` on Kafka, `ce-…` where an HTTP gateway copied its
own). `source` is `NAME/tenant/channel`, `type` the vendor's topic, `time` when the event came in.
The payload in `data` keeps its bytes, so ids beyond 2^53 and decimals arrive as they were sent.
"""

import base64
import binascii
from collections.abc import Mapping
from typing import Final

import msgspec

from connectors.body import BYTE_ORDER_MARK
from connectors.delivery import Quarantined
from connectors.json_body import guard, looks_like_json

ENVELOPE_BYTES_MAX: Final = 512 * 1024
"""Twice a body: base64 makes it a third longer, escapes at most twice."""

BINARY_PREFIXES: Final = ("ce_", "ce-")

_VERSION: Final = "1.0"


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A CloudEvent's attributes as far as a feed needs them, and its payload."""

    source: str
    type: str
    body: bytes
    id: str = ""
    time: str = ""


class _Structured(msgspec.Struct, frozen=True, kw_only=True):
    specversion: str
    id: str
    source: str
    type: str
    time: str = ""
    datacontenttype: str = ""
    data: msgspec.Raw = msgspec.Raw()
    data_base64: str | None = None


_decode: Final = msgspec.json.Decoder(_Structured).decode
_decode_text: Final = msgspec.json.Decoder(str).decode


def is_structured(value: bytes) -> bool:
    """Whether the record looks like a CloudEvent around its payload."""
    return looks_like_json(value.removeprefix(BYTE_ORDER_MARK)) and b'"specversion"' in value


def structured(value: bytes) -> Event | Quarantined:
    """Take the envelope off a record in structured mode."""
    value = value.removeprefix(BYTE_ORDER_MARK)
    if refused := guard(value, ENVELOPE_BYTES_MAX):
        return refused
    try:
        envelope = _decode(value)
        body = _payload(envelope)
    except (msgspec.MsgspecError, binascii.Error, ValueError) as error:
        return Quarantined(reason=f"not a CloudEvent: {error}"[:200], field="cloudevent")
    if envelope.specversion != _VERSION:
        return _wrong_version(envelope.specversion)
    if body is None:
        return Quarantined(reason="CloudEvent without data", field="data")
    return Event(
        source=envelope.source,
        type=envelope.type,
        id=envelope.id,
        time=envelope.time,
        body=body,
    )


def binary(headers: Mapping[str, str], value: bytes) -> Event | Quarantined:
    """Read the attributes of a record in binary mode; `headers` have lower-case names."""
    found = {
        name[len(prefix) :]: text
        for prefix in BINARY_PREFIXES
        for name, text in headers.items()
        if name.startswith(prefix)
    }
    for name in ("specversion", "source", "type", "id"):
        if not found.get(name):
            return Quarantined(reason="CloudEvent attribute missing", field=f"ce_{name}")
    if found["specversion"] != _VERSION:
        return _wrong_version(found["specversion"])
    return Event(
        source=found["source"],
        type=found["type"],
        id=found["id"],
        time=found.get("time", ""),
        body=value,
    )


def _payload(envelope: _Structured) -> bytes | None:
    if envelope.data_base64 is not None:
        return base64.b64decode(envelope.data_base64, validate=True)
    raw = bytes(envelope.data).strip()
    if raw in {b"", b"null"}:
        return None
    if raw.startswith(b'"') and "json" not in (envelope.datacontenttype or "json"):
        return _decode_text(raw).encode()
    return raw


def _wrong_version(version: str) -> Quarantined:
    return Quarantined(
        reason="CloudEvents version is not 1.0", field="specversion", value=version[:200]
    )
