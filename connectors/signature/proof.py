"""What a verification starts from, and the parts that every scheme shares."""

import base64
import binascii
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from connectors.delivery import Delivery
from connectors.signature.errors import SignatureError

SECONDS_AHEAD_MAX: Final = 300
"""How far a sender's clock may be before ours, whatever the scheme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What an account's deliveries are checked with; `repr` shows none of it.

    `secrets` are those that hold now: two while one replaces the other. `url` is the address
    that deliveries are sent to, as it was registered (Square signs it); `webhook_id` names the
    registration (PayPal signs it).
    """

    secrets: tuple[str, ...] = ()
    url: str = ""
    webhook_id: str = ""

    def __repr__(self) -> str:
        """Hide the secrets: a repr ends up in logs."""
        return f"Credentials({len(self.secrets)} secrets)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One delivery to verify: `now` is when it was received, `key` fetched key material."""

    delivery: Delivery
    credentials: Credentials
    now: datetime
    key: bytes = b""

    def header(self, name: str) -> str:
        """Give a header that must be there."""
        if value := self.delivery.headers.get(name, ""):
            return value
        raise SignatureError("missing", name)


def insist_on_match(given: Iterable[bytes], expected: Iterable[bytes], field: str) -> None:
    """Let one of the signatures given match one of those expected, in constant time.

    Every pair is compared, so that the time taken tells neither which secret fits nor where.
    """
    pairs = [(one, other) for one in given for other in expected]
    if not sum([hmac.compare_digest(one, other) for one, other in pairs]):
        raise SignatureError("differs", field)


def insist_on_fresh(signed_at: datetime, now: datetime, age_seconds_max: int, field: str) -> None:
    """Let the time that was signed be near: an old delivery may be one that somebody kept."""
    age_seconds = (now - signed_at).total_seconds()
    if age_seconds > age_seconds_max:
        raise SignatureError("too old", field)
    if age_seconds < -SECONDS_AHEAD_MAX:
        raise SignatureError("from the future", field)


def from_hex(text: str, field: str) -> bytes:
    """Read a signature written in hexadecimal digits of either case."""
    try:
        return binascii.unhexlify(text.encode())
    except (binascii.Error, ValueError):
        raise SignatureError("malformed", field) from None


def from_base64(text: str, field: str) -> bytes:
    """Read a signature written in standard base64."""
    try:
        return base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureError("malformed", field) from None


def instant(text: str, field: str) -> datetime:
    """Read a time with its offset."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise SignatureError("malformed", field) from None
    if time.tzinfo is None:
        raise SignatureError("malformed", field)
    return time
