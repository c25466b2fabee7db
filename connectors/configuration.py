"""A request to configure a tenant as people write it: bytes in, a request or a quarantine out."""

from typing import Final

import msgspec

from connectors.delivery import Quarantined
from connectors.typed_body import read_typed
from domain.configuration import Configuration

_request: Final[msgspec.json.Decoder[Configuration]] = msgspec.json.Decoder(Configuration)


def read_request(value: bytes | None) -> Configuration | Quarantined:
    """Read a request; it names its tenant."""
    request = read_typed(value, _request.decode, "request")
    if isinstance(request, Quarantined):
        return request
    tenant = request.tenant
    if not tenant or "/" in tenant:
        return Quarantined(reason="a request names its tenant", field="tenant", value=tenant)
    return request
