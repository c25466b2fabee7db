"""The configuration agent: requests to change a tenant's states and profiles, in one place.

An accepted change goes to the order log of every partition, the answer to `command-results`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import msgspec

from connectors.configuration import read_request
from connectors.delivery import Quarantined
from domain.codec import encode_message, encode_record
from domain.configuration import Catalogue, Configuration, change_of, configure
from streams import topic
from streams.agents.processor import AgentProcessor
from streams.engine.outbox import EVERY

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord


PREFIX: Final = b"configuration|"
"""Begins the key under which a tenant's catalogue stands in the log and in the state."""
_catalogue: Final = msgspec.json.Decoder(Catalogue)
_encode: Final = msgspec.json.Encoder().encode


class ConfigurationProcessor(AgentProcessor):
    """Keeps the catalogues of the tenants of its partition."""

    def process(self, records: Sequence[ConsumerRecord]) -> None:
        """Judge each request, or bury what is none."""
        for record in records:
            request = read_request(record.value)
            if isinstance(request, Quarantined):
                self._bury_unread(record, request)
            elif record.key != request.tenant.encode():
                key = (record.key or b"").decode(errors="replace")
                self._bury(record, "wrong key: not the tenant", field="key", value=key)
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
        outbox.send(topic.ORDER_LOG, key, encode_record(change_of(request, after)), (), EVERY)
