"""Cuts a page that is larger than a body may be into bodies that are not.

A page of a REST list, bare or in a wrapper, is cut between its elements; their bytes stay as they
are, so ids beyond 2^53 and amounts arrive as they were sent.
"""

from typing import Final

import msgspec

from connectors.delivery import BODY_BYTES_MAX

_elements: Final = msgspec.json.Decoder(list[msgspec.Raw]).decode
_wrapper: Final = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def split(body: bytes, bytes_max: int = BODY_BYTES_MAX) -> list[bytes]:
    """Give bodies of at most so many bytes; one that is no list, or holds one giant, stays."""
    if len(body) <= bytes_max:
        return [body]
    try:
        start, elements, end = _taken_apart(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return [body]
    chunks: list[list[bytes]] = [[]]
    room = bytes_max - len(start) - len(end)
    for element in elements:
        room -= len(element) + 1
        if room < 0 and chunks[-1]:
            chunks.append([])
            room = bytes_max - len(start) - len(end) - len(element) - 1
        chunks[-1].append(element)
    return [start + b",".join(chunk) + end for chunk in chunks] if elements else [body]


def _taken_apart(body: bytes) -> tuple[bytes, list[bytes], bytes]:
    """Give what stands before a list, its elements, and what stands behind it."""
    if body.lstrip()[:1] == b"[":
        return b"[", [bytes(each) for each in _elements(body)], b"]"
    [(name, value)] = _wrapper(body).items()
    return (
        b"{" + msgspec.json.encode(name) + b":[",
        [bytes(each) for each in _elements(value)],
        b"]}",
    )
