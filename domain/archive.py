"""Records of the log that say where an order's state is: put away, and brought back.

They are about the state, not about the order: no fold sees them, and nothing is announced. They
stand in the log so that a replay parks late facts from the same place on, and takes them in at
the same place, as the worker did (`absence.py`).
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from domain.envelope import Envelope
from domain.instant import moment

Count = Annotated[int, Meta(ge=1, le=2**62)]
Offset = Annotated[int, Meta(ge=0, le=2**62)]


class Stored(Struct, frozen=True, kw_only=True, gc=False):
    """Which version of the order stands where in its partition of `order-archive`."""

    version: Count
    offset: Offset


class Recalled(Struct, frozen=True, kw_only=True, gc=False):
    """What stands there: the whole encoded state."""

    version: Count
    offset: Offset
    state: bytes


class StateStored(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="archive.stored"
):
    """The archive has an order's state, so the hot state need not keep it."""

    body: Stored


class StateRecalled(
    Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag="archive.recalled"
):
    """An order's state as the archive had it; facts that came meanwhile are taken in behind it."""

    body: Recalled


Whereabouts = StateStored | StateRecalled


def stored(order_key: str, version: int, offset: int, timestamp_ms: int) -> StateStored:
    """Say where an order's state stands, by the time at which it was put there."""
    return StateStored(
        **_envelope(order_key, f"stored:{version}:{offset}", timestamp_ms),
        body=Stored(version=version, offset=offset),
    )


def recalled(
    order_key: str, version: int, offset: int, timestamp_ms: int, state: bytes
) -> StateRecalled:
    """Bring an order's state back; it is as old as when it was put away."""
    return StateRecalled(
        **_envelope(order_key, f"recalled:{version}:{offset}", timestamp_ms),
        body=Recalled(version=version, offset=offset, state=state),
    )


def _envelope(order_key: str, name: str, timestamp_ms: int) -> dict[str, Any]:  # Any: by field
    tenant, channel, _ = order_key.split("/", 2)
    return {
        "event_id": f"{order_key}:{name}",
        "order_key": order_key,
        "tenant": tenant,
        "channel": channel,
        "source": "orderstream",
        "actor": "system",
        "occurred_at": moment(timestamp_ms * 1_000),
    }
