"""Sealed texts: each personal text of a record encrypted by itself, under the key of its order.

AES-SIV (RFC 5297) without a nonce, because a document told twice must be the same bytes twice:
so equal texts of one order are seen to be equal, and nothing else is (ADR 30). The name of the
field is not bound to its text: a verdict copies the words of a command into its effects.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from domain.personal import ERASED, SEALED

if TYPE_CHECKING:
    from domain.personal import Change

_SECRET_BITS: Final = 512
"""Of AES-256 in SIV mode: one half authenticates, the other encrypts."""
_SUBJECT_BYTES: Final = 12
_PERSONAL: Final = re.compile(rb'(?<!\\)"(?:sealed:1:([0-9a-f]{24}):([A-Za-z0-9_-]+)|erased:1)"')
_NOTHING: Final = b'""'


class Opened(NamedTuple):
    """JSON with its sealed texts readable; those whose key is gone are empty, then it is `lost`."""

    value: bytes
    lost: bool


def new_secret() -> bytes:
    """Make the secret of an order; nothing else here is left to chance."""
    return AESSIV.generate_key(_SECRET_BITS)


def subject_of(order_key: str) -> str:
    """Name the person of an order, as sealed texts name whose key they need."""
    return blake2b(order_key.encode(), digest_size=_SUBJECT_BYTES).hexdigest()


def sealer(order_key: str, secret: bytes | None) -> Change:
    """Give what seals the texts of an order; without a secret the person is erased."""
    if secret is None:
        return lambda _: ERASED
    encrypt, beginning = AESSIV(secret).encrypt, f"{SEALED}{subject_of(order_key)}:"

    def seal(text: str) -> str:
        ciphertext = urlsafe_b64encode(encrypt(text.encode(), None))
        return beginning + ciphertext.rstrip(b"=").decode()

    return seal


def subjects_in(value: bytes) -> set[str]:
    """Name the subjects whose sealed texts stand in JSON."""
    return {found.decode() for found, _ in _PERSONAL.findall(value) if found}


def unseal(value: bytes, secrets: Mapping[str, bytes]) -> Opened:
    """Make the sealed texts in JSON readable with the secrets of their subjects.

    A text that only looks sealed stays as it is: its key is there, and did not make it.
    """
    ciphers = {subject: AESSIV(secret) for subject, secret in secrets.items()}
    lost = False

    def plain(found: re.Match[bytes]) -> bytes:
        nonlocal lost
        cipher = ciphers.get((found[1] or b"").decode())
        if cipher is None:
            lost = True
            return _NOTHING
        try:
            text = cipher.decrypt(_decoded(found[2]), None).decode()
        except (InvalidTag, ValueError):
            return found[0]
        return msgspec.json.encode(text)

    opened = _PERSONAL.sub(plain, value)
    return Opened(opened, lost)


def _decoded(ciphertext: bytes) -> bytes:
    return urlsafe_b64decode(ciphertext + b"=" * (-len(ciphertext) % 4))
