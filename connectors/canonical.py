"""Facts in our own words: what a service that speaks them sends, checked and passed on.

A body is one fact of `docs/facts.md` or a list of them. Whatever it says of tenant, channel and
source, the account of its delivery counts, so that nobody writes into another's orders or poses
as another source; what only we can know (that a timer fired, what a stock holds) is refused.
"""

from functools import partial
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from connectors.delivery import Delivery, Normalised, Outcome, Quarantined, Source
from connectors.listing import read_body, read_parts, unwrap
from connectors.mapping.row import KINDS
from connectors.payload import Fields
from connectors.quarantine import path, shown
from connectors.writer import Writer, writer_for
from domain.envelope import kind_of
from domain.fact import Fact, ReferenceWasLinked, TimerHasFired
from domain.office_fact import LineWasReserved

NAME: Final = "canonical"
OURS: Final = (TimerHasFired, LineWasReserved)

_CLASSES: Final = {**KINDS, kind_of(ReferenceWasLinked): ReferenceWasLinked}
"""Converting to a class of its own costs a tenth of converting to the union of all."""
_WRAPPERS: Final = frozenset({"facts", "data"})


def normalise(delivery: Delivery) -> Outcome:
    """Read one delivery of facts."""
    read = partial(_fact, writer_for(delivery, NAME))
    return read_body(
        delivery.body,
        lambda value: read_parts(unwrap(value, _WRAPPERS), read, name="facts"),
    )


def _fact(writer: Writer, value: Fields, at: str) -> Outcome:
    kind = value.get("kind")
    fact_class = _CLASSES.get(kind) if isinstance(kind, str) else None
    if fact_class is None:
        return Quarantined(reason="no kind of fact", field=path(at, "kind"), value=shown(kind))
    try:
        fact: Any = msgspec.convert(value, fact_class)  # Any: one class of the union
    except (msgspec.ValidationError, ValueError, OverflowError) as error:
        reason, _, place = str(error).partition(" - at `$")
        field = place.strip("`.")
        return Quarantined(reason=reason, field=path(at, field), value=_found(value, field))
    if isinstance(fact, OURS):
        return Quarantined(
            reason="nobody but us can say this", field=path(at, "kind"), value=shown(kind)
        )
    account = writer.delivery.account
    if fact.order_key is None and not fact.reference:
        return Quarantined(reason="names no order and no reference", field=path(at, "order_key"))
    if fact.order_key is not None and not fact.order_key.startswith(f"{account}/"):
        return Quarantined(
            reason=f"is no order of {account}", field=path(at, "order_key"), value=fact.order_key
        )
    if isinstance(fact, ReferenceWasLinked) and not (fact.order_key or fact.body.alias):
        return Quarantined(reason="links to nothing", field=path(at, "body.alias"))
    return Normalised(facts=(_own(writer, fact),))


def _own(writer: Writer, fact: Any) -> Fact:  # Any: as above
    """Say whose word it is."""
    delivery = writer.delivery
    return replace(  # type: ignore[no-any-return]  # of the same class as the fact
        fact,
        tenant=delivery.tenant,
        channel=delivery.channel,
        source=NAME,
        received_at=delivery.received_at,
        payload_hash=writer.payload_hash,
    )


def _found(value: object, field: str) -> str:
    """Show what stands at the place of a complaint, if it is a plain path."""
    for name in field.split("."):
        if not isinstance(value, dict):
            return ""
        value = value.get(name)
    return shown(value)


SOURCE: Final = Source(
    name=NAME,
    kind="orders",
    topics=(),
    signature="none: the facts of your own services",
    normalise=normalise,
    words={
        "kind": {kind: kind for kind, fact_class in _CLASSES.items() if fact_class not in OURS}
    },
)
