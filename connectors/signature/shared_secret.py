"""Schemes with a shared secret: HMAC-SHA256 over the raw body, or over it and a little more.

Sources: for each vendor its own library or documentation, named in `docs/connectors.md`.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import digest
from typing import Final

from connectors.signature.errors import UNUSABLE, SignatureError
from connectors.signature.proof import (
    Proof,
    from_base64,
    from_hex,
    insist_on_fresh,
    insist_on_match,
)
from domain.instant import EPOCH

MINUTES_5: Final = 300
"""The window that Stripe's libraries, Standard Webhooks and ShipEngine's documentation give."""

_ALGORITHM: Final = sha256().name
_SIGNATURES_MAX: Final = 10
_SECONDS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)
_ENTITIES: Final = {
    "&amp;": "&",
    "&#038;": "&",
    "&#x26;": "&",
    "&lt;": "<",
    "&#060;": "<",
    "&#x3c;": "<",
    "&gt;": ">",
    "&#062;": ">",
    "&#x3e;": ">",
    "&quot;": '"',
    "&#034;": '"',
    "&#x22;": '"',
    "&#039;": "'",
    "&#x27;": "'",
    "&apos;": "'",
}
_ENTITY: Final = re.compile("|".join(_ENTITIES))

Keys = Callable[[str], tuple[bytes, ...]]
Read = Callable[[str, str], bytes]


def as_text(secret: str) -> tuple[bytes, ...]:
    """Take a secret as it is written."""
    return (secret.encode(),)


def as_composed(secret: str) -> tuple[bytes, ...]:
    """Take a secret with its letters decomposed (EasyPost): `é` is `e` and an accent."""
    return (unicodedata.normalize("NFKD", secret).encode(),)


def as_unescaped(secret: str) -> tuple[bytes, ...]:
    """Take a secret as it is written and as WooCommerce reads what it stored escaped."""
    return secret.encode(), _ENTITY.sub(lambda found: _ENTITIES[found[0]], secret).encode()


def macs(proof: Proof, message: bytes, keys: Keys = as_text) -> list[bytes]:
    """Compute what the signature must be, for each secret."""
    if not proof.credentials.secrets:
        raise SignatureError(UNUSABLE, "secrets")
    return [
        digest(key, message, _ALGORITHM)
        for secret in proof.credentials.secrets
        for key in keys(secret)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OfBody:
    """One header holds the HMAC of the body; several values of it may stand in a row."""

    header: str
    read: Read = from_base64
    keys: Keys = as_text
    prefix: str = ""
    prefix_optional: bool = False
    with_url: bool = False

    def verify(self, proof: Proof) -> None:
        """Raise SignatureError unless a signature in the header is the body's."""
        given = [self._signature(each) for each in _several(proof.header(self.header))]
        message = proof.delivery.body
        if self.with_url:
            if not proof.credentials.url:
                raise SignatureError(UNUSABLE, "url")
            message = proof.credentials.url.encode() + message
        insist_on_match(given, macs(proof, message, self.keys), self.header)

    def _signature(self, text: str) -> bytes:
        if not text.startswith(self.prefix) and not self.prefix_optional:
            raise SignatureError("malformed", self.header)
        return self.read(text.removeprefix(self.prefix), self.header)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTimeAndBody:
    """One header `t=…,v1=…` holds a time and the HMAC of `t.body` (Stripe, Shippo)."""

    header: str
    age_seconds_max: int = MINUTES_5

    def verify(self, proof: Proof) -> None:
        """Raise SignatureError unless one `v1` is that of the time and the body."""
        pairs = [part.partition("=") for part in _several(proof.header(self.header), 20)]
        times = [value for name, _, value in pairs if name == "t"]
        given = [value for name, _, value in pairs if name == "v1"]
        if len(times) != 1 or not given:
            raise SignatureError("malformed", self.header)
        signed_at = _unix(times[0], self.header)
        message = times[0].encode() + b"." + proof.delivery.body
        signatures = [from_hex(each, self.header) for each in given]
        insist_on_match(signatures, macs(proof, message), self.header)
        insist_on_fresh(signed_at, proof.now, self.age_seconds_max, self.header)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardWebhook:
    """Three headers: an id, a time, and HMACs of `id.time.body` as `v1,…` (BigCommerce)."""

    header: str = "webhook-signature"
    age_seconds_max: int = MINUTES_5

    def verify(self, proof: Proof) -> None:
        """Raise SignatureError unless one `v1` is that of the id, the time and the body."""
        name, stamp = proof.header("webhook-id"), proof.header("webhook-timestamp")
        words = proof.header(self.header).replace(", ", " ").split()[:_SIGNATURES_MAX]
        given = [
            from_base64(word.removeprefix("v1,"), self.header)
            for word in words
            if word.startswith("v1,")
        ]
        if not given:
            raise SignatureError("malformed", self.header)
        signed_at = _unix(stamp, "webhook-timestamp")
        message = f"{name}.{stamp}.".encode() + proof.delivery.body
        insist_on_match(given, macs(proof, message), self.header)
        insist_on_fresh(signed_at, proof.now, self.age_seconds_max, "webhook-timestamp")


def _several(header: str, values_max: int = _SIGNATURES_MAX) -> Iterable[str]:
    """Split a header that came more than once: the feed joins its values with commas."""
    return [part.strip() for part in header.split(",")][:values_max]


def _unix(text: str, field: str) -> datetime:
    if not _SECONDS.fullmatch(text):
        raise SignatureError("malformed", field)
    try:
        return EPOCH + timedelta(seconds=int(text))
    except OverflowError:
        raise SignatureError("malformed", field) from None
