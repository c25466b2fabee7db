"""A request to configure a tenant as people write it: bytes in, a request or a quarantine out."""

from typing import Final

import msgspec

from connectors.delivery import Quarantined
from connectors.json_body import guard
from domain.configuration import Configuration

_request: Final[msgspec.json.Decoder[Configuration]] = msgspec.json.Decoder(Configuration)


def read_request(value: bytes | None) -> Configuration | Quarantined:
    """Read a request; it names its tenant."""
    if value is None:
        return Quarantined(reason="request without a value", field="value")
    if refused := guard(value):
        return refused
    try:
        request = _request.decode(value)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        return Quarantined(reason=f"not a request: {error}")
    tenant = request.tenant
    if not tenant or "/" in tenant:
        return Quarantined(reason="a request names its tenant", field="tenant", value=tenant)
    return request
