"""What the rows of an order were made from, kept beside them: so a newer snapshot leaves alone what stands.

Most changes touch one axis, and a row that is not written costs no index anything.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final, Literal

import msgspec
from msgspec import Raw, Struct

_DIGEST_BYTES: Final = 8
_NOTHING: Final = frozenset({b"[]", b"{}", b"null", b""})

Word = tuple[str, str, str]
"""Profile, axis and word."""


class Imprint(Struct, frozen=True, array_like=True):
    """What stands: digests of the snapshot's sections, rows of each part, words, what it is found by."""

    digests: tuple[bytes, ...]
    rows: tuple[int, ...]
    words: tuple[Word, ...]
    text: bytes
    schema: Literal[2] = 2


def digest_of(value: Raw | str | None) -> bytes:
    """Shorten a section of a snapshot; one that is empty has an empty digest."""
    content = bytes(value) if isinstance(value, Raw) else (value or "").encode()
    if content in _NOTHING:
        return b""
    return blake2b(content, digest_size=_DIGEST_BYTES).digest()


_decode: Final = msgspec.msgpack.Decoder(Imprint).decode
write_imprint: Final = msgspec.msgpack.Encoder().encode


def read_imprint(stored: bytes | None) -> Imprint | None:
    """Read what stands; None where it is not known, as with rows of an earlier release."""
    if stored is None:
        return None
    try:
        return _decode(stored)
    except msgspec.DecodeError:
        return None
