"""Under which rules an order is judged and shown: its profiles and its policies."""

from datetime import UTC, tzinfo
from typing import Annotated, Final

from msgspec import Meta, Struct

from domain.profile import Compiled


class Policy(Struct, frozen=True, kw_only=True):
    """Switches that a shop sets; the defaults are the model's recommendations.

    `cancel_expired`: cancel an order whose `ship_by` day has passed (off: S0.7).
    `expirable`: lifecycle states in which expiry may cancel (S0.10).
    `expiry_exempt_methods`: payment methods that never expire (X.9).
    `expiry_waits_for_pending`: a payment under way blocks expiry (X.9).
    `await_order_hours`: how long facts wait for their order before an anomaly (X.2).
    `await_reference_hours`: how long facts wait for a link to an order (X.2).
    """

    cancel_expired: bool = False
    expirable: tuple[str, ...] = ("pending", "open")
    expiry_exempt_methods: tuple[str, ...] = ("manual",)
    expiry_waits_for_pending: bool = True
    await_order_hours: Annotated[int, Meta(ge=1, le=8760)] = 72
    await_reference_hours: Annotated[int, Meta(ge=1, le=8760)] = 72


class Rules(Struct, frozen=True, kw_only=True):
    """The first profile governs commands; all of them are shown. `zone` says when a day ends."""

    profiles: tuple[Compiled, ...]
    policy: Policy = Policy()
    zone: tzinfo = UTC


HOUR: Final = 3_600_000_000
"""Microseconds of an hour."""
