"""Orders whose state is away: what is kept instead, and what becomes of facts that come late.

A stub says where the state stands and holds the late records until it is back; then they are taken
in, in their order. Whoever keeps orders by the log (the worker, a replay) goes by these functions
alone, so that both park the same records at the same place.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.archive import StateRecalled, StateStored
from domain.evidence import TooMany

PARKED_MAX: Final = 200
PARKED_BYTES_MAX: Final = 768 * 1024
"""What may wait for one state: a recall takes a second, so more is a flood or an archive that is
away for long. A stub is one record of a changelog, and a broker takes 1 MiB at least."""
STATE_BYTES_MAX: Final = 512 * 1024
"""A larger state stays hot: brought back it is text of four thirds that size in one record."""


class Parked(Struct, frozen=True, array_like=True, gc=False):
    """A record of the log that waits, as it came: its bytes, its time and its place."""

    value: bytes
    timestamp_ms: int = 0
    offset: int = 0


class Stub(Struct, frozen=True, array_like=True, gc=False):
    """What is left of an order: which version is away, where it stands, what waits for it.

    Arrays on the wire: append fields, never reorder.
    """

    version: int
    offset: int
    parked: tuple[Parked, ...] = ()


def put_away(version: int, stub: Stub | None, stored: StateStored) -> Stub | None:
    """Give what is kept once the archive has the state; None where that is an older one.

    The newest place counts: a compacted topic keeps no other.
    """
    body = stored.body
    if body.version != version:
        return None
    if stub is None:
        return Stub(version, body.offset)
    return replace(stub, offset=max(stub.offset, body.offset))


def park(stub: Stub, record: Parked) -> Stub:
    """Let a record wait for the state; raises TooMany."""
    parked = (*stub.parked, record)
    if len(parked) > PARKED_MAX:
        raise TooMany("records that wait for the archive", PARKED_MAX)
    if sum(len(one.value) for one in parked) > PARKED_BYTES_MAX:
        raise TooMany("bytes that wait for the archive", PARKED_BYTES_MAX)
    return replace(stub, parked=parked)


def is_answered(stub: Stub, recalled: StateRecalled) -> bool:
    """Tell whether this is the state that is away; a second answer, or an older one, is not."""
    return bool(stub.parked) and recalled.body.version == stub.version


def settled(stub: Stub, version: int) -> Stub | None:
    """Give what is kept once all that waited was taken in; None where it changed the order.

    Late facts are repeats most of the time: then the archive still has the order as it is.
    """
    return replace(stub, parked=()) if version == stub.version else None
