"""A fetched document's own signature: the vendor signs deliveries, not answers to a request.

The fetch agent seals what it puts on a feed with the credential that it fetched it by, so that
an account whose deliveries must be signed takes its fetched documents too, and takes no others.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Final

HEADER: Final = "fetched"
"""The feed header that holds the seal."""


def seal(token: str, source: str, account: str, topic: str, body: bytes) -> str:
    """Seal a document; empty without a credential, for anybody could make that one."""
    if not token:
        return ""
    key = hmac.digest(b"orderstream fetched document", token.encode(), sha256)
    said = f"{source}\n{account}\n{topic}".encode()
    return hmac.new(key, said + b"\n" + body, sha256).hexdigest()


def is_sealed(given: str, token: str, source: str, account: str, topic: str, body: bytes) -> bool:
    """Tell whether a seal is the one that this credential makes."""
    made = seal(token, source, account, topic, body)
    return bool(made) and hmac.compare_digest(made.encode(), given.encode())
