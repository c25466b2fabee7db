"""The envelope: what is around every fact, command and verdict."""

from typing import Annotated

from msgspec import Meta, Struct

from domain.document import Text, Time
from domain.vocabulary import OrderKey

SCHEMA = 1
"""The version written into new records; readers accept all that were ever released."""


class Envelope(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind"):
    """What every fact and command carries.

    `event_id` names the fact (or the command), `delivery_id` the one delivery that brought it.
    A fact that knows no order carries a `reference` (`payment:…`, `parcel:…`, `order:…`) instead
    of `order_key`, with `tenant` beside it. `revision` orders statements of one source about one
    thing; 0 where the source has none. `inferred` marks what a status implied but nobody said.
    """

    event_id: Annotated[str, Meta(min_length=1, max_length=512)]
    occurred_at: Time
    order_key: OrderKey | None = None
    reference: Text = ""
    tenant: Text = ""
    channel: Text = ""
    source: Text = ""
    observed_at: Time | None = None
    received_at: Time | None = None
    revision: Annotated[int, Meta(ge=0, le=2**62)] = 0
    actor: Text = ""
    cause_id: Text = ""
    correlation_id: Text = ""
    delivery_id: Text = ""
    test: bool = False
    inferred: bool = False
    payload_hash: Text = ""
    schema: int = SCHEMA


class Request(Envelope, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A command: `event_id` is the command's id and makes it idempotent."""

    roles: tuple[Text, ...] = ()


def kind_of(record: type[Envelope]) -> str:
    """Say the `kind` that a class of facts or commands has on the wire: `order.placed`."""
    return str(record.__struct_config__.tag)
