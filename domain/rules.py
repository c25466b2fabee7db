"""Under which rules an order is judged and shown: its profiles and its policies."""

from datetime import UTC, tzinfo
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from domain.profile import YES_OR_NO, Compiled, OwnState

Hours = Annotated[int, Meta(ge=1, le=8760)]


class Policy(Struct, frozen=True, kw_only=True):
    """Switches that a shop sets; the defaults are the model's recommendations.

    `cancel_expired`: cancel an order whose `ship_by` day has passed (off: S0.7).
    `expirable`: lifecycle states in which expiry may cancel (S0.10).
    `expire_to`: what becomes of an expired order (S0.10).
    `expiry_exempt_methods`: payment methods that never expire (X.9).
    `expiry_waits_for_pending`: a payment under way blocks expiry (X.9).
    `await_order_hours`: how long facts wait for their order before an anomaly (X.2).
    `await_reference_hours`: how long facts wait for a link to an order (X.2).
    `initial`: whether a placed order waits for money or validity, is accepted at once, or is
    only saved until it is confirmed (S3.3).
    `auto_ship`: goods that all left make an order shipped without a command (spec model, 6.1).
    `in_process_on`: whether picking and packing are process, or only shipping is (6.8).
    `authorized_is_paid`: an authorisation over the total counts as paid (6.11).
    `refund_on_cancel`: what a cancellation gives back (8.10).
    `refund_counts`: whether a refund counts when it is commanded or when it happened (8.8).
    `fulfil_counts`: whether `ship` counts pieces as handed over at once (8.9), or hands over.
    `returnable`: which pieces a return may name (8.13).
    `local_orders`: whether orders may be created here (S4.1).
    `command_roles`: the roles of which an actor needs one, by command (S1.5).
    `muted`: triggers that tell nobody, as `profile.axis` or `profile.axis.word` (S2.11).
    `merge_minutes`: so long news of an order's shipments wait for each other; 0 sends at once.
    `test_orders_end`: no test orders once the channel had a real one (S2.6).
    `close_after_days`: close an order so long after it ended; 0 never does (S0.13).
    `silent_parcel_days`: raise an anomaly about a parcel that nobody scanned so long; 0 never.
    `refund_answer_hours`: how long a commanded refund may lack the provider's answer (8.8).
    `stock`: tell the stocks what orders want, and show what they reserve (S3.6, S4.9).
    `authorization_days`: raise an anomaly about an authorisation that old; 0 never (X.12).
    `retention_days`: an order that is over leaves the hot state after so many quiet days; 0 never.
    """

    cancel_expired: bool = False
    expirable: tuple[str, ...] = ("pending", "open")
    expire_to: Literal["cancelled", "closed"] = "cancelled"
    expiry_exempt_methods: tuple[str, ...] = ("manual",)
    expiry_waits_for_pending: bool = True
    await_order_hours: Hours = 72
    await_reference_hours: Hours = 72
    initial: Literal["pending", "open", "saved"] = "pending"
    auto_ship: bool = True
    in_process_on: Literal["work", "ship"] = "work"
    authorized_is_paid: bool = False
    refund_on_cancel: Literal["all", "cancelled_part", "none"] = "cancelled_part"
    refund_counts: Literal["on_command", "on_fact"] = "on_fact"
    fulfil_counts: Literal["at_once", "at_hand_over"] = "at_hand_over"
    returnable: Literal["delivered", "handed_over"] = "delivered"
    local_orders: bool = True
    command_roles: dict[str, tuple[str, ...]] = {}
    muted: tuple[str, ...] = ()
    merge_minutes: Annotated[int, Meta(ge=0, le=1440)] = 0
    test_orders_end: bool = False
    close_after_days: Annotated[int, Meta(ge=0, le=3650)] = 0
    silent_parcel_days: Annotated[int, Meta(ge=0, le=365)] = 0
    refund_answer_hours: Annotated[int, Meta(ge=0, le=8760)] = 0
    stock: bool = False
    authorization_days: Annotated[int, Meta(ge=0, le=365)] = 0
    retention_days: Annotated[int, Meta(ge=0, le=3650)] = 0


class Rules(Struct, frozen=True, kw_only=True, eq=False):
    """The first profile governs commands; all of them are shown. `zone` says when a day ends.

    `states` are the shop's own, by name (S1.2). `real_orders` says that the channel
    had one, after which test orders are over where `test_orders_end` (S2.6). `clock_decides` is off where the verdicts of the
    past stand in for what timers decided.
    `facets` are the policies that profile tables look at, in the order of `profile.FACETS`.
    `timed` says that some policy sets deadlines.
    Compared by identity, so that what follows from them can be cached.
    """

    profiles: tuple[Compiled, ...]
    policy: Policy = Policy()
    zone: tzinfo = UTC
    states: dict[str, OwnState] = {}
    real_orders: bool = False
    clock_decides: bool = True
    facets: tuple[str, str, str, str] = ("", "", "", "")
    timed: bool = False

    def __post_init__(self) -> None:
        """Fill `facets` and `timed` from the policy."""
        policy = self.policy
        told = (
            policy.initial,
            YES_OR_NO[policy.auto_ship],
            policy.in_process_on,
            YES_OR_NO[policy.authorized_is_paid],
        )
        force_setattr(self, "facets", told)
        timed = (
            policy.cancel_expired
            or policy.close_after_days
            or policy.silent_parcel_days
            or policy.refund_answer_hours
            or policy.authorization_days
        )
        force_setattr(self, "timed", bool(timed))


HOUR: Final = 3_600_000_000
DAY: Final = 24 * HOUR
"""Microseconds of an hour and of 24 of them."""
