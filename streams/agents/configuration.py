"""The configuration agent: requests to change a tenant's states and profiles, in one place.

An accepted change goes to the order log of every partition, the answer to `command-results`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from connectors.delivery import Quarantined
from connectors.json_body import guard
from domain.codec import encode_message, encode_record
from domain.configuration import Catalogue, Configuration, ConfigurationChanged, configure
from streams import topic
from streams.agents.processor import AgentProcessor
from streams.engine.outbox import EVERY

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord


PREFIX: Final = b"configuration|"
"""Begins the key under which a tenant's catalogue stands in the log and in the state."""
_request: Final[msgspec.json.Decoder[Configuration]] = msgspec.json.Decoder(Configuration)
_catalogue: Final = msgspec.json.Decoder(Catalogue)
_encode: Final = msgspec.json.Encoder().encode


class ConfigurationProcessor(AgentProcessor):
    """Keeps the catalogues of the tenants of its partition."""

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Judge each request, or bury what is none."""
        for record in records:
            request = _read(record.value)
            if isinstance(request, Quarantined):
                self._bury(record, request.reason)
            elif record.key != request.tenant.encode():
                self._bury(record, "wrong key: not the tenant")
            else:
                self._configure(request)

    def _configure(self, request: Configuration) -> None:
        outbox, store = self._context.outbox, self._context.store
        key = PREFIX + request.tenant.encode()
        value = store.get(key)
        before = _catalogue.decode(value) if value else Catalogue()
        after, result = configure(before, request)
        if result is not None:
            outbox.send(topic.COMMAND_RESULTS, request.tenant.encode(), encode_message(result))
        if after is before:
            return
        store.put(key, _encode(after))
        changed = ConfigurationChanged(
            event_id=f"{request.tenant}:configuration:{after.revision}",
            tenant=request.tenant,
            occurred_at=request.occurred_at,
            actor=request.actor,
            cause_id=request.event_id,
            source="orderstream",
            body=after,
        )
        outbox.send(topic.ORDER_LOG, key, encode_record(changed), (), EVERY)


def _read(value: bytes | None) -> Configuration | Quarantined:
    if value is None:
        return Quarantined(reason="request without a value", field="value")
    if refused := guard(value):
        return refused
    try:
        request = _request.decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return Quarantined(reason=f"not a request: {error}")
    if not request.tenant or "/" in request.tenant:
        return Quarantined(reason="a request names its tenant", field="tenant")
    return request
